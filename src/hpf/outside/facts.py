"""What the centre says to the cashier and to employers' own systems, and they to it, as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from hpf.kernel.money import Money


class CashierError(Exception):
    """The cashier could not be asked, or what came in its name cannot be trusted."""


class CashierUnavailable(CashierError):
    """No trustworthy answer: try again later; nothing is known about the order."""


class CashierRefused(CashierError):
    """The cashier understood and refused; the text is its own, in Chinese."""


class ForgedNotice(CashierError):
    """The notice is not the cashier's, not for us, or not readable. Answer it as not taken and change nothing."""


class StaleNotice(CashierError):
    """The cashier's notice, but signed longer ago than five minutes: a replay, or a clock that is wrong."""


class Way(StrEnum):
    """How the employer pays; the value is what goes over the wire."""

    CORPORATE_BANK = "corporateBank"
    PERSONAL_BANK = "personalBank"
    QR = "qr"


class PaymentState(StrEnum):
    """Where an order stands at the cashier."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True)
class PaymentRequest:
    """One order to be paid. `payee_account` is the centre's account to credit and comes back with the payment."""

    order_no: str
    amount: Money
    way: Way
    subject: str
    payee_account: str
    notify_url: str
    return_url: str
    expires: datetime
    bank: str = ""
    payer_name: str = ""


@dataclass(frozen=True)
class PaymentStart:
    """Where the payer goes on: an address to open in the browser, or a text to show as a QR code. One of the two."""

    pay_url: str = ""
    qr_text: str = ""


@dataclass(frozen=True)
class PaymentNotice:
    """What the cashier says about an order, in a notice or as the answer to a query.

    `notice_id` is empty for a query; `transaction_id`, `paid_at` and the payer are there when PAID; `amount` is None
    only for an order closed before anybody opened its page; `reason` is the bank's, when FAILED. `payer_account` is
    masked.
    """

    notice_id: str
    order_no: str
    state: PaymentState
    amount: Money | None
    transaction_id: str = ""
    paid_at: datetime | None = None
    payee_account: str = ""
    payer_name: str = ""
    payer_bank: str = ""
    payer_account: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What to answer to a notice, so that the cashier stops or tries again."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True)
class Contract:
    """Our contract with the cashier: addresses, numbers and keys (PEM text; `api_v3_key` has 32 characters)."""

    base_url: str
    mchid: str
    app_id: str
    merchant_serial: str
    merchant_key: str
    platform_serial: str
    platform_public_key: str
    api_v3_key: str

    @classmethod
    def load(
        cls, *, base_url: str, mchid: str, app_id: str, merchant_serial: str, platform_serial: str, keys: Path
    ) -> "Contract":
        """The contract with its keys read from `merchant.key.pem`, `platform.pub.pem` and `apiv3.txt` in `keys`."""
        return cls(
            base_url=base_url.rstrip("/"),
            mchid=mchid,
            app_id=app_id,
            merchant_serial=merchant_serial,
            merchant_key=(keys / "merchant.key.pem").read_text(),
            platform_serial=platform_serial,
            platform_public_key=(keys / "platform.pub.pem").read_text(),
            api_v3_key=(keys / "apiv3.txt").read_text().strip(),
        )


class MessageKind(StrEnum):
    """What an employer's own system can be told of; the value is what goes over the wire."""

    CASE_MOVED = "case.moved"
    DUE_MADE = "due.made"

    @property
    def label(self) -> str:
        """What happened, in Chinese."""
        return {"case.moved": "办件有变化", "due.made": "生成应缴"}[self.value]


@dataclass(frozen=True, slots=True)
class HookFacts:
    """An address that messages are pushed to, since the centre's moment `since_at`; its secret is not among it."""

    id: UUID
    employer_id: int
    url: str
    kinds: tuple[MessageKind, ...]
    since_at: datetime


class MessageState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"

    @property
    def label(self) -> str:
        """The word of the screens."""
        return {"waiting": "等待送达", "delivered": "已送达", "given_up": "已停止推送"}[self.value]


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One message for one address. `at` is the centre's time, the times of tries are real; `reason` is why the last try
    failed, `status` the answer's, None without one. `body` is JSON as it is sent.
    """

    id: UUID
    kind: MessageKind
    subject: str
    body: str
    at: datetime
    tries: int
    status: int | None
    reason: str
    delivered_at: datetime | None
    given_up_at: datetime | None

    @property
    def state(self) -> MessageState:
        """Where it stands."""
        if self.delivered_at is not None:
            return MessageState.DELIVERED
        return MessageState.WAITING if self.given_up_at is None else MessageState.GIVEN_UP


class ConnectionRefused(ValueError):
    """A token or an address for an employer's own system cannot be like this; the message is Chinese and says why."""
