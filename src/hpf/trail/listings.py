"""The trail as the auditor reads it: the newest first, page by page from where the last one ended, or all as a stream.

Every statement names its years, so that the others are not even locked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection

from hpf.kernel.clock import TZ
from hpf.kernel.paging import PAGE_SIZE
from hpf.trail.facts import Entry, Wanted
from hpf.trail.readers import COLUMNS, entry_of

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the next one begins below."""

    at: datetime
    id: int

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """From an address; None for anything that is not one."""
        micros, _, number = text.partition("-")
        if not (micros.isascii() and micros.isdigit() and number.isascii() and number.isdigit()):
            return None
        if len(micros) > 16 or len(number) > 18:
            return None
        return cls(datetime.fromtimestamp(0, TZ) + timedelta(microseconds=int(micros)), int(number))

    def __str__(self) -> str:
        micros = (self.at - datetime.fromtimestamp(0, TZ)) // timedelta(microseconds=1)
        return f"{micros}-{self.id}"


def entries(wanted: Wanted, below: Cursor | None = None, size: int = PAGE_SIZE) -> tuple[list[Entry], Cursor | None]:
    """So many entries, the newest first, and where the next page begins: None behind the last. One query."""
    found = _read(wanted, below, size + 1)
    more = len(found) > size
    shown = found[:size]
    return shown, Cursor(shown[-1].at, shown[-1].id) if more else None


def stream(wanted: Wanted) -> Iterator[Sequence[Entry]]:
    """All of them in pieces, the newest first."""
    below: Cursor | None = None
    while piece := _read(wanted, below, _BATCH):
        yield piece
        below = Cursor(piece[-1].at, piece[-1].id)


def _read(wanted: Wanted, below: Cursor | None, limit: int) -> list[Entry]:
    conditions = ["year BETWEEN %(first)s AND %(last)s", "at >= %(since)s", "at < %(until)s"]
    params: dict[str, Any] = {
        "first": wanted.since.year,
        "last": wanted.until.year,
        "since": datetime.combine(wanted.since, time.min, TZ),
        "until": datetime.combine(wanted.until + timedelta(days=1), time.min, TZ),
        "users": list(wanted.user_ids),
        "actor": wanted.actor_name,
        "limit": limit,
    }
    if wanted.user_ids or wanted.actor_name:
        conditions.append("(user_id = ANY(%(users)s) OR user_id IS NULL AND actor_name = %(actor)s)")
    for column in ("verb", "object_kind", "object_id"):
        if value := getattr(wanted, column):
            conditions.append(f"{column} = %({column})s")
            params[column] = value
    if below is not None:
        conditions.append("(at, id) < (%(below_at)s, %(below_id)s)")
        params |= {"below_at": below.at, "below_id": below.id}
    sql = (
        f"SELECT {COLUMNS} FROM trail_entry WHERE {' AND '.join(conditions)} ORDER BY at DESC, id DESC LIMIT %(limit)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [entry_of(row) for row in cursor.fetchall()]
