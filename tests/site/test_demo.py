"""The demo's supervisor: one at a time, ends what it started, and cleans up after one that was killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hpf.site import demo
from hpf.site.demo import Demo, DemoRefused, Service
from hpf.site.embedded import Cluster

RUNNER = """
import sys
from pathlib import Path
from tests.site.test_demo import small
try:
    small(Path(sys.argv[1]), int(sys.argv[2])).run()
except Exception as refused:
    sys.exit(str(refused))
"""


class SmallDemo(Demo):
    """The supervisor with a web server for a hall and a sleeper for the rest; no database."""

    @property
    def services(self) -> Sequence[Service]:
        server = [sys.executable, "-m", "http.server", str(self.port), "--bind", "127.0.0.1", "-d", str(self.var)]
        return (Service("hall", server, self.address), Service("worker", ["sleep", "1000"]))

    def _prepare(self) -> None:
        (self.var / "logs").mkdir(exist_ok=True)


def small(var: Path, port: int) -> Demo:
    """A demo for these tests on `port`."""
    return SmallDemo(var, port, port + 1)


@pytest.fixture
def port() -> int:
    """A free port with a free one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            number = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", number + 1))
            except OSError:
                continue
            return number


@pytest.fixture
def running(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A supervisor that has greeted; ended by its pid afterwards."""
    process = _run(tmp_path, port)
    _await_greeting(process)
    yield process
    process.kill()
    process.wait()
    Demo(tmp_path)._end_leftovers()


def _run(var: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUNNER, str(var), str(port)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DATABASE_URL": "none", "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )


def _await_greeting(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    said = ""
    while "stop: Ctrl-C" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def _pids(var: Path) -> list[int]:
    processes = Demo(var)._noted()["processes"]
    assert isinstance(processes, dict)
    return [pid for pid, _ in processes.values()]


def _lives(pid: int) -> bool:
    return demo._started(pid) is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_everything(running: subprocess.Popen[str], tmp_path: Path, number: signal.Signals) -> None:
    pids = _pids(tmp_path)
    assert all(map(_lives, pids))
    running.send_signal(number)
    assert running.wait(30) == 0
    assert not any(map(_lives, pids))


def test_a_second_one_says_that_one_runs(running: subprocess.Popen[str], tmp_path: Path, port: int) -> None:
    second = _run(tmp_path, port)
    said, _ = second.communicate(timeout=30)
    assert second.returncode != 0
    assert f"already running here: http://127.0.0.1:{port}" in said


def test_the_next_start_cleans_up_after_a_kill(running: subprocess.Popen[str], tmp_path: Path, port: int) -> None:
    pids = _pids(tmp_path)
    running.kill()
    running.wait()
    assert all(map(_lives, pids))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        assert answer.status == 200
    again = _run(tmp_path, port)
    _await_greeting(again)
    assert not any(map(_lives, pids))
    again.terminate()
    assert again.wait(30) == 0


def test_a_service_that_dies_is_started_again(running: subprocess.Popen[str], tmp_path: Path) -> None:
    before = _pids(tmp_path)
    os.kill(before[1], signal.SIGKILL)
    for _ in range(100):
        if _pids(tmp_path) != before:
            break
        time.sleep(0.1)
    after = _pids(tmp_path)
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert _lives(after[1])


@pytest.mark.parametrize(
    ("moments", "gives_up"),
    [
        ([1, 2, 3, 4, 5], False),
        ([1, 2, 3, 4, 5, 6], True),
        ([1, 2, 3, 4, 5, 601], False),
        ([1, 2, 3, 4, 5, 700, 701], False),
        ([1, 300, 500, 550, 590, 600], True),
        ([1, 1000, 1100, 1200, 1300, 1400, 1500], True),
    ],
)
def test_the_demo_gives_up_when_six_processes_end_within_ten_minutes(moments: list[float], gives_up: bool) -> None:
    assert demo.keep_ending(moments) is gives_up


def test_somebody_elses_process_with_an_old_number_is_left_alone(tmp_path: Path) -> None:
    bystander = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    note = {"address": "", "processes": {"hall": [bystander.pid, 1]}}
    (tmp_path / "demo.json").write_text(json.dumps(note))
    Demo(tmp_path)._end_leftovers()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_taken_port_is_told(tmp_path: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(DemoRefused, match="HPF_PORT"):
            small(tmp_path, port).run()
    assert not Cluster(tmp_path).answers()
