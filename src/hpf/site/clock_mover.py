"""Moves the demo's clock behind a page: one move at a time, in a thread of the process that was asked."""

import logging
import threading
from datetime import datetime

from django.db import OperationalError, connection

from hpf.access.clock import ClockRefused
from hpf.site.schedule import NobodyWorks, move_clock

log = logging.getLogger(__name__)
_LOCK = 0x636C6F63  # key of the advisory lock of whoever moves the clock


def begin(target: datetime) -> bool:
    """Start moving the clock to `target`, run by run, and return at once; False while another move is on its way."""
    taken, started = threading.Event(), threading.Event()
    threading.Thread(target=_move, args=(target, taken, started), daemon=True).start()
    started.wait(5)
    return taken.is_set()


def _move(target: datetime, taken: threading.Event, started: threading.Event) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            mine = bool(cursor.fetchone()[0])
        if mine:
            taken.set()
        started.set()
        if mine:
            _walk(target)
    finally:
        started.set()
        connection.close()


def _walk(target: datetime) -> None:
    try:
        for due in move_clock(target):
            log.info("%s %s %s", due.at, due.centre, due.run.code)
    except (ClockRefused, NobodyWorks, OperationalError) as problem:
        log.warning("the clock stopped on its way to %s: %s", target, problem)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
