"""The review page of a long roster with its papers, against an empty page of the same logged-in reviewer.

    python -m bench.review --rows 1000 --papers 20

Floor, in the same run: the work list with nothing in it: the frame, the login, the counts and no more. Both
go through the whole stack of middleware. Medians of interleaved rounds, in milliseconds. Besides the papers of the
whole case every row has a file of its own, as in Heihe.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bench import ground


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 0 always, the figures speak."""
    parser = argparse.ArgumentParser(prog="bench.review", description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--papers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args(words)
    with ground.centre("review", "heihe"):
        report = _measure(options.rows, options.papers, options.rounds)
    print(json.dumps(report, indent=1, ensure_ascii=False))  # noqa: T201
    return 0


def _measure(rows: int, papers: int, rounds: int) -> dict[str, Any]:
    from tests import reviewing  # noqa: PLC0415 - needs Django
    from tests.staff import at_desk  # noqa: PLC0415

    from hpf.access.actor import Role  # noqa: PLC0415
    from hpf.access.clock import clock  # noqa: PLC0415
    from hpf.kernel.clock import TZ, FixedClock  # noqa: PLC0415

    with clock.using(FixedClock(datetime(2026, 11, 16, 9, 30, tzinfo=TZ))):
        no, client = _case(rows, papers), at_desk(Role.REVIEWER, centre=reviewing.CENTRE)
        page = f"{reviewing.REVIEWS}{no}/"
        client.post(f"{page}take/")
        works: dict[str, Callable[[], Any]] = {
            "floor: empty work list": lambda: client.get(reviewing.REVIEWS, {"state": "failed"}),
            "first rows": lambda: client.get(page),
            "rows in the middle": lambda: client.get(page, {"row": rows // 2}),
            "last row": lambda: client.get(page, {"row": rows}),
        }
        for work in works.values():
            assert work().status_code == 200
        spent: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, work in works.items():
                started = time.perf_counter()
                work()
                spent[name].append((time.perf_counter() - started) * 1000)
    medians = {name: round(statistics.median(times), 1) for name, times in spent.items()}
    floor = medians["floor: empty work list"]
    ratios = {f"{name}: ratio": round(value / floor, 2) for name, value in medians.items() if value != floor}
    return {"rows": rows, "papers of the case": papers, "papers of rows": rows, **medians, **ratios}


def _case(rows: int, papers: int) -> str:
    """A case that waits for review; its rows and papers are written as submitting them leaves them."""
    from django.db import connection  # noqa: PLC0415 - needs Django
    from tests import personas, reviewing  # noqa: PLC0415

    reviewing.city()
    no = reviewing.applied(personas.login(personas.AGENT), reviewing.person(1))
    numbers = [reviewing.number(serial) for serial in range(1, rows + 1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, submit_key FROM engine_case WHERE no = %s", [no])
        case_id, key = cursor.fetchone()
        cursor.execute("UPDATE engine_case SET total = %s WHERE id = %s", [rows, case_id])
        cursor.execute(
            """INSERT INTO engine_case_row (year, case_id, row_no, id_no, data, worked, state, refused, result)
               SELECT year, case_id, n, number, data || jsonb_build_object('id_no', number, 'name', '职工' || n),
                      worked, state, refused, result
                 FROM engine_case_row, unnest(%s::text[]) WITH ORDINALITY AS t(number, n)
                WHERE case_id = %s AND row_no = 1 AND n > 1""",
            [numbers, case_id],
        )
        copied = """INSERT INTO documents_material (owner_kind, owner_id, name, file_name, media_type, size, sha256,
                                                    uploaded_at, handed_in)
                    SELECT owner_kind, owner_id, m.name, file, media_type, size, sha256, uploaded_at, handed_in
                      FROM documents_material m, unnest(%s::text[]) AS file WHERE m.id = (
                           SELECT min(id) FROM documents_material WHERE owner_id = %s AND file_name LIKE %s)"""
        cursor.execute(copied, [[f"{number}.jpg" for number in numbers[1:]], str(key), f"{numbers[0]}%"])
        cursor.execute(copied, [[f"清册{n}.png" for n in range(2, papers)], str(key), "清册%"])
    return no


if __name__ == "__main__":
    sys.exit(main())
