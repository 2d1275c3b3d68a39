"""What a service item (事项) is: one typed value and two or three pure functions.

Five kinds of form and no more: a **roster** is typed, imported or selected from a list; a **form** is one record; a
**certificate** is a form whose result is a document; an **enquiry** is a set of listings; a **redirect** points to
another item. The first three are submitted as cases and are an `Item`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any, Generic, TypeVar, get_type_hints

from hpf.engine.declare.effects import Effect
from hpf.engine.declare.facts import Fact
from hpf.engine.declare.listing import Column, ColumnKind, Filter, Listing, Source
from hpf.engine.declare.row import Row
from hpf.engine.declare.rules import ItemRules
from hpf.kernel.refusal import Refusal, Refused


class FormKind(Enum):
    """How the rows of a case come to be."""

    ROSTER = auto()
    """Typed one by one or imported from a workbook; one of the two at a time."""
    SELECTION = auto()
    """Ticked in a list of candidates."""
    CERTIFICATE = auto()
    """One record is filled in; a document comes back."""


class Accept(Enum):
    """What becomes of good rows beside bad ones."""

    ROWS = "rows"
    """Each row has its own verdict."""
    WHOLE = "whole"
    """All or nothing, in one transaction."""


class Group(StrEnum):
    """The groups of the menu, in the order shown."""

    ACCOUNT = "个人账户"
    CONTRIBUTION = "汇缴与补缴"
    SETTLEMENT = "送缴结算"
    ENQUIRY = "信息查询"


R = TypeVar("R", bound=Row)
F = TypeVar("F")
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the to-be-confirmed list that the system works out; `key` is an attribute of the item's `Worked`.

    Amounts are shown while a line is entered, too, and whatever else is `live`.
    """

    key: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT
    totalled: bool = False
    live: bool = False


DEPOSIT_COLUMNS = (
    Shown("base", "缴存基数", ColumnKind.MONEY),
    Shown("mark", "提示"),
    Shown("employer_rate", "单位比例", ColumnKind.RATE),
    Shown("personal_rate", "个人比例", ColumnKind.RATE),
    Shown("employer_part", "单位月缴存额", ColumnKind.MONEY, totalled=True),
    Shown("personal_part", "个人月缴存额", ColumnKind.MONEY, totalled=True),
    Shown("total", "合计月缴存额", ColumnKind.MONEY, totalled=True),
)
"""What every item shows of a monthly deposit; its `Worked` has these attributes."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The list a selection is made from: conditions, columns and the key that names a chosen record."""

    source: Source
    key: str
    filters: tuple[Filter, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class Item(Generic[R, F, W]):
    """A service item that is submitted as a case.

    `code` is stable: materials, the daily cut-off and the 声明 of the policy book are found by it. `work_out` gives
    what the list shows beside the entered fields; `check` yields refusals in order of precedence, or a referral
    (remedy REVIEW) that leaves the row to a person; `check_all` judges rows that depend on each other, as (index,
    refusal); `decide` gives the effects of a row that passes;
    `notices` are told before submission. None of them reads a clock or a table. `version` grows
    when fields change, so that older drafts are recognised. `imports`: a roster can also come in as a workbook.
    """

    code: str
    title: str
    requirement: str
    group: Group
    form: FormKind
    accept: Accept
    row: type[R]
    facts: type[F]
    refusals: type[Refusal]
    work_out: Callable[[R, F, ItemRules], W]
    check: Callable[[R, F, ItemRules], Iterable[Refused]]
    decide: Callable[[R, W, F, ItemRules], Iterable[Effect]]
    check_all: Callable[[Sequence[R]], Iterable[tuple[int, Refused]]] | None = None
    notices: Callable[[Sequence[W], ItemRules], Iterable[str]] | None = None
    shown: tuple[Shown, ...] = ()
    candidates: Candidates | None = None
    version: int = 1
    imports: bool = True


@dataclass(frozen=True, kw_only=True)
class Enquiry:
    """A listing with filters, totals, drill-down, print and export. `of` names the item whose cases it shows."""

    code: str
    title: str
    requirement: str
    group: Group
    listing: Listing
    detail: Listing | None = None
    of: str = ""
    advice: str = ""
    card: bool = False


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """An item without a form of its own: it says where the business is handled (HZ-2.3)."""

    code: str
    title: str
    requirement: str
    group: Group
    text: str
    to: str


Service = Item[Any, Any, Any] | Enquiry | Redirect


def facts_asked(facts: type[Any]) -> dict[str, Fact]:
    """The facts a dataclass asks for, by field name. Raises TypeError for a field without exactly one `Fact`."""

    asked = {}
    for name, hint in get_type_hints(facts, include_extras=True).items():
        found = [m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Fact)]
        if len(found) != 1:
            raise TypeError(f"{facts.__qualname__}.{name}: annotate it with exactly one Fact")
        asked[name] = found[0]
    return asked
