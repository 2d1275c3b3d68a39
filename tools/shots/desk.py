"""The desk: what somebody who sees everything sees, before and after a month's close."""

import time

from playwright.sync_api import Browser
from tools.shots.walk import START_SECONDS, Walk


def walk(browser: Browser, address: str) -> list[str]:
    """The walk; errors of pages and server."""
    walk = Walk(browser, address, "hangzhou", "2-")
    walk.come_to_the_desk("auditor", pictures=True)
    for path, name in (
        ("desk/", "desk"),
        ("clock/", "clock"),
    ):
        walk.go(path, name)
    _move_past_the_close(walk)
    for path, name in (
        ("desk/", "desk-after-the-close"),
        ("desk/runs/", "runs"),
        ("desk/cases/", "cases"),
        ("desk/receipts/", "receipts"),
        ("desk/books/", "books"),
        ("desk/documents/", "documents"),
        ("desk/texts/", "texts"),
        ("desk/trail/", "trail"),
        ("desk/staff/", "staff"),
    ):
        walk.go(path, name)
    return walk.bad


def amendment(browser: Browser, address: str) -> list[str]:
    """One of the policy post proposes next year's cap with its effect shown, another approves it."""
    one, other = Walk(browser, address, "hangzhou", "6-"), Walk(browser, address, "hangzhou", "7-")
    one.come_to_the_desk("policy")
    one.visit(("desk/policy/", "policy"), ("desk/policy/of/base_cap/", "parameter"))
    one.go("desk/policy/of/base_cap/amend/", "form")
    one.page.get_by_label("缴存基数上限").fill("43500")
    one.page.get_by_label("生效日").fill("2027-07-01")
    one.page.get_by_label("依据").fill("杭公积金〔2027〕1号")
    one.press("查看影响")
    one.take("effect")
    one.press("提出修改")
    one.take("proposed")
    other.come_to_the_desk("policy2")
    other.page.goto(one.page.url)
    other.take("to-decide")
    other.press("批准")
    other.take("approved")
    return one.bad + other.visit(("desk/policy/changes/", "changes"), ("desk/policy/versions/", "versions"))


def _move_past_the_close(walk: Walk) -> None:
    """The clock goes on to the morning after the month's close; the runs that fall due run."""
    walk.page.fill("input[name=day]", "2026-11-21")
    walk.page.fill("input[name=hour]", "07:00")
    walk.page.locator("main button:has-text('拨动')").last.click()
    walk.page.wait_for_timeout(3000)
    walk.take("clock-moving")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        walk.page.wait_for_timeout(1000)
        walk.page.goto(f"{walk.hall}/desk/")
        if "模拟时间 2026-11-21" in walk.page.locator("body").inner_text().replace("\n", " ").replace("  ", " "):
            return
