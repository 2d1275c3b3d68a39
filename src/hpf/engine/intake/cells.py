"""What a workbook's cell can hold once it has been read, and how a column makes text or an amount of it.

Spreadsheets damage data silently: an 18-digit id typed into a number column has lost its last digits in the file
already, and a formula shows a value that nobody typed. Such cells are refused with advice, never repaired.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class BadKind(StrEnum):
    """Why a cell cannot be taken; the label tells the user what to do about it."""

    FORMULA = "formula"
    LOST_DIGITS = "number-lost-digits"
    NOT_TEXT = "not-text"
    NOT_A_NUMBER = "not-a-number"
    ERROR_VALUE = "error-value"
    DATE = "date"
    LOGICAL = "logical"
    TOO_LONG = "too-long"

    @property
    def label(self) -> str:
        """A sentence for the user."""
        return _ADVICE[self]


_ADVICE = {
    BadKind.FORMULA: "单元格是公式，请复制后用“粘贴数值”改为填写的内容",
    BadKind.LOST_DIGITS: "被存成数字，末尾数字已丢失，请把该列设为文本格式后重新填写",
    BadKind.NOT_TEXT: "单元格是带小数的数字，请把该列设为文本格式后重新填写",
    BadKind.NOT_A_NUMBER: "单元格不是有效数字，请重新填写",
    BadKind.ERROR_VALUE: "单元格是错误值（如 #REF!、#N/A），请重新填写",
    BadKind.DATE: "单元格是日期或时间，请把该列设为文本格式后重新填写",
    BadKind.LOGICAL: "单元格是逻辑值（TRUE/FALSE），请把该列设为文本格式后重新填写",
    BadKind.TOO_LONG: "单元格内容过长，请核对",
}


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be taken as it stands: `text` is what it shows, as far as known."""

    kind: BadKind
    text: str = ""

    @property
    def advice(self) -> str:
        """A sentence for the user."""
        return self.kind.label


Cell = str | int | Decimal | bool | date | datetime | BadCell | None
"""Numbers are int or Decimal, never float; an empty cell is None; datetime only where the cell has a time of day."""


def text_of(cell: Cell) -> str | BadCell:
    """A cell of a text column (names, id numbers, codes, choices): "" when empty; whole numbers as their digits."""
    match cell:
        case None:
            return ""
        case str() | BadCell():
            return cell
        case bool():
            return BadCell(BadKind.LOGICAL, "TRUE" if cell else "FALSE")
        case int():
            return str(cell)
        case Decimal():
            return BadCell(BadKind.NOT_TEXT, f"{cell:f}")
        case _:
            return BadCell(BadKind.DATE, cell.isoformat())


def date_of(cell: Cell) -> str | BadCell:
    """A cell of a date column as text: a day of the spreadsheet's own, or what was typed as text."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell.isoformat()
    return text_of(cell)


def amount_of(cell: Cell) -> str | BadCell:
    """A cell of an amount column as text for `Money.parse`: "" when empty; a formula counts by the value it shows."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, BadCell) and cell.kind is BadKind.FORMULA and cell.text:
        return cell.text
    return text_of(cell)
