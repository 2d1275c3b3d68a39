"""Maker and checker in a real browser: switched on, made, sent back, made again, passed; every page under axe."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests import personas
from tests.hall import Roster
from tests.journeys.conftest import Hall
from tests.journeys.test_payment import fits

from hpf.access.tenancy import in_centre
from hpf.engine import readers

pytestmark = pytest.mark.browser


@pytest.fixture
def number(hall: Hall) -> Iterator[str]:
    """The account for which 陈思远 makes and 何人和 checks."""
    with in_centre("hangzhou"):
        yield personas.account_of(personas.AGENT).account_no


def switched_on(hall: Hall, number: str) -> Page:
    """The maker switches the check on, from the workbench."""
    tab = hall.open(personas.AGENT, bypass_csp=True)
    tab.goto(f"{hall.url}/hangzhou/")
    tab.get_by_role("link", name="单位内部复核").click()
    fits(tab)
    tab.get_by_label("启用单位内部复核").check()
    tab.get_by_label("复核起点金额").fill("1000")
    tab.get_by_role("button", name="保存").click()
    expect(tab.get_by_text("设置已生效")).to_be_visible()
    return tab


def test_made_by_one_checked_by_another(hall: Hall, number: str) -> None:
    maker = switched_on(hall, number)
    roster = Roster(personas.login(personas.AGENT)).enter()
    roster.save(1)
    address = roster.submit()
    maker.goto(hall.url + address)
    expect(maker.get_by_text("须由何人和复核通过后才向中心申报")).to_be_visible()
    fits(maker)
    checker = hall.open(personas.BUREAU, bypass_csp=True)
    checker.goto(f"{hall.url}/hangzhou/employers/{number}/")
    expect(checker.get_by_role("heading", name="待我复核").first).to_be_visible()
    fits(checker)
    checker.get_by_role("link", name="去复核").click()
    fits(checker)
    checker.get_by_role("button", name="退回经办人").click()
    expect(checker.get_by_text("请填写退回原因").first).to_be_visible()
    fits(checker)
    checker.get_by_label("退回原因").fill("工资应为9000元")
    checker.get_by_role("button", name="退回经办人").click()
    expect(checker.get_by_text("已退回陈思远")).to_be_visible()
    maker.reload()
    expect(maker.get_by_text("退回原因：工资应为9000元")).to_be_visible()
    maker.get_by_role("button", name="修改后重新提交").click()
    expect(maker.get_by_text("已带入 1 条记录")).to_be_visible()
    roster.visit = maker.url.rpartition("visit=")[2]
    again = roster.submit()
    checker.goto(f"{hall.url}/hangzhou/cases/?to_check=1")
    fits(checker)
    checker.get_by_role("link", name="去复核").click()
    checker.get_by_role("button", name="复核通过").click()
    expect(checker.get_by_text("复核通过，已向中心申报")).to_be_visible()
    fits(checker)
    with in_centre("hangzhou"):
        assert readers.case(again.split("/")[-2], None).checked_by == "何人和"


def test_loosening_takes_the_other_agent(hall: Hall, number: str) -> None:
    maker = switched_on(hall, number)
    maker.get_by_label("启用单位内部复核").uncheck()
    maker.get_by_role("button", name="保存").click()
    expect(maker.get_by_role("button", name="撤销申请")).to_be_visible()
    fits(maker)
    other = hall.open(personas.BUREAU, bypass_csp=True)
    other.goto(f"{hall.url}/hangzhou/employers/{number}/")
    other.get_by_role("link", name="去处理").click()
    fits(other)
    other.get_by_role("button", name="同意", exact=True).click()
    expect(other.get_by_text("修改已确认，现在生效")).to_be_visible()
