"""Queued work: in the transaction of its rows, inside its centre, in the order of its lock, rescued after a kill."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from tests.server import Clone

from hpf.access.actor import Actor
from hpf.access.clock import clock
from hpf.access.jobs import NotAJob, defer, job, run_job
from hpf.access.tenancy import CentreInfo, current_centre
from hpf.site.jobs import rescue_stalled
from hpf.trail import changes

SEEN: list[str] = []


@job
def remember(*, text: str) -> None:
    """Notes where it ran."""
    SEEN.append(f"{current_centre().code}: {text}")


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.procrastinate_jobs WHERE status = 'todo'")
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch) -> None:
    SEEN.clear()
    monkeypatch.setattr("hpf.access.jobs.OURS", ("hpf.", "tests."))


def test_runs_inside_its_centre(centre: CentreInfo, drain: Callable[[], int]) -> None:
    defer(remember, text="甲")
    defer(remember, text="乙")
    assert drain() == 2
    assert SEEN == ["hangzhou: 甲", "hangzhou: 乙"]


def test_goes_with_its_transaction(centre: CentreInfo) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        defer(remember, text="never")
        raise ZeroDivisionError
    assert _waiting() == 0


def test_once_leaves_the_transaction_usable(centre: CentreInfo) -> None:
    assert defer(remember, text="first", once="close")
    assert not defer(remember, text="second", once="close")
    assert _waiting() == 1


@pytest.mark.parametrize("name", ["os:getcwd", "hpf.access.jobs:run_job", "tests.access.test_jobs:_waiting"])
def test_only_marked_functions_run(centre: CentreInfo, name: str) -> None:
    with pytest.raises(NotAJob):
        run_job(name, "hangzhou", {})


def _worker(clone: Clone, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "hpf.site.cli", "worker", *words], env=clone.env)


def _write(count: int) -> None:
    changes.record_many(Actor.system("test"), clock.now(), "noted", "thing", [(n, {}) for n in range(count)])


def test_a_worker_takes_jobs(committed_centre: Clone) -> None:
    _write(3)
    defer(changes.chain_new_entries)
    assert _worker(committed_centre, "--until-empty").wait(60) == 0
    assert _waiting() == 0
    assert changes.chain_new_entries() == 0


def test_a_killed_workers_job_is_taken_again(committed_centre: Clone) -> None:
    _write(3)
    defer(changes.chain_new_entries)
    with committed_centre.as_owner() as owner, owner.transaction():
        owner.execute("LOCK TABLE hangzhou.trail_link")
        worker = _worker(committed_centre)
        _until(lambda: _status() == "doing")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert rescue_stalled(seconds=0) == 1
    assert _status() == "todo"
    assert _worker(committed_centre, "--until-empty").wait(60) == 0
    assert changes.verify() == []
    assert changes.chain_new_entries() == 0


def _status() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM public.procrastinate_jobs")
        return str(cursor.fetchone()[0])


def _until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("waited a minute in vain")
