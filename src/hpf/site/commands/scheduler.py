"""`hpf scheduler`: starts each run when it falls due."""

import signal
import threading
from argparse import ArgumentParser, Namespace

HELP = "start scheduled runs as they fall due, until stopped"


def arguments(parser: ArgumentParser) -> None:
    """None."""


def run(options: Namespace) -> int:
    """Schedule until SIGTERM or SIGINT."""
    from hpf.site.schedule import run_forever  # noqa: PLC0415 - needs Django

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_forever(stop)
    return 0
