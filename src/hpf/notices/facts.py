"""What the other rooms may know of messages and inbox entries: frozen values, no Django, no queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hpf.kernel.labelled import Labelled

MOBILE_END = 4
"""A message is found by so many digits, the last ones of its number."""


class TextKind(Labelled):
    """The occasion of a text message (domain-values A16)."""

    OPENING_DONE = "opening_done", "设立（启封）通知"
    DUE_MADE = "due_made", "应缴通知"


class TextState(Labelled):
    """Where a text message stands. `SENT`: the gateway has it; what became of it is told by its report."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已提交网关"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "发送失败"
    GIVEN_UP = "given_up", "网关无应答"

    @property
    def can_be_resent(self) -> bool:
        """Whether a person of the centre may have it sent once more."""
        return self in (TextState.FAILED, TextState.GIVEN_UP)


def opening_subject(case_id: int, row_no: int) -> str:
    """The subject of the message that tells a person of the account opened by this row."""
    return f"opening:{case_id}:{row_no}"


@dataclass(frozen=True, slots=True)
class NewText:
    """A text message to be sent. `subject` names what it tells of (`due:17:3`): the same subject is sent once."""

    subject: str
    kind: TextKind
    mobile: str
    text: str


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message as the desk sees it; `mobile` is the whole number, which is masked where it is shown.

    `reason` is the gateway's or the network's, in Chinese; times are business time; number and text are empty once
    they were forgotten.
    """

    id: int
    kind: TextKind
    mobile: str
    text: str
    state: TextState
    tries: int
    reason: str
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text message on its way to the gateway. `ref` is the same at every try: the gateway takes it once."""

    ref: str
    mobile: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the gateway says about one `Outgoing`: its own number, or why it does not take it."""

    ref: str
    gateway_id: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a message that the gateway had taken; `reason` when it was not delivered (空号, 关机 …)."""

    ref: str
    delivered: bool
    reason: str = ""


class GatewayUnavailable(Exception):
    """No trustworthy answer: nothing is known about the messages, send them again later under the same `ref`."""


class Gateway(Protocol):
    """The operators' SMS gateway as this room needs it."""

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Reply]:
        """Hand messages over, one reply for each. Raises GatewayUnavailable."""


class EntryKind(Labelled):
    """What an inbox entry tells of; the label is its title."""

    TO_CHECK = "to_check", "待单位复核"
    SENT_BACK = "sent_back", "复核未通过"
    RETURNED = "returned", "办件被退回"
    CONCLUDED = "concluded", "办件已办结"
    FAILED = "failed", "办理失败"
    WITH_PERSON = "with_person", "转人工处理"
    ROWS_REFUSED = "rows_refused", "记录未通过"
    PAID = "paid", "缴款已入账"
    PAYMENT_FAILED = "payment_failed", "缴款失败"
    ORDER_VOID = "order_void", "订单已作废"
    TO_PURSE = "to_purse", "款项转入预缴"
    DUE_MADE = "due_made", "应缴已生成"


class Target(StrEnum):
    """What the `ref` of an entry is the number of: a case (业务流水号) or a due (业务代码)."""

    CASE = "case"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Something an employer's agents need to know. `subject` names the occasion: one entry for each, whoever tells."""

    subject: str
    employer_id: int
    kind: EntryKind
    text: str
    target: Target
    ref: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An inbox entry as one agent sees it; `read` is this agent's own mark."""

    id: int
    kind: EntryKind
    text: str
    target: Target
    ref: str
    at: datetime
    read: bool
