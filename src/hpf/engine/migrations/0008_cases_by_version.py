"""Cases are counted by the version of the rules they were submitted under: one entry of an index per case."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """The index of the versions."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("engine", "0007_waiting_in_order")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddIndex("case", models.Index(fields=["policy_version", "item_code"], name="case_of_version")),
    ]
