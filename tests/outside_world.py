"""The simulated outside world as a real process on a free port, and a merchant's door that collects its notices.

`sandbox`   the process, all switches off, business clock at the demo's first morning (one process per pytest worker)
`cashier`   the centre's client for it
`door`      where notices arrive; says how to answer and keeps what came
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests

from hpf.outside.cashier import Cashier
from hpf.outside.demo_keys import ensure_demo_keys
from hpf.outside.facts import Answer, Contract

ROOT = Path(__file__).resolve().parents[1]
CENTRE_URL = "http://testserver"
MORNING = "2026-11-02T09:00:00+08:00"
NUMBERS = {
    "mchid": "1900330100",
    "app_id": "2021330100000001",
    "merchant_serial": "330100DE0000000000000000000000000000CAFE",
    "platform_serial": "PUB_KEY_ID_0119003301002026110200000001",
}


def wait_until(true: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Poll until it is true; fail with `what` when it never is."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Sandbox:
    """The running process and its remote control."""

    url: str
    keys: Path

    def post(self, path: str, told: dict[str, Any]) -> dict[str, Any]:
        """A JSON call of the remote control; raises for anything but success."""
        answer = requests.post(self.url + path, json=told, timeout=10)
        answer.raise_for_status()
        told_back: dict[str, Any] = answer.json()
        return told_back

    def get(self, path: str) -> dict[str, Any]:
        """A JSON answer."""
        answer = requests.get(self.url + path, timeout=10)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def turn(self, **switches: int) -> None:
        """Set switches."""
        self.post("/api/switches", switches)

    def pay(self, order_no: str, by: str, **more: str) -> dict[str, Any]:
        """Pay an order without a browser."""
        return self.post(f"/api/orders/{order_no}/pay", {"by": by, **more})

    def wait_idle(self) -> None:
        """Until no notice is on its way."""
        wait_until(lambda: bool(self.get("/idle")["idle"]), "the sandbox is idle")

    def contract(self, url: str = "") -> Contract:
        """The centre's contract with this cashier, or with one at another address."""
        return Contract.load(base_url=url or self.url, keys=self.keys, **NUMBERS)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The process, started once per worker and ended by its own id."""
    var = tmp_path_factory.mktemp("sandbox")
    keys = ensure_demo_keys(var / "keys")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {name: text for name, text in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "HPF_WORLD"}}
    env |= {"HPF_VAR": str(var), "HPF_PUBLIC_URL": CENTRE_URL, "HPF_SANDBOX_URL": url, "PYTHONPATH": str(ROOT / "src")}
    with (var / "log").open("w") as log:
        words = [sys.executable, "-m", "sandbox", "serve", "--port", str(port)]
        process = subprocess.Popen(words, env=env, stdout=log, stderr=log)
        try:
            wait_until(lambda: _answers(url, process), f"the sandbox is up, see {var}/log", 60)
            yield Sandbox(url, keys)
        finally:
            process.terminate()
            process.wait(15)


def _answers(url: str, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "the sandbox process has ended"
    try:
        return requests.get(f"{url}/idle", timeout=1).ok
    except requests.RequestException:
        return False


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The process with every switch off and the clock at the first morning."""
    sandbox_process.post("/api/reset", {})
    sandbox_process.post("/clock", {"now": MORNING})
    yield sandbox_process
    sandbox_process.post("/api/reset", {})


@pytest.fixture
def cashier(sandbox: Sandbox) -> Cashier:
    """The centre's client."""
    return Cashier(sandbox.contract())


@dataclass
class Door:
    """Collects notices; answers `taken` as long as `fail_next` is 0."""

    url: str = ""
    fail_next: int = 0
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Keep the notice and say whether it was taken."""
        self.came.append((dict(headers), body))
        failing = self.fail_next > 0
        self.fail_next -= 1 if failing else 0
        return Cashier.answer(headers, taken=not failing)

    def wait_for(self, count: int) -> list[tuple[dict[str, str], bytes]]:
        """The notices once so many have come."""
        wait_until(lambda: len(self.came) >= count, f"{count} notices, got {len(self.came)}")
        return self.came


@pytest.fixture
def door() -> Iterator[Door]:
    """A merchant's door on a port of its own."""
    kept = Door()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = kept.answer(dict(self.headers.items()), body)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/callbacks/cashier"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()
