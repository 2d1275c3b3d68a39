"""The worker's side of queued work: the one task of the queue, and the rescue of jobs whose worker was killed."""

import asyncio
from typing import Any, cast

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

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
            concurrency=concurrency, wait=not until_empty, install_signal_handlers=not until_empty, delete_jobs="never"
        )


def rescue_stalled(seconds: float = 30) -> int:
    """Queue again the jobs whose worker gave no sign of life for `seconds` (workers do every 10); returns how many."""

    async def rescue() -> int:
        manager = app.job_manager
        stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=seconds))
        for stalled_job in stalled:
            await manager.retry_job(stalled_job)
        return len(stalled)

    return asyncio.run(rescue())
