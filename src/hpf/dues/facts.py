"""What the other rooms may know of dues, orders and payments: frozen values, no Django, no queries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hpf.kernel.identity import IdType
from hpf.kernel.labelled import Labelled
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.ledger.facts import Purse
from hpf.parties.facts import Change, Fund, Method


class DueKind(Labelled):
    """缴存类型 (domain-values A9)."""

    REMITTANCE = "remittance", "汇缴"
    MISSED = "missed", "漏缴补缴"
    SHORTFALL = "shortfall", "少缴补缴"


class SettlementState(Labelled):
    """结算状态 of a due (domain-values A2, requirements E3)."""

    WAITING = "waiting", "待结算"
    SETTLING = "settling", "结算中"
    SETTLED = "settled", "结算成功"
    FAILED = "failed", "结算失败"
    DEFERRED = "deferred", "缓缴"


class CreditState(Labelled):
    """入账状态 of a due."""

    NOT_CREDITED = "no", "未入账"
    CREDITED = "yes", "已入账"


class TryState(Labelled):
    """How one settlement of a due ended; a withdrawn one leaves the due as it was before (order void or cancelled)."""

    OPEN = "open", "结算中"
    SUCCEEDED = "succeeded", "结算成功"
    FAILED = "failed", "结算失败"
    WITHDRAWN = "withdrawn", "已撤销"


class OrderState(Labelled):
    """订单结算状态 (domain-values A9, requirements E4)."""

    UNPAID = "unpaid", "待支付"
    PAID = "paid", "支付成功"
    FAILED = "failed", "支付失败"
    CANCELLED = "cancelled", "已取消"
    VOID = "void", "已作废"


class PayChannel(Labelled):
    """支付渠道 of an order; the stored codes are the cashier's (HZ-2.8.2.1-16)."""

    CORPORATE_BANK = "corporateBank", "对公网银"
    QR = "qr", "扫码"


PAYABLE = (SettlementState.WAITING, SettlementState.FAILED, SettlementState.DEFERRED)
"""The states from which a due can go into an order."""


@dataclass(frozen=True, slots=True)
class Due:
    """What an employer account owes for a business month (`month`; of a back-pay due that of its case).

    `state` and all that follows tell of the latest settlement: `prepaid` was taken from the purse, `cash` had to be
    paid; `order_no` when it went through an order, `reason` when it failed.
    """

    id: int
    code: str
    kind: DueKind
    fund: Fund
    employer_account_id: int
    month: Month
    made_at: datetime
    policy_version: int
    people: int
    employer_part: Money
    personal_part: Money
    method: Method
    state: SettlementState
    prepaid: Money
    settled_at: datetime | None
    credited_at: datetime | None
    order_no: str
    reason: str

    @property
    def amount(self) -> Money:
        """应缴金额: what is owed."""
        return self.employer_part + self.personal_part

    @property
    def cash(self) -> Money:
        """结算金额: what has to be paid, the amount less what the purse gave."""
        return self.amount - self.prepaid

    @property
    def credit(self) -> CreditState:
        """入账状态."""
        return CreditState.CREDITED if self.credited_at else CreditState.NOT_CREDITED

    @property
    def payable(self) -> bool:
        """Whether it can go into an order now."""
        return self.state in PAYABLE

    @property
    def printable(self) -> bool:
        """Whether a payment voucher may be printed: settled and credited (HZ-2.8.1.5-09)."""
        return self.state is SettlementState.SETTLED and self.credited_at is not None and bool(self.amount)

    @property
    def note(self) -> str:
        """备注 (HZ-2.8.2.1-12)."""
        return "已扣除预缴资金" if self.prepaid else ""


@dataclass(frozen=True, slots=True)
class DueLine:
    """One person and month of a due, as frozen when the due was made; never changed afterwards (F-93)."""

    due_id: int
    account_id: int
    belongs_month: Month
    base: Money
    employer_rate: Rate
    personal_rate: Rate
    employer_part: Money
    personal_part: Money
    exempt: bool
    change: Change
    customer_no: str
    name: str
    id_type: IdType
    id_no: str

    @property
    def amount(self) -> Money:
        """Both parts together."""
        return self.employer_part + self.personal_part

    @property
    def note(self) -> str:
        """备注 (domain-values B2.2)."""
        return "免缴" if self.exempt else ""


@dataclass(frozen=True, slots=True)
class Order:
    """One payment of one or more dues by the employer itself. `channel` is None and `bank` empty until one is chosen.

    It can be paid until `expires_at`: the QR code's life from the choice of the channel (F-72), else the day's end.
    """

    id: int
    no: str
    employer_account_id: int
    fund: Fund
    case_id: int | None
    state: OrderState
    amount: Money
    dues: int
    people: int
    payee_account: str
    channel: PayChannel | None
    bank: str
    created_at: datetime
    chosen_at: datetime | None
    expires_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in, by the cashier's number of the transaction; the payer as the cashier tells it."""

    transaction_id: str
    order_no: str
    employer_account_id: int | None
    amount: Money
    paid_at: datetime
    received_at: datetime
    payee_account: str
    payer_name: str
    payer_bank: str
    payer_account: str
    outcome: "Outcome"


class PaymentState(Labelled):
    """What the cashier says about an order; the codes are the cashier's."""

    WAITING = "waiting", "待支付"
    PAID = "paid", "支付成功"
    FAILED = "failed", "支付失败"
    CLOSED = "closed", "已关闭"


class PaymentNotice(Protocol):
    """What came from the cashier, signature checked: a notice, or the answer to a query (then `notice_id` is empty).

    `state` is a code of `PaymentState`. When paid, `transaction_id`, `paid_at` and `amount` are there; when failed,
    `reason`.
    """

    @property
    def notice_id(self) -> str:
        """Number of the message; empty for the answer to a query."""

    @property
    def order_no(self) -> str:
        """Our order's number."""

    @property
    def state(self) -> str:
        """A code of `PaymentState`."""

    @property
    def amount(self) -> Money | None:
        """What was paid; None for an order that nobody opened."""

    @property
    def transaction_id(self) -> str:
        """The cashier's number of the payment."""

    @property
    def paid_at(self) -> datetime | None:
        """When it was paid."""

    @property
    def payee_account(self) -> str:
        """The centre's account that was credited."""

    @property
    def payer_name(self) -> str:
        """Who paid."""

    @property
    def payer_bank(self) -> str:
        """By which bank."""

    @property
    def payer_account(self) -> str:
        """From which account, masked."""

    @property
    def reason(self) -> str:
        """The bank's reason, when failed."""


class Outcome(Labelled):
    """What became of a message of the cashier's (domain-values A5). The label is what the agent may be told."""

    SETTLED = "settled", "支付成功，已入账"
    ORDER_CLOSED = "order_closed", "订单已作废或已取消，款项转入单位预缴资金"
    ALREADY_PAID = "already_paid", "订单已支付，多付款项转入单位预缴资金"
    WRONG_AMOUNT = "wrong_amount", "到账金额与订单金额不符，款项转入单位预缴资金，请联系中心核实"
    UNKNOWN_ORDER = "unknown_order", "订单不存在，款项记入暂收，由中心核实"
    REFUSED = "refused", "支付失败，请重新办理送缴结算"
    NOTHING = "nothing", "无需处理"

    @property
    def to_purse(self) -> bool:
        """Whether the money went into the employer account's purse."""
        return self in (Outcome.ORDER_CLOSED, Outcome.ALREADY_PAID, Outcome.WRONG_AMOUNT)

    @property
    def is_problem(self) -> bool:
        """Whether a person of the centre has to look at it."""
        return self in (Outcome.WRONG_AMOUNT, Outcome.UNKNOWN_ORDER)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a message of the cashier's; `repeated` when it, or its payment, had been applied before."""

    outcome: Outcome
    repeated: bool
    order: Order | None
    amount: Money


@dataclass(frozen=True, slots=True)
class Made:
    """What one call of month close made: dues, lines, their sum; employer accounts that are `held` by somebody and have
    to be tried again."""

    dues: int
    people: int
    amount: Money
    held: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """How far a month is: dues made, their people and sum, and how many of them are settled and credited."""

    month: Month
    dues: int
    people: int
    amount: Money
    credited: int


@dataclass(frozen=True, slots=True)
class OpenedSettlement:
    """What 送缴结算 opened: the order, None where nothing had to be paid; dues of nothing, settled at once
    (HZ-2.8.2.1-32 to -35); dues that turned from 托收 to 送缴 for good (-14)."""

    order: Order | None
    zero_due_ids: tuple[int, ...]
    turned_due_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The card above the funds (domain-values B2.1): the latest month's due against the due of the month before."""

    due: Due
    joined: int
    joined_amount: Money
    left: int
    left_amount: Money
    base_changed: int
    base_changed_amount: Money
    purse: Purse


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What the payment voucher of a credited due needs (domain-values A15); `receipt` is None where the money came by
    collection; months are the first and last that its lines belong to."""

    due: Due
    order: Order | None
    receipt: Receipt | None
    first_month: Month
    last_month: Month
    lines: int
    payee_account: str


@dataclass(frozen=True, slots=True)
class LatestVoucher:
    """HZ-2.15.4-09: the due credited last in a month, None where there is none; `of` how many there are (-10)."""

    due: Due | None
    of: int


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Conditions of 送缴结算查询 (domain-values B2.5); None leaves one out; days of creation, both included."""

    first_day: date | None = None
    last_day: date | None = None
    state: OrderState | None = None


@dataclass(frozen=True, slots=True)
class FundsFilter:
    """Conditions of 缴存资金查询 (domain-values B2.1); None leaves one out; business months, both included."""

    first_month: Month | None = None
    last_month: Month | None = None
    kind: DueKind | None = None
    state: SettlementState | None = None
