"""The owner's function that makes partitions, callable by the process."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from hpf.access.partitions import FUNCTION_SQL


class Migration(migrations.Migration):
    """Shared schema only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("access", "0001_initial")]
    operations: ClassVar[list[Operation]] = [migrations.RunSQL(FUNCTION_SQL, "DROP FUNCTION public.ensure_partition")]
