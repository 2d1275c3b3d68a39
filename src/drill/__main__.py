"""`python -m drill play`: play months of a city and audit them; 0 when nothing differs, 1 when something does."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import requests

from drill import door
from drill.auditor import audit
from drill.desk import Cashier, Desk, Stuck
from drill.hall import Hall
from drill.player import NotPlayable, Player
from drill.records import Play
from drill.world import PASSWORD, World, running

ACCOUNTANT, TELLER = "accountant", "teller"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="drill", description="a played city and its auditor")
    play = parser.add_subparsers(dest="command", required=True).add_parser("play", help="play and audit")
    play.add_argument("--seed", type=int, default=1)
    play.add_argument("--months", type=int, default=3, choices=range(1, 4))
    play.add_argument("--employers", type=int, default=6, help="how many, in a world of one's own")
    play.add_argument("--directory", type=Path, help="where the world of one's own is kept; else a temporary one")
    play.add_argument("--at", help="address of a demo that runs already; nothing of it is killed")
    play.add_argument("--cashier", default="http://127.0.0.1:8001", help="of that demo")
    play.add_argument("--logins", nargs="+", default=["e03", "e02", "e11"], help="handlers in that demo")
    play.add_argument("--calm", action="store_true", help="no process is killed")
    return parser.parse_args(words)


def _world(options: argparse.Namespace, fallback: str) -> AbstractContextManager[World]:
    if options.at:
        return nullcontext(World(options.at.rstrip("/"), options.cashier.rstrip("/"), ()))
    return running(options.directory or Path(fallback), options.seed, options.employers)


class PlayBroken(Exception):
    """The play could not go on; the text says after which step, and why."""


def play_in(world: World, seed: int, months: int, logins: Sequence[str], *, accidents: bool) -> Play:
    """Play in a world that runs."""
    halls = [Hall(door.agent(world.hall, login, PASSWORD)) for login in logins]
    desk, teller = (Desk(door.staff(world.hall, login, PASSWORD)) for login in (ACCOUNTANT, TELLER))
    player = Player(world, seed, halls, desk, teller, Cashier(world.cashier), _say, accidents=accidents)
    try:
        return player.play(months)
    except (door.Broken, door.Refused, NotPlayable, Stuck, LookupError, requests.RequestException) as problem:
        latest = player.acts[-1] if player.acts else "the beginning"
        raise PlayBroken(f"seed {seed} step {len(player.acts)}: {problem!r} after {latest}") from problem


def main(words: Sequence[str] | None = None) -> int:
    """Play, audit, tell."""
    options = _arguments(words)
    with tempfile.TemporaryDirectory(prefix="drill-") as fallback, _world(options, fallback) as world:
        logins = [one.login for one in world.employers] or options.logins
        try:
            play = play_in(world, options.seed, options.months, logins, accidents=not options.calm)
        except PlayBroken as problem:
            _say(str(problem))
            return 1
    if options.directory:
        (options.directory / "acts.txt").write_text("\n".join(map(str, play.acts)), encoding="utf-8")
    found = audit(play)
    for difference in found:
        _say(f"seed {options.seed} {difference}")
    _say(f"seed {options.seed}: {len(play.acts)} steps, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
