"""What an enquiry shows: filters, columns, totals, and the named source its rows come from."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class ColumnKind(StrEnum):
    """How a value of a listing is shown, totalled and exported."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    RATE = "rate"
    MONTH = "month"
    DATE = "date"
    TIME = "time"
    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    STATUS = "status"
    COUNT = "count"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a listing. `key` is the attribute of the source's rows. `totalled`: the listing's total line
    has it.
    """

    key: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT
    totalled: bool = False
    wide: bool = False


class FilterKind(StrEnum):
    """How a condition is entered."""

    MONTH = "month"
    CHOICE = "choice"
    DATE = "date"
    TEXT = "text"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition of an enquiry. `choices` are (value, label); an optional one starts with 全部."""

    key: str
    label: str
    kind: FilterKind
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    note: str = ""


class Source(Enum):
    """The closed list of listings an enquiry may be made of; bound to readers in `engine.execute.sources`."""

    CASES_OF_ITEM = auto()
    """Summary records of one item by business month of declaration (HZ-2.4.2-01)."""
    RECORDS_OF_ITEM = auto()
    """业务申请记录: the applications of one item with state and reason of return (HH-3.4-02, HH-0-01)."""
    ROWS_OF_CASE = auto()
    """The persons behind a count of a summary record (HZ-2.4.2-05)."""
    FUNDS = auto()
    """What the employer account owes and has settled (HZ-2.8.1.5)."""
    PEOPLE_OF_DUE = auto()
    """The persons from whom a due arises (HZ-2.8.1.5-06)."""
    ORDERS = auto()
    """The employer account's payment orders (HZ-2.8.2.3)."""
    PAYABLE = auto()
    """Dues that can be put into an order now (HZ-2.8.2.1-02)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One table of an enquiry. `sorted_by` is told to the user; `drill` opens the rows behind a record."""

    source: Source
    columns: tuple[Column, ...]
    sorted_by: str
    filters: tuple[Filter, ...] = ()
    empty: str = "没有符合条件的记录"
    export_limit: int | None = None
