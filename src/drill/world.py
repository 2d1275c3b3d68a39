"""A small world of one's own: the file that says who exists, the processes of a demo on free ports, one of them killed.

The demo is started as anybody starts it, by its command; nothing of it is imported.
"""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from drill.papers import check_sign

FIRST_MOMENT = "2026-11-02T09:00:00+08:00"
PASSWORD = "demo"
BRANCHES = ("市中心", "临平分中心", "萧山分中心", "桐庐分中心", "铁路分中心", "建德分中心")
RATES = (5, 5, 7, 8, 10, 12)
_SIGNS, _NUMERALS = "甲乙丙丁戊己庚辛", "一二三四五六七八九十"
_TRADES = ("茶叶", "丝绸", "机械", "物流", "软件", "食品", "竹业", "纺织")
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = tuple(3**place % 31 for place in range(17))
_STARTING_SECONDS = 180


class NotStarted(Exception):
    """The demo did not come up; the text is what it said last."""


@dataclass(frozen=True)
class Employer:
    """An employer of the world with the login of its handler; `rate` is in percent."""

    login: str
    name: str
    credit_code: str
    rate: int
    branch: str
    method: str
    people: int


@dataclass(frozen=True)
class World:
    """Where a demo answers, and the employers that are played. `var` is the data of a demo of one's own."""

    hall: str
    cashier: str
    employers: tuple[Employer, ...]
    var: Path | None = None

    def processes(self) -> Mapping[str, int]:
        """The processes of a demo of one's own, by name; none of somebody else's."""
        if self.var is None:
            return {}
        told = json.loads((self.var / "demo.json").read_text())["processes"]
        return {name: int(pid) for name, (pid, _) in told.items()}

    def kill(self, name: str) -> bool:
        """Kill a process of one's own demo outright; whether there was one."""
        pid = self.processes().get(name)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True


def employers(seed: int, count: int) -> tuple[Employer, ...]:
    """Employers of 2 to 9 people, a third of them by 托收; the first always pays itself."""
    draw = random.Random(f"employers {seed}")
    return tuple(
        Employer(
            login=f"drill{number}",
            name=f"杭州{draw.choice(_SIGNS)}{_NUMERALS[number % 10]}{draw.choice(_TRADES)}有限公司",
            credit_code=_credit_code(draw, number),
            rate=draw.choice(RATES),
            branch=draw.choice(BRANCHES),
            method="送缴" if number == 0 or draw.randrange(3) else "托收",
            people=draw.randint(2, 9),
        )
        for number in range(count)
    )


def world_file(played: Sequence[Employer]) -> str:
    """The world as the demo reads it: the played employers, and those that the demo's own history counts on."""
    told = [_told(f"D{number:02d}", one) for number, one in enumerate(played, 1)]
    extras = (("E07", 2, "drillx7"), ("E10", 2, "drillx10"), ("E13", 1000, "drillx13"))
    for number, (code, people, login) in enumerate(extras):
        draw = random.Random(code)
        other = Employer(
            login, f"杭州其他{code}有限公司", _credit_code(draw, 90 + number), 10, "市中心", "托收", people
        )
        told.append(_told(code, other))
    lines = (f"clock: {FIRST_MOMENT}", f"portal_password: {PASSWORD}", "portal_items: []")
    return "\n".join((*lines, f"employers: {json.dumps(told, ensure_ascii=False)}", ""))


@contextlib.contextmanager
def running(directory: Path, seed: int, count: int, environment: Mapping[str, str] | None = None) -> Iterator[World]:
    """A demo of one's own below `directory`, ended by its pid afterwards. Raises NotStarted."""
    directory.mkdir(parents=True, exist_ok=True)
    played = employers(seed, count)
    (directory / "world.yaml").write_text(world_file(played), encoding="utf-8")
    hall, sandbox = _free_ports()
    var = directory / "var"
    env = {**(os.environ if environment is None else environment), "HPF_VAR": str(var)}
    env |= {"HPF_WORLD": str(directory / "world.yaml"), "HPF_HALL_WORKERS": "2"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    log = directory / "demo.log"
    command = [sys.executable, "-m", "hpf.site.cli", "demo", "--port", str(hall), "--sandbox-port", str(sandbox)]
    with log.open("w") as out:
        process = _start(command, env, out)
        try:
            _await_greeting(process, log)
            yield World(f"http://127.0.0.1:{hall}", f"http://127.0.0.1:{sandbox}", played, var)
        finally:
            process.terminate()
            process.wait(60)


def _start(command: Sequence[str], env: Mapping[str, str], out: IO[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)


def _await_greeting(process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _STARTING_SECONDS
    while "Ctrl-C" not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > end:
            raise NotStarted(log.read_text(encoding="utf-8")[-2000:])
        time.sleep(0.1)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return int(first.getsockname()[1]), int(second.getsockname()[1])


def _told(code: str, one: Employer) -> dict[str, object]:
    draw = random.Random(one.login)
    first_17 = (
        f"330106{draw.randint(1970, 1999)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{draw.randint(100, 999)}"
    )
    handler = {
        "login": one.login,
        "name": draw.choice("赵钱孙李周吴郑王") + draw.choice("安平宁静和顺"),
        "id_no": first_17 + check_sign(first_17),
        "mobile": f"188{draw.randrange(10**8):08d}",
    }
    return {
        "code": code,
        "name": one.name,
        "credit_code": one.credit_code,
        "unit_type": "33",
        "people": one.people,
        "rate": one.rate,
        "funds": ["HPF"],
        "method": one.method,
        "branch": one.branch,
        "payday": draw.randint(1, 28),
        "handlers": [handler],
    }


def _credit_code(draw: random.Random, number: int) -> str:
    """A valid 统一社会信用代码 (GB 32100)."""
    first_17 = f"91330106MA{number:02d}" + "".join(draw.choice(_CODE_SIGNS) for _ in range(5))
    total = sum(_CODE_SIGNS.index(sign) * weight for sign, weight in zip(first_17, _CODE_WEIGHTS, strict=True))
    return first_17 + _CODE_SIGNS[(31 - total % 31) % 31]
