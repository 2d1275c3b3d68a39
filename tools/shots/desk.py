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
    ):
        walk.go(path, name)
    return walk.bad


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
