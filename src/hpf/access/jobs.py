"""Work for later: a function that any process may queue, in the same transaction as the rows it is about.

    @job
    def execute_case(case_id: int) -> None: ...

    defer(execute_case, case_id=5)

A job runs inside the centre it was queued from. It may run twice (a process was killed in the middle), so it is written
to do nothing the second time. Arguments are what JSON can carry. Queue one job per chunk, never one per person.
"""

import importlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from hpf.access.tenancy import current_centre, in_centre

JobFunction = TypeVar("JobFunction", bound=Callable[..., object])
_MARK = "_hpf_job"
TASK = "hpf.job"
OURS: tuple[str, ...] = ("hpf.",)
"""Packages whose functions may be queued."""


class NotAJob(Exception):
    """The name is not that of a function marked with `@job`."""


def job(function: JobFunction) -> JobFunction:
    """Mark a module-level function as one that may be queued. It is stored by its name, so a renamed job leaves its
    queued calls without a function."""
    setattr(function, _MARK, f"{function.__module__}:{function.__qualname__}")
    return function


def defer(
    function: Callable[..., object], *, lock: str = "", once: str = "", at: datetime | None = None, **arguments: Any
) -> bool:
    """Queue `function` in the current centre and transaction.

    `lock`: jobs of the same lock and centre run one at a time, in order. `once`: while a job of that name waits, a
    second is not queued (False is returned). `at` is real time, not the movable clock.
    """
    centre = current_centre().code
    options: dict[str, Any] = {"lock": f"{centre}:{lock}" if lock else None, "schedule_at": at}
    if once:
        options["queueing_lock"] = f"{centre}:{once}"
    try:
        with transaction.atomic():  # a conflict of `once` would otherwise abort the caller's transaction
            app.configure_task(TASK, **options).defer(
                function=getattr(function, _MARK), centre=centre, arguments=arguments
            )
    except AlreadyEnqueued:
        return False
    return True


def run_job(function: str, centre: str, arguments: Mapping[str, Any]) -> None:
    """Run a queued job inside its centre; the worker's side of `defer`."""
    module, _, name = function.partition(":")
    target = getattr(importlib.import_module(module), name) if module.startswith(OURS) else None
    if target is None or getattr(target, _MARK, None) != function:
        raise NotAJob(function)
    try:
        with in_centre(centre):
            target(**arguments)
    finally:
        if not connection.in_atomic_block:
            connection.close()
