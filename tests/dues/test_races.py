"""Two connections at once: the same order paid twice, the same due ordered twice, a month closed by two."""

import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from tests.dues.builders import (
    ACTOR,
    AT,
    PAYEE,
    RULES,
    Notice,
    account,
    close,
    dues_of,
    order_for,
    terms,
    town,
)
from tests.dues.test_making import all_right
from tests.server import Clone

from hpf.access.tenancy import in_centre
from hpf.dues import changes, readers
from hpf.dues.facts import OrderState, Outcome, SettlementState
from hpf.dues.refusals import SettlementRefused
from hpf.ledger import readers as ledger


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each of them returns or raises, run on connections of their own at the same time."""
    results: list[object] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(index: int, work: Callable[[], object]) -> None:
        try:
            with in_centre("hangzhou"):
                start.wait()
                results[index] = work()
        except (SettlementRefused, LookupError) as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index, work]) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_payment_told_by_many_messages_at_once(committed_centre: Clone) -> None:
    loaded = town({"A": [[terms(10_000)]] * 50})
    close()
    order = order_for(account(loaded, "A"))

    def tell(notice_id: str, transaction_id: str) -> Callable[[], object]:
        notice = Notice(order.no, order.amount, notice_id=notice_id, transaction_id=transaction_id)
        return lambda: changes.take_payment(ACTOR, AT, notice)

    told = at_once(tell("N1", "T1"), tell("N1", "T1"), tell("N2", "T1"), tell("", "T1"))
    assert sorted(one.repeated for one in told) == [False, True, True, True]  # type: ignore[attr-defined]
    assert ledger.bank_balances() == {PAYEE: order.amount}
    twice = at_once(tell("N3", "T3"), tell("N4", "T4"))
    assert [one.outcome for one in twice] == [Outcome.ALREADY_PAID] * 2  # type: ignore[attr-defined]
    assert ledger.purses([order.employer_account_id])[order.employer_account_id].balance == order.amount * 2
    assert all_right()


def test_payment_and_expiry_at_once_leave_one_truth(committed_centre: Clone) -> None:
    loaded = town({"A": [[terms(10_000)]]})
    close()
    order = order_for(account(loaded, "A"))
    notice = Notice(order.no, order.amount, paid_at=order.expires_at - timedelta(seconds=1))
    at_once(
        lambda: changes.take_payment(ACTOR, order.expires_at, notice),
        lambda: changes.void_overdue(ACTOR, order.expires_at),
    )
    [due] = dues_of(order.employer_account_id)
    state = readers.order_by_no(order.no).state
    expected = {OrderState.PAID: SettlementState.SETTLED, OrderState.VOID: SettlementState.WAITING}
    assert due.state is expected[state]
    assert all_right()


def test_a_due_ordered_twice_at_once_is_in_one_order(committed_centre: Clone) -> None:
    loaded = town({"A": [[terms(10_000)]]})
    close()
    own = account(loaded, "A")
    [due] = dues_of(own)
    both = at_once(*[lambda: changes.open_settlement(ACTOR, AT, RULES, own, [due.id], payee_account=PAYEE)] * 2)
    assert sum(isinstance(one, SettlementRefused) for one in both) == 1
    assert all_right()


def test_a_month_closed_by_two_is_made_once(committed_centre: Clone) -> None:
    loaded = town({f"E{n}": [[terms(10_000 + n)]] for n in range(20)})
    at_once(*[close] * 3)
    close()
    assert [len(dues_of(one)) for one in loaded.employer_account_ids.values()] == [1] * 20
    assert all_right()
