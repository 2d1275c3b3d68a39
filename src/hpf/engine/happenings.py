"""What happened to the cases of some employers, read from the append-only timeline: for those who tell others of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hpf.engine.facts import CaseState
from hpf.kernel.clock import in_china


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline, with the case as it stands now. `id` grows with time, but gaps are filled late: an
    entry becomes visible when its transaction commits.
    """

    id: int
    at: datetime
    event: str
    state: CaseState
    employer_id: int
    case_no: str
    item_code: str
    total: int
    succeeded: int
    failed: int


_AFTER = """
SELECT e.id, e.at, e.event, e.state, c.employer_id, c.no, c.item_code, c.total, c.succeeded, c.failed
  FROM engine_caseevent e JOIN engine_case c ON c.id = e.case_id
 WHERE e.id > %s AND c.employer_id = ANY(%s)
 ORDER BY e.id
"""


def happenings(after: int, employer_ids: Collection[int]) -> list[Happening]:
    """The entries with a higher number than `after` about cases of these employers, oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_AFTER, [after, list(employer_ids)])
        rows = cursor.fetchall()
    return [Happening(r[0], in_china(r[1]), r[2], CaseState(r[3]), *r[4:]) for r in rows]


def last_happening() -> int:
    """The highest number so far, 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM engine_caseevent")
        number: int = cursor.fetchone()[0]
    return number
