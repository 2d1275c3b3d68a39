"""A process killed at any statement: what was committed stays, what was not is done again, nothing is done twice."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from tests.engine.hall import BEFORE_60S, Hall, at, case_now, city, due_in, held_by, person, state, verdicts
from tests.parties.builders import employer, sealed
from tests.parties.builders import person as known
from tests.server import Clone

from hpf.engine import readers
from hpf.engine.execute import execute as executor
from hpf.engine.execute.execute import execute
from hpf.engine.facts import Case, CaseState
from hpf.engine.jobs import SYSTEM
from hpf.kernel.clock import FixedClock
from hpf.runs.schedule import RUNS

BATCH = next(run for run in RUNS if run.code == "next_day")


class Killed(BaseException):
    """The process ends here; nothing in it can catch this."""


class Statements:
    """Counts the statements sent to the database, and kills the process before number `last`."""

    def __init__(self, last: int | None = None) -> None:
        self.count, self._last = 0, last

    def __call__(self, send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if self.count == self._last:
            raise Killed
        return send(sql, params, many, context)


class Watch:
    """Looks at the case whenever a transaction of its execution begins: (succeeded, held) each time."""

    def __init__(self, case: Case) -> None:
        self.seen: list[tuple[int, bool]] = []
        self._case, self._looking = case, False

    def __call__(self, send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"engine_case"' in sql and "FOR UPDATE" in sql and not self._looking:
            self._looking = True
            held = held_by(self._case.employer_account_id) == self._case.id
            self.seen.append((case_now(self._case).succeeded, held))
            self._looking = False
        return send(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    """Everything in the block is taken back afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _every_statement(work: Callable[[], Any]) -> range:
    """The statements of `work`, by number, each to be killed once."""
    with undone(), connection.execute_wrapper(counted := Statements()):
        work()
    return range(1, counted.count + 1)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows to a chunk."""
    monkeypatch.setattr(executor, "CHUNK", 2)


ROWS = [person(1), person(2), person(3, **BEFORE_60S), person(4), person(5)]
RETIRED = "职工已超过法定退休年龄"


@pytest.mark.req("HZ-2.4.2-08")
@pytest.mark.usefixtures("small_chunks")
def test_a_case_killed_at_any_statement_is_finished_by_the_next_try(hall: Hall, clock: FixedClock) -> None:
    case = hall.submitted(*ROWS)
    seen = set()
    for statement in _every_statement(lambda: execute(case.id, SYSTEM, clock)):
        with undone():
            _execute_until(statement, case.id, clock)
            half = case_now(case)
            seen.add((half.succeeded, half.pending, half.referred, held_by(hall.account_id) == case.id))
            assert len(due_in("2026-11")) == half.succeeded
            execute(case.id, SYSTEM, clock)
            assert verdicts(case) == ["成功", "成功", RETIRED, "成功", "成功"], statement
            assert (state(case), held_by(hall.account_id)) == (CaseState.WITH_PERSON, None)
            assert len(due_in("2026-11")) == 4
            assert [e.event for e in readers.timeline(case.id)] == ["submitted", "start", "await_person"]
    assert sorted(seen) == [
        (0, 5, 0, False),
        (0, 5, 0, True),
        (1, 4, 1, True),
        (3, 2, 1, True),
        (4, 1, 1, False),
        (4, 1, 1, True),
    ]


def _execute_until(statement: int, case_id: int, clock: FixedClock) -> None:
    """Executes until that statement. What each transaction had committed stays, as it would after a kill."""
    with pytest.raises(Killed), connection.execute_wrapper(Statements(statement)):
        execute(case_id, SYSTEM, clock)


@pytest.mark.req("HZ-1.2-15")
@pytest.mark.usefixtures("small_chunks")
def test_a_batch_killed_at_any_statement_keeps_to_the_order_when_it_is_started_again(
    centre: object, clock: FixedClock, drain: Callable[[], int]
) -> None:
    refs = city([employer("A"), employer("B"), employer("C")], [known(n, sealed("C")) for n in (1, 2, 3, 4)])
    early = Hall(refs["A"], FixedClock(at("2026-11-18 17:10"))).submitted(*(person(n) for n in (1, 2, 3)))
    late = Hall(refs["B"], FixedClock(at("2026-11-18 17:20"))).submitted(*(person(n) for n in (3, 4)))
    due_at = at("2026-11-19 06:00")
    clock.move_to(due_at)
    BATCH.start(due_at)
    for statement in _every_statement(drain)[::3]:
        with undone():
            with pytest.raises(Killed), connection.execute_wrapper(Statements(statement)):
                drain()
            for case in (early, late):
                case_now(case)
            _rescue()
            drain()
            assert verdicts(early) == ["成功", "成功", "成功"], statement
            assert verdicts(late) == ["存在正常缴存账户", "成功"], statement
            assert (state(early), state(late)) == (CaseState.CONCLUDED, CaseState.CONCLUDED)
            assert len(due_in("2026-11")) == 4


@pytest.mark.req("HZ-2.4.1-48")
def test_a_large_case_goes_in_chunks_of_a_thousand(hall: Hall, clock: FixedClock) -> None:
    case = hall.submitted_workbook(range(2_500))
    with connection.execute_wrapper(watch := Watch(case)):
        execute(case.id, SYSTEM, clock)
    assert watch.seen == [(0, False), (0, True), (1000, True), (2000, True), (2500, True), (2500, True)]
    assert (state(case), held_by(hall.account_id), len(due_in("2026-11"))) == (CaseState.CONCLUDED, None, 2500)


def test_a_worker_that_is_killed_leaves_nothing_half_done(committed_centre: Clone, clock: FixedClock) -> None:
    refs = city([employer("A"), employer("B")], [known(9, sealed("B"))])
    hall = Hall(refs["A"], clock)
    case = hall.submitted(person(1), person(9))
    program = (
        "import django; django.setup()\n"
        "from hpf.access.tenancy import in_centre\n"
        "from hpf.kernel.clock import TZ, FixedClock\n"
        "from datetime import datetime\n"
        "from hpf.engine.jobs import SYSTEM\n"
        "from hpf.engine.execute.execute import execute\n"
        f"with in_centre('hangzhou'): execute({case.id}, SYSTEM, FixedClock(datetime(2026, 11, 16, 9, 30, tzinfo=TZ)))"
    )
    with psycopg.connect(committed_centre.app_conninfo) as other:
        other.execute("SET search_path = hangzhou, public")
        other.execute("SELECT id FROM parties_person FOR UPDATE")
        env = {**committed_centre.env, "DJANGO_SETTINGS_MODULE": "hpf.site.settings"}
        worker = subprocess.Popen([sys.executable, "-c", program], env=env)
        _wait_for(committed_centre, "wait_event_type = 'Lock'")
        worker.kill()
        worker.wait()
        other.rollback()
    _wait_for(committed_centre, "state <> 'idle' AND pid <> pg_backend_pid()", absent=True)
    assert (state(case), due_in("2026-11")) == (CaseState.IN_PROCESS, [])
    execute(case.id, SYSTEM, clock)
    assert (state(case), verdicts(case)) == (CaseState.CONCLUDED, ["成功", "成功"])
    assert len(due_in("2026-11")) == 2


def _rescue() -> None:
    """Queues again what a killed worker was at, as the supervisor of the workers does."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.procrastinate_jobs SET status = 'todo' WHERE status = 'doing'")


def _wait_for(clone: Clone, condition: str, *, absent: bool = False) -> None:
    """Until some session of the clone is in that state, or none."""
    with psycopg.connect(clone.app_conninfo, autocommit=True) as watch:
        for _ in range(600):
            sql = f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
            row = watch.execute(sql).fetchone()
            assert row is not None
            if bool(row[0]) != absent:
                return
            time.sleep(0.05)
    raise AssertionError(f"still waiting for: {condition}")
