"""From a workbook to the employee's telephone and back to the enquiry; the bell, the inbox and 短信 under axe."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests import personas
from tests.hall import PNG, Roster
from tests.journeys.conftest import Hall
from tests.journeys.test_desk import desk
from tests.journeys.test_payment import fits
from tests.outside_world import Sandbox, sandbox, sandbox_process
from tests.parties import builders as b
from tests.texting import UNKNOWN, number

from hpf.access.actor import Role

__all__ = ["sandbox", "sandbox_process"]
pytestmark = pytest.mark.browser
OPENING = "/hangzhou/items/account.opening/"


def line(serial: int, mobile: str) -> list[object]:
    """A line of the workbook of somebody who asks for messages."""
    return ["李明", "居民身份证", b.id_no(serial), "新调入", 8200, mobile, "是"]


@pytest.mark.req("HZ-2.4.1-55", "HZ-2.4.2-09")
def test_from_the_workbook_to_the_telephone_and_back(
    hall: Hall, sandbox: Sandbox, drain: Callable[[], int], tmp_path: Path, settings: object
) -> None:
    settings.HPF_SMS = {**settings.HPF_SMS, "base_url": sandbox.url, "secret": "demo"}  # type: ignore[attr-defined]
    settings.PUBLIC_URL = hall.url  # type: ignore[attr-defined]
    known = number()
    book, scan = tmp_path / "清册.xlsx", tmp_path / "清册.png"
    book.write_bytes(Roster(personas.login(personas.AGENT)).workbook([line(1, known), line(2, UNKNOWN)]))
    scan.write_bytes(PNG)
    tab = hall.open(personas.AGENT)
    tab.goto(f"{hall.url}{OPENING}list/")
    tab.get_by_role("link", name="导入 excel").click()
    tab.set_input_files("#f-workbook", book)
    tab.get_by_role("button", name="开始导入").click()
    tab.get_by_role("button", name="确认", exact=True).click()
    tab.get_by_label("本单位已阅读并同意以上声明").check()
    tab.get_by_role("button", name="下一步").click()
    tab.set_input_files("#m0-files", scan)
    tab.get_by_role("button", name="上传", exact=True).first.click()
    tab.get_by_role("button", name="下一步").click()
    tab.get_by_role("button", name="提交", exact=True).click()
    expect(tab.get_by_text("正在处理")).to_be_visible()
    drain()
    expect(tab.locator("#case")).to_contain_text("已办结")
    sandbox.wait_idle()

    phone = hall.open(personas.STRANGER)
    phone.goto(f"{sandbox.url}/sms/?number={known}")
    expect(phone.locator(".bubble")).to_have_text(
        "【杭州公积金】杭州E1有限公司已为您设立（启封）住房公积金账户，月缴存额1,312.00元。"
    )
    tab.reload()
    tab.get_by_role("link", name="消息，1 条未读").click()
    expect(tab.locator("#inbox tbody tr")).to_have_count(1)
    tab.get_by_role("link", name="已办结").click()
    expect(tab.locator("#case")).to_contain_text("已办结")
    expect(tab.get_by_role("link", name="条未读")).to_have_count(0)
    no = tab.url.rstrip("/").split("/")[-1]
    tab.goto(f"{hall.url}/hangzhou/items/account.opening_query/detail/?of={no}")
    expect(tab.get_by_role("cell", name="订阅成功")).to_have_count(1)
    expect(tab.get_by_role("cell", name="订阅失败：空号")).to_have_count(1)


def test_inbox_and_texts_fit_their_screens_and_please_axe(hall: Hall, drain: Callable[[], int]) -> None:
    roster = Roster(personas.login(personas.AGENT)).enter()
    roster.upload(roster.workbook([line(1, number()), line(2, UNKNOWN)]))
    roster.submit()
    drain()
    tab = hall.open(personas.AGENT, bypass_csp=True)
    tab.goto(f"{hall.url}/hangzhou/inbox/")
    fits(tab)
    tab.goto(f"{hall.url}/hangzhou/employers/")
    fits(tab)
    tab = desk(hall, Role.BATCH, personas.CENTRE, bypass_csp=True)
    tab.goto(f"{hall.url}/hangzhou/desk/texts/")
    expect(tab.locator("#texts tbody tr")).to_have_count(2)
    fits(tab)
