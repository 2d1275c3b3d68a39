"""The rows that wait are found in the order in which they are taken up: a case of 200,000 is not sorted per chunk."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

ORDERED = """
DROP INDEX engine_case_row_waiting;
CREATE INDEX engine_case_row_waiting ON engine_case_row (case_id, id_no, row_no)
 WHERE state IN ('pending', 'referred');
"""
UNORDERED = """
DROP INDEX engine_case_row_waiting;
CREATE INDEX engine_case_row_waiting ON engine_case_row (case_id) WHERE state IN ('pending', 'referred');
"""


class Migration(migrations.Migration):
    """The index of the waiting rows."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("engine", "0006_draft_work")]
    operations: ClassVar[list[Operation]] = [migrations.RunSQL(ORDERED, UNORDERED)]
