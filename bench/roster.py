"""A roster of 10,000 people from upload to verdicts, and from submission to opened accounts.

    python -m bench.roster --rows 10000

Floor, in the same run: the bare reader over the same file, which nobody who looks at every cell can do without. All
lines right, then all lines wrong (two mistakes each). Verdicts are stored and read back, all of them. Memory is the
peak of the process, in which the workbooks are made as well; the reader's child lives within a limit of its own.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from bench import ground

T = TypeVar("T")


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 0 always, the figures speak."""
    parser = argparse.ArgumentParser(prog="bench.roster", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(words)
    with ground.centre("roster"):
        report = _measure(options.rows, options.rounds)
    print(json.dumps(report, indent=1, ensure_ascii=False))  # noqa: T201
    return 0


def _measure(rows: int, rounds: int) -> dict[str, Any]:
    """Each way as often as `rounds`, with another roster each time; the best of each, in seconds."""
    from tests.engine.hall import Hall, city, labelled  # noqa: PLC0415 - needs Django
    from tests.parties.builders import employer  # noqa: PLC0415 - needs Django

    from hpf.kernel.clock import TZ, FixedClock  # noqa: PLC0415 - needs Django

    hall = Hall(city([employer("A")], [])["A"], FixedClock(datetime(2026, 11, 16, 9, 30, tzinfo=TZ)))
    found: dict[str, list[float]] = {}
    for turn in range(rounds):
        people = range(turn * rows, (turn + 1) * rows)
        right = hall.workbook(labelled(n) for n in people)
        wrong = hall.workbook(labelled(n, name="张3", wage="-1") for n in people)
        spent = {
            "floor: bare reader": _timed(lambda: _read_bare(right))[0],  # noqa: B023
            "upload to verdicts, all wrong": _timed(lambda: _import(hall, wrong, good=0))[0],  # noqa: B023
            "upload to verdicts, all right": _timed(lambda: _import(hall, right, good=rows))[0],  # noqa: B023
            **_open(hall, right),
        }
        for what, seconds in spent.items():
            found.setdefault(what, []).append(seconds)
        print(json.dumps({k: round(v, 3) for k, v in spent.items()}, ensure_ascii=False), file=sys.stderr)  # noqa: T201
    best = {what: min(seconds) for what, seconds in found.items()}
    return {
        "rows": rows,
        "seconds": {what: round(seconds, 2) for what, seconds in best.items()},
        "ratio to the floor": round(best["upload to verdicts, all right"] / best["floor: bare reader"], 1),
        "wrong to right": round(best["upload to verdicts, all wrong"] / best["upload to verdicts, all right"], 2),
        "peak of the process, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds, and what came of it."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _read_bare(book: bytes) -> int:
    """The floor: every cell of the file, and nothing done with it."""
    from hpf.engine.intake.reader import read_workbook  # noqa: PLC0415 - needs Django

    with read_workbook(book) as read:
        return sum(1 for _ in read.rows)


def _import(hall: Any, book: bytes, good: int) -> Any:
    """Upload, and every verdict read back as the page shows it. The draft."""
    from hpf.engine import readers  # noqa: PLC0415 - needs Django

    draft = hall.enter()
    report = hall.upload(draft, book)
    taken, refused = readers.draft_rows(draft.id), readers.bad_rows(report.id)
    assert (len(taken), len(refused), report.good) == (good, report.total - good, good)
    readers.draft_totals(draft.id, ["employer_part", "personal_part", "total"])
    return draft


def _open(hall: Any, book: bytes) -> dict[str, float]:
    """Confirmed and submitted, until every account is open; each in seconds."""
    from hpf.engine.execute.execute import execute  # noqa: PLC0415 - needs Django
    from hpf.engine.jobs import SYSTEM  # noqa: PLC0415 - needs Django

    draft = hall.enter()
    hall.upload(draft, book)
    confirmed, _ = _timed(lambda: hall.ready(draft))
    submitted, case = _timed(lambda: hall.submit(draft))
    executed, done = _timed(lambda: execute(case.id, SYSTEM, hall.clock))
    assert done.succeeded == done.total
    return {
        "confirming": confirmed,
        "submission to opened accounts": submitted + executed,
        "of that submitting": submitted,
    }


if __name__ == "__main__":
    sys.exit(main())
