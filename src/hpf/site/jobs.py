"""The worker's side of queued work: the one task of the queue, and the rescue of jobs whose worker was killed."""

import asyncio
from typing import Any, cast

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from hpf.access.clock import RealClock
from hpf.access.jobs import TASK, run_job


@app.task(name=TASK)
def perform(function: str, centre: str, arguments: dict[str, Any]) -> None:
    """Run one queued function inside its centre."""
    run_job(function, centre, arguments)


def work(concurrency: int = 4, *, until_empty: bool = False) -> None:
    """Take jobs until told to stop (SIGTERM lets running jobs finish), or until none is left."""
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    with app.replace_connector(connector) as working:
        asyncio.run(_work(working, concurrency, until_empty))


async def _work(working: Any, concurrency: int, until_empty: bool) -> None:
    async with working.open_async():
        await working.run_worker_async(
            concurrency=concurrency,
            wait=not until_empty,
            install_signal_handlers=not until_empty,
            delete_jobs="successful",
        )


def rescue_stalled(seconds: float = 30) -> int:
    """Queue again the jobs whose worker gave no sign of life for `seconds` (workers do every 10); returns how many."""

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id FROM public.procrastinate_jobs j"
            " LEFT JOIN public.procrastinate_workers w ON w.id = j.worker_id"
            " WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s))",
            [seconds],
        )
        stalled = [row[0] for row in cursor.fetchall()]
        for job_id in stalled:
            app.job_manager.retry_job_by_id(job_id, retry_at=RealClock().now())
    return len(stalled)
