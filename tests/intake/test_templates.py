"""A template goes out, is filled in by other programs, and comes back; or comes back with the errors marked."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hpf.engine.intake.cells import BadCell, BadKind, Cell
from hpf.engine.intake.filled import read_filled
from hpf.engine.intake.layout import ERROR_LABEL, HeadField, SheetColumn, SheetSpec, Stamp
from hpf.engine.intake.reader import WorkbookRefused, read_workbook
from hpf.engine.intake.sheet import ListingColumn, MarkedRow, write_listing, write_marked, write_template
from hpf.kernel.money import Money

SPEC = SheetSpec(
    title="个人账户设立（启封）",
    stamp=Stamp("opening", "hangzhou", "1"),
    head=(
        HeadField("单位住房公积金账号", "330100086421"),
        HeadField("单位名称", "杭州西子精密机械制造（集团）有限公司"),
        HeadField("资金性质", "住房公积金"),
        HeadField("业务年月", "2026-11", must_match=False),
        HeadField("模板版本", "1"),
    ),
    columns=(
        SheetColumn("no", "序号", 6, kind="serial"),
        SheetColumn("name", "姓名", 14, required=True, note="不超过 10 个汉字"),
        SheetColumn("id_type", "证件类型", 18, required=True, kind="choice", choices=("居民身份证", "台湾居民居住证")),
        SheetColumn("id_no", "证件号码", 24, required=True),
        SheetColumn("wage", "月均工资", 14, required=True, kind="money"),
        SheetColumn("base", "缴存基数", 14, kind="money", protected=True),
    ),
)
FIRST = SPEC.heading_row + 2
"""The first row of the user's, as spreadsheets count."""

ZHANG = {"no": "1", "name": "张𠮷", "id_type": "居民身份证", "id_no": "330106199001011234", "wage": "8000.50"}


def _template(spec: SheetSpec = SPEC, rows: tuple[Mapping[str, str], ...] = ()) -> bytes:
    out = io.BytesIO()
    write_template(out, spec, rows)
    return out.getvalue()


def _edited(content: bytes, edit: Callable[[Worksheet], None]) -> bytes:
    """The workbook after another program has opened, changed and saved it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _filled(content: bytes, spec: SheetSpec = SPEC) -> list[tuple[int, dict[str, Cell]]]:
    with read_workbook(content) as book:
        return [(row.row_no, row.cells) for row in read_filled(book, spec).rows]


def _set(**cells: Any) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        for address, value in cells.items():
            sheet[address] = value

    return edit


@pytest.mark.req("HZ-2.4.1-10")
def test_a_template_filled_in_elsewhere_comes_back_by_key() -> None:
    def fill(sheet: Worksheet) -> None:
        for column, value in enumerate([1, "王䶮", "居民身份证", "330106199001011234", 8000.5], start=1):
            sheet.cell(FIRST, column, value)
        sheet.cell(FIRST + 1, 1, 2)  # numbered ahead, nothing filled in
        sheet.cell(FIRST + 2, 2, "  ")
        sheet.cell(FIRST + 4, 4, 330106199001011234)

    keys = [column.key for column in SPEC.columns]
    assert _filled(_edited(_template(), fill)) == [
        (FIRST, {**ZHANG, "no": 1, "name": "王䶮", "wage": Decimal("8000.5"), "base": None}),
        (FIRST + 4, {**dict.fromkeys(keys), "id_no": BadCell(BadKind.LOST_DIGITS, "3.30106199001011e+17")}),
    ]


def test_a_prefilled_template_reads_as_it_was_written() -> None:
    ((row_no, cells),) = _filled(_template(rows=(ZHANG,)))
    assert row_no == FIRST
    assert cells == {**ZHANG, "wage": Decimal("8000.5"), "no": "1", "base": None}


def test_head_and_labels_are_locked_and_the_users_cells_are_text() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_template(rows=(ZHANG,)))).worksheets[0]
    assert sheet.protection.sheet
    assert sheet.freeze_panes == f"A{FIRST}"
    assert all(sheet.cell(row, 1).protection.locked for row in range(1, FIRST))
    assert [sheet.cell(FIRST - 1, column).value for column in range(1, 7)] == [
        "序号", "姓名*", "证件类型*", "证件号码*", "月均工资*", "缴存基数",
    ]  # fmt: skip
    columns = [sheet.column_dimensions[letter] for letter in "ABCDEF"]
    assert [column.protection.locked for column in columns] == [False] * 5 + [True]
    assert columns[3].number_format == "@"
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists == {f"C{FIRST}:C{FIRST + 4999}": "'_hpf'!$C$1:$C$2"}


def test_only_the_sheet_to_fill_in_is_visible() -> None:
    book = openpyxl.load_workbook(io.BytesIO(_template()))
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("个人账户设立（启封）", "visible"),
        ("_hpf", "veryHidden"),
    ]
    assert [cell.value for cell in book["_hpf"]["C"]][:2] == ["居民身份证", "台湾居民居住证"]


OTHER_CITY = replace(SPEC, stamp=replace(SPEC.stamp, centre="heihe"))
OTHER_ITEM = replace(SPEC, title="个人账户封存", stamp=replace(SPEC.stamp, item="sealing"))
OLD = replace(SPEC, stamp=replace(SPEC.stamp, version="0"))
SUBSIDY = replace(SPEC, head=(*SPEC.head[:2], HeadField("资金性质", "住房公积金补贴"), *SPEC.head[3:]))
LABELS = FIRST - 1


GOOD = _template(rows=(ZHANG,))


@pytest.mark.req("HZ-2.4.1-14", "HZ-2.4.1-18")
@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (_template(OTHER_CITY, (ZHANG,)), "other-centre", "其他城市"),
        (_template(OTHER_ITEM, (ZHANG,)), "other-item", "“个人账户封存”的模板"),
        (_template(OLD, (ZHANG,)), "other-version", "旧版本"),
        (_template(SUBSIDY, (ZHANG,)), "head-differs", "资金性质”应为“住房公积金”，文件中是“住房公积金补贴”"),
        (_edited(GOOD, _set(A2="单位：330100086421")), "head-changed", "第 2 行"),
        (_edited(GOOD, _set(A2="单位住房公积金账号：1")), "head-differs", "文件中是“1”"),
        (_edited(GOOD, lambda sheet: sheet.delete_rows(1)), "head-changed", "单位住房公积金账号"),
        (_edited(GOOD, _set(**{f"D{LABELS}": "身份证"})), "columns-changed", "第 4 列应为“证件号码”"),
        (_edited(GOOD, _set(**{f"D{LABELS}": None})), "columns-changed", "空的"),
        (_edited(GOOD, _set(**{f"G{LABELS}": "备注"})), "columns-changed", "多出一列“备注”"),
        (_template(), "no-rows", "没有填写"),
        (_edited(_template(), _set(**{f"A{FIRST}": 1, f"F{FIRST}": 5000})), "no-rows", "没有填写"),
    ],
)  # fmt: skip
def test_a_wrong_head_imports_nothing(content: bytes, kind: str, text: str) -> None:
    with pytest.raises(WorkbookRefused, match=text) as refused:
        _filled(content)
    assert refused.value.kind == kind


def test_a_workbook_that_is_not_from_here_is_refused() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "姓名"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(WorkbookRefused) as refused:
        _filled(out.getvalue())
    assert refused.value.kind == "no-stamp"


def test_head_values_that_may_differ_are_handed_over() -> None:
    later = replace(SPEC, head=(*SPEC.head[:3], HeadField("业务年月", "2026-12", must_match=False), SPEC.head[4]))
    with read_workbook(_template(rows=(ZHANG,))) as book:
        assert read_filled(book, later).head["业务年月"] == "2026-11"


def test_wrong_rows_come_back_marked_and_can_be_imported_again() -> None:
    wrong = {**ZHANG, "name": "=cmd|'/C calc'!A0", "wage": "八千"}
    errors = [("name", "存在非法字符，不得提交"), ("wage", "请填写金额"), (None, "同一人重复")]
    out = io.BytesIO()
    write_marked(out, SPEC, [MarkedRow(wrong, errors), MarkedRow({**ZHANG, "name": ""}, [("name", "请填写姓名")])])
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue())).worksheets[0]
    assert sheet.cell(FIRST - 1, 7).value == ERROR_LABEL
    assert sheet.cell(FIRST, 7).value == "存在非法字符，不得提交；请填写金额；同一人重复"
    name, id_no, empty = sheet.cell(FIRST, 2), sheet.cell(FIRST, 4), sheet.cell(FIRST + 1, 2)
    assert (name.data_type, name.value) == ("s", wrong["name"]), "typed text stays text"
    assert name.comment is not None
    assert name.comment.text.strip() == "存在非法字符，不得提交"
    assert name.fill.fgColor.rgb == empty.fill.fgColor.rgb == "FFFFD9DC"
    assert id_no.fill.fill_type is None
    assert not name.protection.locked
    assert [cells["id_no"] for _, cells in _filled(out.getvalue())] == [ZHANG["id_no"]] * 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "=1+1"),
        ("@x", "@x"),
        ("-1", "-1"),
        ("http://x.cn", "http://x.cn"),
        ("王\x00\x0b\ufffe\ud800芳", "王芳"),
        ("_x0041_", "_x0041_"),
        ("王" * 500, "王" * 500),
    ],
)
def test_whatever_a_user_typed_is_written_as_text(text: str, kept: str) -> None:
    content = _template(rows=({**ZHANG, "name": text},))
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].cell(FIRST, 2)
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert [cells["name"] for _, cells in _filled(content)] == [kept]


def test_a_listing_has_amounts_as_numbers_and_a_line_of_totals() -> None:
    out = io.BytesIO()
    columns = (ListingColumn("姓名", 10), ListingColumn("月缴存额", 14, "money"), ListingColumn("笔数", 8, "number"))
    rows = [("=张三", Money.parse("1234.56"), 3), ("𠮷田", Money.parse("-0.01"), None)]
    write_listing(out, "缴存资金查询", columns, iter(rows), ("合计", Money.parse("1234.55"), 3))
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue())).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["姓名", "月缴存额", "笔数"],
        ["=张三", 1234.56, 3],
        ["𠮷田", -0.01, None],
        ["合计", 1234.55, 3],
    ]
    assert sheet["A3"].data_type == "s"
    assert sheet["B3"].number_format == "#,##0.00"
