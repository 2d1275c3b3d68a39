"""A filled template on its way in: is it ours, for this item, centre, version and page; then its rows by key.

If anything in the head is wrong, no row at all is taken (HZ-2.4.1-14); what is wrong in a row is the item's business.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from hpf.engine.intake.cells import BadCell, Cell, text_of
from hpf.engine.intake.layout import ERROR_LABEL, SheetSpec
from hpf.engine.intake.reader import Workbook, WorkbookRefused
from hpf.kernel.text import clean

_AGAIN = "请在本页下载最新模板，重新填写后导入"

Row = tuple[int, list[Cell]]


@dataclass(frozen=True)
class FilledRow:
    """One row of the user's: its number in the sheet, and the cells of the template's columns by key."""

    row_no: int
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Filled:
    """The head block as read, by label, and the rows, to be read once."""

    head: dict[str, str]
    rows: Iterator[FilledRow]


def read_filled(book: Workbook, spec: SheetSpec) -> Filled:
    """Checks stamp, head block and column labels against `spec` at once. Raises WorkbookRefused.

    `rows` leaves out rows in which the user filled nothing, and raises WorkbookRefused (`no-rows`) when that is all.
    """
    _check_stamp(book.stamp, spec)
    top: dict[int, list[Cell]] = {}
    first: list[Row] = []
    for number, cells in book.rows:
        if number > spec.heading_row + 1:
            first.append((number, cells))
            break
        top[number - 1] = cells
    head = _read_head(top, spec)
    _check_columns(top.get(spec.heading_row, []), spec)
    return Filled(head, _filled_rows(chain(first, book.rows), spec))


def _check_stamp(found: dict[str, str] | None, spec: SheetSpec) -> None:
    if not found or not {"item", "centre", "version"} <= found.keys():
        raise WorkbookRefused("no-stamp", f"不是从本系统下载的模板。{_AGAIN}")
    if found["item"] != spec.stamp.item:
        other = found.get("title") or found["item"]
        raise WorkbookRefused("other-item", f"这是“{other}”的模板，不能用于“{spec.title}”。{_AGAIN}")
    if found["centre"] != spec.stamp.centre:
        raise WorkbookRefused("other-centre", f"这是其他城市公积金中心的模板，不能在这里导入。{_AGAIN}")
    if found["version"] != spec.stamp.version:
        raise WorkbookRefused("other-version", f"模板已更新，这是旧版本的模板。{_AGAIN}")


def _read_head(top: dict[int, list[Cell]], spec: SheetSpec) -> dict[str, str]:
    head: dict[str, str] = {}
    for row, column, _, field in spec.head_places():
        label, _, value = _text(top.get(row, []), column).partition(":")
        if label != clean(field.label):
            raise WorkbookRefused("head-changed", f"表头被改动：第 {row + 1} 行找不到“{field.label}”。{_AGAIN}")
        head[field.label] = value.strip()
        if field.must_match and head[field.label] != clean(field.value):
            raise WorkbookRefused(
                "head-differs",
                f"表头“{field.label}”应为“{field.value}”，文件中是“{head[field.label]}”，整份文件未导入。{_AGAIN}",
            )
    return head


def _check_columns(labels: list[Cell], spec: SheetSpec) -> None:
    for number, column in enumerate(spec.columns):
        found = _text(labels, number).rstrip("*").strip()
        if found != clean(column.label):
            shown = f"文件中是“{found}”" if found else "文件中是空的"
            raise WorkbookRefused(
                "columns-changed", f"列名被改动：第 {number + 1} 列应为“{column.label}”，{shown}。{_AGAIN}"
            )
    more = _text(labels, len(spec.columns))
    if more not in ("", ERROR_LABEL):
        raise WorkbookRefused("columns-changed", f"多出一列“{more}”，请删除该列。{_AGAIN}")


def _filled_rows(rows: Iterator[Row], spec: SheetSpec) -> Iterator[FilledRow]:
    keys = [column.key for column in spec.columns]
    typed = [n for n, column in enumerate(spec.columns) if not column.protected and column.kind != "serial"]
    found = False
    for number, read in rows:
        cells = (read + [None] * len(keys))[: len(keys)]
        if all(_empty(cells[n]) for n in typed):
            continue
        found = True
        yield FilledRow(number, dict(zip(keys, cells, strict=True)))
    if not found:
        raise WorkbookRefused("no-rows", "模板中没有填写任何记录，请填写后再导入")


def _empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cells: list[Cell], column: int) -> str:
    """A cell of the head as clean text; NFKC makes the full-width colon a plain one."""
    value = text_of(cells[column]) if column < len(cells) else ""
    return clean(value.text if isinstance(value, BadCell) else value)
