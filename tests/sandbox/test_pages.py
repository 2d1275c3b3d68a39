"""The simulated pages in a real browser: a payment from code to notice, and no page that axe objects to."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.outside_world import Door, Sandbox
from tests.sandbox.test_switches import ordered

from hpf.outside.cashier import Cashier
from hpf.outside.facts import PaymentState, Way

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(1366, 768), (390, 800)], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page of the size of a desk's screen or a phone's; axe needs the content security lifted."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    yield context.new_page()
    context.close()


def check(page: Page) -> None:
    """Axe has no objection and nothing scrolls sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_portal_and_controls(sandbox: Sandbox, page: Page) -> None:
    """Home, login with a wrong and the right password, switches, statement."""
    page.goto(f"{sandbox.url}/login/")
    check(page)
    for password, landing in (("wrong", "/login/"), ("demo", "/")):
        page.fill("#username", "e03")
        page.fill("#password", password)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == f"{sandbox.url}{landing}"
        check(page)
    for path in ("/switches/", "/bank/statement/", "/sms/"):
        page.goto(sandbox.url + path)
        check(page)


@pytest.mark.parametrize(("wallet", "label"), [("alipay", "支付宝"), ("wechat", "微信支付")])
def test_from_code_to_notice(
    wallet: str, label: str, sandbox: Sandbox, cashier: Cashier, door: Door, page: Page
) -> None:
    """The code's page, the wallet it opens, paid, and told."""
    number = ordered(cashier, door)
    page.goto(f"{sandbox.url}/cashier/code/{sandbox.get(f'/api/orders/{number}')['token']}/")
    check(page)
    with page.expect_navigation():
        page.get_by_role("link", name="用浏览器打开付款码").click()
    check(page)
    with page.expect_navigation():
        page.get_by_role("link", name=label, exact=True).click()
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="确认付款").click()
    check(page)
    assert page.get_by_role("heading", name="付款成功").is_visible()
    assert cashier.verify_notice(*door.wait_for(1)[0]).payer_bank == label


def test_from_bank_to_notice(sandbox: Sandbox, cashier: Cashier, door: Door, page: Page) -> None:
    """The bank's login, the choice of the account, paid, and told."""
    number = ordered(cashier, door, Way.CORPORATE_BANK)
    page.goto(f"{sandbox.url}/cashier/bank/{sandbox.get(f'/api/orders/{number}')['token']}/")
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="登录").click()
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="确认支付").click()
    check(page)
    assert cashier.verify_notice(*door.wait_for(1)[0]).state is PaymentState.PAID
