"""Policy in a real browser: proposed and approved with the keyboard, the same without JavaScript, pages under axe."""

import pytest
from playwright.sync_api import Page, expect
from tests import personas
from tests.journeys.conftest import Hall
from tests.journeys.test_payment import fits
from tests.staff import at_desk

from hpf.access.actor import Role
from hpf.access.tenancy import in_centre
from hpf.kernel.clock import FixedClock
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.policy.readers import current_rules

pytestmark = pytest.mark.browser


def desk(hall: Hall, name: str, **options: object) -> Page:
    """A browser with somebody of the policy post."""
    tab = hall.open(personas.STRANGER, **options)
    cookies = at_desk(Role.POLICY, centre=personas.CENTRE, name=name).cookies.values()
    tab.context.add_cookies([{"name": c.key, "value": c.value, "url": hall.url} for c in cookies])
    return tab


def test_two_people_amend_a_cap_with_the_keyboard(hall: Hall, clock: FixedClock) -> None:
    one, other = desk(hall, "章程"), desk(hall, "季度")
    one.goto(f"{hall.url}/{personas.CENTRE}/desk/policy/")
    one.get_by_role("link", name="缴存基数上限").click()
    one.get_by_role("link", name="提出修改").click()
    one.get_by_label("缴存基数上限").fill("43500")
    one.get_by_label("生效日").fill("2027-07-01")
    one.get_by_label("依据").fill("杭公积金〔2027〕1号")
    one.keyboard.press("Enter")
    expect(one.locator("#effect")).to_contain_text("43,500.00元/月")
    one.get_by_role("button", name="提出修改").click()
    expect(one.get_by_text("修改已提出")).to_be_visible()
    other.goto(one.url)
    expect(other.locator("#effect")).to_contain_text("尚无规定")
    other.get_by_role("button", name="批准", exact=True).click()
    expect(other.get_by_text("修改已批准，政策版本为第")).to_be_visible()
    with in_centre(personas.CENTRE):
        assert current_rules().on(Month(2027, 7)).base_cap == Money.of_yuan(43_500)


def test_a_year_of_days_off_without_javascript(hall: Hall, clock: FixedClock) -> None:
    one = desk(hall, "章程", java_script_enabled=False)
    one.goto(f"{hall.url}/{personas.CENTRE}/desk/policy/of/day_off_list/amend/")
    one.get_by_label("国务院办公厅通知文号").fill("国办发明电〔2026〕7号")
    one.get_by_label("休息日").fill("1月1日至3日\n2月5日至11日\n12月18日至20日")
    one.get_by_label("调休上班日").fill("2月14日")
    one.get_by_label("依据").fill("国务院办公厅通知")
    one.get_by_role("button", name="查看影响").click()
    expect(one.get_by_role("cell", name="2027-12-17")).to_be_visible()
    one.get_by_role("button", name="提出修改").click()
    expect(one.get_by_text("修改已提出")).to_be_visible()


def test_every_page_of_policy_fits_and_axe_is_content(hall: Hall, clock: FixedClock) -> None:
    one, other = desk(hall, "章程", bypass_csp=True), desk(hall, "季度", bypass_csp=True)
    root = f"{hall.url}/{personas.CENTRE}/desk/policy/"
    for page in ("", "?group=texts", "?group=materials", "of/day_off_list/", "of/day_off_list/amend/",
                 "of/materials.account.opening/amend/"):  # fmt: skip
        one.goto(root + page)
        fits(one)
    one.goto(f"{root}of/desk_refusal_reasons/amend/")
    one.get_by_role("button", name="查看影响").click()
    expect(one.locator("#errors")).to_be_visible()
    fits(one)
    one.get_by_label("退回（不予办理）原因").fill("01 材料不清晰\n08 公章错误\n99 其他")
    one.get_by_label("依据").fill("业务通知")
    one.get_by_role("button", name="查看影响").click()
    fits(one)
    one.get_by_role("button", name="提出修改").click()
    fits(one)
    other.goto(one.url)
    fits(other)
    other.get_by_role("button", name="批准", exact=True).click()
    fits(other)
    for page in ("changes/", "versions/", "versions/1/"):
        other.goto(root + page)
        fits(other)
