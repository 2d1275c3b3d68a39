"""The tables of hooks have moved to `outside`; only Django's picture of them goes here (docs/decisions/016)."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Changes no table."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("api", "0001_initial"), ("outside", "0001_from_api")]
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("Delivery"),
                migrations.DeleteModel("Hook"),
                migrations.DeleteModel("Mark"),
            ]
        )
    ]
