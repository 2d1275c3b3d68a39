"""The layout that a template is written with and read back by: one place, so that the two cannot drift apart.

Row 1 the title; then the head block, two entries to a line, each in one cell as `label：value`; a line of advice; the
column labels, `*` after the required ones; then the user's rows (domain-values B1.3). What the template was made for
stands in a hidden sheet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

STAMP_SHEET = "_hpf"
ERROR_LABEL = "错误原因"
PER_LINE = 2

ColumnKind = Literal["serial", "text", "money", "choice", "number", "date"]


@dataclass(frozen=True)
class Stamp:
    """What a template was made for: item and centre by code, and the version of the item's declaration."""

    item: str
    centre: str
    version: str


@dataclass(frozen=True)
class HeadField:
    """An entry of the protected head block; on import its value must be the page's own where `must_match`."""

    label: str
    value: str
    must_match: bool = True


@dataclass(frozen=True)
class SheetColumn:
    """A column: `key` names it in the program, `label` for people; `note` is the hint shown at a cell (255 characters).

    `width` is in characters of a digit; `choices` make a drop-down; `protected` cells are filled by the system.
    """

    key: str
    label: str
    width: int
    required: bool = False
    kind: ColumnKind = "text"
    choices: tuple[str, ...] = ()
    protected: bool = False
    note: str = ""

    @property
    def heading(self) -> str:
        """The label as it stands in the sheet."""
        return f"{self.label}*" if self.required else self.label


@dataclass(frozen=True)
class SheetSpec:
    """A template as a whole. Rows and columns of the sheet count from 0 in the methods."""

    title: str
    stamp: Stamp
    head: tuple[HeadField, ...]
    columns: tuple[SheetColumn, ...]
    advice: str = "带 * 的列必须填写；号码请按文本填写；请勿改动表头、列名和列的顺序。"

    @property
    def heading_row(self) -> int:
        """The row of the column labels."""
        return 2 + -(-len(self.head) // PER_LINE)

    def head_places(self) -> Iterator[tuple[int, int, int, HeadField]]:
        """(row, first column, last column, entry) for each entry of the head block."""
        count = max(len(self.columns), PER_LINE)
        for number, field in enumerate(self.head):
            line, slot = divmod(number, PER_LINE)
            yield 1 + line, slot * count // PER_LINE, (slot + 1) * count // PER_LINE - 1, field
