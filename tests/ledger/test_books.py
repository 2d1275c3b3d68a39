"""The books hold what they promise in the real database: balanced, append-only, closed days closed, nothing twice."""

import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server import Clone

from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger import audit, changes, listings, load, posting, readers
from hpf.ledger.facts import AlreadyPosted, CannotClose, DayClosed, PurseShort, Source
from hpf.ledger.vouchers import Account, VoucherKind

ACTOR = Actor.system("test")
AT = datetime(2026, 11, 23, 10, 0, tzinfo=TZ)
BANK = "33001616781050000001"
Line = tuple[str, int, int, int, int]
"""ref, employer account, personal account, month, fen"""


def source(lines: Sequence[Line]) -> Source:
    """Lines as the SELECT that the ledger embeds."""
    columns = [list(column) for column in zip(*lines, strict=True)]
    names = ("refs", "employers", "accounts", "months", "amounts")
    return Source(
        "SELECT * FROM unnest(%(refs)s::text[], %(employers)s::bigint[], %(accounts)s::bigint[], %(months)s::integer[],"
        " %(amounts)s::bigint[]) AS t(ref, employer_account_id, account_id, belongs_month, fen)",
        dict(zip(names, columns, strict=True)),
    )


def receive(employer_account_id: int | None, fen: int, ref: str = "T1", at: datetime = AT) -> None:
    posting.post_receipt(ACTOR, at, employer_account_id, Money(fen), BANK, ref)


def problems() -> list[str]:
    return [text for found in audit.run().values() for text in found]


def total_of(account_id: int) -> int:
    return readers.balances([account_id])[account_id].total.fen


def test_every_kind_of_voucher_debits_one_account_and_credits_another() -> None:
    for kind in VoucherKind:
        assert kind.debit is not kind.credit
        assert kind.label and kind.debit.label and kind.credit.label


def test_a_receipt_and_its_allocation(centre: CentreInfo) -> None:
    receive(1, 900)
    assert readers.purses([1, 2])[1].free == Money(900)
    lines = [("H1", 1, 11, 202611, 300), ("H1", 1, 12, 202611, 500)]
    posted = posting.post_allocation(ACTOR, AT, VoucherKind.REMITTANCE, source(lines))
    assert (posted.vouchers, posted.movements, posted.amount) == (1, 2, Money(800))
    assert readers.purses([1])[1].free == Money(100)
    assert (total_of(11), total_of(12), total_of(13)) == (300, 500, 0)
    totals = {one.account: (one.debits.fen, one.credits.fen) for one in readers.account_totals()}
    assert totals[Account.BANK] == (900, 0)
    assert totals[Account.PURSES] == (800, 900)
    assert totals[Account.HPF] == (0, 800)
    assert problems() == []


def test_money_for_nobody_waits_in_the_open(centre: CentreInfo) -> None:
    receive(None, 70)
    totals = {one.account: one.credits.fen for one in readers.account_totals()}
    assert totals[Account.UNKNOWN] == 70
    assert problems() == []


def test_nothing_is_posted_twice(centre: CentreInfo) -> None:
    receive(1, 900)
    with pytest.raises(AlreadyPosted):
        receive(1, 900)
    lines = source([("H1", 1, 11, 202611, 300)])
    posting.post_allocation(ACTOR, AT, VoucherKind.REMITTANCE, lines)
    with pytest.raises(AlreadyPosted):
        posting.post_allocation(ACTOR, AT, VoucherKind.REMITTANCE, lines)
    assert (total_of(11), readers.purses([1])[1].balance.fen) == (300, 600)


@pytest.mark.parametrize("purse", [None, 299])
def test_no_purse_gives_more_than_it_has(centre: CentreInfo, purse: int | None) -> None:
    if purse:
        receive(1, purse)
    with pytest.raises(PurseShort):
        posting.post_allocation(ACTOR, AT, VoucherKind.REMITTANCE, source([("H1", 1, 11, 202611, 300)]))
    assert total_of(11) == 0
    assert problems() == []


LINES = st.lists(
    st.tuples(
        st.sampled_from(["H1", "H2", "H3"]), st.integers(1, 6), st.sampled_from([202609, 202610, 202611]),
        st.integers(1, 10**12),
    ),
    min_size=1, max_size=25, unique_by=lambda line: line[:3],
)  # fmt: skip


@given(batches=st.lists(LINES, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_allocated_arrives_to_the_fen(
    centre: CentreInfo, batches: list[list[tuple[str, int, int, int]]]
) -> None:
    with transaction.atomic():
        expected: dict[int, int] = {}
        for number, batch in enumerate(batches):
            lines = [(f"{ref}-{number}", int(ref[1]), account, month, fen) for ref, account, month, fen in batch]
            for employer in {line[1] for line in lines}:
                receive(employer, sum(line[4] for line in lines if line[1] == employer), f"T{employer}-{number}")
            posted = posting.post_allocation(ACTOR, AT, VoucherKind.BACK_PAY, source(lines))
            assert (posted.vouchers, posted.movements) == (len({line[0] for line in lines}), len(lines))
            for line in lines:
                expected[line[2]] = expected.get(line[2], 0) + line[4]
        assert {account: total_of(account) for account in expected} == expected
        assert all(not purse.balance for purse in readers.purses([1, 2, 3]).values())
        assert problems() == []
        transaction.set_rollback(True)


LEGS = "INSERT INTO ledger_leg (voucher_id, account, fen, employer_account_id, bank_account) VALUES "
VOUCHER = (
    "INSERT INTO ledger_voucher (id, kind, ref, posted_on, at, actor_name)"
    " VALUES (9001, 2, 'x', '2026-11-23', '2026-11-23 10:00+08', 'x'); "
)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (VOUCHER + LEGS + "(9001, 101, 5, NULL, 'b'), (9001, 219, -4, 1, NULL)", "do not sum to zero"),
        (VOUCHER + LEGS + "(9001, 101, 5, NULL, 'b')", "do not sum to zero"),
        (LEGS + "(9002, 101, 5, NULL, 'b'), (9002, 219, -5, 1, NULL)", "belongs to no voucher"),
        (VOUCHER + LEGS + "(9001, 101, 0, NULL, 'b')", "fen"),
        (VOUCHER + LEGS + "(9001, 101, 5, NULL, NULL), (9001, 219, -5, 1, NULL)", "check"),
        ("INSERT INTO ledger_personal_balance VALUES (1, -1, 5)", "this_year_fen"),
        ("INSERT INTO ledger_purse VALUES (1, 5, 6)", "ledger_purse_covers"),
    ],
)
def test_the_database_refuses_books_that_do_not_balance(centre: CentreInfo, statement: str, told: str) -> None:
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize("table", ["ledger_voucher", "ledger_leg", "ledger_movement", "ledger_closed_day"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_process_cannot_change_what_is_written(centre: CentreInfo, table: str, verb: str) -> None:
    column = {"ledger_leg": "fen", "ledger_movement": "kind", "ledger_closed_day": "day"}.get(table, "ref")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(verb.format(table, column, column))


def test_parts_of_the_movements_are_reached_through_the_whole_only(centre: CentreInfo) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("DELETE FROM ledger_movement_202611")


def test_a_month_without_a_place_gets_one(centre: CentreInfo) -> None:
    later = datetime(2031, 2, 3, 9, tzinfo=TZ)
    receive(1, 300, at=later)
    posting.post_allocation(ACTOR, later, VoucherKind.REMITTANCE, source([("H1", 1, 11, 203101, 300)]))
    assert total_of(11) == 300


def test_nothing_posts_into_a_closed_day(centre: CentreInfo) -> None:
    receive(1, 300)
    with pytest.raises(CannotClose):
        changes.close_day(ACTOR, AT, AT.date())
    changes.close_day(ACTOR, AT + timedelta(days=1), AT.date())
    assert readers.last_closed_day() == AT.date()
    with pytest.raises(DayClosed):
        receive(1, 300, "T2")
    with pytest.raises(DayClosed):
        receive(1, 300, "T2", AT - timedelta(days=30))
    receive(1, 300, "T2", AT + timedelta(days=1))
    with pytest.raises(CannotClose):
        changes.close_day(ACTOR, AT + timedelta(days=5), date(2026, 11, 1))


def test_a_day_is_not_closed_over_books_that_disagree(centre: CentreInfo) -> None:
    receive(1, 300)
    connection.cursor().execute("UPDATE ledger_purse SET balance_fen = 301")
    assert problems() == ["employer account 1: purse 301 fen, account 219 300"]
    with pytest.raises(CannotClose):
        changes.close_day(ACTOR, AT + timedelta(days=1), AT.date())


def test_closing_waits_for_a_posting_under_way(committed_centre: Clone) -> None:
    with psycopg.connect(committed_centre.app_conninfo) as other:
        other.execute("SET search_path = hangzhou")
        other.execute(VOUCHER.rstrip("; "))
        connection.cursor().execute("SET lock_timeout = '300ms'")
        with pytest.raises(Exception, match="lock timeout"), transaction.atomic():
            changes.close_day(ACTOR, AT + timedelta(days=1), AT.date())
        other.rollback()
    connection.cursor().execute("SET lock_timeout = 0")
    changes.close_day(ACTOR, AT + timedelta(days=1), AT.date())


def test_two_employers_pay_for_the_same_new_people_at_once(committed_centre: Clone) -> None:
    people = range(1, 200)
    for employer in (1, 2):
        receive(employer, 199, f"T{employer}")

    def pay(employer: int) -> None:
        try:
            with transaction.atomic():
                connection.cursor().execute("SET search_path = hangzhou")
                lines = [(f"H{employer}", employer, account, 202611, 1) for account in people]
                posting.post_allocation(ACTOR, AT, VoucherKind.REMITTANCE, source(lines))
        finally:
            connection.close()

    threads = [threading.Thread(target=pay, args=[employer]) for employer in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {balance.total.fen for balance in readers.balances(people).values()} == {2}
    assert problems() == []


def test_opening_balances_are_carried_over_and_balance(centre: CentreInfo) -> None:
    rows = [load.OpeningRow(1, 11, 5, 100), load.OpeningRow(1, 12, 0, 200), load.OpeningRow(2, 11, 0, 50)]
    posted = load.opening_balances(ACTOR, datetime(2026, 6, 30, 18, tzinfo=TZ), rows, BANK)
    assert (posted.vouchers, posted.movements, posted.amount) == (2, 3, Money(355))
    balance = readers.balances([11])[11]
    assert (balance.this_year, balance.carried) == (Money(5), Money(150))
    assert readers.bank_balances() == {BANK: Money(355)}
    assert problems() == []


def test_the_running_balance_and_an_employers_own_part(centre: CentreInfo) -> None:
    load.opening_balances(ACTOR, datetime(2026, 6, 30, 18, tzinfo=TZ), [load.OpeningRow(1, 11, 0, 1000)], BANK)
    for day, employer, fen in ((21, 1, 30), (22, 2, 7), (23, 1, 400)):
        at = AT.replace(day=day)
        receive(employer, fen, f"T{day}", at)
        lines = source([(f"H{day}", employer, 11, 202610 + day % 2, fen)])
        posting.post_allocation(ACTOR, at, VoucherKind.REMITTANCE, lines)
    whole = listings.movements(11, Month(2026, 6), Month(2026, 11))
    assert [(one.this_year + one.carried, one.balance) for one in whole.items] == [
        (Money(400), Money(1437)), (Money(7), Money(1037)), (Money(30), Money(1030)), (Money(1000), Money(1000)),
    ]  # fmt: skip
    assert whole.totals["amount"] == Money(1437)
    earlier = listings.movements(11, Month(2026, 6), Month(2026, 10))
    assert [one.balance for one in earlier.items] == [Money(1000)]
    own = listings.movements(11, Month(2026, 6), Month(2026, 11), employer_account_id=2)
    assert [(one.posted_on, one.balance) for one in own.items] == [(date(2026, 11, 22), None)]
