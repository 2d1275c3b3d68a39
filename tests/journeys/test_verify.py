"""凭证核验 in a browser: on small and large screens, with and without JavaScript, for everybody's eyes and hands."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from tests.documents.samples import AT, SLIP
from tests.journeys.conftest import Hall

from hpf.access.actor import Actor
from hpf.documents import changes, readers
from hpf.documents.facts import Issued, grouped
from hpf.documents.fonts import font_status
from hpf.documents.forms import payment_slip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not font_status().usable, reason=f"not run: {font_status().text}"),
]
Open = Callable[..., Page]


@pytest.fixture
def issued(hall: Hall, settings: Settings, tmp_path: Path) -> Issued:
    """A slip, in the database of the hall."""
    settings.VAR = tmp_path
    made = changes.issue(Actor.agent(7, "王芳", 3), AT, "payment_slip", "41", payment_slip(SLIP))
    (tmp_path / "original.pdf").write_bytes(readers.pdf_of(made))
    (tmp_path / "longer.pdf").write_bytes(readers.pdf_of(made) + b"\n% more")
    return made


@pytest.fixture
def visitor(hall: Hall, browser: Browser) -> Iterator[Open]:
    """The first page of the verification, to somebody who is not logged in."""
    contexts = []

    def opened(width: int = 1366, height: int = 768, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{hall.url}/hangzhou/verify/")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_code_and_file_lead_to_the_verdict(issued: Issued, visitor: Open, tmp_path: Path, javascript: bool) -> None:
    page = visitor(java_script_enabled=javascript)
    page.get_by_role("textbox", name="验证码").fill(grouped(issued.code).lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("凭证真实有效")
    expect(page.get_by_text("¥ 372,864.50")).to_be_visible()
    for name, verdict in (("original", "凭证真实有效"), ("longer", "文件被追加了内容")):
        page.get_by_role("link", name="核验另一份凭证").click()
        page.locator("input[type=file]").set_input_files(tmp_path / f"{name}.pdf")
        page.get_by_role("button", name="上传并核验").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(verdict)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (390, 844)])
def test_the_pages_fit_and_axe_is_content(issued: Issued, visitor: Open, width: int, height: int) -> None:
    page = visitor(width, height, bypass_csp=True)
    for path in ("", issued.code, "23456789ABCD", "?code=7KQ4"):
        page.goto(page.url.partition("/verify/")[0] + f"/verify/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
