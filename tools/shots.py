"""A picture of every page and state, in build/shots/: for the user's guide, and for whoever changes a screen.

    make shots                     starts a demo of its own in an empty folder, walks it, ends it
    make shots ARGS="--at http://127.0.0.1:8000 --sandbox http://127.0.0.1:8001"    walks a demo that is running

One walk is one agent's month: opening from a workbook with wrong rows, the case, the month's due, paying it by QR
code; then the desk. Every page is taken at 1366×768 and whole, and again at 1920×1080 and at phone width.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "shots"
CENTRE = "hangzhou"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"1366": (1366, 768), "1920": (1920, 1080), "390": (390, 844)}
START_SECONDS = 180


class Walk:
    """A browser that walks as one person and takes pictures; `bad` collects console errors and server errors."""

    def __init__(self, browser: Browser, hall: str, prefix: str) -> None:
        """`prefix` leads the names of the pictures."""
        self.hall, self._prefix, self._n = f"{hall}/{CENTRE}", prefix, 0
        self.bad: list[str] = []
        self.page: Page = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai"
        ).new_page()
        self.page.set_default_timeout(15_000)
        self.page.context.on(
            "console", lambda m: self.bad.append(f"{self.page.url}: {m.text}") if m.type == "error" else None
        )

    def go(self, path: str, name: str) -> None:
        """Open an address inside the centre and take it."""
        answer = self.page.goto(f"{self.hall}/{path}")
        if answer is not None and answer.status >= 500:
            self.bad.append(f"{path}: {answer.status}")
        self.take(name)

    def take(self, name: str) -> None:
        """The page as it is, at every size, and once whole."""
        self._n += 1
        stem = f"{self._prefix}{self._n:02d}-{name}"
        for label, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=OUT / f"{stem}-{label}.png")
        self.page.set_viewport_size({"width": 1366, "height": 768})
        self.page.screenshot(path=OUT / f"{stem}-whole.png", full_page=True)
        print(f"{stem}  {self.page.title()}", flush=True)

    def press(self, text: str) -> None:
        """Press the first visible button or link with this text."""
        self.page.locator(f"button:has-text('{text}'):visible, a:has-text('{text}'):visible").first.click()
        self.page.wait_for_load_state()

    def tick(self) -> None:
        """Tick every box of the page's main part that must be ticked."""
        for box in self.page.locator("main input[type=checkbox]:visible").all():
            box.check()


def main() -> int:
    """Walk and take; 1 when a page had errors in its console or from the server."""
    parser = argparse.ArgumentParser(prog="make shots", description=__doc__)
    parser.add_argument("--at", help="address of a running demo")
    parser.add_argument("--sandbox", help="address of its simulated world")
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    with _demo(options.at, options.sandbox) as (hall, env), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        bad = [*_agent(browser, hall, env), *_desk(browser, hall), *_public(browser, hall)]
        browser.close()
    for problem in bad:
        print(f"problem: {problem}")
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")
    return 1 if bad else 0


def _agent(browser: Browser, hall: str, env: dict[str, str]) -> list[str]:
    walk = Walk(browser, hall, "1-")
    walk.go("login/", "login")
    walk.press("政务服务网登录")
    walk.take("portal")
    walk.page.fill("input[name=username]", "e03")
    walk.page.fill("input[name=password]", "demo")
    walk.page.keyboard.press("Enter")
    walk.page.wait_for_url(f"{walk.hall}/**")
    walk.take("workbench")
    for path, name in (("services/", "services"), ("help/", "help"), ("items/account.reopening/", "redirect")):
        walk.go(path, name)
    _open_accounts(walk, env)
    _pay(walk)
    for path, name in (
        ("items/account.opening_query/", "opening-query"),
        ("items/contribution.orders/", "orders"),
        ("items/enquiry.voucher/", "voucher-form"),
        ("cases/", "cases"),
        ("nowhere/", "not-found"),
    ):
        walk.go(path, name)
    return [b for b in walk.bad if "404" not in b and "422" not in b]


def _open_accounts(walk: Walk, env: dict[str, str]) -> None:
    page = walk.page
    walk.go("items/account.opening/", "opening-form")
    walk.press("账户设立（杭州）")
    walk.take("opening-empty-list")
    page.fill("input[name=name]", "Tom 张")
    page.fill("input[name=id_no]", "330106199003070011")
    page.fill("input[name=wage]", "0")
    walk.press("保存")
    walk.take("opening-errors")
    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder) / "roster.xlsx"
        words = ["demo", "roster", "--employer", "E03", "--rows", "60", "--bad", "7", "--out", str(roster)]
        subprocess.run([sys.executable, "-m", "hpf.site.cli", *words], check=True, env=env, stdout=subprocess.DEVNULL)
        walk.go("items/account.opening/", "opening-form-again")
        walk.press("账户设立（杭州）")
        walk.press("导入 excel")
        page.set_input_files("input[type=file]", roster)
        walk.take("opening-import")
        walk.press("开始导入")
        page.locator("text=导入结果").first.wait_for()
    walk.take("opening-imported")
    page.locator("button:has-text('确认')").last.click()
    page.wait_for_load_state()
    walk.take("opening-confirmed")
    walk.tick()
    walk.press("下一步")
    walk.take("materials")
    _upload(walk)
    walk.take("materials-uploaded")
    walk.press("下一步")
    walk.take("confirm")
    walk.press("提交")
    walk.take("case-submitted")
    page.wait_for_timeout(4000)
    page.reload()
    walk.take("case-concluded")


def _upload(walk: Walk) -> None:
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "清册.png"
        walk.page.screenshot(path=picture)
        walk.page.locator("main input[type=file]").first.set_input_files(picture)
        walk.page.locator("main button:has-text('上传')").first.click()
        walk.page.locator("main a:has-text('清册.png')").first.wait_for()


def _pay(walk: Walk) -> None:
    page = walk.page
    walk.go("items/contribution.funds/", "funds")
    page.locator("main table tbody a").first.click()
    page.wait_for_load_state()
    walk.take("people-of-due")
    walk.go("items/contribution.settlement/", "settlement-form")
    page.locator("main button:has-text('送缴结算'), main a:has-text('送缴结算')").last.click()
    page.wait_for_load_state()
    walk.take("settlement-choose")
    page.locator("main table tbody input[type=checkbox]").first.check()
    walk.take("settlement-chosen")
    walk.press("确定")
    walk.take("settlement-summary")
    walk.press("下一步")
    walk.take("settlement-materials")
    walk.press("下一步")
    walk.take("settlement-confirm")
    walk.press("提交")
    page.wait_for_timeout(3000)
    if "/pay/" not in page.url:
        page.reload()
        walk.press("支付")
    walk.take("pay-channels")
    page.locator("input[value=qr]").first.check()
    walk.press("去支付")
    page.wait_for_timeout(1000)
    walk.take("pay-qr")
    _scan(walk, str(page.locator("main a[href*='/cashier/']").first.get_attribute("href")))
    page.reload()
    page.locator("text=支付成功").first.wait_for()
    walk.take("paid")


def _scan(walk: Walk, address: str) -> None:
    """Pays in another page, as the telephone that scans the code does."""
    hall, walk.page = walk.page, walk.page.context.new_page()
    walk.page.goto(address)
    walk.take("scanned")
    walk.page.locator("main a, main button").first.click()
    walk.page.wait_for_load_state()
    walk.take("wallet")
    walk.press("确认付款")
    walk.take("wallet-paid")
    walk.page.close()
    walk.page = hall


def _desk(browser: Browser, hall: str) -> list[str]:
    walk = Walk(browser, hall, "2-")
    walk.page.goto(f"{hall}/desk-login")
    walk.take("desk-login")
    walk.page.fill("input[name=username]", "auditor")
    walk.page.fill("input[name=password]", "demo")
    walk.page.keyboard.press("Enter")
    code = walk.page.locator("#demo-code")
    code.wait_for()
    walk.take("desk-code")
    walk.page.fill("input[name=code]", code.inner_text())
    walk.page.keyboard.press("Enter")
    walk.page.wait_for_url("**/desk/**")
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


def _public(browser: Browser, hall: str) -> list[str]:
    walk = Walk(browser, hall, "3-")
    walk.go("verify/", "verify")
    return walk.bad


@contextmanager
def _demo(at: str | None, sandbox: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Address of the hall and the environment of its commands; a demo of our own when none is named."""
    if at is not None:
        yield at.rstrip("/"), {**os.environ, **({"HPF_SANDBOX_URL": sandbox} if sandbox else {})}
        return
    with tempfile.TemporaryDirectory(prefix="shots", dir=ROOT / "build") as folder:
        env = {**os.environ, "HPF_VAR": folder, "HPF_PORT": "8300", "HPF_SANDBOX_PORT": "8301", "HPF_DEMO": "1"}
        command = [sys.executable, "-m", "hpf.site.cli", "demo"]
        demo = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        try:
            _await_greeting(demo)
            yield "http://127.0.0.1:8300", env
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)


def _await_greeting(demo: "subprocess.Popen[str]") -> None:
    assert demo.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    for line in demo.stdout:
        if "stop: Ctrl-C" in line:
            return
        if time.monotonic() > deadline:
            break
    raise SystemExit("the demo does not start")


if __name__ == "__main__":
    raise SystemExit(main())
