"""What a source of a listing is: who asks, what comes back, what can be done with a record; reading of conditions.

A record's cells are typed values by column key (Money, Month, datetime, text); how they look is the page's business.
What can be done with a record are actions of a closed list, so that pages need not know what the record is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Any

from hpf.engine.declare import ItemRules
from hpf.kernel.clock import day_written
from hpf.kernel.month import Month
from hpf.kernel.paging import Page
from hpf.parties.facts import EmployerAccountFacts


class ActionKind(Enum):
    """What a user can do with a record."""

    OPEN = auto()
    """Open the rows behind it."""
    CASE_VOUCHER = auto()
    """打印, 下载 of the voucher of a case's succeeded rows (HZ-2.4.2-14 to -18)."""
    CANCEL_CASE = auto()
    """取消 of an application that waits for review (HH-3.4-15, -16)."""
    CORRECT_CASE = auto()
    """修改后重新提交 of a returned application (F-47)."""
    DUE_VOUCHER = auto()
    """打印缴款凭证 (HZ-2.8.1.5-09)."""
    PAY_DUE = auto()
    """去缴款: to 送缴结算 with this due chosen."""
    PAY_ORDER = auto()
    """重新支付 (HZ-2.8.2.2-06)."""
    CANCEL_ORDER = auto()
    """取消支付 (HZ-2.8.2.2-07)."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a listing: `key` names it in addresses; `marked` rows are yellow (HZ-2.4.2-11)."""

    key: str
    cells: Mapping[str, Any]
    marked: bool = False
    actions: tuple[ActionKind, ...] = ()
    counts: Mapping[str, str] = field(default_factory=dict)
    """Column key → name of the rows behind that count, for columns that can be clicked (HZ-2.4.2-05)."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what: the employer account, the rules of the day, the item whose cases are meant, the conditions
    as texts.

    `key` is the record whose rows are wanted, for a drill-down; a record of another employer account raises
    LookupError.
    """

    applicant: EmployerAccountFacts
    rules: ItemRules
    query: Mapping[str, str]
    item_code: str = ""
    key: str = ""


class BadCondition(ValueError):
    """A condition cannot be read; the message names the field and the value and says what to enter."""


Choices = Mapping[str, Sequence[tuple[str, str]]]
"""By key of a filter: (value, label) in the order shown."""


def _none(asking: Asking) -> Choices:
    return {}


@dataclass(frozen=True, slots=True)
class Bound:
    """How a source is read. `every` streams all records of the conditions; `choices` are those of its filters."""

    page: Callable[[Asking, object], Page[Record]]
    every: Callable[[Asking], Iterator[Record]]
    choices: Callable[[Asking], Choices] = _none


def month_in(asking: Asking, key: str, label: str) -> Month | None:
    """The month entered under `key`, None if none was. Raises BadCondition."""
    text = asking.query.get(key, "").strip()
    if not text:
        return None
    try:
        return Month.parse(text)
    except ValueError:
        raise BadCondition(f"{label}“{text}”不是有效的年月，请按“2026-11”填写") from None


def day_in(asking: Asking, key: str, label: str) -> date | None:
    """The day entered under `key`, None if none was. Raises BadCondition."""
    text = asking.query.get(key, "").strip()
    if not text:
        return None
    day = day_written(text)
    if day is None:
        raise BadCondition(f"{label}“{text}”不是有效的日期，请按“2026-11-20”填写")
    return day


def one_of(kind: type[Any], asking: Asking, key: str, label: str) -> Any:
    """The member of a closed list chosen under `key`, None if none was. Raises BadCondition."""
    text = asking.query.get(key, "").strip()
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise BadCondition(f"{label}“{text}”不在可选范围内，请重新选择") from None


def page_number(text: object) -> int:
    """A page number from a request for a listing that bounds it itself; anything that is not one becomes the first."""
    return max(1, int(str(text))) if str(text).isdecimal() else 1
