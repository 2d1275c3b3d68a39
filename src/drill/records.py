"""What was done and what was answered: frozen, so that both can be written down and a lie can be planted in a copy.

Amounts are fen, months yyyymm, moments aware in China; `step` numbers what a player did, from 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from drill.papers import RowSent


@dataclass(frozen=True)
class Account:
    """An employer account that is played; `rate` in hundredths of a percent, the same on both sides."""

    no: str
    name: str
    district: str
    rate: int
    method: str


@dataclass(frozen=True)
class LineTold:
    """A person of a due."""

    customer_no: str
    name: str
    id_no: str
    month: int
    base_fen: int
    employer_fen: int
    personal_fen: int
    change: str
    remark: str


@dataclass(frozen=True)
class DueTold:
    """A record of 缴存资金查询 with the people behind it, and what stands on its voucher when it has one."""

    code: str
    kind: str
    month: int
    people: int
    amount_fen: int
    prepaid_fen: int
    cash_fen: int
    method: str
    state: str
    credit: str
    lines: tuple[LineTold, ...]
    slip: str = ""


@dataclass(frozen=True)
class OrderTold:
    """A record of 送缴结算查询."""

    no: str
    dues: int
    amount_fen: int
    state: str
    credit: str


@dataclass(frozen=True)
class RowTold:
    """A line of a case."""

    name: str
    id_no: str
    kind: str
    base_fen: int
    employer_fen: int
    personal_fen: int
    state: str
    processed_at: str
    processed_month: str
    reasons: tuple[str, ...]
    advice: str


@dataclass(frozen=True)
class CaseTold:
    """A record of 个人账户设立（启封）查询 with its lines."""

    no: str
    declared_at: datetime
    declared_month: int
    processed_month: str
    total: int
    succeeded: int
    failed: int
    pending: int
    amount_fen: int
    rows: tuple[RowTold, ...]


@dataclass(frozen=True)
class AccountTold:
    """Everything an employer account is told in the hall."""

    dues: tuple[DueTold, ...]
    orders: tuple[OrderTold, ...]
    cases: tuple[CaseTold, ...]
    purse_fen: int


@dataclass(frozen=True)
class Snapshot:
    """All that can be read at one moment: the hall by account number, the desk's books, the bank's statement.

    `identities`: what the desk's check found, by name (empty when right). `trial`: debit and credit by account of the
    chart. `bank`: what the bank says it booked, by order. `failed_runs`: batches that
    did not come to their end.
    """

    at: datetime
    accounts: Mapping[str, AccountTold]
    identities: Mapping[str, str]
    trial: Mapping[str, tuple[int, int]]
    bank: Mapping[str, int]
    failed_runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offered:
    """A row shown to the hall, by `way` entry or workbook; `refused` is what was said against it, nothing when taken.

    `place` counts the rows of one list, so that the second of two equal ones is known.
    """

    step: int
    account: str
    at: datetime
    way: str
    place: int
    row: RowSent
    refused: tuple[str, ...]


@dataclass(frozen=True)
class Declared:
    """A submission: a case with these rows, made between `before` and `after` by the clock of the hall."""

    step: int
    account: str
    case_no: str
    before: datetime
    after: datetime
    rows: tuple[RowSent, ...]


@dataclass(frozen=True)
class Ordered:
    """送缴结算 of these dues; `shown_fen` is what the payment page asks for."""

    step: int
    account: str
    order_no: str
    at: datetime
    dues: tuple[str, ...]
    shown_fen: int


@dataclass(frozen=True)
class Chosen:
    """A channel was taken for an order: `qr` or `bank`."""

    step: int
    order_no: str
    at: datetime
    way: str


@dataclass(frozen=True)
class Paid:
    """The payer paid at `at`; the centre was told of `told_fen` at `told_at` (a bank may tell late, or wrongly)."""

    step: int
    order_no: str
    at: datetime
    told_at: datetime
    told_fen: int
    trick: str


@dataclass(frozen=True)
class Ended:
    """An order ended without money: `how` is cancelled or refused (by the bank)."""

    step: int
    order_no: str
    at: datetime
    how: str


@dataclass(frozen=True)
class Denied:
    """Something that must not be possible was tried; `allowed` is whether it was possible all the same."""

    step: int
    what: str
    allowed: bool
    told: str


@dataclass(frozen=True)
class Decided:
    """Somebody at the desk decided all rows of a case that waited for a person; `reason` is told with a refusal."""

    step: int
    case_no: str
    at: datetime
    approved: bool
    reason: str


Act = Offered | Declared | Decided | Ordered | Chosen | Paid | Ended | Denied


@dataclass(frozen=True)
class Play:
    """A whole play: who was played, what could be read before, what was done, what could be read after.

    `alone`: nobody else did anything in this world meanwhile, so that the centre's books can be compared to the fen.
    """

    seed: int
    accounts: tuple[Account, ...]
    first: Snapshot
    acts: tuple[Act, ...]
    last: Snapshot
    alone: bool = True
