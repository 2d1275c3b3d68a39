"""Orders and payments: an order lives by the clock, and money is booked once, whatever the cashier tells and when."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dues.builders import (
    ACTOR,
    AT,
    BANK,
    PAYEE,
    RULES,
    Notice,
    account,
    close,
    dues_of,
    order_for,
    terms,
    town,
)  # fmt: skip
from tests.dues.test_making import all_right

from hpf.access.tenancy import CentreInfo
from hpf.dues import changes, listings, readers
from hpf.dues.facts import (
    Order,
    OrderState,
    Outcome,
    PayChannel,
    SettlementState,
    Taken,
)  # fmt: skip
from hpf.dues.refusals import OrderRefused, SettlementRefused
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger import readers as ledger
from hpf.parties.facts import Method
from hpf.parties.load import Loaded

pytestmark = pytest.mark.usefixtures("centre")


@pytest.fixture
def city(centre: CentreInfo) -> Loaded:
    """A factory with October and November due, a tea house with November."""
    loaded = town({"A": [[terms(100_000)], [terms(250_000)]], "B": [[terms(30_000, 202611)]]})
    close(Month(2026, 10))
    close()
    return loaded


def pay(order: Order, at: datetime = AT, **more: object) -> Taken:
    """The cashier says that the order was paid at `at`, in full unless said otherwise."""
    notice = Notice(order.no, order.amount, paid_at=at)
    return changes.take_payment(ACTOR, at, replace(notice, **more))  # type: ignore[arg-type]


def refusal(call: object, *args: object, **more: object) -> str:
    """The code of the refusal that a verb on an order raises."""
    with pytest.raises(OrderRefused) as raised, transaction.atomic():
        call(*args, **more)  # type: ignore[operator]
    return raised.value.refused.code


def choose(order: Order, channel: PayChannel = PayChannel.CORPORATE_BANK, at: datetime = AT) -> Order:
    """Choose a channel, with the default bank for e-banking."""
    bank = BANK if channel is PayChannel.CORPORATE_BANK else ""
    return changes.choose_channel(ACTOR, at, RULES, order.employer_account_id, order.no, channel, bank)


def cancel(order: Order, at: datetime = AT) -> Order:
    return changes.cancel_order(ACTOR, at, RULES, order.employer_account_id, order.no)


def states(employer_account_id: int) -> list[SettlementState]:
    return [due.state for due in dues_of(employer_account_id)]


@pytest.mark.req("HZ-2.8.2.1-13", "HZ-2.8.2.1-36", "HZ-2.8.1.5-08", "HZ-2.8.1.5-09")
def test_several_dues_are_paid_by_one_order_and_reach_the_people(city: Loaded) -> None:
    own = account(city, "A")
    order = order_for(own)
    assert (order.amount, order.dues, order.people) == (Money(2 * 2 * 350_000), 2, 4)
    assert order.no.startswith("S20261123") and len(order.no) == 19
    assert [due.printable for due in dues_of(own)] == [False, False]
    choose(order)
    taken = pay(order)
    assert (taken.outcome, taken.repeated) == (Outcome.SETTLED, False)
    assert taken.order is not None and taken.order.state is OrderState.PAID
    assert states(own) == [SettlementState.SETTLED] * 2
    assert [due.printable for due in dues_of(own)] == [True, True]
    balances = ledger.balances(city.account_ids)
    assert [balances[one].total.fen for one in city.account_ids] == [400_000, 1_000_000, 0]
    assert balances[city.account_ids[0]].carried == Money.ZERO
    assert ledger.purses([own])[own].balance == Money.ZERO
    assert ledger.bank_balances() == {PAYEE: order.amount}
    assert all_right()


@pytest.mark.req("HZ-2.8.2.1-42")
def test_a_due_can_be_in_one_order_only(city: Loaded) -> None:
    own = account(city, "A")
    order = order_for(own, [dues_of(own)[0].id])
    with pytest.raises(SettlementRefused) as raised:
        order_for(own, [due.id for due in dues_of(own)] + [dues_of(account(city, "B"))[0].id])
    assert [refused.code for refused in raised.value.refusals] == ["locked", "unknown"]
    assert states(own) == [SettlementState.SETTLING, SettlementState.WAITING]
    pay(order)
    with pytest.raises(SettlementRefused) as raised:
        order_for(own, [due.id for due in dues_of(own)])
    assert [refused.code for refused in raised.value.refusals] == ["settled"]
    with pytest.raises(SettlementRefused) as raised:
        order_for(own, [])
    assert [refused.code for refused in raised.value.refusals] == ["nothing_chosen"]


def test_a_case_has_one_order(city: Loaded) -> None:
    own = account(city, "A")
    newest, oldest = dues_of(own)
    opened = changes.open_settlement(ACTOR, AT, RULES, own, [newest.id], payee_account=PAYEE, case_id=5)
    assert opened.order == readers.order_of_case(5)
    with pytest.raises(IntegrityError), transaction.atomic():
        changes.open_settlement(ACTOR, AT, RULES, own, [oldest.id], payee_account=PAYEE, case_id=5)
    assert readers.order_of_case(6) is None


@pytest.mark.req("HZ-2.8.2.1-14", "HZ-2.8.2.1-15")
def test_collection_turns_into_self_remittance_for_good(centre: CentreInfo) -> None:
    loaded = town({"A": [[terms(10_000)], [terms(20_000)]]}, Method.COLLECTION)
    own = account(loaded, "A")
    close(Month(2026, 10))
    close()
    newest, _ = dues_of(own)
    opened = changes.open_settlement(ACTOR, AT, RULES, own, [newest.id], payee_account=PAYEE)
    assert opened.turned_due_ids == (newest.id,) and opened.order is not None
    assert [due.method for due in dues_of(own)] == [Method.SELF, Method.COLLECTION]
    cancel(opened.order)
    assert [due.method for due in dues_of(own)] == [Method.SELF, Method.COLLECTION]


@pytest.mark.req("HZ-2.8.2.1-33", "HZ-2.8.2.1-34", "HZ-2.8.2.1-35", "HZ-2.8.1.5-10")
def test_dues_of_nothing_are_settled_without_an_order(centre: CentreInfo) -> None:
    loaded = town({"A": [[terms(0, 202601, 202610), terms(10_000, 202611)]]})
    own = account(loaded, "A")
    close(Month(2026, 10))
    close()
    full, zero = dues_of(own)
    opened = changes.open_settlement(ACTOR, AT, RULES, own, [full.id, zero.id], payee_account=PAYEE)
    assert opened.zero_due_ids == (zero.id,)
    assert opened.order is not None and (opened.order.amount, opened.order.dues) == (full.amount, 1)
    assert states(own) == [SettlementState.SETTLING, SettlementState.SETTLED]
    assert [due.amount for due in listings.funds([own]).items] == [full.amount, Money.ZERO]
    assert [due.id for due in listings.payable([own], Month(2026, 7), Month(2027, 6)).items] == []
    assert all_right()


@pytest.mark.req("HZ-2.8.2.1-43", "HZ-2.8.2.1-44", "HZ-2.8.2.2-09")
@pytest.mark.parametrize(("hour", "refused"), [((16, 59, 59), False), ((17, 0, 0), True), ((23, 59, 59), True)])
def test_payment_closes_at_five(city: Loaded, hour: tuple[int, int, int], refused: bool) -> None:
    order = order_for(account(city, "B"))
    late = datetime(2026, 11, 23, *hour, tzinfo=TZ)
    if refused:
        assert refusal(choose, order, at=late) == refusal(cancel, order, at=late) == "closed"
    else:
        assert choose(order, at=late).channel is PayChannel.CORPORATE_BANK
        assert cancel(order, at=late).state is OrderState.CANCELLED


@pytest.mark.req("HZ-2.8.2.2-04", "HZ-2.8.2.2-06")
def test_a_channel_once_chosen_stays(city: Loaded) -> None:
    order = choose(order_for(account(city, "B")))
    assert choose(order, at=AT + timedelta(hours=1)) == order
    assert refusal(choose, order, PayChannel.QR) == "channel_fixed"
    unknown = refusal(
        changes.choose_channel, ACTOR, AT, RULES, account(city, "A"), order.no, PayChannel.CORPORATE_BANK, BANK
    )
    assert unknown == "unknown"
    fresh = order_for(account(city, "A"))
    args = (ACTOR, AT, RULES, fresh.employer_account_id, fresh.no, PayChannel.CORPORATE_BANK)
    assert refusal(changes.choose_channel, *args, "瑞士某银行") == "unknown_bank"


@pytest.mark.req("HZ-2.8.2.1-27")
@pytest.mark.parametrize(("fen", "refused"), [(5_000_000, False), (5_000_002, True)])
def test_the_qr_limit_includes_fifty_thousand(centre: CentreInfo, fen: int, refused: bool) -> None:
    own = account(town({"A": [[terms(fen // 2)]]}), "A")
    close()
    order = order_for(own)
    assert order.amount == Money(fen)
    if refused:
        assert refusal(choose, order, PayChannel.QR) == "over_qr_limit"
        assert choose(order).channel is PayChannel.CORPORATE_BANK
    else:
        assert choose(order, PayChannel.QR).channel is PayChannel.QR


@pytest.mark.req("HZ-2.8.2.1-28", "HZ-2.8.2.1-29")
def test_a_qr_order_lives_fifteen_minutes_from_the_choice(city: Loaded) -> None:
    own = account(city, "B")
    order = choose(order_for(own, at=AT - timedelta(hours=1)), PayChannel.QR)
    assert order.expires_at == AT + timedelta(minutes=15)
    assert readers.order_deadlines(AT, AT + timedelta(hours=1)) == [order.expires_at]
    assert changes.void_overdue(ACTOR, AT + timedelta(minutes=14, seconds=59)) == []
    assert readers.overdue_orders(order.expires_at) == [order]
    assert refusal(choose, order, PayChannel.QR, at=order.expires_at) == "expired"
    [void] = changes.void_overdue(ACTOR, order.expires_at)
    assert (void.no, void.state) == (order.no, OrderState.VOID)
    assert changes.void_overdue(ACTOR, order.expires_at) == []
    assert states(own) == [SettlementState.WAITING]
    assert order_for(own).no != order.no
    assert all_right()


@pytest.mark.req("HZ-2.8.2.1-30", "HZ-2.8.2.1-31")
@pytest.mark.parametrize("chosen", [True, False])
def test_other_orders_are_void_with_the_next_day(city: Loaded, chosen: bool) -> None:
    own = account(city, "B")
    order = order_for(own)
    if chosen:
        choose(order)
    midnight = datetime(2026, 11, 24, tzinfo=TZ)
    assert changes.void_overdue(ACTOR, midnight - timedelta(seconds=1)) == []
    assert [one.state for one in changes.void_overdue(ACTOR, midnight, [order.no])] == [OrderState.VOID]
    assert states(own) == [SettlementState.WAITING]


@pytest.mark.req("HZ-2.8.2.2-05", "HZ-2.8.2.2-07", "HZ-2.8.2.1-37")
def test_a_cancelled_or_refused_order_gives_its_dues_back(city: Loaded) -> None:
    own = account(city, "A")
    first = order_for(own)
    assert cancel(first).state is OrderState.CANCELLED
    assert refusal(cancel, first) == "not_unpaid"
    second = order_for(own)
    refused = Notice(second.no, None, "failed", "N9", "", None, reason="账户余额不足")
    assert changes.take_payment(ACTOR, AT, refused).outcome is Outcome.REFUSED
    assert [(due.state, due.reason) for due in dues_of(own)] == [(SettlementState.FAILED, "账户余额不足")] * 2
    newest, _ = dues_of(own)
    third = order_for(own, [newest.id])
    assert len({first.no, second.no, third.no}) == 3
    assert third.amount == newest.amount
    assert all_right()


def test_a_result_that_arrives_after_five_counts(city: Loaded) -> None:
    order = choose(order_for(account(city, "B")))
    taken = pay(order, datetime(2026, 11, 23, 17, 20, tzinfo=TZ), paid_at=datetime(2026, 11, 23, 16, 58, tzinfo=TZ))
    assert taken.outcome is Outcome.SETTLED


def test_money_for_an_order_whose_time_is_over_goes_into_the_purse(city: Loaded) -> None:
    own = account(city, "B")
    order = choose(order_for(own), PayChannel.QR)
    taken = pay(order, order.expires_at)
    assert taken.outcome is Outcome.ORDER_CLOSED and taken.outcome.to_purse
    assert taken.order is not None and taken.order.state is OrderState.VOID
    assert states(own) == [SettlementState.WAITING]
    assert ledger.purses([own])[own].free == order.amount
    assert all_right()


def test_money_for_a_paid_order_a_wrong_amount_and_an_unknown_order(city: Loaded) -> None:
    own, other = account(city, "B"), account(city, "A")
    order, wrong = order_for(own), order_for(other)
    assert pay(order).outcome is Outcome.SETTLED
    assert pay(order, notice_id="N2", transaction_id="T2").outcome is Outcome.ALREADY_PAID
    assert ledger.purses([own])[own].balance == order.amount
    taken = pay(wrong, notice_id="N3", transaction_id="T3", amount=wrong.amount - Money(1))
    assert taken.outcome is Outcome.WRONG_AMOUNT and taken.outcome.is_problem
    assert ledger.purses([other])[other].balance == wrong.amount - Money(1)
    assert states(other) == [SettlementState.SETTLING] * 2
    unknown = changes.take_payment(ACTOR, AT, Notice("S0", Money(700), notice_id="N4", transaction_id="T4"))
    assert (unknown.outcome, unknown.order) == (Outcome.UNKNOWN_ORDER, None)
    assert sum(one.fen for one in ledger.bank_balances().values()) == 2 * order.amount.fen + wrong.amount.fen - 1 + 700
    assert all_right()


def test_one_payment_told_by_notice_and_by_query_is_booked_once(city: Loaded) -> None:
    order = order_for(account(city, "B"))
    assert not pay(order, notice_id="").repeated
    assert pay(order, notice_id="").repeated
    assert pay(order, notice_id="N7").repeated
    assert pay(order, notice_id="N7", transaction_id="T-other").repeated
    disagreeing = pay(order, notice_id="N8", amount=Money(5))
    assert disagreeing.repeated and disagreeing.outcome is Outcome.WRONG_AMOUNT
    assert ledger.bank_balances() == {PAYEE: order.amount}


def test_what_is_still_open_or_closed_at_the_cashier_changes_nothing(city: Loaded) -> None:
    order = order_for(account(city, "B"))
    for state in ("waiting", "closed"):
        told = Notice(order.no, order.amount, state, f"N-{state}", "", None)
        assert changes.take_payment(ACTOR, AT, told).outcome is Outcome.NOTHING
    assert readers.order_by_no(order.no) == order


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "fail", "cancel", "void", "order"]),
        st.integers(0, 2),
        st.integers(0, 3),
        st.sampled_from([0, 0, 0, 1, -1]),
    ),
    max_size=14,
)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_in_whatever_order_no_fen_is_lost_or_doubled(centre: CentreInfo, steps: list) -> None:  # type: ignore[type-arg]
    with transaction.atomic():
        _play(steps)
        transaction.set_rollback(True)


def _play(steps: list[tuple[str, int, int, int]]) -> None:
    loaded = town({"A": [[terms(100_001)], [terms(250_003)]], "B": [[terms(30_007)]]})
    close(Month(2026, 10))
    close()
    own = account(loaded, "A")
    orders = [order_for(own, [dues_of(own)[0].id]), order_for(account(loaded, "B"))]
    payments: dict[str, int] = {}
    at = AT
    for verb, which, message, off in steps:
        at += timedelta(minutes=7)
        order = orders[which % len(orders)]
        no = f"{order.no}-{message}"
        if verb == "pay":
            amount = order.amount + Money(off)
            known = f"N{no}" in payments or f"T{no}" in payments
            pay(order, at, notice_id=f"N{no}", transaction_id=f"T{no}", amount=amount)
            if not known:
                payments[f"T{no}"] = amount.fen
        elif verb == "fail":
            changes.take_payment(ACTOR, at, Notice(order.no, None, "failed", f"F{no}", "", None))
        elif verb == "void":
            changes.void_overdue(ACTOR, order.expires_at, [order.no])
        else:
            try:
                if verb == "cancel":
                    cancel(order, at)
                else:
                    orders.append(
                        order_for(
                            order.employer_account_id, [due.id for due in dues_of(order.employer_account_id)][:1], at
                        )
                    )
            except (OrderRefused, SettlementRefused):
                pass
    booked = sum(one.fen for one in ledger.bank_balances().values())
    on_accounts = sum(one.total.fen for one in ledger.balances(loaded.account_ids).values())
    in_purses = sum(one.balance.fen for one in ledger.purses(loaded.employer_account_ids.values()).values())
    assert booked == sum(payments.values()) == on_accounts + in_purses
    assert all_right()
