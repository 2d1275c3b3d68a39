"""Money that comes while the case is still at making its order: the case ends as paid, whoever is first."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from tests.api.stage import Caller, caller, debtor, items
from tests.dues.builders import Notice
from tests.server import Clone

from hpf.access.tenancy import in_centre
from hpf.dues import readers as dues
from hpf.engine import readers
from hpf.engine.execute.execute import execute
from hpf.engine.facts import CaseState
from hpf.engine.jobs import SYSTEM
from hpf.kernel.clock import FixedClock
from hpf.outside import payments

KEY = "paid-early-01"
FINISHING = 3
"""The case is locked to begin, to make the order, and a third time to finish."""


class Killed(BaseException):
    """The process ends here."""


class AtLock:
    """Calls `then` where a case is locked for the third time on this connection, before or after the lock is had."""

    def __init__(self, then: Callable[[], None], *, after: bool = False) -> None:
        self._then, self._after, self._seen = then, after, 0

    def __call__(self, send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"engine_case"' not in sql or "FOR UPDATE" not in sql:
            return send(sql, params, many, context)
        self._seen += 1
        if self._seen == FINISHING and not self._after:
            self._then()
        result = send(sql, params, many, context)
        if self._seen == FINISHING and self._after:
            self._then()
        return result


def _die() -> None:
    raise Killed


def _waiting_for_a_lock() -> None:
    """Until another connection of this database waits."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def _in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            with in_centre("hangzhou"):
                work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def case_no(committed_centre: Clone, clock: FixedClock) -> str:
    """A case that pays what there is to pay, submitted."""
    program: Caller = caller(debtor(clock)["A"])
    item = next(one for one in items() if one.candidates is not None)
    key = next(iter(item.row.model_fields))
    rows = [{key: one["key"]} for one in program.get(f"items/{item.code}/candidates")["records"]]
    return str(program.submitted(item.code, KEY, rows)["case"]["no"])


def _state(case_no: str) -> CaseState:
    return readers.case(case_no, None).state


def _pay(case_id: int, clock: FixedClock) -> None:
    order = dues.order_of_case(case_id)
    assert order is not None
    notice = Notice(order.no, order.amount, notice_id="early", transaction_id="early", paid_at=clock.now())
    payments.take(clock.now(), notice)  # type: ignore[arg-type]  # it has what is read of it


def _made_but_not_finished(case_no: str, clock: FixedClock) -> int:
    """The process dies when the order is made and the case does not wait for money yet."""
    case_id = readers.case(case_no, None).id
    with connection.execute_wrapper(AtLock(_die)), pytest.raises(Killed):
        execute(case_id, SYSTEM, clock)
    assert _state(case_no) is CaseState.IN_PROCESS
    return case_id


def test_money_that_comes_while_the_order_is_being_made_ends_the_case(case_no: str, clock: FixedClock) -> None:
    case_id = _made_but_not_finished(case_no, clock)
    _pay(case_id, clock)
    assert _state(case_no) is CaseState.IN_PROCESS
    execute(case_id, SYSTEM, clock)
    assert _state(case_no) is CaseState.CONCLUDED
    events = [entry.event for entry in readers.timeline(case_id)]
    assert events == ["submitted", "start", "paid", "await_payment", "finish"]


def test_who_finishes_waits_for_a_payment_under_way(case_no: str, clock: FixedClock) -> None:
    case_id = _made_but_not_finished(case_no, clock)
    with transaction.atomic():
        _pay(case_id, clock)
        thread = _in_thread(lambda: execute(case_id, SYSTEM, clock))
        _waiting_for_a_lock()
    thread.join(timeout=60)
    assert _state(case_no) is CaseState.CONCLUDED


def test_a_payment_waits_for_who_finishes(case_no: str, clock: FixedClock) -> None:
    case_id, threads = readers.case(case_no, None).id, list[threading.Thread]()

    def somebody_pays() -> None:
        threads.append(_in_thread(lambda: _pay(case_id, clock)))
        _waiting_for_a_lock()

    with connection.execute_wrapper(AtLock(somebody_pays, after=True)):
        execute(case_id, SYSTEM, clock)
    threads[0].join(timeout=60)
    assert _state(case_no) is CaseState.CONCLUDED
