"""The hall as production serves it: gunicorn with the house's own settings on a free port, and a socket to it.

Django's test client hands a request over whole. What a network does to one, half a body or one without end, needs a
server and a connection that can be dropped.
"""

import contextlib
import select
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests
from django.conf import settings
from tests.outside_world import free_port, wait_until
from tests.server import Clone

from hpf.access.clock import DemoClock
from hpf.kernel.clock import TZ
from hpf.outside.demo_keys import ensure_demo_keys

MORNING = datetime(2026, 11, 16, 9, 30, tzinfo=TZ)


@dataclass(frozen=True)
class Served:
    """A running hall with one worker."""

    port: int
    worker: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def peak_mb(self) -> int:
        """The most memory that the worker has ever held."""
        lines = Path(f"/proc/{self.worker}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) >> 10

    @contextlib.contextmanager
    def begun(self, path: str, headers: Mapping[str, str]) -> Iterator[socket.socket]:
        """A POST whose head has been sent and whose body has not; the connection is dropped at the end."""
        told = {"Host": f"127.0.0.1:{self.port}", "Connection": "close", **headers}
        head = "".join(f"{name}: {text}\r\n" for name, text in told.items())
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
            yield line

    def streamed(self, path: str, headers: Mapping[str, str], pieces: Iterable[bytes]) -> tuple[str, int]:
        """Sends a body piece by piece until it ends or the server answers: the first line of the answer, and bytes
        sent until then.
        """
        sent = 0
        with self.begun(path, headers) as line:
            for piece in pieces:
                with contextlib.suppress(ConnectionError):  # it has answered and hung up: what it said is still there
                    line.sendall(piece)
                sent += len(piece)
                if select.select([line], [], [], 0.01)[0]:
                    break
            return line.makefile("rb").readline().decode(), sent


@contextlib.contextmanager
def served(clone: Clone, var: Path) -> Iterator[Served]:
    """Serves this database until the end of the block; its files lie under `var`, its clock starts at MORNING."""
    DemoClock().begin(MORNING)
    port = free_port()
    env = {**clone.env, "HPF_VAR": str(var), "HPF_DEMO": "1", "HPF_SECRET_KEY": settings.SECRET_KEY,
           "HPF_BIND": f"127.0.0.1:{port}", "HPF_HALL_WORKERS": "1"}  # fmt: skip
    words = [sys.executable, "-m", "gunicorn", "-c", "python:hpf.site.serving", "hpf.site.wsgi"]
    ensure_demo_keys(var / "keys")
    with (var / "log").open("w") as log:
        master = subprocess.Popen(words, env=env, stdout=log, stderr=log)
        try:
            wait_until(lambda: _answers(port, master), f"the hall is up, see {var}/log", 60)
            yield Served(port, _worker_of(master.pid))
        finally:
            master.terminate()
            master.wait(15)


def _answers(port: int, master: "subprocess.Popen[bytes]") -> bool:
    assert master.poll() is None, "gunicorn has ended"
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def _worker_of(master: int) -> int:
    return int(Path(f"/proc/{master}/task/{master}/children").read_text().split()[0])
