"""The months that are closed for processing; a closed month stays closed."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

TABLE = """
CREATE TABLE dues_closed_month (
    month integer PRIMARY KEY,
    closed_at timestamptz NOT NULL
);
REVOKE UPDATE, DELETE, TRUNCATE ON dues_closed_month FROM hpf_app;
"""


class Migration(migrations.Migration):
    """One table."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("dues", "0001_initial")]
    operations: ClassVar[list[Operation]] = [migrations.RunSQL(TABLE, "DROP TABLE dues_closed_month")]
