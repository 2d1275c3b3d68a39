"""Paying in a real browser at the real cashier: by code on a phone, by e-bank without JavaScript, pages under axe."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Browser, Page, expect
from tests import personas
from tests.journeys.conftest import Hall
from tests.outside_world import NUMBERS, Sandbox, sandbox, sandbox_process
from tests.paying import ACTOR, FUNDS, OCTOBER, ORDERS, SETTLEMENT, VOUCHER, dues_of

from hpf.dues import audit
from hpf.dues import changes as dues
from hpf.dues.facts import SettlementState
from hpf.kernel.clock import FixedClock
from hpf.parties import readers as parties
from hpf.policy import book

__all__ = ["sandbox", "sandbox_process"]
pytestmark = pytest.mark.browser
_apart = count(10_000, 10_000)
PAYER = personas.RIVAL
"""Agent of an employer with one person, who owes 1,280.00 for October."""


@pytest.fixture
def paying(
    browser: Browser, sandbox: Sandbox, settings: Any, clock: FixedClock, request: pytest.FixtureRequest
) -> Hall:
    """The hall with the real cashier behind it, whose notices come back to it."""
    settings.FORM_ACTION_ORIGINS = [sandbox.url]
    settings.DEMO = True
    hall: Hall = request.getfixturevalue("hall")
    settings.PUBLIC_URL = hall.url
    settings.HPF_CASHIER = {**NUMBERS, "base_url": sandbox.url, "keys": sandbox.keys}
    sandbox.post("/clock", {"now": clock.now().isoformat()})
    with connection.cursor() as cursor:  # each database begins at 1, and the cashier remembers the orders of them all
        cursor.execute("SELECT max(nextval('dues_order_no')) FROM generate_series(1, %s)", [next(_apart)])
    rules = book.load(personas.CENTRE)
    dues.make_dues(ACTOR, rules.calendar.turn(OCTOBER), OCTOBER, rules, parties.employer_account_ids())
    return hall


def to_the_order(hall: Hall, tab: Page, drain: Callable[[], int]) -> None:
    """From the funds to the page that asks how to pay."""
    tab.goto(hall.url + FUNDS)
    tab.get_by_role("link", name="去缴款").click()
    expect(tab.locator("tbody .c-pick input")).to_be_checked()
    expect(tab.locator("#figures")).to_contain_text("1,280.00")
    tab.get_by_role("button", name="确定").click()
    expect(tab.locator("#figures")).to_contain_text("人民币壹仟贰佰捌拾元整")
    tab.get_by_role("button", name="下一步").click()
    expect(tab.locator("h1")).to_contain_text("送缴结算")
    tab.get_by_role("button", name="下一步").click()
    tab.get_by_role("button", name="提交").click()
    expect(tab.locator("h1")).to_contain_text("送缴结算")
    drain()
    tab.reload()
    tab.locator("#pay").first.click()
    expect(tab.locator("h1")).to_contain_text("送缴结算支付")


@pytest.mark.req("HZ-2.8.2-02", "HZ-2.8.2.1-22", "HZ-2.8.2.1-41")
def test_a_phone_pays_by_code_and_the_page_finds_out_by_itself(paying: Hall, drain: Callable[[], int]) -> None:
    tab = paying.open(PAYER, 390, 844)
    to_the_order(paying, tab, drain)
    tab.get_by_text("扫二维码结算").click()
    expect(tab.get_by_text("付款银行（对公网银）")).to_be_hidden()
    tab.get_by_role("button", name="去支付").click()
    expect(tab.get_by_role("img", name=re.compile("付款二维码"))).to_be_visible()
    expect(tab.locator("[data-deadline]")).to_have_text(re.compile(r"^1[45]:\d\d$"))
    wallet = tab.context.new_page()
    wallet.goto(str(tab.get_by_role("link", name=re.compile("用浏览器模拟扫码")).get_attribute("href")))
    wallet.get_by_role("link", name="微信支付", exact=True).click()
    wallet.get_by_role("button", name="确认付款").click()
    expect(tab.get_by_role("heading", name="已收到 1,280.00 元")).to_be_visible(timeout=15_000)
    assert dues_of(PAYER)[0].state is SettlementState.SETTLED
    assert not any(audit.run_all().values())


@pytest.mark.req("HZ-2.8.2-02", "HZ-2.8.2.1-17", "HZ-2.8.2.1-18")
def test_a_bank_is_chosen_and_pays_without_javascript(paying: Hall, sandbox: Sandbox, drain: Callable[[], int]) -> None:
    tab = paying.open(PAYER, java_script_enabled=False)
    to_the_order(paying, tab, drain)
    tab.get_by_text("他行支付").click()
    tab.get_by_label("中国工商银行").check()
    tab.get_by_role("button", name="去支付").click()
    expect(tab).to_have_url(re.compile(re.escape(sandbox.url)))
    expect(tab.locator("body")).to_contain_text("中国工商银行")
    tab.get_by_role("button", name=re.compile("登录")).click()
    tab.get_by_label(re.compile("基本存款账户")).check()
    tab.get_by_role("button", name="确认支付").click()
    expect(tab.locator("body")).to_contain_text("付款成功")
    sandbox.wait_idle()
    tab.goto(paying.url + ORDERS)
    tab.locator("tbody th a").first.click()
    expect(tab.get_by_role("heading", name="已收到 1,280.00 元")).to_be_visible()
    assert dues_of(PAYER)[0].state is SettlementState.SETTLED


def fits(tab: Page) -> None:
    """Axe has no objection and nothing is wider than the screen, on a desk's screen and on a phone."""
    for width, height in ((1366, 768), (1920, 1080), (390, 844)):
        tab.set_viewport_size({"width": width, "height": height})
        assert tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, tab.url
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
    tab.set_viewport_size({"width": 1366, "height": 768})


def test_every_page_of_paying_fits_and_axe_is_content(paying: Hall, drain: Callable[[], int]) -> None:
    tab = paying.open(PAYER, bypass_csp=True)
    code = dues_of(PAYER)[0].code
    for page in (
        FUNDS,
        f"{FUNDS}detail/?of={code}",
        f"{FUNDS}?print=1",
        ORDERS,
        SETTLEMENT,
        f"{SETTLEMENT}list/",
        VOUCHER,
    ):
        tab.goto(paying.url + page)
        fits(tab)
    to_the_order(paying, tab, drain)
    fits(tab)
    tab.get_by_text("扫二维码结算").click()
    tab.get_by_role("button", name="去支付").click()
    expect(tab.locator(".qr")).to_be_visible()
    fits(tab)
    tab.get_by_role("link", name="取消支付").click()
    fits(tab)
    tab.get_by_role("button", name="取消支付").click()
    expect(tab.get_by_role("heading", name="订单已取消")).to_be_visible()
    fits(tab)
