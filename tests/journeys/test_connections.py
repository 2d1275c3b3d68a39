"""Tokens, addresses, papers and the trail in a real browser: a token copied, all of it without JavaScript, every page
under axe."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests import personas
from tests.api.stage import ROOT
from tests.hall import HOME, Roster
from tests.journeys.conftest import Hall
from tests.journeys.test_desk import desk
from tests.journeys.test_payment import fits
from tests.server import drain_jobs

from hpf.access import tokens
from hpf.access.actor import Actor, Role
from hpf.documents import changes, listings
from hpf.kernel.clock import FixedClock
from hpf.outside.telling import tell
from hpf.trail.changes import chain_new_entries, check_chain

pytestmark = pytest.mark.browser


def test_a_token_is_issued_copied_used_and_stopped(hall: Hall) -> None:
    tab = hall.open(personas.AGENT, permissions=["clipboard-read", "clipboard-write"])
    tab.goto(f"{hall.url}{HOME}")
    tab.get_by_role("link", name="接口令牌").click()
    tab.get_by_role("link", name="签发令牌").first.click()
    tab.get_by_role("button", name="签发").click()
    expect(tab.locator("#errors")).to_contain_text("请填写令牌名称")
    tab.get_by_label("令牌名称").fill("薪资系统")
    tab.get_by_label("查看事项目录和试算").check()
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("令牌已签发")
    tab.get_by_role("button", name="复制").click()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied == tab.get_by_label("令牌“薪资系统”").input_value()
    answer = tab.request.get(f"{hall.url}{ROOT}items", headers={"Authorization": f"Bearer {copied}"})
    assert answer.status == 200
    tab.reload()
    expect(tab.get_by_text("这张表单已经提交过")).to_be_visible()
    tab.get_by_role("link", name="停用").click()
    tab.get_by_role("button", name="停用令牌").click()
    expect(tab.get_by_text("已停用令牌“薪资系统”")).to_be_visible()
    assert tokens.count_living("hangzhou", personas.account_of(personas.AGENT).employer_id) == 0


def test_an_address_is_registered_without_javascript(hall: Hall) -> None:
    tab = hall.open(personas.AGENT, java_script_enabled=False)
    tab.goto(f"{hall.url}{HOME}receivers/")
    tab.get_by_role("link", name="登记推送地址").first.click()
    tab.locator("#f-url").fill("https://10.0.0.1/")
    tab.get_by_role("button", name="登记").click()
    expect(tab.locator("#errors")).to_contain_text("地址指向内部网络")
    tab.locator("#f-url").fill("https://hr.example.com/hpf")
    tab.get_by_role("button", name="登记").click()
    expect(tab.get_by_label("签名密钥", exact=False)).to_have_value(re.compile(r"[\w-]{40,}"))
    tab.get_by_role("link", name="返回推送地址").click()
    tab.get_by_role("link", name="停止推送").click()
    tab.get_by_role("button", name="停止推送").click()
    expect(tab.get_by_text("还没有登记推送地址")).to_be_visible()


def _told(hall: Hall, clock: FixedClock) -> Any:
    """An address with messages, a token, a case with its voucher; the document."""
    tab = hall.open(personas.AGENT, bypass_csp=True)
    for path, name in (("tokens/issue/", "name"), ("receivers/add/", "url")):
        tab.goto(f"{hall.url}{HOME}{path}")
        fits(tab)
        tab.locator(f"#f-{name}").fill("薪资系统" if name == "name" else "https://hr.example.com/hpf")
        tab.locator("main input[type=checkbox]").first.check()
        tab.locator("main .btn.primary").click()
        expect(tab.locator("#f-secret")).to_be_visible()
        fits(tab)
    client = personas.login(personas.AGENT)
    roster = Roster(client).enter()
    roster.save(60, name="李晓明")
    case = roster.submit()
    tell()
    drain_jobs()
    client.get(f"{case}voucher/")
    return tab


def test_every_page_of_connections_fits_and_axe_is_content(hall: Hall, clock: FixedClock) -> None:
    tab = _told(hall, clock)
    for path, link in (("tokens/", "停用"), ("receivers/", "停止推送")):
        tab.goto(f"{hall.url}{HOME}{path}")
        fits(tab)
        tab.get_by_role("link", name=link, exact=True).click()
        fits(tab)
    tab.goto(f"{hall.url}{HOME}receivers/")
    tab.get_by_role("link", name="推送情况").click()
    expect(tab.locator("#messages")).to_contain_text("办件有变化")
    fits(tab)


def test_every_page_of_papers_and_trail_fits_and_axe_is_content(hall: Hall, clock: FixedClock) -> None:
    _told(hall, clock)
    account = personas.account_of(personas.AGENT)
    (issued,) = listings.find_documents("", [account.id]).items
    changes.ask_revocation(Actor.staff(1, "沈提出", frozenset()), clock.now(), issued.no, "单位名称印错")
    chain_new_entries()
    check_chain()
    reviewer = desk(hall, Role.REVIEWER, personas.CENTRE, bypass_csp=True)
    for path in ("documents/", f"documents/?q={account.account_no}", f"documents/{issued.no}/"):
        reviewer.goto(f"{hall.url}{HOME}desk/{path}")
        fits(reviewer)
    reviewer.get_by_label("不予作废的原因").fill("名称是对的")
    reviewer.get_by_role("button", name="不予作废").click()
    expect(reviewer.get_by_text("继续有效")).to_be_visible()
    fits(reviewer)
    auditor = desk(hall, Role.AUDITOR, personas.CENTRE, bypass_csp=True)
    auditor.goto(f"{hall.url}{HOME}desk/")
    auditor.get_by_role("link", name="操作留痕").click()
    expect(auditor.locator("#figures")).to_contain_text("完好")
    fits(auditor)
    auditor.locator("#trail tbody a").first.click()
    expect(auditor.locator("h1")).to_have_text("留痕")
    fits(auditor)
