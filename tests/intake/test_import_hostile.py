"""Every bad workbook that an employer may bring, through the import itself: what it is told, and that nothing is lost.

One table. The verdict is what the page shows: for a file that is refused as a whole its message, for lines that are
refused the line, the column and the reason; "收下" is a workbook that is taken, damaged or not.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from tests.engine.hall import Hall, city, labelled, person
from tests.intake.hostile import REFUSED, encrypted, ordinary, workbook
from tests.parties.builders import employer, id_no

from hpf.engine import readers
from hpf.engine.facts import ImportReport
from hpf.engine.intake import workbooks
from hpf.engine.intake.drafts import DraftRefused
from hpf.engine.intake.layout import SheetSpec
from hpf.engine.intake.sheet import write_template
from hpf.items.contribution import settlement
from hpf.kernel.clock import FixedClock

Maker = Callable[[Hall], bytes]
AGAIN = "请在本页下载最新模板，重新填写后导入"
SAVE_AS = "请在 Excel 或 WPS 中用“另存为”保存成 .xlsx 格式后重新导入"
COLUMNS = {"name": 2, "id_type": 3, "id_no": 4, "arrival": 5, "wage": 6, "phone": 7, "sms": 8}
FIRST = 7
"""The first line of the user's, as spreadsheets count."""


def _edited(hall: Hall, edit: Callable[[Worksheet], None], rows: int = 1) -> bytes:
    """The template with good lines, opened, changed and saved by another program."""
    book = openpyxl.load_workbook(io.BytesIO(hall.workbook(labelled(n) for n in range(1, rows + 1))))
    edit(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(key: str, value: Any, number_format: str = "") -> Maker:
    """The first line with this in one of its cells."""

    def edit(sheet: Worksheet) -> None:
        cell = sheet.cell(FIRST, COLUMNS[key])
        cell.value = value
        if number_format:
            cell.number_format = number_format

    return lambda hall: _edited(hall, edit)


def _head(address: str, value: str) -> Maker:
    """The template with another text in its head or labels."""
    return lambda hall: _edited(hall, lambda sheet: sheet.__setitem__(address, value))


def _spec(change: Callable[[SheetSpec], SheetSpec]) -> Maker:
    """A template made for something else."""

    def make(hall: Hall) -> bytes:
        out = io.BytesIO()
        write_template(out, change(workbooks.sheet_of(hall.desk.judging)), [labelled(1)])
        return out.getvalue()

    return make


def _stamp(**other: str) -> Maker:
    return _spec(lambda spec: replace(spec, stamp=replace(spec.stamp, **other)))


def _other_item(hall: Hall) -> bytes:
    out = io.BytesIO()
    workbooks.template(replace(hall.desk.judging, item=settlement.ITEM), out, [{"due_code": "H1"}])
    return out.getvalue()


def _other_employer(hall: Hall) -> bytes:
    return Hall(city([employer("C")])["C"], hall.clock).workbook([labelled(1)])


def _lines(*rows: dict[str, str]) -> Maker:
    return lambda hall: hall.workbook(rows)


def _without_stamp(hall: Hall) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(hall.workbook([labelled(1)])))
    del book["_hpf"]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _file(name: str) -> Maker:
    return lambda hall: REFUSED[name][0]()


def _inline(text: str) -> Maker:
    """The first line's name as raw XML text, escapes and all."""

    def make(hall: Hall) -> bytes:
        import zipfile  # noqa: PLC0415

        good, out = hall.workbook([labelled(1, name="占位符")]), io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w") as new:
            for info in old.infolist():
                new.writestr(info.filename, old.read(info).replace("占位符".encode(), text.encode()))
        return out.getvalue()

    return make


WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
X = next(number for n in range(100) if (number := id_no(n)).endswith("X"))
TYPING = "请先核对是否录入有误；确属无误的，请至中心柜面办理"
NOT_OURS = f"不是从本系统下载的模板。{AGAIN}"
DAMAGED = "文件已损坏或不完整，无法读取。请重新打开并保存后再导入；如仍不行，请下载最新模板重新填写"
TOO_BIG = "文件内容过大或异常，无法读取。请下载最新模板，用“粘贴数值”填入数据后再导入；数据多时请拆分文件"
NOT_EXCEL = f"不是 Excel 工作簿（.xlsx）。请使用本页下载的模板填写；如为其他格式，{SAVE_AS}"
OLD = f"不支持旧版或二进制格式（.xls、.xlsb）。{SAVE_AS}"
TEXT_FORMAT = "请把该列设为文本格式后重新填写"
NOTHING = "模板中没有填写任何记录，请填写后再导入"
TAKEN = "收下"

TABLE: dict[str, tuple[Maker, str]] = {
    # the file
    "nothing in it": (_file("nothing"), "文件是空的（0 字节），请重新保存后导入"),
    "a web page called .xlsx": (_file("web page called .xlsx"), NOT_EXCEL),
    "PDF": (_file("PDF"), NOT_EXCEL),
    "CSV": (_file("CSV"), NOT_EXCEL),
    "Word": (_file("Word document"), NOT_EXCEL),
    "OpenDocument": (_file("OpenDocument"), NOT_EXCEL),
    "old .xls": (_file("old .xls"), OLD),
    "binary .xlsb": (_file("binary .xlsb"), OLD),
    "password": (_file("password"), "文件有密码，无法读取。请在 Excel 中取消“打开密码”后重新保存并导入"),
    "macros": (_file("macros"), f"文件含有宏，不能导入。{SAVE_AS}（不含宏）"),
    "links to other workbooks": (
        _file("external link"),
        f"文件含有指向其他工作簿的链接，不能导入。请把相关内容“粘贴为数值”、断开链接，{SAVE_AS}",
    ),
    "cut off in the middle": (lambda hall: hall.workbook([labelled(1)])[:-400], DAMAGED),
    "encrypted entries": (lambda hall: encrypted(hall.workbook([labelled(1)])), DAMAGED),
    "21 MB": (lambda hall: ordinary() + bytes(21 << 20), "文件超过 20 MB，请拆分为多个文件后分别导入"),
    "1,000,000 rows": (_file("1,000,000 rows"), "数据超过 200,006 行，请拆分为多个文件后分别导入"),
    "70 columns": (_file("too many columns"), NOT_OURS),
    "zip bomb": (lambda hall: workbook([b" " * 1_000_000] * 400), TOO_BIG),
    "thousands of entries": (_file("thousands of entries"), TOO_BIG),
    "cell at the far corner": (_file("cell at the far corner"), TOO_BIG),
    "external entity": (_file("external entity"), DAMAGED),
    "billion laughs": (_file("billion laughs"), DAMAGED),
    "hidden sheets only": (_file("hidden sheets only"), "文件中没有可见的工作表，请下载最新模板重新填写"),
    # whose template it is
    "an ordinary workbook": (lambda hall: ordinary(), NOT_OURS),
    "the stamp deleted": (_without_stamp, NOT_OURS),
    "template of another item": (_other_item, f"这是“送缴结算”的模板，不能用于“个人账户设立（启封）”。{AGAIN}"),
    "template of another city": (_stamp(centre="heihe"), f"这是其他城市公积金中心的模板，不能在这里导入。{AGAIN}"),
    "template of an older version": (_stamp(version="0"), f"模板已更新，这是旧版本的模板。{AGAIN}"),
    "another employer's template": (
        _other_employer,
        f"表头“单位住房公积金账号”应为“{{account}}”，文件中是“{{other}}”，整份文件未导入。{AGAIN}",
    ),
    "another fund in the head": (
        _head("A3", "资金性质：住房公积金补贴"),
        f"表头“资金性质”应为“住房公积金”，文件中是“住房公积金补贴”，整份文件未导入。{AGAIN}",
    ),
    "another name in the head": (
        _head("E2", "单位名称：某某公司"),
        f"表头“单位名称”应为“杭州A有限公司”，文件中是“某某公司”，整份文件未导入。{AGAIN}",
    ),
    "a label of the head deleted": (_head("A2", ""), f"表头被改动：第 2 行找不到“单位住房公积金账号”。{AGAIN}"),
    "last month's template": (_head("A4", "业务年月：2026-10"), TAKEN),
    "a column renamed": (_head("D6", "身份证号"), f"列名被改动：第 4 列应为“证件号码”，文件中是“身份证号”。{AGAIN}"),
    "a column deleted": (
        lambda hall: _edited(hall, lambda sheet: sheet.delete_cols(3)),
        f"表头被改动：第 2 行找不到“单位名称”。{AGAIN}",
    ),
    "a column added": (_head("I6", "部门"), f"多出一列“部门”，请删除该列。{AGAIN}"),
    "no line filled in": (_lines(), NOTHING),
    "lines of spaces": (_lines({"name": "  ", "wage": " "}), NOTHING),
    # cells that spreadsheets have damaged
    "formula in the number": (
        _cell("id_no", f'="{id_no(1)}"'),
        "7 证件号码 证件号码单元格是公式，请复制后用“粘贴数值”改为填写的内容",
    ),
    "number stored as a number, digits lost": (
        _cell("id_no", 330106199003070014, "0"),
        f"7 证件号码 证件号码被存成数字，末尾数字已丢失，{TEXT_FORMAT}",
    ),
    "date in the number": (
        _cell("id_no", datetime(1990, 3, 7)),  # noqa: DTZ001 - as a spreadsheet holds it
        f"7 证件号码 证件号码单元格是日期或时间，{TEXT_FORMAT}",
    ),
    "date in the name": (_cell("name", date(1990, 3, 7)), f"7 姓名 姓名单元格是日期或时间，{TEXT_FORMAT}"),
    "TRUE in the name": (_cell("name", True), f"7 姓名 姓名单元格是逻辑值（TRUE/FALSE），{TEXT_FORMAT}"),
    "error in the number": (
        _cell("id_no", "#REF!"),
        "7 证件号码 证件号码单元格是错误值（如 #REF!、#N/A），请重新填写",
    ),
    "501 characters in the name": (_cell("name", "张" * 501), "7 姓名 姓名单元格内容过长，请核对"),
    "number as a number with a decimal": (
        _cell("id_no", 3301.5),
        f"7 证件号码 证件号码单元格是带小数的数字，{TEXT_FORMAT}",
    ),
    "date in the wage": (_cell("wage", date(1990, 3, 7)), f"7 月均工资 月均工资单元格是日期或时间，{TEXT_FORMAT}"),
    "formula in the wage, computed nowhere": (
        _cell("wage", "=8000+200"),
        "7 月均工资 月均工资不能为空",
    ),
    "formula as text in the name": (_lines(labelled(1, name="=A1+B1")), "7 姓名 存在非法字符，不得提交"),
    "control characters in the name": (_inline("张_x0000_三_x0007_"), TAKEN),
    "control characters in a bad name": (_inline("张_x0000_3_xD800_"), "7 姓名 存在非法字符，不得提交"),
    # spellings that are taken as what they mean
    "full-width digits": (_lines(labelled(1, id_no=X.translate(WIDE), wage="８２００")), TAKEN),
    "small x": (_lines(labelled(1, id_no=X.lower())), TAKEN),
    "stray spaces": (_lines(labelled(1, name=" 王小明　", id_no=f" {id_no(1)[:6]} {id_no(1)[6:]} ")), TAKEN),
    "a wage as a number": (_cell("wage", 8200.5), TAKEN),
    "a phone as a number": (_cell("phone", 13800001111), TAKEN),
    "choices left empty": (_lines(labelled(1, id_type="", sms="")), TAKEN),
    # lines
    "the same person twice": (_lines(labelled(1), labelled(1)), "8 证件号码 同一职工在清册中重复"),
    "the same person in another spelling": (
        _lines(labelled(1), labelled(2), labelled(1, id_no=id_no(1).translate(WIDE))),
        "9 证件号码 同一职工在清册中重复",
    ),
    "a good line beside two bad ones": (
        _lines(labelled(1, wage="-1"), labelled(2), labelled(3, phone="1", name="")),
        "7 月均工资 月均工资应大于0；9 姓名 姓名不能为空；9 移动电话 移动电话应为11位手机号码",
    ),
    "a wrong check digit": (
        _lines(labelled(1, id_no=id_no(1)[:17] + ("1" if id_no(1)[17] != "1" else "2"))),
        "7 证件号码 职工身份证格式错误",
    ),
    "a type that is not offered": (
        _lines(labelled(1, id_type="护照")),
        "7 证件类型 证件类型应为下列之一：居民身份证、港澳居民居住证、台湾居民居住证",
    ),
}  # fmt: skip


def _told(hall: Hall, report: ImportReport) -> str:
    """What the page says of an import, in one line."""
    labels = {column.key: column.label for column in workbooks.sheet_of(hall.desk.judging).columns}
    refusals = [
        f"{bad.no} {labels[refused.field or '']} {refused.text}"
        for bad in readers.bad_rows(report.id)
        for refused in bad.refused
    ]
    return report.head_problem or "；".join(refusals) or TAKEN


@pytest.mark.req("HZ-2.4.1-11", "HZ-2.4.1-13", "HZ-2.4.1-14", "HZ-2.4.1-18")
@pytest.mark.parametrize("case", TABLE)
def test_bad_workbooks(hall: Hall, clock: FixedClock, case: str) -> None:
    make, verdict = TABLE[case]
    draft = hall.enter()
    assert hall.upload(draft, [labelled(50, name="张先")]).good == 1
    expires = hall.enter(draft.visit).expires_at
    clock.move_to(clock.now() + timedelta(minutes=5))
    content = make(hall)
    report = hall.upload(draft, content)
    numbers = {"account": hall.desk.judging.applicant.account_no, "other": f"{int(_next_account(hall)):012d}"}
    assert _told(hall, report) == verdict.format(**numbers)
    assert report.total == report.good + report.bad
    rows = hall.names(draft)
    assert (rows[0], len(rows)) == ("张先", 1 + report.good)
    assert (report.good > 0) == (hall.enter(draft.visit).expires_at != expires)
    assert hall.upload(draft, [labelled(60, name="张后")]).good == 1


def _next_account(hall: Hall) -> str:
    """The number of the employer that `_other_employer` adds: it is the third."""
    return str(int(hall.desk.judging.applicant.account_no[:10]) + 2) + "01"


def test_damaged_cells_are_taken_as_what_they_mean(hall: Hall) -> None:
    draft = hall.enter()
    hall.upload(
        draft,
        [labelled(1, name=" 张三　", id_no=X.translate(WIDE).lower(), wage="８,２００.5", phone=" 138 0000 1111")],
    )
    (row,) = readers.draft_rows(draft.id)
    assert [row.data[key] for key in ("name", "id_no", "wage", "phone", "id_type", "sms")] == [
        "张三", X, "8200.50", "13800001111", "01", "N",
    ]  # fmt: skip


@pytest.mark.req("HZ-2.4.1-13")
def test_refused_lines_come_back_marked_and_are_taken_when_corrected(hall: Hall) -> None:
    draft = hall.enter()
    report = hall.upload(
        draft, [labelled(1, name="张好"), labelled(2, name="李4", wage="-1"), labelled(3, name="王五", wage="x")]
    )
    assert (report.total, report.good, report.bad) == (3, 1, 2)
    out = io.BytesIO()
    workbooks.marked(hall.desk.judging, report.id, out)
    assert hall.upload(draft, out.getvalue()).good == 0
    book = openpyxl.load_workbook(out)
    sheet = book.worksheets[0]
    reasons = [sheet.cell(row, 9).value for row in (6, FIRST, FIRST + 1)]
    assert reasons == [
        "错误原因",
        f"存在非法字符，不得提交（{TYPING}）；月均工资应大于0",
        "月均工资应为数字，最多两位小数",
    ]
    sheet.cell(FIRST, 2).value, sheet.cell(FIRST, 6).value, sheet.cell(FIRST + 1, 6).value = "李四", "8200", 9000
    mended = io.BytesIO()
    book.save(mended)
    report = hall.upload(draft, mended.getvalue())
    assert (report.good, report.bad, hall.names(draft)) == (2, 0, ["张好", "李四", "王五"])


def test_a_file_name_may_hold_anything(hall: Hall) -> None:
    draft, desk = hall.enter(), hall.desk
    name = "清\x00册" + "长" * 300 + ".xlsx"
    report = workbooks.import_workbook(desk, draft.id, draft.visit, name, hall.workbook([labelled(1)]))
    assert (report.good, report.file_name) == (1, "长" * 195 + ".xlsx")


def test_a_workbook_for_a_list_of_typed_rows_is_not_even_read(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    with pytest.raises(DraftRefused):
        hall.upload(draft, b"")
    assert readers.latest_report(draft.id) is None
