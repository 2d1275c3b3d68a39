"""Opening accounts in a real browser: with the keyboard alone, without JavaScript, and every page under axe."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests import personas
from tests.hall import PNG, Roster, good
from tests.journeys.conftest import Hall
from tests.parties import builders as b

pytestmark = pytest.mark.browser
OPENING = "/hangzhou/items/account.opening/"
SIZES = [(1366, 768), (1920, 1080), (390, 844)]
FOCUSED = "(document.activeElement.labels?.[0] || document.activeElement).textContent.trim()"


def reach(tab: Page, label: str) -> None:
    """Press Tab until what is focused is called `label`; fails after a walk around the page."""
    for _ in range(120):
        tab.keyboard.press("Tab")
        if tab.evaluate(FOCUSED).startswith(label):
            return
    raise AssertionError(f"the keyboard does not reach {label}")


def type_row(tab: Page, name: str, serial: int, wage: str) -> None:
    """Enter a person as a clerk does, without a mouse."""
    reach(tab, "姓名")
    tab.keyboard.type(name)
    reach(tab, "证件号码")
    tab.keyboard.type(b.id_no(serial))
    reach(tab, "调入类型")
    tab.keyboard.press("ArrowDown")
    reach(tab, "月均工资")
    tab.keyboard.type(wage)
    reach(tab, "移动电话")


@pytest.mark.req("HZ-2.4.1-07", "HZ-2.4.1-34", "HZ-2.4.1-53", "HZ-2.4.1-48")
def test_accounts_are_opened_with_the_keyboard_alone(hall: Hall, drain: Callable[[], int], tmp_path: Path) -> None:
    tab = hall.open(personas.AGENT)
    tab.goto(hall.url + OPENING)
    reach(tab, "账户设立（杭州）")
    tab.keyboard.press("Enter")
    expect(tab.locator("#f-name")).to_be_visible()
    type_row(tab, "张三", 1, "8200")
    expect(tab.locator("#f-total")).to_contain_text("1,312.00")
    tab.keyboard.press("Enter")
    expect(tab.locator("#roster tbody th")).to_have_text(["张三"])
    type_row(tab, "Bob", 2, "8200")
    expect(tab.locator("#f-name-err")).to_have_text("存在非法字符，不得提交")
    tab.keyboard.press("Enter")
    expect(tab.locator("#errors")).to_be_focused()
    reach(tab, "清除录入数据")
    tab.keyboard.press("Enter")
    expect(tab.locator("#f-name")).to_have_value("")
    reach(tab, "确认")
    tab.keyboard.press("Enter")
    expect(tab.locator("#f-declared")).to_be_visible()
    reach(tab, "本单位已阅读并同意以上声明")
    tab.keyboard.press("Space")
    reach(tab, "下一步")
    tab.keyboard.press("Enter")
    expect(tab.locator("#m0-files")).to_be_attached()
    scan = tmp_path / "清册.png"
    scan.write_bytes(PNG)
    tab.set_input_files("#m0-files", scan)
    tab.locator("#m0-files").focus()
    reach(tab, "上传")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name="清册.png")).to_be_visible()
    reach(tab, "下一步")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="处理时间")).to_be_visible()
    reach(tab, "提交")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("正在处理")).to_be_visible()
    drain()
    expect(tab.locator("#case")).to_contain_text("已办结")


def test_accounts_are_opened_without_javascript(hall: Hall, drain: Callable[[], int], tmp_path: Path) -> None:
    tab = hall.open(personas.AGENT, java_script_enabled=False)
    tab.goto(hall.url + OPENING)
    tab.get_by_role("link", name="账户设立（杭州）").click()
    tab.get_by_label("姓名").fill("张三")
    tab.get_by_label("证件号码").fill(b.id_no(1))
    tab.get_by_label("调入类型").select_option(label="新调入")
    tab.get_by_label("月均工资").fill("8200")
    tab.get_by_role("button", name="试算").click()
    expect(tab.locator("#f-total")).to_contain_text("1,312.00")
    tab.get_by_role("button", name="保存", exact=True).click()
    expect(tab.locator("#roster tbody th")).to_have_text(["张三"])
    tab.get_by_label("选择 张三").check()
    tab.get_by_role("button", name="删除").first.click()
    book = tmp_path / "清册.xlsx"
    roster = Roster(personas.login(personas.AGENT))
    book.write_bytes(roster.workbook([good(2), good(3, name="Bob")]))
    tab.get_by_role("link", name="导入 excel").click()
    tab.get_by_label("清册文件").set_input_files(book)
    tab.get_by_role("button", name="开始导入").click()
    expect(tab.locator("#report")).to_contain_text("已导入 1 行，1 行有误未导入")
    tab.get_by_role("button", name="确认", exact=True).click()
    tab.get_by_label("本单位已阅读并同意以上声明").check()
    tab.get_by_role("button", name="下一步").click()
    scan = tmp_path / "清册.png"
    scan.write_bytes(PNG)
    tab.locator("#m0-files").set_input_files(scan)
    tab.get_by_role("button", name="上传", exact=True).first.click()
    tab.get_by_role("button", name="下一步").click()
    tab.get_by_role("button", name="提交", exact=True).click()
    assert re.search(r"/cases/\d{18}/$", tab.url)
    drain()
    tab.reload()
    expect(tab.locator("#case")).to_contain_text("已办结")


def test_leaving_with_imported_rows_is_asked_about_and_the_countdown_runs(hall: Hall, tmp_path: Path) -> None:
    tab = hall.open(personas.AGENT)
    tab.goto(f"{hall.url}{OPENING}list/")
    book = tmp_path / "清册.xlsx"
    book.write_bytes(Roster(personas.login(personas.AGENT)).workbook([good(2)]))
    tab.goto(f"{hall.url}{OPENING}list/")
    tab.get_by_role("link", name="导入 excel").click()
    tab.set_input_files("#f-workbook", book)
    tab.get_by_role("button", name="开始导入").click()
    expect(tab.locator("[data-deadline]")).to_have_text(re.compile(r"^29:\d\d$"))
    tab.get_by_role("link", name="返回填表").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.go_back()
    tab.get_by_role("link", name="我的办件").click()
    expect(tab.get_by_role("dialog")).to_contain_text("已导入的 1 条记录将被清除")


@pytest.mark.req("HZ-1.1-01")
def test_every_page_fits_its_screen_and_pleases_axe(hall: Hall, drain: Callable[[], int]) -> None:
    roster = Roster(personas.login(personas.AGENT)).enter()
    roster.save(1)
    case = roster.submit()
    drain()
    roster.enter()
    for serial in range(2, 6):
        roster.save(serial)
    roster.to_confirmation()
    visit = f"?visit={roster.visit}"
    pages = ["/hangzhou/", "/hangzhou/services/", "/hangzhou/employers/", "/hangzhou/cases/", "/hangzhou/help/", case]
    pages += [f"{OPENING}{step}{visit}" for step in ("", "list/", "list/import/", "materials/", "confirm/")]
    pages += [
        f"{OPENING}list/{visit}&edit=2",
        f"{OPENING}list/?visit=old",
        "/hangzhou/items/account.reopening/",
        "/hangzhou/logout/",
    ]
    wrong = []
    for width, height in SIZES:
        tab = hall.open(personas.AGENT, width, height, bypass_csp=True)
        for page in pages:
            tab.goto(hall.url + page)
            over = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wrong.append(f"{page} at {width}: {over} px too wide")
            if width != 1920:
                found = Axe().run(tab).response["violations"]
                wrong += [f"{page} at {width}: {v['id']} {v['nodes'][0]['html'][:120]}" for v in found]
    assert wrong == []
