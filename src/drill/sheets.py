"""Workbooks and papers as a clerk uses them: fill in a template, read a listing, read the figures off a PDF."""

import io
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf

from drill.papers import RowSent

HEADINGS = {
    "姓名": "name",
    "证件类型": "id_type",
    "证件号码": "id_no",
    "调入类型": "arrival",
    "月均工资": "wage",
    "移动电话": "phone",
    "订阅短信": "sms",
}
"""Columns of the opening's template (domain-values B1.3)."""

_FIGURE = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d{2})?|-?\d+\.\d{2}")


def filled(template: bytes, rows: Sequence[RowSent]) -> bytes:
    """The template with these rows below its headings."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    heading = _heading(sheet)
    columns = {HEADINGS[label]: cell.column for cell in heading if (label := _label(cell.value)) in HEADINGS}
    for number, row in enumerate(rows, heading[0].row + 1):
        for key, column in columns.items():
            cell = sheet.cell(number, column)
            text = getattr(row, key)
            cell.number_format = "@"
            cell.value = Decimal(text) if key == "wage" and re.fullmatch(r"\d+(\.\d+)?", text) else text or None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def first_row(template: bytes) -> int:
    """The number of the first row below the headings, as a spreadsheet counts."""
    return int(_heading(openpyxl.load_workbook(io.BytesIO(template)).worksheets[0])[0].row) + 1


def listing(content: bytes) -> list[dict[str, str]]:
    """The rows of an exported listing by heading, the line of totals left out; amounts with two decimals."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise ValueError("the export is no workbook")
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    lines = [[_text(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows()]
    heads = lines[1]
    return [dict(zip(heads, line, strict=True)) for line in lines[2:] if any(line) and line[0] != "合计"]


def figures(pdf: bytes) -> set[str]:
    """The amounts printed on a document, as printed."""
    return set(_FIGURE.findall(words(pdf)))


def words(pdf: bytes) -> str:
    """Everything printed on a document, without the spaces that setting type leaves."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "\n".join("".join(line.split(" ")) for page in pages for line in page.extract_text().splitlines())


def _heading(sheet: Any) -> Any:
    return next(row for row in sheet.iter_rows() if any(_label(cell.value) == "证件号码" for cell in row))


def _label(value: object) -> str:
    return str(value or "").rstrip("*").strip()


def _text(value: object, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and ".00" in number_format:
        return f"{Decimal(str(value)):.2f}"
    return str(value)
