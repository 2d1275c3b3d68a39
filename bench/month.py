"""Month close and posting of a whole city, against the least that any such system has to do.

    python -m bench.month --accounts 1000000 --employers 50000

Floor, in the same run: two INSERT … SELECT with keys (lines, movements) and one UPDATE of the balances, each one
statement over everything, into tables of the same columns without guards, vouchers, dues or batches. Ours makes the
dues with their lines by the run that does so, and posts them in batches of employers, side by side on as many
connections as the run takes. Beside it one employer of 10,000 people alone.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from bench import ground

LARGE = 10_000
TUNING = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
"""As docs/operate.md advises for a city of this size; floor and ours run on it alike."""

FLOOR = {
    "lines": """INSERT INTO floor_line (due_id, account_id, belongs_month, made_month, base_fen, employer_fen,
                                        personal_fen, employer_rate, personal_rate, exempt, change)
                SELECT employer_account_id, account_id, {month}, {month}, base_fen, employer_fen, personal_fen,
                       employer_rate, personal_rate, exempt, change
                  FROM parties_spell WHERE first_month <= {month} AND (last_month IS NULL OR last_month >= {month})
                 ORDER BY employer_account_id, account_id""",
    "movements": """INSERT INTO floor_movement (account_id, voucher_id, employer_account_id, this_year_fen, carried_fen,
                                                belongs_month, posted_month, kind)
                    SELECT account_id, due_id, due_id, employer_fen + personal_fen, 0, {month}, {month}, 4
                      FROM floor_line ORDER BY account_id""",
    "balances": """UPDATE floor_balance b SET this_year_fen = b.this_year_fen + s.fen
                     FROM (SELECT account_id, employer_fen + personal_fen AS fen FROM floor_line ORDER BY account_id) s
                    WHERE b.account_id = s.account_id""",
}


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 0 always, the figures speak."""
    parser = argparse.ArgumentParser(prog="bench.month", description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--employers", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args(words)
    with ground.database("month", TUNING) as administrator:
        from bench.month_world import World  # noqa: PLC0415 - needs Django

        world = World(options.accounts, options.employers, LARGE)
        _say(f"loaded {options.accounts} accounts of {options.employers} employers", world.load())
        report = _measure(administrator, world, options.rounds)
    print(json.dumps(report, indent=1))  # noqa: T201
    return 0


def _measure(administrator: str, world: Any, rounds: int) -> dict[str, Any]:
    """Floor and ours by turns, then the large employer alone; in seconds."""
    found: list[dict[str, float]] = []
    with psycopg.connect(administrator, autocommit=True) as admin:
        admin.execute("SET search_path = hangzhou, public")
        for turn in range(rounds):
            floor = _floor(admin, world.month(turn))
            _rest(admin)
            ours = world.close_and_post(world.month(turn))
            _rest(admin)
            found.append({"floor": floor, **ours, "ratio": round(sum(ours.values()) / floor, 2)})
            _say(json.dumps(found[-1]), 0)
        large = world.large_alone(world.month(rounds))
    return {"rounds": found, f"a due of {world.large} people": large, "problems": world.audit()}


def _floor(admin: psycopg.Connection, month: int) -> float:
    """The three statements over everything; seconds of all three."""
    admin.execute("DROP TABLE IF EXISTS floor_line, floor_movement, floor_balance")
    admin.execute("CREATE TABLE floor_line (LIKE dues_due_line INCLUDING ALL)")
    admin.execute("CREATE TABLE floor_movement (LIKE ledger_movement INCLUDING ALL)")
    admin.execute("CREATE TABLE floor_balance (LIKE ledger_personal_balance INCLUDING ALL) WITH (fillfactor = 50)")
    admin.execute("INSERT INTO floor_balance SELECT * FROM ledger_personal_balance ORDER BY account_id")
    _rest(admin)
    spent = 0.0
    for statement in FLOOR.values():
        started = time.perf_counter()
        admin.execute(statement.format(month=month))
        spent += time.perf_counter() - started
    admin.execute("DROP TABLE floor_line, floor_movement, floor_balance")
    return round(spent, 2)


def _rest(admin: psycopg.Connection) -> None:
    """Let neither side pay for what the other left behind."""
    admin.execute("VACUUM ANALYZE")
    admin.execute("CHECKPOINT")


def _say(text: str, spent: float) -> None:
    print(f"{text} ({spent:.1f} s)" if spent else text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
