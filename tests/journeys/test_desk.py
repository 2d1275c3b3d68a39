"""The desk in a real browser: logging in, a review with the keyboard, the same by links alone, every page under axe."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests import personas, reviewing
from tests.journeys.conftest import Hall
from tests.journeys.test_payment import fits
from tests.paying import at
from tests.staff import PASSWORD, at_desk, member, totp

from hpf.access import second_factor
from hpf.access.actor import Role
from hpf.access.changes import give_password, give_roles
from hpf.access.tenancy import in_centre
from hpf.engine import readers
from hpf.engine.facts import CaseState
from hpf.kernel.clock import FixedClock
from hpf.runs import carry_out, listings

pytestmark = pytest.mark.browser
PEOPLE = (reviewing.person(1, "李一"), reviewing.person(2, "钱二"), reviewing.person(3, "孙三"))
PAPER = """<body style="margin:3rem;font:28px serif"><h1>个人征信授权书</h1>
<p>兹授权黑河市住房公积金管理中心查询本人征信。</p>
<p>授权人（签字）：<i style="font-size:48px">李一</i></p><p>2026年11月16日</p></body>"""


@pytest.fixture
def waiting(hall: Hall, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case of three people that waits for review, with papers that can be seen."""
    page = browser.new_page(viewport={"width": 700, "height": 500})
    page.set_content(PAPER)
    monkeypatch.setattr(reviewing, "JPG", page.screenshot(type="jpeg"))
    page.close()
    reviewing.city()
    return reviewing.applied(personas.login(personas.AGENT), *PEOPLE)


def desk(hall: Hall, role: Role, centre: str = reviewing.CENTRE, **options: object) -> Page:
    """A browser with a member of staff logged in."""
    tab = hall.open(personas.STRANGER, **options)
    cookies = at_desk(role, centre=centre, name="程思齐").cookies.values()
    tab.context.add_cookies([{"name": c.key, "value": c.value, "url": hall.url} for c in cookies])
    return tab


def state_of(no: str) -> CaseState:
    """The state of a case."""
    with in_centre(reviewing.CENTRE):
        return readers.case(no, None).state


def test_a_review_from_the_login_to_the_decision_with_the_keyboard(hall: Hall, waiting: str) -> None:
    _, username, secret = member(Role.REVIEWER, centre=reviewing.CENTRE, name="程思齐")
    tab = hall.open(personas.STRANGER)
    tab.goto(f"{hall.url}{reviewing.REVIEWS}")
    tab.get_by_label("用户名").fill(username)
    tab.get_by_label("密码").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.get_by_label("动态口令").fill(totp(secret))
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("审核")
    tab.get_by_role("button", name="领取").click()
    expect(tab.get_by_role("heading", name="第 1 笔")).to_be_visible()
    stage = tab.locator("[data-stage]")
    tab.get_by_role("link", name="放大").click()
    tab.get_by_role("link", name="右转").click()
    expect(stage).to_have_attribute("data-z", "150")
    expect(stage).to_have_attribute("data-t", "90")
    assert "zoom" not in tab.url  # no request was made
    assert tab.locator(".stage img").evaluate("e => e.naturalWidth") == 700
    for next_row in (2, 3):
        tab.keyboard.press("Control+Enter")
        expect(tab.get_by_role("heading", name=f"第 {next_row} 笔")).to_be_visible()
    tab.keyboard.press("Control+ArrowUp")
    expect(tab.get_by_role("heading", name="第 2 笔")).to_be_visible()
    expect(tab.locator("#view .card-head .tag")).to_have_text("合格")
    tab.keyboard.press("Control+ArrowDown")
    tab.locator("#view").get_by_label("不合格原因").select_option("征信授权书非签字原件")
    tab.locator("#view").get_by_role("button", name="不合格").click()
    expect(tab.locator("#rows .err")).to_have_text("征信授权书非签字原件")
    tab.locator("#decide-reason").select_option("征信授权书非签字原件")
    tab.get_by_role("button", name="退回单位").click()
    expect(tab.get_by_text(f"{waiting}已退回")).to_be_visible()
    assert state_of(waiting) is CaseState.RETURNED


def test_a_review_without_javascript(hall: Hall, waiting: str) -> None:
    tab = desk(hall, Role.REVIEWER, java_script_enabled=False)
    tab.goto(f"{hall.url}{reviewing.REVIEWS}{waiting}/")
    tab.get_by_role("button", name="领取后审核").click()
    tab.get_by_role("link", name="放大").click()
    tab.get_by_role("link", name="右转").click()
    assert tab.locator('[data-z="150"][data-t="90"]').count() == 1
    tab.get_by_role("link", name="开户清册").click()
    tab.get_by_role("link", name="下一笔").click()
    expect(tab.locator(".papers [aria-current]")).to_contain_text("开户清册")
    tab.get_by_label("选择 李一").check()
    tab.get_by_label("选择 钱二").check()
    tab.get_by_role("button", name="所选合格").click()
    expect(tab.locator(".facts").first).to_contain_text("合格 2，不合格 0，未审 1")
    tab.get_by_role("button", name="审核通过").click()
    expect(tab.get_by_text("审核通过，系统正在办理")).to_be_visible()
    assert state_of(waiting) is CaseState.ACCEPTED


def test_every_page_of_the_desk_fits_and_axe_is_content(hall: Hall, waiting: str, clock: FixedClock) -> None:
    carry_out.start("next_day", at("2026-11-16 06:00"))
    pages = {
        Role.REVIEWER: ("", "reviews/", f"reviews/{waiting}/", f"reviews/{waiting}/?zoom=300&turn=270&row=2", "cases/"),
        Role.ACCOUNTANT: ("receipts/", "books/?check=1", "account/"),
        Role.ADMIN: ("staff/", "runs/", f"runs/{listings.runs().items[0].id}/"),
        Role.AUDITOR: ("", f"reviews/{waiting}/", "staff/"),
    }
    for role, addresses in pages.items():
        centre = personas.CENTRE if role in (Role.ACCOUNTANT, Role.ADMIN) else reviewing.CENTRE
        tab = desk(hall, role, centre, bypass_csp=True)
        for page in addresses:
            tab.goto(f"{hall.url}/{centre}/desk/{page}")
            fits(tab)
        if role is Role.REVIEWER:
            tab.goto(f"{hall.url}{reviewing.REVIEWS}{waiting}/")
            tab.get_by_role("button", name="领取后审核").click()
            fits(tab)
            tab.get_by_role("button", name="退回单位").click()
            expect(tab.locator("#errors")).to_be_visible()
            fits(tab)
        if role is Role.ADMIN:
            tab.goto(f"{hall.url}/{centre}/desk/staff/")
            tab.locator("table a").first.click()
            fits(tab)
            tab.goto(f"{hall.url}/{centre}/clock/")
            fits(tab)


def test_the_door_fits_and_axe_is_content(hall: Hall) -> None:
    tab = hall.open(personas.STRANGER, bypass_csp=True)
    tab.goto(f"{hall.url}/desk-login")
    fits(tab)
    user_id = give_roles("fresh", "新人", PASSWORD, personas.CENTRE, frozenset({Role.TELLER}))
    given = give_password(user_id)
    tab.get_by_label("用户名").fill("fresh")
    tab.get_by_label("密码").fill(given)
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("设置动态口令")
    fits(tab)
    secret = "".join(tab.locator(".secret").inner_text().split())
    tab.get_by_label("动态口令").fill(totp(secret))
    tab.get_by_label("新密码", exact=False).first.fill("another-long-password")
    tab.get_by_label("再输入一次新密码").fill("another-long-password")
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("恢复码")
    fits(tab)
    tab.get_by_role("button", name="已保存").click()
    expect(tab.locator("h1")).to_have_text("工作台")
    assert re.fullmatch(r"\d{8}", second_factor.recovery_codes(user_id)[0])
    tab.context.clear_cookies()
    tab.goto(f"{hall.url}/desk-login")
    tab.get_by_label("用户名").fill("fresh")
    tab.get_by_label("密码").fill("another-long-password")
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("动态口令")
    fits(tab)
