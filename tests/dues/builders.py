"""Small worlds for the tests of money: employers with people, their dues, orders, and what the cashier tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from hpf.access.actor import Actor
from hpf.dues import changes, listings
from hpf.dues.facts import Due, Made, Order
from hpf.kernel.clock import TZ
from hpf.kernel.identity import check_digit
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties import load
from hpf.parties import readers as parties
from hpf.parties.facts import Change, Method
from hpf.policy import book

ACTOR = Actor.system("test")
RULES = book.load("hangzhou")
MONTH = Month(2026, 11)
TURN = datetime(2026, 11, 21, 0, 5, tzinfo=TZ)
"""November's dues are made."""
AT = datetime(2026, 11, 23, 10, 0, tzinfo=TZ)
"""A working day on which they can be paid."""
BANK = RULES.at(AT.date()).banks_corporate[0].code
PAYEE = "33001616781050000001"
EIGHT = Decimal(8)
BRANCH = RULES.at(AT.date()).branches[0].code


@dataclass(frozen=True)
class Notice:
    """What the cashier says; an order paid in full by default."""

    order_no: str
    amount: Money | None
    state: str = "paid"
    notice_id: str = "N1"
    transaction_id: str = "T1"
    paid_at: datetime | None = AT
    payee_account: str = PAYEE
    payer_name: str = "杭州某厂"
    payer_bank: str = "中国建设银行"
    payer_account: str = "3300****0001"
    reason: str = ""


def terms(fen: int, first: int = 202601, last: int | None = None, *, change: Change = Change.NEW) -> load.SpellRow:
    """Terms of `fen` for each part, from `first` to `last`."""
    return load.SpellRow(first, fen * 100 // 8, EIGHT, EIGHT, fen, fen, last, change=change)


def exempt(fen: int, first: int = 202601) -> load.SpellRow:
    """Terms of an exempt person: the employer's part only."""
    return load.SpellRow(first, fen * 100 // 8, EIGHT, EIGHT, fen, 0, None, True)


def town(people: Mapping[str, Sequence[Sequence[load.SpellRow]]], method: Method = Method.SELF) -> load.Loaded:
    """Employers by ref; of each its people, each a normal membership with these spells."""
    employers = [
        load.EmployerRow(
            name=f"杭州{ref}有限公司",
            credit_code=f"9133{ref:0>14}",
            unit_type="33",
            payday=10,
            accounts=[load.EmployerAccountRow(ref, date(2020, 1, 1), method, EIGHT, EIGHT, BRANCH)],
        )
        for ref in people
    ]
    members = [(ref, spells) for ref, of_employer in people.items() for spells in of_employer]
    rows = []
    for serial, (ref, spells) in enumerate(members):
        first = f"330106{date(1970, 1, 1) + timedelta(days=serial // 1000):%Y%m%d}{serial % 1000:03d}"
        membership = load.MembershipRow(ref, spells[0].first_month, spells)
        account = load.PersonalAccountRow(date(2020, 1, 1), [membership])
        rows.append(load.PersonRow(f"职工{serial}", first + check_digit(first), [account]))
    return load.city(employers, rows, RULES.at(AT.date()))


def account(loaded: load.Loaded, ref: str) -> int:
    """The employer account's id."""
    return loaded.employer_account_ids[ref]


def close(month: Month = MONTH, at: datetime = TURN) -> Made:
    """Make the dues of a month, all in one batch."""
    return changes.make_dues(ACTOR, at, month, RULES, parties.employer_account_ids())


def dues_of(employer_account_id: int) -> list[Due]:
    """All its dues, newest first."""
    return list(listings.stream_funds([employer_account_id]))


def order_for(employer_account_id: int, due_ids: Sequence[int] | None = None, at: datetime = AT) -> Order:
    """An order for these dues, or for all of the employer account's that can be paid."""
    ids = [due.id for due in dues_of(employer_account_id) if due.payable] if due_ids is None else due_ids
    opened = changes.open_settlement(ACTOR, at, RULES, employer_account_id, ids, payee_account=PAYEE)
    assert opened.order is not None
    return opened.order
