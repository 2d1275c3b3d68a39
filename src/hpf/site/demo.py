"""`make demo`: the whole house with a simulated world around it, started, watched and stopped as one.

    database (embedded) · sandbox (portal, cashier) · hall (gunicorn) · worker · scheduler

Ctrl-C or SIGTERM ends all of them. After kill -9 the next start ends what was left over: the pids are written down with
the start time of each process, so that a number given to somebody else's process is left alone.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hpf.site import embedded

CENTRES = {"hangzhou": "杭州住房公积金管理中心", "heihe": "黑河市住房公积金管理中心"}
START_SECONDS = 60
STOP_SECONDS = 10
RESTARTS, RESTART_SECONDS = 5, 600
"""So many processes may end within so long; the next one within it ends the demo."""


class DemoRefused(Exception):
    """The demo cannot start; the text says why and what to do."""


@dataclass(frozen=True)
class Service:
    """One process of the demo. `ready` is an address that answers 200 once it serves."""

    name: str
    command: Sequence[str]
    ready: str | None = None


@dataclass
class Demo:
    """One demo world under `var`, on two ports of this machine."""

    var: Path
    port: int = 8000
    sandbox_port: int = 8001
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Where the hall is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        """Where the simulated portal and cashier are."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What all its processes are told."""
        return {
            **os.environ,
            "HPF_VAR": str(self.var),
            "HPF_DEMO": "1",
            "HPF_SANDBOX_URL": self.sandbox,
            "HPF_PUBLIC_URL": self.address,
            "HPF_BIND": f"127.0.0.1:{self.port}",
        }

    @property
    def services(self) -> Sequence[Service]:
        """In the order of starting."""
        python = sys.executable
        hall = [python, "-m", "gunicorn", "-c", "python:hpf.site.serving", "hpf.site.wsgi"]
        return (
            Service(
                "sandbox",
                [python, "-m", "sandbox", "serve", "--port", str(self.sandbox_port)],
                f"{self.sandbox}/idle",
            ),
            Service("hall", hall, f"{self.address}/healthz"),
            Service("worker", [python, "-m", "hpf.site.cli", "worker"]),
            Service("scheduler", [python, "-m", "hpf.site.cli", "scheduler"]),
        )

    def run(self) -> None:
        """Start all, watch them until told to stop, end all. Raises DemoRefused."""
        self.var.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._end_leftovers()
            self._require_ports()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: self._stop.set())
            try:
                self._prepare()
                for service in self.services:
                    self._start(service)
                self._await_ready()
                self._greet()
                self._watch()
            finally:
                self._end_all()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.var / "demo.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DemoRefused(f"a demo is already running here: {self._noted().get('address', '')}") from None
            os.set_inheritable(lock.fileno(), False)
            yield

    def _prepare(self) -> None:
        """Database, keys, tables, the seeded city: what exists already is kept."""
        (self.var / "demo.world").write_text(json.dumps({"hall": self.address, "sandbox": self.sandbox}))
        (self.var / "logs").mkdir(exist_ok=True)
        if "DATABASE_URL" not in os.environ:
            embedded.Cluster.under(self.var).ensure()
        if not (self.var / "keys").exists():
            self._once("-m", "hpf.outside.demo_keys", str(self.var / "keys"))
        self._once("-m", "hpf.site.cli", "migrate", *(f"--centre={code}={name}" for code, name in CENTRES.items()))
        self._once("-m", "hpf.site.cli", "seed")

    def _once(self, *words: str) -> None:
        """Run a step of the preparation to its end."""
        if self._stop.is_set():
            raise DemoRefused("stopped")
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            check=False,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise DemoRefused(f"`{' '.join(words)}` failed")

    def _start(self, service: Service) -> None:
        log = self.var / "logs" / f"{service.name}.log"
        with log.open("ab") as out:
            self._running[service.name] = subprocess.Popen(
                service.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._note()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        for service in self.services:
            while service.ready and not _answers(service.ready):
                if self._running[service.name].poll() is not None or time.monotonic() > deadline:
                    raise DemoRefused(f"{service.name} does not start; see {self.var / 'logs' / service.name}.log")
                if self._stop.wait(0.05):
                    raise DemoRefused("stopped")

    def _watch(self) -> None:
        """Until told to stop; a process that dies is started again, unless they keep dying."""
        ended: list[float] = []
        while not self._stop.wait(0.5):
            for service in self.services:
                status = self._running[service.name].poll()
                if status is None:
                    continue
                ended.append(time.monotonic())
                if keep_ending(ended):
                    raise DemoRefused(f"{service.name} keeps ending; see {self.var / 'logs' / service.name}.log")
                print(f"{service.name} ended with {status}; started again", flush=True)
                self._start(service)

    def _end_all(self) -> None:
        for process in reversed(self._running.values()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if "DATABASE_URL" not in os.environ:
            embedded.Cluster.under(self.var).stop()
        (self.var / "demo.json").unlink(missing_ok=True)

    def _require_ports(self) -> None:
        for port, variable in ((self.port, "HPF_PORT"), (self.sandbox_port, "HPF_SANDBOX_PORT")):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise DemoRefused(f"port {port} is taken by another program; set {variable}") from None

    def _note(self) -> None:
        """Write down what runs, with the start time of each process."""
        processes = {name: [process.pid, _started(process.pid)] for name, process in self._running.items()}
        fresh = self.var / "demo.json.new"
        fresh.write_text(json.dumps({"address": self.address, "processes": processes}))
        fresh.replace(self.var / "demo.json")

    def _noted(self) -> dict[str, object]:
        try:
            noted = json.loads((self.var / "demo.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def _end_leftovers(self) -> None:
        """End what a killed demo left behind."""
        processes = self._noted().get("processes", {})
        assert isinstance(processes, dict)
        left = [pid for pid, started in processes.values() if started is not None and _started(pid) == started]
        for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, number)
            deadline = time.monotonic() + seconds
            while left and time.monotonic() < deadline:
                left = [pid for pid in left if _started(pid) is not None]
                time.sleep(0.05)

    def _greet(self) -> None:
        print(
            f"\n  OpenHPF demo: {self.address}/\n"
            f"  simulated portal, bank and switches: {self.sandbox}/\n"
            "  agents: e02 (500 people), e03 (eight), bureau e14, in Heihe k01 to k07; password of all: demo\n"
            "  desk: teller, reviewer, accountant, batch, admin, policy, auditor, in Heihe hh-teller …\n"
            f"  logs: {self.var / 'logs'}   stop: Ctrl-C\n",
            flush=True,
        )


def keep_ending(moments: Sequence[float]) -> bool:
    """Whether more processes than RESTARTS have ended within RESTART_SECONDS up to the last; `moments` in order."""
    return len(moments) > RESTARTS and moments[-1] - moments[-1 - RESTARTS] < RESTART_SECONDS


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _started(pid: int) -> int | None:
    """When a process started, in ticks since boot (field 22 of its stat); None when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])
