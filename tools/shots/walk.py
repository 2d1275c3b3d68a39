"""A browser that walks through the demo as one person and takes pictures; and a demo to walk through."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "shots"
SIZES = {"1366": (1366, 768), "1920": (1920, 1080), "390": (390, 844)}
START_SECONDS = 180


class Walk:
    """A browser that walks as one person and takes pictures; `bad` collects console errors and server errors."""

    def __init__(self, browser: Browser, hall: str, centre: str, prefix: str) -> None:
        """`hall` is the address of the installation; `prefix` leads the names of the pictures."""
        self.address, self.hall, self._prefix, self._n = hall, f"{hall}/{centre}", prefix, 0
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

    def visit(self, *pages: tuple[str, str]) -> list[str]:
        """Open and take these (address, name) one after another; all errors so far."""
        for path, name in pages:
            self.go(path, name)
        return self.bad

    def take(self, name: str) -> None:
        """The page as it is, at every size, and once whole."""
        self._n += 1
        stem = f"{self._prefix}{self._n:02d}-{name}"
        for label, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=OUT / f"{stem}-{label}.png")
        self.page.set_viewport_size({"width": 1366, "height": 768})
        self.page.evaluate("scrollTo(0, 0)")  # else the frame stands in the middle
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

    def come_in(self, login: str) -> None:
        """As an employer's agent, by the simulated portal."""
        self.go("login/", "login")
        self.page.locator("main form button, main a.btn.primary").first.click()
        self.page.wait_for_load_state()
        self.take("portal")
        self.page.fill("input[name=username]", login)
        self.page.fill("input[name=password]", "demo")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.hall}/**")

    def come_to_the_desk(self, login: str, *, pictures: bool = False) -> None:
        """As a member of the centre's staff, with the code that the demo shows."""
        self.page.goto(f"{self.address}/desk-login")
        if pictures:
            self.take("desk-login")
        self.page.fill("input[name=username]", login)
        self.page.fill("input[name=password]", "demo")
        self.page.keyboard.press("Enter")
        code = self.page.locator("#demo-code")
        code.wait_for()
        if pictures:
            self.take("desk-code")
        self.page.fill("input[name=code]", code.inner_text())
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/desk/**")


@contextmanager
def demo(at: str | None, sandbox: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Address of the installation and the environment of its commands; a demo of our own when none is named."""
    if at is not None:
        yield at.rstrip("/"), {**os.environ, **({"HPF_SANDBOX_URL": sandbox} if sandbox else {})}
        return
    with tempfile.TemporaryDirectory(prefix="shots", dir=ROOT / "build") as folder:
        env = {**os.environ, "HPF_VAR": folder, "HPF_PORT": "8300", "HPF_SANDBOX_PORT": "8301", "HPF_DEMO": "1"}
        command = [sys.executable, "-m", "hpf.site.cli", "demo"]
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        try:
            _await_greeting(process)
            yield "http://127.0.0.1:8300", env
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _await_greeting(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    for line in process.stdout:
        if "stop: Ctrl-C" in line:
            return
        if time.monotonic() > deadline:
            break
    raise SystemExit("the demo does not start")
