"""The process that parses an uploaded workbook: limits itself, reads standard input, writes JSON lines, and ends.

A file of 1.7 kB can make the parser take all memory or abort, so nothing else lives here. Run as a script, isolated,
with the limits as arguments: memory bytes, CPU seconds, rows, columns, characters per cell. First line out:
{"stamp": {...} | null, "rows": number of the last row}; then batches [[row number, [cells]], ...], empty rows left
out. Or {"error": kind}, status 3.
"""

import datetime
import io
import itertools
import json
import math
import posixpath
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

STAMP_SHEET = "_hpf"  # as in layout.py, which an isolated script cannot import
_BATCH = 250
_CHUNK = 1 << 20
_XML_ERRORS = (zipfile.BadZipFile, ElementTree.ParseError, expat.ExpatError)
_SHEET_ROWS, _SHEET_COLUMNS = 1 << 20, 1 << 14
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Unreadable(Exception):
    """The file cannot be taken; the message is one of the kinds that the parent has a text for."""


def main(memory: int, cpu: int, rows: int, columns: int, characters: int) -> None:
    """Read the workbook on standard input within these limits and write it to standard output."""
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(kind, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _write_all(sys.stdin.buffer.read(), rows, columns, characters)
    except Unreadable as problem:
        _fail(str(problem))
    except MemoryError:
        _fail("too-big")
    except (CalamineError, OSError, ValueError, LookupError, StopIteration, *_XML_ERRORS):
        _fail("damaged")


def _fail(kind: str) -> None:
    sys.stdout.write(json.dumps({"error": kind}) + "\n")
    sys.stdout.flush()
    sys.exit(3)


def _write_all(content: bytes, max_rows: int, max_columns: int, characters: int) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    name, stamped = _sheets(book)
    sheet = book.get_sheet_by_name(name)
    _measure(sheet, max_rows)
    odd = _odd_cells(content, name)
    stamp = _stamp(book.get_sheet_by_name(STAMP_SHEET)) if stamped else None
    write = sys.stdout.write
    last = sheet.end[0] + 1 if sheet.end else 0
    write(json.dumps({"stamp": stamp, "rows": last}, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    rows = _rows(sheet, odd, max_columns, characters)
    while batch := list(itertools.islice(rows, _BATCH)):
        write(json.dumps(batch, ensure_ascii=False) + "\n")


def _sheets(book: CalamineWorkbook) -> tuple[str, bool]:
    """The name of the first visible worksheet, and whether there is a stamp."""
    sheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    visible = [meta.name for meta in sheets if meta.visible == SheetVisibleEnum.Visible]
    if not visible:
        raise Unreadable("no-sheet")
    return visible[0], any(meta.name == STAMP_SHEET for meta in sheets)


def _measure(sheet: CalamineSheet, max_rows: int) -> None:
    """Refuses too many filled rows before the first one is handed out, and addresses that no spreadsheet has."""
    if sheet.end and (sheet.end[0] >= _SHEET_ROWS or sheet.end[1] >= _SHEET_COLUMNS):
        raise Unreadable("damaged")
    if sheet.height > max_rows and sum(row.count("") < len(row) for row in sheet.iter_rows()) > max_rows:
        raise Unreadable("too-many-rows")


def _stamp(sheet: CalamineSheet) -> dict[str, str]:
    """The first two columns of the stamp's sheet."""
    rows = itertools.islice(sheet.iter_rows(), 40)
    return {str(row[0])[:100]: str(row[1])[:200] for row in rows if len(row) > 1 and row[0] != ""}


def _rows(
    sheet: CalamineSheet, odd: dict[tuple[int, int], str], max_columns: int, characters: int
) -> Iterator[tuple[int, list[Any]]]:
    """(row number from 1, cells from column A without trailing empty ones) of each row that holds anything."""
    left = sheet.start[1] if sheet.start else 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if row.count("") == len(row):
            continue
        cells = [None] * left + [_cell(value, characters) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > max_columns:
            raise Unreadable("too-many-columns")
        yield number, cells
        if odd:
            for column in range(len(cells)):
                kind = odd.get((number, column))
                if kind:
                    cells[column] = {"bad": kind, "text": _shown(cells[column])}


def _cell(value: Any, characters: int) -> Any:
    """A JSON value for a cell: numbers too long to be exact, dates and everything odd become objects."""
    if isinstance(value, str):
        if len(value) > characters:
            return {"bad": "too-long", "text": value[:40]}
        return value or None
    if isinstance(value, bool):
        return value
    return _number(value) if isinstance(value, float) else _moment(value)


def _number(value: float) -> Any:
    """Fifteen digits are all that a spreadsheet keeps."""
    if not math.isfinite(value):
        return {"bad": "not-a-number", "text": str(value)}
    if abs(value) >= 1e15:
        return {"bad": "number-lost-digits", "text": f"{value:.15g}"}
    return int(value) if value.is_integer() else value


def _moment(value: Any) -> dict[str, str]:
    if isinstance(value, datetime.datetime):
        return {"date": value.date().isoformat()} if value.time() == datetime.time() else {"at": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    return {"bad": "date", "text": str(value)}


def _shown(cell: Any) -> str:
    if isinstance(cell, dict):
        return str(cell.get("text") or cell.get("date") or cell.get("at") or "")
    return "" if cell is None else str(cell)


def _odd_cells(content: bytes, sheet: str) -> dict[tuple[int, int], str]:
    """Where formulas and error values stand, by (row from 1, column from 0): the parser shows only their values.

    The sheet's XML is read a second time, and only parsed when a look at its bytes shows that there are any.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = _part(archive, sheet)
        with archive.open(part) as xml:
            if not _mentions(xml):
                return {}
        with archive.open(part) as xml:
            return _formulas(xml)


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The archive's entry of the worksheet of this name."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    key = next(e.get(_RELATION) for e in book.iter() if e.tag.endswith("}sheet") and e.get("name") == sheet)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(e.get("Target", "") for e in links if e.get("Id") == key)
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath("xl/" + target)


def _mentions(xml: Any) -> bool:
    tail = b""
    while chunk := xml.read(_CHUNK):
        seen = tail + chunk
        if b"<f" in seen or b":f" in seen or b't="e"' in seen or b"t='e'" in seen:
            return True
        tail = seen[-8:]
    return False


def _formulas(xml: Any) -> dict[tuple[int, int], str]:
    """Parses the sheet for <f> and t="e"; cells without an address stand right of the one before."""
    found: dict[tuple[int, int], str] = {}
    row, column = 0, -1

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        tag = name.rpartition(":")[2]
        if tag == "row":
            row, column = int(attributes.get("r", row + 1)), -1
        elif tag == "c":
            column = _column(attributes["r"]) if "r" in attributes else column + 1
            if attributes.get("t") == "e":
                found[row, column] = "error-value"
        elif tag == "f":
            found[row, column] = "formula"

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.ParseFile(xml)
    return found


def _column(address: str) -> int:
    """Column from 0 of an address such as AB12."""
    number = 0
    for character in address:
        if not character.isalpha():
            break
        number = number * 26 + ord(character.upper()) - 64
    return number - 1


if __name__ == "__main__":
    main(*map(int, sys.argv[1:6]))
