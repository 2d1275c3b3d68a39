"""How every run is carried out: step by step, each step a transaction, until it says that it is finished.

A step takes up only what is not done yet, so a run that was killed is simply started again and does nothing twice. The
queue carries out one run of a code and centre at a time (`lock`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from hpf.access.clock import RealClock, clock
from hpf.access.jobs import defer, job
from hpf.kernel.clock import TZ
from hpf.runs import models
from hpf.runs.facts import Progress, RunState

Step = Callable[[datetime, datetime, Mapping[str, Any]], Progress]
"""(due_at, now, position) → progress after one more piece of work, which has been committed."""

TEXT_OF_A_PROBLEM = 500
PAUSE = timedelta(seconds=2)
"""How long a run that is held up waits before it comes back, in real time."""


def start(code: str, due_at: datetime) -> None:
    """Records that a run has fallen due and queues it; called twice for the same moment it does nothing more."""
    run, created = models.Run.objects.get_or_create(
        code=code, due_at=due_at, defaults={"state": RunState.WAITING.value}
    )
    if created or run.state != RunState.DONE.value:
        defer(carry_out, lock=f"run:{code}", run_id=run.id)


@job
def carry_out(*, run_id: int) -> None:
    """Carries out a run to its end. An error is kept on the record, where the console shows it, and raised."""
    from hpf.runs.schedule import STEPS  # noqa: PLC0415 - the table of runs imports the runs, and they import this

    run = models.Run.objects.get(id=run_id)
    if run.state == RunState.DONE.value:
        return
    _note(run, state=RunState.RUNNING.value, started_at=run.started_at or clock.now(), problem="")
    try:
        while True:
            progress = STEPS[run.code](run.due_at.astimezone(TZ), clock.now(), run.position)
            _note(
                run,
                done=progress.done,
                total=progress.total,
                figures=dict(progress.figures),
                position=dict(progress.position),
            )
            if progress.finished:
                with transaction.atomic():
                    _note(run, state=RunState.DONE.value, finished_at=clock.now())
                    if progress.then:
                        start(progress.then, run.due_at)
                return
            if progress.held:
                defer(carry_out, lock=f"run:{run.code}", at=RealClock().now() + PAUSE, run_id=run.id)
                return
    except (DatabaseError, LookupError, ValueError, ArithmeticError) as error:
        _note(run, state=RunState.FAILED.value, problem=f"{type(error).__name__}: {error}"[:TEXT_OF_A_PROBLEM])
        raise


def _note(run: models.Run, **changes: object) -> None:
    with transaction.atomic():
        for name, value in changes.items():
            setattr(run, name, value)
        run.save(update_fields=list(changes))
