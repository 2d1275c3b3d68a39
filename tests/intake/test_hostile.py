"""Files that are refused or read without harm, and cells that spreadsheets have damaged."""

import io
import os
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.intake.hostile import REFUSED, ordinary, workbook

from hpf.engine.intake.cells import BadCell, BadKind, Cell, amount_of, text_of
from hpf.engine.intake.reader import ReadLimits, WorkbookRefused, read_workbook

LIMITS = ReadLimits(rows=5_000, file_bytes=2 << 20, unzipped_bytes=32 << 20, memory_bytes=512 << 20, cpu_seconds=10)


def _rows(content: bytes) -> list[tuple[int, list[Cell]]]:
    with read_workbook(content, LIMITS) as book:
        return list(book.rows)


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_files_are_refused_with_advice(name: str) -> None:
    make, kind = REFUSED[name]
    with pytest.raises(WorkbookRefused) as refused:
        _rows(make())
    assert refused.value.kind == kind
    assert "请" in str(refused.value)


def test_a_wrong_dimension_does_no_harm() -> None:
    assert _rows(workbook(dimension='<dimension ref="A1:XFD1048576"/>')) == [(1, [1])]


def _children() -> set[int]:
    """The processes that this one has started and that have not ended, zombies among them."""
    task = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for thread in task.iterdir() for pid in (thread / "children").read_text().split()}


def test_no_child_is_left_when_the_reader_gives_up_early(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(ordinary(4_000))
    before = _children()  # other tests of this process may have a browser or a server running
    with read_workbook(file, LIMITS) as book:
        assert next(book.rows) == (1, ["第0行"])
        assert _children() > before
    assert _children() == before


def test_rows_keep_the_numbers_and_cells_the_columns_that_the_user_sees() -> None:
    content = workbook('<row r="3"><c r="C3"><v>7</v></c></row><row r="5"><c r="D5"><v>8.25</v></c></row>')
    assert _rows(content) == [(3, [None, None, 7]), (5, [None, None, None, Decimal("8.25")])]


FORMULA, LOST, NUMBER = BadKind.FORMULA, BadKind.LOST_DIGITS, BadKind.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        ('<c r="A1"><v>13800000000</v></c>', 13800000000),
        ('<c r="A1"><v>5000.1</v></c>', Decimal("5000.1")),
        ('<c r="A1"><v>1.1000000000000001</v></c>', Decimal("1.1")),
        ('<c r="A1"><v>0</v></c>', 0),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="inlineStr"><is><t>=1+1</t></is></c>', "=1+1"),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> １２　</t></is></c>', " １２　"),
        ('<c r="A1"><v>330106199001011234</v></c>', BadCell(LOST, "3.30106199001011e+17")),
        ('<c r="A1"><v>3.30106199001011E+17</v></c>', BadCell(LOST, "3.30106199001011e+17")),
        ('<c r="A1"><v>nan</v></c>', BadCell(NUMBER, "nan")),
        ('<c r="A1"><v>1e400</v></c>', BadCell(NUMBER, "inf")),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', BadCell(FORMULA, "2")),
        ('<c r="A1"><f>1+1</f></c><c r="B1"><v>1</v></c>', BadCell(FORMULA, "")),
        ('<c><f t="shared" si="0"/><v>2</v></c>', BadCell(FORMULA, "2")),
        ('<c r="A1" t="str"><f>HYPERLINK("http://x/","点")</f><v>点</v></c>', BadCell(FORMULA, "点")),
        ('<c r="A1" t="e"><v>#REF!</v></c><c r="B1"><v>1</v></c>', BadCell(BadKind.ERROR_VALUE, "")),
        ('<c r="A1" t="d"><v>2026-11-16</v></c>', date(2026, 11, 16)),
        (f'<c r="A1" t="inlineStr"><is><t>{"王" * 501}</t></is></c>', BadCell(BadKind.TOO_LONG, "王" * 40)),
    ],
)
def test_cells_show_what_a_spreadsheet_did_to_them(xml: str, cell: Cell) -> None:
    ((_, cells),) = _rows(workbook(f'<row r="1">{xml}</row>'))
    assert cells[0] == cell
    assert type(cells[0]) is type(cell)


def test_formulas_are_seen_in_prefixed_xml_too() -> None:
    prologue = '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
    rows = '<x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>'
    sheet = prologue + rows + "</x:sheetData></x:worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, sheet if info.filename.endswith("sheet1.xml") else old.read(info))
    assert _rows(out.getvalue()) == [(1, [BadCell(FORMULA, "2")])]


@pytest.mark.parametrize(
    ("cell", "text", "amount"),
    [
        (None, "", ""),
        ("330106199001011234", "330106199001011234", "330106199001011234"),
        (13800000000, "13800000000", "13800000000"),
        (Decimal("8000.5"), BadCell(BadKind.NOT_TEXT, "8000.5"), "8000.5"),
        (Decimal("1E-7"), BadCell(BadKind.NOT_TEXT, "0.0000001"), "0.0000001"),
        (True, BadCell(BadKind.LOGICAL, "TRUE"), BadCell(BadKind.LOGICAL, "TRUE")),
        (date(1990, 1, 1), BadCell(BadKind.DATE, "1990-01-01"), BadCell(BadKind.DATE, "1990-01-01")),
        (BadCell(LOST, "3.3e+17"), BadCell(LOST, "3.3e+17"), BadCell(LOST, "3.3e+17")),
        (BadCell(FORMULA, "9600"), BadCell(FORMULA, "9600"), "9600"),
        (BadCell(FORMULA, ""), BadCell(FORMULA, ""), BadCell(FORMULA, "")),
    ],
)
def test_what_text_and_amount_columns_make_of_a_cell(cell: Cell, text: str | BadCell, amount: str | BadCell) -> None:
    assert text_of(cell) == text
    assert amount_of(cell) == amount
