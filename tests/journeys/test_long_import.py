"""A workbook that a worker reads in, in a real browser: the progress moves by itself, without script by a reload."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests import personas
from tests.hall import Roster, good
from tests.journeys.conftest import Hall
from tests.journeys.test_roster import OPENING, SIZES

from hpf.kernel.clock import FixedClock

pytestmark = pytest.mark.browser
FITS = "document.documentElement.scrollWidth <= innerWidth"


def _uploaded(hall: Hall, book: Path, **options: Any) -> Page:
    """The page after “开始导入”."""
    tab = hall.open(personas.AGENT, **options)
    tab.goto(f"{hall.url}{OPENING}list/")
    tab.get_by_text("导入 excel").first.click()
    tab.set_input_files("input[name=workbook]", book)
    tab.get_by_role("button", name="开始导入").click()
    expect(tab.get_by_role("heading", name="正在导入")).to_be_visible()
    return tab


@pytest.fixture
def book(hall: Hall, clock: FixedClock, settings: Any, tmp_path: Path) -> Path:
    """A filled template, which is a long one here."""
    settings.HPF_LINES_AT_ONCE = 0
    settings.VAR = tmp_path
    path = tmp_path / "清册.xlsx"
    path.write_bytes(Roster(personas.login(personas.AGENT)).workbook([good(1), good(2, name="Bob"), good(3)]))
    return path


def test_the_progress_leads_to_the_result_by_itself(hall: Hall, book: Path, drain: Callable[[], int]) -> None:
    tab = _uploaded(hall, book, bypass_csp=True)
    for width, height in SIZES:
        tab.set_viewport_size({"width": width, "height": height})
        assert tab.evaluate(FITS)
        assert Axe().run(tab).violations_count == 0
    drain()
    expect(tab.locator("#report")).to_contain_text("已导入 2 行，1 行有误")
    expect(tab.locator("#roster tbody th")).to_have_count(2)


def test_without_script_the_page_renews_itself(hall: Hall, book: Path, drain: Callable[[], int]) -> None:
    tab = _uploaded(hall, book, java_script_enabled=False)
    tab.get_by_role("link", name="刷新").click()
    expect(tab.get_by_role("heading", name="正在导入")).to_be_visible()
    drain()
    expect(tab.locator("#report")).to_contain_text("已导入 2 行，1 行有误", timeout=10_000)


def test_cancelling_leads_back_to_the_list(hall: Hall, book: Path, drain: Callable[[], int]) -> None:
    tab = _uploaded(hall, book)
    tab.get_by_role("button", name="取消导入").click()
    expect(tab.get_by_text("已取消导入").first).to_be_visible()
    drain()
    tab.reload()
    expect(tab.locator("#roster")).to_contain_text("还没有记录")
