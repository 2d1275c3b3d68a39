"""The declaration interface of a roster as its users meet it: every statement of 2.4.1 that shows on the screen."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import openpyxl
import pytest
from tests import personas
from tests.hall import OPENING, Roster, good, row, text_of
from tests.parties import builders as b

from hpf.kernel.clock import TZ, FixedClock
from hpf.parties import readers as parties
from hpf.parties.facts import Fund, MembershipStatus

TYPING_THEN_COUNTER = "请先核对是否录入有误；确属无误的，请至中心柜面办理"


@pytest.fixture
def roster(centre: object, clock: FixedClock) -> Roster:
    """An agent in the declaration interface of the opening, with nobody entered yet."""
    elsewhere = b.person(50, b.normal(personas.OTHER), name="孙七")
    sealed_here = b.person(51, b.sealed(personas.ONE, 202601), name="周八")
    lately = b.person(52, b.sealed(personas.ONE, 202610), name="吴九")
    here = b.person(53, b.normal(personas.ONE), name="郑十")
    personas.city([elsewhere, sealed_here, lately, here])
    return Roster(personas.login(personas.AGENT)).enter()


def greyed(page: str, label: str) -> bool:
    """Whether the button or link of this label cannot be used."""
    found = re.findall(rf"<(?:button|a|span)([^<>]*)>(?:<svg[^<]*<use[^<]*</svg>)?<span>{label}<", page)
    assert found, label
    classes = re.findall(r'class="([^"]*)"', found[0])[0].split()
    return " disabled" in found[0] or "off" in classes


@pytest.mark.req("HZ-2.4.1-02", "HZ-2.4.1-03", "HZ-2.4.1-04", "HZ-2.4.1-05", "HZ-1.2-06", "HZ-1.3-10")
def test_the_form_offers_ones_own_accounts_and_shows_what_the_system_knows(roster: Roster) -> None:
    page = roster.client.get(OPENING)
    source, words = page.content.decode(), text_of(page)
    for label in ("缴存地公积金中心", "单位住房公积金账号"):
        assert re.search(rf'<label for="f-\w+">{label}<span class="must"', source)
    options = re.search(r'<select[^>]*name="account".*?</select>', source, re.S)
    assert options and options[0].count("<option") == 1 and "杭州E1有限公司" in options[0]
    for shown in ("9133", "8%", "2026-11-20", "剩 4 天", "陈思远", "13800000000", "送缴", "账户设立（杭州）"):
        assert shown in words


@pytest.mark.req("HZ-2.4.1-06", "HZ-2.4.1-54")
def test_one_page_offers_single_entry_and_import_with_all_fields(roster: Roster) -> None:
    page = roster.page()
    words = text_of(page)
    for label in (
        "资金性质", "姓名", "证件类型", "证件号码", "调入类型", "月均工资", "移动电话", "订阅短信", "缴存基数",
        "单位月缴存额", "个人月缴存额", "合计月缴存额", "单位比例", "最低缴存基数", "最高缴存基数", "保存",
        "清除录入数据", "导入 excel", "批量业务文本格式导出",
    ):  # fmt: skip
        assert label in words, label


@pytest.mark.req("HZ-2.4.1-27", "HZ-2.4.1-36")
def test_three_papers_and_one_fund_are_offered(roster: Roster) -> None:
    page = roster.page().content.decode()
    papers = re.search(r'<select[^>]*name="id_type".*?</select>', page, re.S)
    fund = re.search(r'<select[^>]*name="fund".*?</select>', page, re.S)
    assert papers and re.findall(r">([^<]+)</option>", papers[0]) == ["居民身份证", "港澳居民居住证", "台湾居民居住证"]
    assert fund and re.findall(r">([^<]+)</option>", fund[0]) == [Fund.HPF.label]
    assert "资金性质只能是住房公积金" in text_of(roster.save(fund="SUBSIDY"))
    assert roster.names() == []


@pytest.mark.req("HZ-2.4.1-07", "HZ-2.4.1-08", "HZ-2.4.1-57", "HZ-1.1-11")
def test_a_saved_row_is_listed_and_stays_when_one_leaves(roster: Roster) -> None:
    assert roster.save(1).status_code == 302
    assert roster.names() == ["张三"]
    another_day_another_browser = Roster(personas.login(personas.AGENT)).enter()
    assert another_day_another_browser.names() == ["张三"]
    assert greyed(another_day_another_browser.page().content.decode(), "导入 excel")


@pytest.mark.req("HZ-2.4.1-16", "HZ-2.4.1-17", "HZ-2.4.1-57", "HZ-2.4.1-58")
def test_typing_greys_the_import_and_importing_greys_saving_until_the_list_is_empty(roster: Roster) -> None:
    page = roster.page().content.decode()
    assert not greyed(page, "导入 excel") and not greyed(page, "保存")
    roster.save(1)
    page = roster.page().content.decode()
    assert greyed(page, "导入 excel") and not greyed(page, "保存")
    assert "不能导入" in text_of(roster.upload(roster.workbook([good(2)])))
    roster.send("list/delete/", {"row": ["1"]})
    page = roster.page().content.decode()
    assert not greyed(page, "导入 excel") and not greyed(page, "保存")
    roster.upload(roster.workbook([good(2)]))
    page = roster.page().content.decode()
    assert greyed(page, "保存") and not greyed(page, "导入 excel")
    assert "不能单笔录入" in text_of(roster.client.get(roster.save(3)["Location"]))
    assert roster.names() == ["李明"]
    roster.send("list/delete/", {"row": ["1"]})
    assert not greyed(roster.page().content.decode(), "保存")


@pytest.mark.req("HZ-2.4.1-09", "HZ-2.4.1-10", "HZ-3-06", "HZ-3-07")
def test_the_template_is_a_workbook_made_for_this_account(roster: Roster) -> None:
    answer = roster.client.get(f"{OPENING}list/template/")
    assert "attachment" in answer["Content-Disposition"] and ".xlsx" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    words = " ".join(str(cell.value) for line in book.worksheets[0].iter_rows() for cell in line if cell.value)
    for part in ("杭州E1有限公司", "住房公积金", "2026-11", "姓名*", "证件号码*", "月均工资*", "移动电话"):
        assert part in words


@pytest.mark.req("HZ-2.4.1-11", "HZ-2.4.1-12", "HZ-2.4.1-13", "HZ-2.4.1-59")
def test_good_rows_are_imported_and_bad_ones_reported_with_reasons(roster: Roster) -> None:
    rows = [good(n) for n in range(1, 9)]
    rows += [good(9, name="Bob"), good(50, name="孙七"), good(10, wage=-1)]
    answer = roster.upload(roster.workbook(rows))
    words = text_of(answer)
    assert "共 11 行，已导入 8 行，3 行有误未导入" in words
    for reason in ("存在非法字符，不得提交", TYPING_THEN_COUNTER, "存在正常缴存账户", "月均工资应大于0"):
        assert reason in words
    assert len(roster.names()) == 8


def test_bad_rows_come_back_marked_and_only_these_are_taken_when_corrected(roster: Roster) -> None:
    roster.upload(roster.workbook([good(1), good(2, name="Bob"), good(3, wage=-1)]))
    answer = roster.page("list/marked/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    sheet = book.worksheets[0]
    first = next(n for n in range(1, 20) if str(sheet.cell(n, 1).value).startswith("序号")) + 1
    assert sheet.cell(first, 2).value == "Bob"
    assert "存在非法字符" in str(sheet.cell(first, 9).value)
    sheet.cell(first, 2).value = "王五"
    sheet.cell(first + 1, 6).value = 9000
    out = io.BytesIO()
    book.save(out)
    assert "全部导入" in text_of(roster.upload(out.getvalue()))
    assert roster.names() == ["李明", "王五", "李明"]


def test_the_first_twenty_bad_rows_are_shown_and_all_of_them_are_a_click_away(roster: Roster) -> None:
    page = roster.upload(roster.workbook([good(n, name="Bob") for n in range(60)]))
    assert page.content.decode().count("存在非法字符") == 20
    assert "查看全部 60 行" in text_of(page)
    first, second = roster.page("list/report/"), roster.page("list/report/", page=2)
    assert [p.content.decode().count("存在非法字符") for p in (first, second)] == [50, 10]


@pytest.mark.req("HZ-2.4.1-14", "HZ-2.4.1-18")
@pytest.mark.parametrize(
    ("head", "why"),
    [
        ({"资金性质": "住房公积金补贴"}, "表头“资金性质”应为“住房公积金”"),
        ({"单位名称": "杭州E2有限公司"}, "表头“单位名称”应为“杭州E1有限公司”"),
        ({"单位住房公积金账号": "100000000201"}, "表头“单位住房公积金账号”应为"),
    ],
)
def test_a_wrong_head_takes_nothing_and_says_why(roster: Roster, head: dict[str, str], why: str) -> None:
    words = text_of(roster.upload(roster.workbook([good(1), good(2)], **head)))
    assert "没有导入任何记录" in words and why in words
    assert roster.names() == []


@pytest.mark.req("HZ-2.4.1-15", "HZ-2.4.1-58")
def test_imported_rows_go_when_the_function_is_left_and_stay_through_a_reload(roster: Roster) -> None:
    roster.upload(roster.workbook([good(1)]))
    assert roster.names() == ["李明"]
    assert roster.names() == ["李明"]
    roster.enter()
    assert roster.names() == []
    assert not greyed(roster.page().content.decode(), "保存")


@pytest.mark.req("HZ-2.4.1-50")
def test_imported_rows_are_gone_after_thirty_minutes(roster: Roster, clock: FixedClock) -> None:
    roster.upload(roster.workbook([good(1)]))
    assert 'data-deadline="2026-11-16T10:00:00+08:00"' in roster.page().content.decode()
    confirmation = roster.to_confirmation()
    clock.move_to(clock.now() + timedelta(minutes=31))
    answer = roster.send("confirm/", roster.submission(confirmation))
    words = text_of(roster.client.get(answer["Location"]))
    assert "30分钟" in words and "重新导入" in words
    assert roster.names() == []


def test_a_second_file_adds_to_the_list_and_restarts_the_clock(roster: Roster, clock: FixedClock) -> None:
    roster.upload(roster.workbook([good(1)]))
    clock.move_to(clock.now() + timedelta(minutes=20))
    page = roster.upload(roster.workbook([good(2, name="王五")]))
    assert 'data-deadline="2026-11-16T10:20:00+08:00"' in page.content.decode()
    assert roster.names() == ["李明", "王五"]


@pytest.mark.req("HZ-2.4.1-39")
def test_a_deleted_imported_row_comes_back_with_the_file(roster: Roster) -> None:
    book = roster.workbook([good(1, name="李一"), good(2, name="李二")])
    roster.upload(book)
    roster.send("list/delete/", {"row": ["1"]})
    assert roster.names() == ["李二"]
    roster.enter()
    roster.upload(book)
    assert roster.names() == ["李一", "李二"]


@pytest.mark.req("HZ-2.4.1-19", "HZ-2.4.1-37", "HZ-2.4.1-38")
def test_a_row_is_changed_all_but_name_and_id_number(roster: Roster) -> None:
    roster.save(1)
    form = roster.page(edit=1).content.decode()
    assert 'name="wage"' in form and 'name="name"' not in form and 'name="id_no"' not in form
    changed = {key: text for key, text in row(1, wage="9000").items() if key not in ("name", "id_no")}
    assert roster.send("list/save/", {**changed, "no": "1"}).status_code == 302
    assert "9,000.00" in text_of(roster.page())
    forged = roster.send("list/save/", {**changed, "name": "李四", "no": "1"})
    assert "姓名保存后不可修改" in text_of(roster.client.get(forged["Location"]))
    assert roster.names() == ["张三"]
    roster.send("list/delete/", {"row": ["1"]})
    roster.save(1, name="李四")
    assert roster.names() == ["李四"]


@pytest.mark.req("HZ-2.4.1-20")
def test_ticks_matter_for_deleting_only(roster: Roster) -> None:
    for serial in (1, 2, 3):
        roster.save(serial)
    roster.send("list/confirm/", {"row": ["1"]})
    page = roster.page("")
    assert re.search(r"本次申报人数</dt><dd>3", page.content.decode())


@pytest.mark.req("HZ-2.4.1-21")
def test_clearing_empties_the_entry_area_and_never_the_list(roster: Roster) -> None:
    roster.save(1)
    page = roster.save(2, name="Bob")
    assert 'value="Bob"' in page.content.decode()
    link = re.search(r'href="([^"]+)"><svg[^>]*>.*?</svg><span>清除录入数据', page.content.decode())
    assert link
    cleared = roster.client.get(link[1].replace("&amp;", "&"))
    assert 'value="Bob"' not in cleared.content.decode() and "张三" in text_of(cleared)


@pytest.mark.req("HZ-2.4.1-12", "HZ-2.4.1-59")
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param(
            {"name": "赵钱孙李周吴郑王冯陈楚"},
            "姓名超长，请至中心柜面办理",
            marks=pytest.mark.req("HZ-2.4.1-22", "HZ-2.4.1-24"),
        ),
        pytest.param({"name": "张 三"}, "存在非法字符，不得提交", marks=pytest.mark.req("HZ-2.4.1-23", "HZ-2.4.1-25")),
        pytest.param({"name": "张3"}, "存在非法字符，不得提交", marks=pytest.mark.req("HZ-2.4.1-23")),
        pytest.param({"name": "Zhang"}, "存在非法字符，不得提交", marks=pytest.mark.req("HZ-2.4.1-23")),
        pytest.param({"name": "张·三"}, "存在非法字符，不得提交", marks=pytest.mark.req("HZ-2.4.1-23")),
        pytest.param({"id_no": "33010619900307001X"}, "职工身份证格式错误", marks=pytest.mark.req("HZ-2.4.1-28")),
    ],
)
def test_name_and_id_are_told_exactly_with_check_first_then_counter(
    roster: Roster, fields: dict[str, str], told: str
) -> None:
    page = roster.save(1, **fields)
    words = text_of(page)
    assert page.status_code == 422
    assert words.count(told) == 2, "at the top and at the field"
    assert TYPING_THEN_COUNTER in words
    for value in fields.values():
        assert f'value="{value}"' in page.content.decode(), "nothing typed is lost"
    assert roster.names() == []


@pytest.mark.req("HZ-2.4.1-30")
@pytest.mark.parametrize("wage", ["0", "-1", "1.234", "abc", ""])
def test_wages_that_are_refused(roster: Roster, wage: str) -> None:
    assert roster.save(1, wage=wage).status_code == 422


@pytest.mark.req("HZ-2.4.1-30", "HZ-2.4.1-35")
def test_a_wage_of_two_decimals_and_no_telephone_pass(roster: Roster) -> None:
    assert roster.save(1, wage="5001.23", phone="").status_code == 302


@pytest.mark.req("HZ-2.4.1-31", "HZ-2.4.1-32", "HZ-2.4.1-33", "HZ-2.4.1-34", "HZ-2.4.1-45")
@pytest.mark.parametrize(
    ("wage", "shown"),
    [("8200", "8,200.00 8% 8% 656.00 656.00 1,312.00"), ("1000", "保底 2,660.00 8% 8% 213.00 213.00 426.00"),
     ("60000", "封顶 42,151.00 8% 8% 3,372.00 3,372.00 6,744.00")],
)  # fmt: skip
def test_base_and_deposit_are_the_systems(roster: Roster, wage: str, shown: str) -> None:
    assert roster.save(1, wage=wage).status_code == 302
    assert shown in text_of(roster.page())
    refused = roster.save(2, base="1")
    assert refused.status_code == 422 and "不认识的栏目" in text_of(refused)


@pytest.mark.req("HZ-2.4.1-40", "HZ-2.4.1-42", "HZ-2.4.1-43", "HZ-2.4.1-56", "HZ-2.4.1-44")
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"serial": 50, "name": "孙七"}, "存在正常缴存账户"),
        ({"serial": 52, "name": "吴九"}, "已有登记记录"),
        ({"serial": 53, "name": "郑十"}, "已有登记记录"),
        ({"serial": 51, "name": "周九"}, "姓名与系统登记不符"),
        ({"serial": 7, "name": "张三"}, "同一职工在清册中重复"),
    ],
)
def test_the_register_is_asked_while_a_row_is_entered(roster: Roster, fields: dict[str, object], told: str) -> None:
    roster.save(7)
    page = roster.save(int(str(fields["serial"])), name=str(fields["name"]))
    assert page.status_code == 422 and told in text_of(page)


@pytest.mark.req("HZ-2.4.1-34", "HZ-2.4.1-45")
def test_amounts_are_computed_live_and_without_script_by_a_button(roster: Roster) -> None:
    live = roster.send("list/live/", row(1)).content.decode()
    assert re.search(r'id="f-total"[^>]*hx-swap-oob="true"><span>1,312.00', live)
    assert "<input" not in live
    early = roster.send("list/live/", {"name": "Bob", "fund": "HPF"}).content.decode()
    assert "存在非法字符" in early and "不能为空" not in early
    tried = roster.send("list/save/", {**row(1), "do": "try"})
    assert tried.status_code == 200 and "1,312.00" in text_of(tried) and 'value="张三"' in tried.content.decode()
    assert roster.names() == []


@pytest.mark.req("HZ-2.4.1-51")
def test_the_next_step_needs_the_confirmed_list_and_the_tick(roster: Roster) -> None:
    first = roster.send("", {"declared": "1"})
    assert first.status_code == 422 and "并点击“确认”" in text_of(first)
    roster.save(1)
    assert roster.send("", {"declared": "1"}).status_code == 422, "saved, not confirmed"
    roster.send("list/confirm/")
    unticked = roster.send("")
    assert unticked.status_code == 422 and "请阅读并勾选声明" in text_of(unticked)
    assert "materials" in roster.send("", {"declared": "1"})["Location"]


@pytest.mark.req("HZ-2.4.1-52", "HZ-3-03")
def test_materials_are_uploaded_under_the_prompted_names(roster: Roster) -> None:
    roster.save(1)
    roster.send("list/confirm/")
    assert "items/account.opening/?" in roster.page("materials/")["Location"], "not before the declaration"
    roster.send("", {"declared": "1"})
    assert "个人账户设立（启封）清册（加盖公章）" in text_of(roster.page("materials/"))
    missing = roster.send("materials/")
    assert missing.status_code == 422 and "缺少材料：个人账户设立（启封）清册（加盖公章）" in text_of(missing)
    wrong = roster.material(b"MZ", "清册.exe")
    assert wrong.status_code == 422 and "只能上传" in text_of(wrong)
    assert roster.material().status_code == 302
    page = roster.page("materials/")
    preview = re.search(r'href="([^"]*materials/file/[^"]*)"', page.content.decode())
    assert preview and roster.client.get(preview[1].replace("&amp;", "&"))["Content-Type"] == "image/png"
    assert "confirm" in roster.send("materials/")["Location"]


@pytest.mark.req("HZ-2.4.1-53", "HZ-2.4.1-46", "HZ-2.4.1-01")
def test_the_summary_then_the_submission_then_an_open_account(roster: Roster, drain: Callable[[], int]) -> None:
    roster.save(1)
    words = text_of(roster.to_confirmation())
    for part in (
        "申报业务年月 2026-11",
        "处理业务年月 2026-11",
        "提交后即时处理",
        "张三",
        "1,312.00",
        "清册.png",
        "陈思远",
    ):
        assert part in words
    case = roster.send("confirm/", roster.submission(roster.page("confirm/")))["Location"]
    drain()
    assert "已办结" in text_of(roster.client.get(case))
    standing = parties.standings(personas.account_of(personas.AGENT).id, Fund.HPF, [b.key(1)])[0]
    assert standing.here is not None and standing.here.status is MembershipStatus.NORMAL


@pytest.mark.req("HZ-1.2-28", "HZ-1.2-07", "HZ-1.2-13", "HZ-1.2-27")
@pytest.mark.parametrize(("hour", "minute", "told"), [(16, 55, False), (17, 0, True), (17, 5, True)])
def test_after_five_the_user_is_told_that_it_waits(
    roster: Roster, clock: FixedClock, drain: Callable[[], int], hour: int, minute: int, told: bool
) -> None:
    clock.move_to(datetime(2026, 11, 16, hour, minute, tzinfo=TZ))
    roster.save(1)
    words = text_of(roster.to_confirmation())
    assert ("现已超过17:00，本次提交为业务受理" in words) is told
    assert ("预计处理时间 2026-11-17 06:00" in words) is told
    case = roster.send("confirm/", roster.submission(roster.page("confirm/")))["Location"]
    assert bool(drain()) is not told
    assert ("业务受理" in text_of(roster.client.get(case))) is told


@pytest.mark.req("HZ-2.4.2-13", "HZ-1.2-28")
def test_crossing_into_the_next_month_is_told_before_the_submission(roster: Roster, clock: FixedClock) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, 5, tzinfo=TZ))
    roster.save(1)
    words = text_of(roster.to_confirmation())
    assert "申报业务年月 2026-11" in words and "处理业务年月 2026-12" in words
    assert "请及时办理漏缴补缴" in words


@pytest.mark.req("HZ-1.2-03", "HZ-3-05")
def test_an_early_close_is_told_on_the_form(roster: Roster, clock: FixedClock) -> None:
    clock.move_to(datetime(2026, 12, 19, 9, 0, tzinfo=TZ))
    words = text_of(roster.client.get(OPENING))
    assert "2026-12业务已于2026-12-18截止，现在申报的为2027-01业务" in words


def test_a_row_that_no_longer_passes_is_shown_and_blocks(roster: Roster, drain: Callable[[], int]) -> None:
    roster.save(1)
    roster.to_confirmation()
    rival = Roster(personas.login(personas.RIVAL)).enter()
    rival.save(1)
    rival.submit()
    drain()
    page = roster.page("confirm/")
    words = text_of(page)
    assert page.status_code == 422 and "第 1 行 张三" in words and "存在正常缴存账户" in words
    assert greyed(page.content.decode(), "提交")
    forced = roster.send("confirm/", roster.submission(page))
    assert "bad=1" in forced["Location"]
    listed = roster.client.get(forced["Location"])
    assert "存在正常缴存账户" in text_of(listed)


@pytest.mark.req("HZ-2.3-01")
def test_the_item_without_a_form_leads_to_the_one_that_has_it(roster: Roster) -> None:
    page = roster.client.get("/hangzhou/items/account.reopening/")
    assert "个人住房公积金账户设立" in text_of(page)
    assert f'href="{OPENING}"' in page.content.decode()


@pytest.mark.req("HZ-2.3-02")
def test_a_person_sealed_here_is_reopened_by_the_same_item(roster: Roster) -> None:
    roster.save(51, name="周八")
    assert "启封" in re.sub(r"（启封）|账户启封", "", text_of(roster.page()))
