"""Starts each run when it falls due, by the clock of this world; and moves that clock, run by run.

What runs when is the table `hpf.runs.schedule.RUNS`; what has been started is one mark per centre. A run is started in
the transaction that moves the mark, so a killed scheduler neither forgets one nor starts one twice. The queue carries
the runs out.
"""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import OperationalError, connection, transaction

from hpf.access.clock import ClockRefused, DemoClock, clock
from hpf.access.jobs import defer
from hpf.access.tenancy import centres, in_centre
from hpf.notices import jobs as notices
from hpf.outside import simulated
from hpf.outside.payments import enquire_open_orders
from hpf.outside.telling import tell
from hpf.policy.changes import note_version
from hpf.runs.order_expiry import expire_orders
from hpf.runs.schedule import RUNS, ScheduledRun
from hpf.site.jobs import rescue_stalled
from hpf.site.models import ScheduleMark
from hpf.trail.changes import chain_new_entries

log = logging.getLogger(__name__)
TICK_SECONDS = 2
MINUTE = 60
_NO_WORKER_SECONDS = 60
_POLL_SECONDS = 0.1


class NobodyWorks(Exception):
    """There is nobody to wait for: no worker for the queue, or no simulated world. The text says which."""


@dataclass(frozen=True)
class Due:
    """One run of one centre that falls due at `at`."""

    at: datetime
    centre: str
    run: ScheduledRun


def next_due(until: datetime) -> Due | None:
    """The earliest run that is due by `until` and not started yet, over all centres."""
    found = [due for centre in centres() for due in _due(centre.code, until)]
    return min(found, key=lambda due: due.at, default=None)


def tick(now: datetime) -> list[Due]:
    """Start everything that has fallen due by `now`, in order of time, and move the marks; returns what was started."""
    started: list[Due] = []
    for centre in centres():
        with transaction.atomic(), in_centre(centre.code):
            _mark(centre.code, now, lock=True)
            due_now = sorted(_due(centre.code, now), key=lambda due: due.at)
            for due in due_now:
                due.run.start(due.at)
            ScheduleMark.objects.filter(centre_code=centre.code, looked_until__lt=now).update(looked_until=now)
        started += due_now
    return started


def each_minute() -> None:
    """What is done every minute of real time: rescue jobs of killed workers, tell the simulated world the time, chain
    each centre's trail, ask the cashier about orders whose notice may be lost and those whose time is over, send
    messages that were put off.
    """
    rescue_stalled()
    _tell_sandbox(clock.now())
    for centre in centres():
        with in_centre(centre.code):
            note_version(clock.now())
            defer(chain_new_entries, once="chain trail")
            defer(tell, once="tell hooks")
            defer(enquire_open_orders, once="enquire open orders")
            defer(expire_orders, once="expire orders")
            notices.queue_each_minute()


def run_forever(stopping: threading.Event) -> None:
    """The scheduler's loop, until `stopping` is set."""
    next_minute = 0.0
    while not stopping.is_set():
        try:
            if settings.DEMO:
                move_as_asked()
            tick(clock.now())
            if time.monotonic() >= next_minute:
                each_minute()
                next_minute = time.monotonic() + MINUTE
        except OperationalError as error:  # the database restarts; what was due then is due at the next look
            log.warning("the database does not answer: %s", error)
        connection.close()
        stopping.wait(TICK_SECONDS)


def move_clock(target: datetime) -> Iterator[Due]:
    """Move the demo's clock to `target`, stopping at each run on the way until it is done; yields each run begun.

    Raises ClockRefused for a moment that has passed, NobodyWorks when there is no worker.
    """
    while due := next_due(target):
        _set(max(due.at, clock.now()))
        yield due
        tick(due.at)
        wait_until_idle()
    _set(target)
    tick(target)
    wait_until_idle()


def begin_move(target: datetime) -> bool:
    """Have this world's scheduler move the clock to `target` and return at once; False while it is moving already."""
    if DemoClock().asked() is not None:
        return False
    DemoClock().ask(target)
    return True


def move_as_asked() -> None:
    """The scheduler's side of `begin_move`: a move that a killed scheduler began is gone on with by the next."""
    if (target := DemoClock().asked()) is None:
        return
    try:
        for due in move_clock(target):
            log.info("%s: %s falls due at %s", due.centre, due.run.code, due.at)
    except (ClockRefused, NobodyWorks) as error:
        log.warning("the clock stays: %s", error)
    DemoClock().arrived()


def wait_until_idle() -> None:
    """Return when no job waits or runs and the simulated world has nothing on its way; raises NobodyWorks."""
    quiet = 0
    while quiet < 2:  # a notice may queue a job after the queue was looked at, so both must be seen idle twice
        idle = not _queued() and _sandbox_is_idle()
        quiet = quiet + 1 if idle else 0
        if not idle:
            _require_worker()
            time.sleep(_POLL_SECONDS)


def _sandbox_is_idle() -> bool:
    if not settings.SANDBOX_URL:
        return True
    try:
        return simulated.is_idle(settings.SANDBOX_URL)
    except OSError as error:
        raise NobodyWorks(
            f"the simulated world does not answer at {settings.SANDBOX_URL}; does the demo run?"
        ) from error


def _set(moment: datetime) -> None:
    DemoClock().move_to(moment)
    _tell_sandbox(moment)


def _tell_sandbox(moment: datetime) -> None:
    if not settings.SANDBOX_URL:
        return
    try:
        simulated.tell_clock(settings.SANDBOX_URL, moment)
    except OSError as error:  # it is told again within a minute
        log.warning("the simulated world does not answer: %s", error)


def _due(centre: str, until: datetime) -> list[Due]:
    with in_centre(centre):
        since = _mark(centre, until).looked_until
        return [Due(at, centre, run) for run in RUNS for at in run.due_times(since, until)]


def _mark(centre: str, now: datetime, *, lock: bool = False) -> ScheduleMark:
    """A centre's mark; a new centre's stands at `now`: what was due before it existed is not made up for."""
    ScheduleMark.objects.bulk_create([ScheduleMark(centre_code=centre, looked_until=now)], ignore_conflicts=True)
    marks = ScheduleMark.objects.select_for_update() if lock else ScheduleMark.objects.all()
    return marks.get(centre_code=centre)


def _queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM public.procrastinate_jobs"
            " WHERE status = 'doing' OR status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
        )
        return int(cursor.fetchone()[0])


def _require_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM public.procrastinate_workers "
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [_NO_WORKER_SECONDS],
        )
        if not cursor.fetchone()[0]:
            raise NobodyWorks("jobs are waiting and no worker runs; does the demo run?")
