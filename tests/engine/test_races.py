"""Two employers at once, on real connections: one wins, the other gets its ordinary refusal, nobody waits for ever."""

import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection
from tests.engine.hall import ELSEWHERE, Hall, case_now, city, due_in, person, state, verdicts
from tests.parties.builders import employer, id_no, sealed
from tests.parties.builders import person as known
from tests.server import Clone

from hpf.access.tenancy import in_centre
from hpf.engine.execute.execute import execute
from hpf.engine.facts import Case, CaseState
from hpf.engine.jobs import SYSTEM
from hpf.kernel.clock import FixedClock


def _executing(*cases: Case, clock: FixedClock) -> Callable[[], None]:
    """Executes each case in a thread and on a connection of its own; call the result to wait for all of them."""

    def run(case: Case) -> None:
        try:
            with in_centre("hangzhou"):
                execute(case.id, SYSTEM, clock)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()

    def join() -> None:
        for thread in threads:
            thread.join(timeout=60)
            assert not thread.is_alive()

    return join


def _other(clone: Clone) -> psycopg.Connection:
    """A session of somebody else's in the centre."""
    other = psycopg.connect(clone.app_conninfo)
    other.execute("SET search_path = hangzhou, public")
    return other


def _until_waiting(clone: Clone, sessions: int) -> None:
    """Until so many sessions wait for a lock."""
    with psycopg.connect(clone.app_conninfo, autocommit=True) as watch:
        for _ in range(1200):
            row = watch.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if row is not None and row[0] >= sessions:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.req("HZ-2.4.1-40", "HZ-2.4.2-08")
def test_the_slower_of_two_employers_gets_its_ordinary_refusal(committed_centre: Clone, clock: FixedClock) -> None:
    refs = city([employer("A"), employer("B"), employer("C")], [known(1, sealed("C"))])
    a = Hall(refs["A"], clock).submitted(person(1), person(2))
    b = Hall(refs["B"], clock).submitted(person(1), person(3))
    with _other(committed_centre) as other:
        other.execute("SELECT id FROM parties_person FOR UPDATE")
        join = _executing(a, b, clock=clock)
        _until_waiting(committed_centre, 2)  # both have judged the row good
        other.rollback()
    join()
    assert sorted([verdicts(a), verdicts(b)]) == [[ELSEWHERE, "成功"], ["成功", "成功"]]
    assert (state(a), state(b)) == (CaseState.CONCLUDED, CaseState.CONCLUDED)
    assert len(due_in("2026-11")) == 3


def test_people_whom_nobody_knows_are_raced_for_as_well(committed_centre: Clone, clock: FixedClock) -> None:
    refs = city([employer("A"), employer("B")])
    serials = range(30)
    a = Hall(refs["A"], clock).submitted(*(person(n) for n in serials))
    b = Hall(refs["B"], clock).submitted(*(person(n) for n in reversed(serials)))
    _executing(a, b, clock=clock)()
    told = list(zip(verdicts(a), reversed(verdicts(b)), strict=True))
    assert set(told) <= {("成功", ELSEWHERE), (ELSEWHERE, "成功")}
    assert case_now(a).succeeded + case_now(b).succeeded == len(due_in("2026-11")) == len(serials)


def test_two_workers_on_one_case_do_nothing_twice(committed_centre: Clone, clock: FixedClock) -> None:
    case = Hall(city([employer("A")])["A"], clock).submitted(*(person(n) for n in range(20)))
    _executing(case, case, case, clock=clock)()
    assert (state(case), verdicts(case)) == (CaseState.CONCLUDED, ["成功"] * 20)
    assert len(due_in("2026-11")) == 20


def test_a_chunk_that_ends_in_a_deadlock_is_taken_up_again(committed_centre: Clone, clock: FixedClock) -> None:
    refs = city([employer("A"), employer("C")], [known(1, sealed("C")), known(2, sealed("C"))])
    case = Hall(refs["A"], clock).submitted(person(1), person(2))
    first, second = sorted([id_no(1), id_no(2)])
    with _other(committed_centre) as other:
        lock = "SELECT id FROM parties_person WHERE id_key = %s FOR UPDATE"
        other.execute(lock, [second])
        join = _executing(case, clock=clock)
        _until_waiting(committed_centre, 1)
        other.execute(lock, [first])  # returns once the executor, which waited first, was the one to be sacrificed
        other.rollback()
    join()
    assert (state(case), verdicts(case)) == (CaseState.CONCLUDED, ["成功", "成功"])
