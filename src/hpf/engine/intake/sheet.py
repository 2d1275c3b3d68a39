"""Workbook out: templates to fill in, the same with the errors marked, and listings of any length.

XlsxWriter in constant memory, so rows are written in order and nothing is kept. What a user has typed is written as a
string, so that `=cmd|…` stays a text and never becomes a formula; only plain figures become numbers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from hpf.engine.intake.layout import ERROR_LABEL, STAMP_SHEET, ColumnKind, SheetColumn, SheetSpec
from hpf.kernel.money import Money

_LAST_COLUMN = 16_383
_CELL_CHARACTERS = 32_767
_COMMENTS = 1_000  # each is a drawing; spreadsheets crawl with many, and the reason stands in the last column anyway
_FIGURE = re.compile(r"-?\d{1,13}(\.\d{1,2})?")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MONEY = "#,##0.00"
_RED, _INK, _RULE = "#C8161D", "#1D2939", "#98A2B3"

Value = str | int | Decimal | Money | None


@dataclass(frozen=True)
class MarkedRow:
    """A row that was refused: the texts as typed, by column key, and (column key or None, reason) for each error."""

    cells: Mapping[str, str]
    errors: Sequence[tuple[str | None, str]]


@dataclass(frozen=True)
class ListingColumn:
    """A column of a listing; amounts are written as numbers, aligned right, so that they can be summed."""

    label: str
    width: int
    kind: ColumnKind = "text"


def write_template(
    out: IO[bytes], spec: SheetSpec, rows: Iterable[Mapping[str, str]] = (), capacity: int = 5_000
) -> None:
    """A template, empty or filled with `rows`; drop-downs and hints reach over `capacity` rows."""
    with _book(out) as book:
        page = _Page(book, spec, spec.columns, capacity)
        for row in rows:
            page.write(row)


def write_marked(out: IO[bytes], spec: SheetSpec, rows: Iterable[MarkedRow]) -> None:
    """The refused rows in the same template: wrong cells coloured, with a comment, and the reasons as last column.

    To be corrected and imported as it is: the extra column is left aside on reading.
    """
    reasons = SheetColumn(ERROR_LABEL, ERROR_LABEL, 60)
    with _book(out) as book:
        page = _Page(book, spec, (*spec.columns, reasons), capacity=5_000)
        for row in rows:
            reason = "；".join(text for _, text in row.errors)
            page.write({**row.cells, ERROR_LABEL: reason}, {key: text for key, text in row.errors if key})


def write_listing(
    out: IO[bytes],
    title: str,
    columns: Sequence[ListingColumn],
    rows: Iterable[Sequence[Value]],
    totals: Sequence[Value] = (),
) -> None:
    """A listing with one row per item, in the order of `columns`, and a line of totals in the same order below."""
    with _book(out) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        styles = _Styles(book)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
        _merged(sheet, 0, 0, len(columns) - 1, title, styles.title)
        for number, column in enumerate(columns):
            sheet.write_string(1, number, column.label, styles.heading)
        sheet.freeze_panes(2, 0)
        line = 2
        for row in rows:
            for number, (column, value) in enumerate(zip(columns, row, strict=True)):
                _put(sheet, line, number, value, styles.listing(column.kind))
            line += 1
        for number, (column, value) in enumerate(zip(columns, totals, strict=False)):
            _put(sheet, line, number, value, styles.total(column.kind))
        _paper(sheet, heading_row=1)


class _Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Format] = {}
        frame = {"border": 1, "border_color": _RULE, "valign": "vcenter"}
        self.title = self._style(bold=True, font_size=16, align="center", valign="vcenter", font_color=_INK)
        self.head = self._style(bg_color="#F2F4F7", indent=1, **frame)
        self.advice = self._style(font_color="#667085", italic=True, valign="vcenter", indent=1)
        self.heading = self._style(bold=True, bg_color="#E4E9F0", align="center", text_wrap=True, **frame)
        self.required = self._style(
            bold=True, bg_color="#E4E9F0", align="center", text_wrap=True, font_color=_RED, **frame
        )
        self.outside = self._style(locked=False)

    def body(self, column: SheetColumn, *, wrong: bool = False) -> Format:
        """A cell of the user's; text columns carry the text format, so that a spreadsheet leaves ids alone."""
        more = {"bg_color": "#FFD9DC", "border": 1, "border_color": _RED} if wrong else {}
        look = {"bg_color": "#F2F4F7"} if column.protected and not wrong else {}
        return self._style(locked=column.protected, **_number_style(column.kind), **more, **look)

    def listing(self, kind: ColumnKind) -> Format:
        return self._style(**_number_style(kind))

    def total(self, kind: ColumnKind) -> Format:
        return self._style(bold=True, top=1, **_number_style(kind))

    def _style(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "微软雅黑", "font_size": 10, **properties})
        return self._made[key]


class _Page:
    """The sheet that users fill in: head block and labels at once, then row by row."""

    def __init__(
        self, book: xlsxwriter.Workbook, spec: SheetSpec, columns: Sequence[SheetColumn], capacity: int
    ) -> None:
        self._styles = _Styles(book)
        self._columns = columns
        self._sheet = book.add_worksheet(_sheet_name(spec.title))
        self._line = spec.heading_row + 1
        self._comments = 0
        _stamp(book.add_worksheet(STAMP_SHEET), spec)
        self._frame(spec)
        self._validate(self._line, self._line + capacity - 1)

    def write(self, values: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> None:
        """One row; `wrong` gives the reason by key for the cells to mark."""
        for number, column in enumerate(self._columns):
            value, reason = values.get(column.key, ""), (wrong or {}).get(column.key)
            if not value and reason is None:
                continue
            shown: Value = value
            if column.kind in ("money", "number") and _FIGURE.fullmatch(value):
                shown = Decimal(value)
            _put(self._sheet, self._line, number, shown, self._styles.body(column, wrong=reason is not None))
            if reason is not None and self._comments < _COMMENTS:
                self._comments += 1
                self._sheet.write_comment(self._line, number, _clean(reason), {"x_scale": 2})
        self._line += 1

    def _frame(self, spec: SheetSpec) -> None:
        sheet, styles, last = self._sheet, self._styles, max(len(self._columns) - 1, 1)
        for number, column in enumerate(self._columns):
            sheet.set_column(number, number, column.width, styles.body(column))
        # Unlocked to the edge: a whole row can be deleted only when no cell of it is locked.
        sheet.set_column(len(self._columns), _LAST_COLUMN, None, styles.outside)
        sheet.dim_colmax = last  # else XlsxWriter takes the format for content and walks 16,384 cells in each row
        sheet.set_row(0, 30)
        _merged(sheet, 0, 0, last, spec.title, styles.title)
        for row, first, final, field in spec.head_places():
            _merged(sheet, row, first, final, f"{field.label}：{field.value}", styles.head)
        _merged(sheet, spec.heading_row - 1, 0, last, spec.advice, styles.advice)
        sheet.set_row(spec.heading_row, 24)
        for number, column in enumerate(self._columns):
            style = styles.required if column.required else styles.heading
            sheet.write_string(spec.heading_row, number, column.heading, style)
        sheet.freeze_panes(spec.heading_row + 1, 0)
        sheet.protect("", {
            "format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True, "sort": True,
            "autofilter": True,
        })  # fmt: skip
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{1 << 20}"})
        _paper(sheet, spec.heading_row)

    def _validate(self, first: int, last: int) -> None:
        """Drop-downs and hints; pasted cells lose them, so the reader relies on none of it."""
        lists = 2
        for number, column in enumerate(self._columns):
            rule: dict[str, Any] = {"validate": "any"}
            if column.choices:
                letter = xl_col_to_name(lists)
                lists += 1
                rule = {"validate": "list", "source": f"='{STAMP_SHEET}'!${letter}$1:${letter}${len(column.choices)}"}
                rule |= {
                    "error_title": "请从下拉列表选择",
                    "error_message": "请选择：" + "、".join(column.choices)[:240],
                }
            elif column.kind == "money":
                rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 9_999_999_999}
                rule |= {"error_title": "请填写金额", "error_message": "请填写不小于 0 的数字，最多两位小数"}
            if column.note:
                rule |= {"input_title": column.label[:32], "input_message": column.note[:255]}
            if column.choices or column.note or column.kind == "money":
                self._sheet.data_validation(first, number, last, number, rule)


def _book(out: IO[bytes]) -> xlsxwriter.Workbook:
    return xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def _stamp(sheet: Worksheet, spec: SheetSpec) -> None:
    """The hidden sheet: whose template this is in the first two columns, the drop-downs' lists in the next."""
    stamp = spec.stamp
    pairs = (("item", stamp.item), ("centre", stamp.centre), ("version", stamp.version), ("title", spec.title))
    lists = [column.choices for column in spec.columns if column.choices]
    for row, (pair, *choices) in enumerate(zip_longest(pairs, *lists)):
        for column, text in enumerate((*(pair or (None, None)), *choices)):
            if text is not None:
                sheet.write_string(row, column, text)
    sheet.protect("")
    sheet.very_hidden()


def _put(sheet: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    """A string as a string, whatever it looks like; amounts and counts as numbers."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, _clean(value), style)
    else:
        sheet.write_number(row, column, value.yuan if isinstance(value, Money) else value, style)


def _merged(sheet: Worksheet, row: int, first: int, last: int, text: str, style: Format) -> None:
    if last > first:
        sheet.merge_range(row, first, row, last, "", style)
    sheet.write_string(row, first, _clean(text), style)


def _paper(sheet: Worksheet, heading_row: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(heading_row)
    sheet.set_footer("&C第 &P 页 / 共 &N 页")


def _number_style(kind: ColumnKind) -> dict[str, Any]:
    if kind == "money":
        return {"num_format": _MONEY, "align": "right"}
    if kind in ("number", "serial"):
        return {"num_format": "0", "align": "center"}
    return {"num_format": "@"}


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "Sheet1"


def _clean(text: str) -> str:
    """Without what XML cannot carry (the file would need a repair), and no longer than a cell may be."""
    return _NOT_XML.sub("", text)[:_CELL_CHARACTERS]
