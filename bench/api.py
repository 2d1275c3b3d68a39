"""A case of 10,000 rows by API, from the body of the request to the verdict of every row.

    python -m bench.api --rows 10000

Floor, in the same run: what nobody who opens accounts for typed rows can do without: the body parsed, each row read
into its declared type, and the rows written by one INSERT into each of as many tables with a key as an opening leaves
rows in. Measured by turns: the dry run, the submission, and the execution that follows, after which every row has its
result. `cpu` is what this process spent, which a busy machine inflates less; the database's share is not in it.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bench import ground

ROOT = "/hangzhou/api/v1/"
TABLES = ("case row", "outcome", "person", "contact", "account", "membership", "terms")


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 0 always, the figures speak."""
    parser = argparse.ArgumentParser(prog="bench.api", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(words)
    with ground.database("api"):
        report = _measure(options.rows, options.rounds)
    print(json.dumps(report, indent=1))  # noqa: T201
    return 0


def _measure(rows: int, rounds: int) -> dict[str, Any]:
    from django.test import Client  # noqa: PLC0415
    from tests.api.stage import caller, roster, two_employers  # noqa: PLC0415
    from tests.server import drain_jobs  # noqa: PLC0415

    from hpf.access.clock import clock  # noqa: PLC0415
    from hpf.access.tenancy import in_centre  # noqa: PLC0415
    from hpf.kernel.clock import TZ, FixedClock  # noqa: PLC0415

    found = []
    with in_centre("hangzhou"), clock.using(FixedClock(datetime(2026, 11, 16, 9, 30, tzinfo=TZ))):
        program, item = caller(two_employers()["A"]), roster()
        client = Client(headers={"Authorization": f"Bearer {program.token}"})
        for turn in range(rounds):
            key = f"bench-{turn:04}"
            program.materials(item, key)
            people = _people(turn, rows)
            body = json.dumps({"rows": people, "declaration_accepted": True})
            bare = json.dumps({"rows": people})

            def post(path: str, body: str, key: str = key) -> None:
                answer = client.post(
                    ROOT + path, body, content_type="application/json", headers={"Idempotency-Key": key}
                )
                assert answer.status_code in (200, 201), answer.content[:500]

            began = time.process_time()
            floor = _spent(_floor, body)
            floor_cpu, began = time.process_time() - began, time.process_time()
            dry_run = _spent(post, f"items/{item}/dry-run", bare)
            submitted = _spent(post, f"items/{item}/cases", body)
            executed = _spent(drain_jobs)
            cpu = time.process_time() - began
            found.append({
                "floor": floor, "dry run": dry_run, "submission": submitted, "execution": executed,
                "to verdicts": submitted + executed, "cpu of the floor": floor_cpu, "cpu of all three": cpu,
            })  # fmt: skip
    best = {what: min(turn[what] for turn in found) for what in found[0]}
    return {
        "rows": rows,
        "bytes": len(body),
        "seconds": {what: round(seconds, 2) for what, seconds in best.items()},
        "dry run to the floor": round(best["dry run"] / best["floor"], 1),
        "to verdicts, to the floor": round(best["to verdicts"] / best["floor"], 1),
    }


def _floor(body: str) -> None:
    """The least that opens these accounts: parsed, typed, written."""
    from django.db import connection  # noqa: PLC0415 - needs Django
    from tests.api.stage import roster  # noqa: PLC0415

    from hpf.engine.catalogue import item_of  # noqa: PLC0415
    from hpf.engine.declare import ItemRules  # noqa: PLC0415
    from hpf.kernel.month import Month  # noqa: PLC0415
    from hpf.policy.book import load  # noqa: PLC0415

    rules = ItemRules(load("hangzhou"), date(2026, 11, 16), Month(2026, 11))
    row_type = item_of(roster()).row
    typed = [row_type.model_validate(raw, context=rules).stored() for raw in json.loads(body)["rows"]]
    lines = json.dumps([[row["id_no"], row] for row in typed], ensure_ascii=False)
    with connection.cursor() as cursor:
        for number, _ in enumerate(TABLES):
            table = f"floor_{number}"
            cursor.execute(f"CREATE TEMP TABLE {table} (id bigserial PRIMARY KEY, id_no text UNIQUE, data jsonb)")
            cursor.execute(
                f"INSERT INTO {table} (id_no, data) SELECT line->>0, line->1 FROM jsonb_array_elements(%s::jsonb) line",
                [lines],
            )
            cursor.execute(f"DROP TABLE {table}")


def _people(turn: int, count: int) -> list[dict[str, str]]:
    """Rows of people whom nobody knows yet."""
    from hpf.kernel.identity import check_digit  # noqa: PLC0415

    rows = []
    for serial in range(count):
        first = f"330106{date(1980, 1, 1) + timedelta(turn * 1000 + serial // 1000):%Y%m%d}{serial % 1000:03d}"
        rows.append(
            {
                "name": "王小明",
                "id_type": "01",
                "id_no": first + check_digit(first),
                "arrival": "transfer",
                "wage": "8200.00",
            }
        )
    return rows


def _spent(work: Callable[..., Any], *arguments: str) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
