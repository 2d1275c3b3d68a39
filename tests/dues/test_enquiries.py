"""The enquiries on dues and orders: conditions, order, totals, pages, and as many queries for many rows as for few."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dues.builders import (
    ACTOR,
    AT,
    MONTH,
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
from hpf.dues import changes, listings, load, readers
from hpf.dues.facts import DueKind, FundsFilter, OrderFilter, OrderState, SettlementState
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties.facts import Change, Method
from hpf.parties.load import Loaded

pytestmark = pytest.mark.usefixtures("centre")
PAYEES = {branch.code: branch.bank_account for branch in RULES.at(AT.date()).branches}
YEAR = (Month(2026, 7), Month(2027, 6))


def history(people: int = 2) -> Loaded:
    """Employer A with June to November due: June to August settled, September failed, October deferred."""
    loaded = town({"A": [[terms(1_000)]] * people, "B": [[terms(9_000)]]}, Method.COLLECTION)
    own = account(loaded, "A")
    for month in Month.between(Month(2026, 6), MONTH):
        at = datetime(month.year, month.month, 21, 9, tzinfo=TZ)
        close(month, at)
        if month <= Month(2026, 8):
            assert load.settle_month(ACTOR, at, month, PAYEES).dues == 2
    load.fail_month(ACTOR, AT, Month(2026, 9), PAYEES, "账户余额不足", employer_account_ids=[own])
    load.defer_month(ACTOR, AT, Month(2026, 10), employer_account_ids=[own])
    return loaded


@pytest.mark.req("HZ-2.8.1.5-08", "HZ-2.8.1.5-11")
def test_funds_are_told_newest_first_with_their_states(centre: CentreInfo) -> None:
    own = account(history(), "A")
    page = listings.funds([own])
    assert [due.month.month for due in page.items] == [11, 10, 9, 8, 7, 6]
    assert [due.state for due in page.items] == [
        SettlementState.WAITING, SettlementState.DEFERRED, SettlementState.FAILED, *[SettlementState.SETTLED] * 3,
    ]  # fmt: skip
    assert page.items[2].reason == "账户余额不足"
    assert [due.printable for due in page.items] == [False] * 3 + [True] * 3
    assert page.totals == {"people": 12, "amount": Money(24_000), "prepaid": Money(0), "cash": Money(24_000)}
    assert list(listings.stream_funds([own])) == page.items
    assert all_right()


@pytest.mark.parametrize(
    ("chosen", "months"),
    [
        (FundsFilter(*YEAR), [11, 10, 9, 8, 7]),
        (FundsFilter(state=SettlementState.SETTLED), [8, 7, 6]),
        (FundsFilter(last_month=Month(2026, 6)), [6]),
        (FundsFilter(kind=DueKind.MISSED), []),
    ],
)
def test_funds_by_condition(centre: CentreInfo, chosen: FundsFilter, months: list[int]) -> None:
    own = account(history(), "A")
    assert [due.month.month for due in listings.funds([own], chosen).items] == months


@pytest.mark.req("HZ-2.8.2.1-02")
def test_payable_is_what_nobody_is_settling(centre: CentreInfo) -> None:
    own = account(history(), "A")
    assert [due.month.month for due in listings.payable([own], *YEAR).items] == [11, 10, 9]
    order_for(own, [dues_of(own)[0].id])
    page = listings.payable([own], *YEAR)
    assert [due.month.month for due in page.items] == [10, 9]
    assert page.totals["cash"] == Money(8_000)


def test_pages_cut_the_list_and_totals_do_not(centre: CentreInfo) -> None:
    own = account(history(), "A")
    page = listings.funds([own], number=2, size=4)
    assert [due.month.month for due in page.items] == [7, 6]
    assert (page.total, page.pages, page.totals["people"]) == (6, 2, 12)


@pytest.mark.req("HZ-2.8.1.5-06")
def test_people_of_a_due_make_its_amount(centre: CentreInfo) -> None:
    own = account(town({"A": [[terms(1_000)], [terms(3_000, 202611)], [terms(5_000)]]}), "A")
    close()
    [due] = dues_of(own)
    page = listings.people_of_due(due, size=2)
    assert [line.name for line in page.items] == ["职工0", "职工1"]
    assert (page.total, page.totals["people"], page.totals["amount"]) == (3, 3, due.amount)
    assert [line.name for line in listings.stream_people_of_due(due)] == ["职工0", "职工1", "职工2"]
    changed = listings.people_of_due(due, only_changed=True)
    assert [(line.name, line.change) for line in changed.items] == [("职工1", Change.NEW)]
    assert changed.totals["amount"] == Money(6_000)
    assert [line.name for line in listings.stream_people_of_due(due, only_changed=True)] == ["职工1"]


@pytest.mark.req("HZ-2.8.2.3-01", "HZ-2.8.2.3-06", "HZ-2.8.2.2-08")
def test_orders_by_condition(centre: CentreInfo) -> None:
    own = account(history(), "A")
    first = order_for(own, [dues_of(own)[0].id])
    changes.cancel_order(ACTOR, AT, RULES, own, first.no)
    second = order_for(own, at=AT + timedelta(days=1))
    page = listings.orders([own])
    assert [order.no for order in page.items] == [second.no, first.no]
    assert page.totals == {"dues": 4, "amount": Money(16_000)}
    found = listings.orders([own], OrderFilter(state=OrderState.CANCELLED))
    assert [order.no for order in found.items] == [first.no]
    day = date(2026, 11, 24)
    assert [order.no for order in listings.orders([own], OrderFilter(day, day)).items] == [second.no]
    assert [due.month.month for due in readers.dues_of_order(second.id)] == [9, 10, 11]


@pytest.mark.req("HZ-2.15.4-09", "HZ-2.15.4-10")
def test_the_latest_voucher_of_a_month(centre: CentreInfo) -> None:
    own = account(history(), "A")
    latest = readers.latest_voucher(own, Month(2026, 8), [DueKind.REMITTANCE])
    assert latest.due is not None and (latest.due.month, latest.of) == (Month(2026, 8), 1)
    assert readers.latest_voucher(own, Month(2026, 9), [DueKind.REMITTANCE]).due is None
    assert readers.latest_voucher(own, Month(2026, 8), [DueKind.MISSED]).due is None


def test_a_slip_has_the_payer_of_the_money(centre: CentreInfo) -> None:
    own = account(history(), "A")
    waiting, *_, june = dues_of(own)
    before = readers.slip_facts(june.id, own)
    assert before.receipt is not None and before.receipt.payer_name == "杭州A有限公司"
    assert (before.first_month, before.last_month, before.lines) == (Month(2026, 6), Month(2026, 6), 2)
    with pytest.raises(readers.UnknownDue):
        readers.slip_facts(waiting.id, own)
    with pytest.raises(readers.UnknownDue):
        readers.slip_facts(june.id, own + 1)
    order = order_for(own, [waiting.id])
    changes.take_payment(ACTOR, AT, replace(Notice(order.no, order.amount), payer_name="某厂"))
    paid = readers.slip_facts(waiting.id)
    assert paid.order is not None and paid.receipt is not None
    assert (paid.order.no, paid.receipt.payer_name, paid.payee_account) == (order.no, "某厂", PAYEE)


def test_others_dues_and_orders_are_unknown(centre: CentreInfo) -> None:
    loaded = history()
    own, other = account(loaded, "A"), account(loaded, "B")
    due = dues_of(own)[0]
    order = order_for(own, [due.id])
    assert readers.dues_by_codes([due.code, "H0"], own) == [readers.due(due.id), None]
    assert readers.dues_by_codes([due.code], other) == [None]
    with pytest.raises(readers.UnknownDue):
        readers.due_by_code(due.code, other)
    with pytest.raises(readers.UnknownOrder):
        readers.order_by_no(order.no, other)


def _queries(people: int, ref_due: bool) -> dict[str, int]:
    loaded = town({"A": [[terms(1_000)]] * people})
    own = account(loaded, "A")
    months = [Month(2026, 10), MONTH] if ref_due else [MONTH]
    for month in months:
        close(month)
    [due, *_] = dues_of(own)
    counted: dict[str, int] = {}

    def count(name: str, work: object) -> None:
        with CaptureQueriesContext(connection) as captured:
            work()  # type: ignore[operator]
        counted[name] = len(captured)

    count("funds", lambda: listings.funds([own]))
    count("people", lambda: listings.people_of_due(due))
    count("card", lambda: readers.card(own))
    count("orders", lambda: listings.orders([own]))
    order = order_for(own)
    count("pay", lambda: changes.take_payment(ACTOR, AT, Notice(order.no, order.amount)))
    count("slip", lambda: readers.slip_facts(due.id))
    return counted


def test_queries_do_not_grow_with_people_or_dues(centre: CentreInfo) -> None:
    from django.db import transaction  # noqa: PLC0415

    found = []
    for people, two in ((1, False), (40, True)):
        with transaction.atomic():
            found.append(_queries(people, two))
            transaction.set_rollback(True)
    assert found[0] == found[1]
