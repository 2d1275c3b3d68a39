"""The look, as promised: macros render, nothing overflows, axe and the security policy are content, keys are enough."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import RequestFactory
from jinja2 import Environment, FileSystemLoader, UndefinedError
from playwright.sync_api import Browser, Page, expect

from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.web import errors, jinja, kit, shapes

WEB = Path(jinja.__file__).parent
STATIC = WEB / "static" / "hpf"
SIZES = {"small office": (1366, 768), "large office": (1920, 1080), "phone": (390, 844)}
Open = Callable[..., Page]


@pytest.fixture
def env() -> Environment:
    """The environment as Django makes it."""
    return jinja.environment(loader=FileSystemLoader(WEB / "templates"))


@pytest.fixture
def open_page(browser: Browser, kit_server: str) -> Iterator[Open]:
    """Opens a style page; anything in the browser's console fails the test at its end."""
    contexts = []
    said: list[str] = []

    def opened(page: str = "", size: str = "small office", **options: object) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        tab.goto(kit_server + page)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def test_every_macro_is_on_the_style_page() -> None:
    """A macro that the style page does not show is seen by no test: it would rot."""
    used = "".join(path.read_text() for path in (WEB / "templates" / "kit").glob("*.jinja"))
    macros = [
        name
        for path in (WEB / "templates" / "macros").glob("*.jinja")
        for name in re.findall(r"macro ([a-z]\w*)\(", path.read_text())
    ]
    inner = "".join(path.read_text() for path in (WEB / "templates" / "macros").glob("*.jinja"))
    unseen = [name for name in macros if f"{name}(" not in used and inner.count(f"{name}(") < 2]
    assert unseen == ["live_answer"]  # an answer, not a part of a page: it has its own test


@pytest.mark.parametrize("page", kit.PAGES)
def test_style_pages_render_with_the_tokens_of_their_forms(page: str) -> None:
    text = kit.show(RequestFactory().get("/kit/"), page).content.decode()
    assert text.count("<form") == text.count("</form>")
    assert text.count('name="csrfmiddlewaretoken"') >= 1
    assert "style=" not in text  # the policy forbids inline styles
    ids = re.findall(r'<(?!symbol)[^>]* id="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))


def test_labels_help_and_errors_are_wired(env: Environment) -> None:
    field = shapes.Field(
        "wage", "月均工资", shapes.FieldKind.MONEY, Money(249000), required=True, help="元", error="应大于 0"
    )
    html = _call(env, "fields", "field", field)
    assert '<label for="f-wage">' in html
    assert 'aria-describedby="f-wage-help f-wage-err"' in html
    assert 'aria-invalid="true"' in html and "required" in html and 'value="2,490.00"' in html
    assert 'id="f-wage-err">应大于 0</span>' in html


def test_a_live_answer_never_brings_an_input(env: Environment) -> None:
    typed = shapes.Field("wage", "月均工资", shapes.FieldKind.MONEY, "1", error="应大于 0")
    computed = shapes.Field("base", "缴存基数", shapes.FieldKind.COMPUTED, Money(249000), mark=shapes.Tag("保底"))
    html = _call(env, "fields", "live_answer", [typed, computed])
    assert "<input" not in html
    assert html.count('hx-swap-oob="true"') == 2
    assert "保底" in html and "2,490.00" in html


def test_a_greyed_action_cannot_be_used_and_says_why(env: Environment) -> None:
    link = _call(env, "parts", "button", shapes.Action("导入 excel", href="/import", why_not="清册中已有单笔录入记录"))
    button = _call(env, "parts", "button", shapes.Action("保存", why_not="清册中已有导入记录"))
    assert "href" not in link and "清册中已有单笔录入记录" in link
    assert " disabled" in button and "清册中已有导入记录" in button


def test_late_rows_are_marked_for_the_yellow_background(env: Environment) -> None:
    table = shapes.Table("t", (shapes.Column("a", "甲"),), (shapes.Row({"a": "x"}, tone=shapes.Tone.LATE),))
    assert '<tr class="t-late"' in _call(env, "tables", "table", table)
    assert re.search(r"tr\.t-late > \* \{ background: var\(--late-bg\)", (STATIC / "kit.css").read_text())


def test_table_says_how_many_in_what_order_and_what_they_sum_to(env: Environment) -> None:
    columns = (
        shapes.Column("name", "姓名", shapes.ColumnKind.NAME),
        shapes.Column("sum", "合计", shapes.ColumnKind.MONEY),
    )
    rows = (shapes.Row({"name": "<宋>", "sum": Money(100)}, id="7"),)
    table = shapes.Table(
        "清册", columns, rows, total={"sum": Money(100)}, count=1, unit="人", sorted_by="录入先后", select="row"
    )
    html = _call(env, "tables", "table", table)
    assert "共 <b>1</b> 人" in html and "按录入先后排列" in html
    assert html.count("1.00") == 2 and "合计</th>" in html
    assert "&lt;宋&gt;" in html and "<宋>" not in html


def test_values_are_written_one_way() -> None:
    moment = datetime(2026, 11, 16, 9, 30, tzinfo=kit.NOW.tzinfo)
    shown = [jinja.show(v) for v in (Money(123456), Month(2026, 11), moment, moment.date(), 12345, True, None, "0012")]
    assert shown == ["1,234.56", "2026-11", "2026-11-16 09:30", "2026-11-16", "12,345", "是", "", "0012"]
    assert jinja.typed(2026) == "2026"
    assert jinja.date_chinese(moment) + jinja.weekday(moment) == "2026年11月16日星期一"
    assert jinja.month(202611) == "2026-11"
    assert jinja.mask_id("330106199001011234") == "330106********1234"
    with pytest.raises(ValueError, match="time zone"):
        jinja.moment(moment.replace(tzinfo=None))


def test_a_missing_name_and_a_missing_icon_are_errors(env: Environment) -> None:
    with pytest.raises(UndefinedError):
        env.from_string("{{ nobody_passed_this }}").render()
    with pytest.raises(KeyError, match="no icon"):
        jinja.icon("unicorn")


def test_pager_offers_ends_and_neighbours() -> None:
    assert shapes.Pager(4, 200, 10000, 50).numbers == [1, 2, 3, 4, 5, 6, None, 200]
    assert shapes.Pager(1, 1, 3, 50).numbers == [1]
    assert shapes.Pager(2, 9, 9, 1, query={"q": "宋 a&b"}).href(3) == "?q=%E5%AE%8B+a%26b&page=3"


@pytest.mark.parametrize(
    "error", [errors.BAD_REQUEST, errors.DENIED, errors.NOT_FOUND, errors.FAILED, errors.BUSY, errors.EXPIRED]
)
def test_error_pages_need_nothing_and_say_what_to_do(error: errors.Explained) -> None:
    response = errors.page(RequestFactory().get("/x"), error)
    assert response.status_code == error.status
    assert error.title in response.content.decode() and error.cure in response.content.decode()


def test_sheets_stay_small_and_within_old_browsers() -> None:
    text = {path.name: path.read_text() for path in STATIC.glob("*.css")}
    assert all(len(sheet) <= 25_000 for sheet in text.values())
    newer = r"oklch|oklab|color-mix|@layer|@scope|@starting-style|:popover-open|::details-content|anchor\(|light-dark\("
    assert not re.search(newer, "".join(text.values()))
    script = (STATIC / "app.js").read_text()
    assert not re.search(r"\beval\(|new Function|localStorage|sessionStorage|innerHTML", script)


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", kit.PAGES)
def test_nothing_is_wider_than_the_screen(open_page: Open, page: str, size: str) -> None:
    tab = open_page(page, size)
    assert tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.browser
@pytest.mark.parametrize("size", ["small office", "phone"])
@pytest.mark.parametrize("page", kit.PAGES)
def test_axe_finds_nothing(open_page: Open, page: str, size: str) -> None:
    tab = open_page(page, size, bypass_csp=True)
    if size == "phone" and page != "public":
        tab.locator(".menu-btn").click()
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
def test_focus_is_always_visible(open_page: Open) -> None:
    tab = open_page()
    seen = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        name, outline, covered = tab.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e), p = e.closest('label.drop-zone') || e;
            const r = p.getBoundingClientRect(), at = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
            return [e.outerHTML.slice(0, 120), getComputedStyle(p).outlineStyle + s.outlineStyle,
                    !!at && !p.contains(at) && !at.contains(p)] }"""
        )
        assert outline.replace("none", ""), name
        assert not covered, f"hidden behind something: {name}"
        seen.add(name)
    assert len(seen) > 40


@pytest.mark.browser
def test_the_grid_is_walked_by_keys_and_escape_takes_back(open_page: Open) -> None:
    tab = open_page()
    first, second = tab.locator("#w1"), tab.locator("#w2")
    first.focus()
    first.fill("1")
    tab.keyboard.press("Escape")
    expect(first).to_have_value("11,519.00")
    first.focus()
    tab.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    tab.keyboard.press("ArrowUp")
    expect(first).to_be_focused()


@pytest.mark.browser
def test_a_dialog_opens_takes_a_file_and_refuses_the_wrong_one(open_page: Open, tmp_path: Path) -> None:
    tab = open_page()
    tab.get_by_role("link", name="导入 excel").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    wrong = tmp_path / "清册.pdf"
    wrong.write_bytes(b"x")
    tab.locator("#f-workbook").set_input_files(wrong)
    expect(tab.locator("#f-workbook-err")).to_have_text("“清册.pdf”不是 .xlsx、.xls 文件")
    right = wrong.with_suffix(".xlsx")
    right.write_bytes(b"x")
    tab.locator("#f-workbook").set_input_files(right)
    expect(tab.locator("#f-workbook-err")).to_be_empty()
    expect(tab.locator("dialog b[data-file-name]")).to_contain_text("清册.xlsx")
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)


@pytest.mark.browser
def test_an_upload_shows_where_its_answer_leads(open_page: Open, tmp_path: Path) -> None:
    tab = open_page()
    tab.get_by_role("link", name="导入 excel").click()
    book = tmp_path / "清册.xlsx"
    book.write_bytes(b"x" * 100_000)
    tab.locator("#f-workbook").set_input_files(book)
    tab.get_by_role("button", name="开始上传").click()
    expect(tab.get_by_role("heading", name="单位登录")).to_be_visible()
    expect(tab).to_have_url(re.compile("/kit/public$"))


@pytest.mark.browser
def test_a_live_answer_marks_the_cell_and_leaves_what_is_typed(open_page: Open) -> None:
    tab = open_page()
    cell = tab.locator("#w1")
    cell.fill("0")
    tab.keyboard.press("Tab")
    expect(tab.locator("#w1-err")).to_have_text("应大于 0")
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(cell).to_have_value("0.00")
    expect(tab.locator("#r1")).to_have_class(re.compile("t-bad"))


@pytest.mark.browser
def test_time_left_counts_from_the_centres_clock(open_page: Open) -> None:
    tab = open_page()
    expect(tab.locator("[data-deadline]")).to_have_text(re.compile(r"^29:3\d$"))


@pytest.mark.browser
def test_a_refusal_stays_and_news_goes(open_page: Open) -> None:
    tab = open_page()
    for tone in ("good", "bad"):
        tab.evaluate(
            "t => document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true, detail: {text: t, tone: t}}))",
            tone,
        )
    expect(tab.locator(".toast")).to_have_count(2)
    expect(tab.locator(".toast")).to_have_count(1, timeout=8000)
    expect(tab.locator(".toast.t-bad")).to_be_visible()
    tab.locator(".toast [data-close]").click()
    expect(tab.locator(".toast")).to_have_count(0)


@pytest.mark.browser
def test_leaving_an_import_is_asked_about(open_page: Open) -> None:
    tab = open_page()
    tab.evaluate("document.querySelector('[data-leave]').dataset.stay = '/elsewhere'")
    tab.get_by_role("link", name="送缴结算查询", exact=True).click()
    expect(tab.get_by_role("dialog")).to_contain_text("已导入的 10,000 行将被清除")
    tab.get_by_role("button", name="留在本页").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)


@pytest.mark.browser
def test_a_form_goes_once(open_page: Open) -> None:
    tab = open_page()
    tab.evaluate("document.querySelector('main form[method=post]').target = 'hole'")
    tab.evaluate(
        "window.sent = 0; addEventListener('submit', e => { sent += !e.defaultPrevented; e.preventDefault() })"
    )
    for _ in range(3):
        tab.get_by_role("button", name="保存", exact=True).last.click()
    assert tab.evaluate("sent") == 1


@pytest.mark.browser
def test_without_javascript_everything_is_a_link_or_a_form(open_page: Open) -> None:
    tab = open_page(size="phone", java_script_enabled=False)
    tab.locator(".menu-btn").click()
    expect(tab.locator("#side")).to_be_visible()
    tab.get_by_role("link", name="关闭菜单").click()
    expect(tab.locator("#side")).to_be_hidden()
    expect(tab.locator("#f-scan")).to_be_visible()
    expect(tab.locator("[data-deadline] time")).to_contain_text("2026-11-16 11:11")
    tab.locator("summary").click()
    expect(tab.get_by_role("link", name="退出登录")).to_be_visible()


def _call(env: Environment, file: str, macro: str, value: object) -> str:
    """What one macro makes of one value."""
    source = f'{{% from "macros/{file}.jinja" import {macro} %}}{{{{ {macro}(value) }}}}'
    return env.from_string(source).render(value=value)
