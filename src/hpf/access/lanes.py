"""Large work of a run on several connections side by side: as many portions at a time as the machine has use for.

Only for work that a restart finds where it stopped and goes on with: each portion is a transaction of its own, and its
commit is not waited for. A power cut may take the last portions back. What the caller notes afterwards is written
behind them in the same log, so that it never tells of a portion that is lost.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction

from hpf.access.tenancy import current_centre, in_centre

LANES = min(4, os.cpu_count() or 1)
"""Portions at a time. The database needs the processors more than we do, so more lanes than these help nobody."""

Portion = TypeVar("Portion")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Portion], Result], portions: Sequence[Portion]) -> list[Result]:
    """`work` on every portion, each in its own transaction inside the current centre; the results in their order.

    When one fails, its lane takes no more of them, and the first error is raised when the others have ended; what was
    done stands. Inside a transaction of the caller's, whose rows other connections do not see, it goes one after
    another on that connection.
    """
    if connection.in_atomic_block or len(portions) < 2:
        return [_committed(work, portion) for portion in portions]
    centre = current_centre().code
    waiting = iter(list(enumerate(portions)))  # shared: a list's iterator gives each entry to one thread only

    def lane() -> dict[int, Result]:
        try:
            with in_centre(centre):
                return {place: _committed(work, portion) for place, portion in waiting}
        finally:
            connection.close()

    with _a_view_of_before(), ThreadPoolExecutor(LANES, thread_name_prefix="lane") as lanes:
        found = [future.result() for future in [lanes.submit(lane) for _ in range(min(LANES, len(portions)))]]
    results = {place: result for of_lane in found for place, result in of_lane.items()}
    return [results[place] for place in range(len(portions))]


@contextmanager
def _a_view_of_before() -> Iterator[None]:
    """As long as somebody may still look at the rows of before, no portion tidies up behind another.

    Each would otherwise prune the pages that the last one has changed, over and over; so it is done once, by whoever
    comes to a page next time.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT 1")  # takes the snapshot
        yield


def _committed(work: Callable[[Portion], Result], portion: Portion) -> Result:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        return work(portion)
