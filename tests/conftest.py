"""The ground all tests stand on: a real PostgreSQL, one clone of a migrated template per worker, run as `hpf_app`.

`centre`            inside the centre hangzhou, in a transaction that is rolled back
`committed_centre`  the same in a clone of the test's own: for real commits, workers and servers
`clock`             a FixedClock that the shells see
`drain`             carries out queued jobs, in this transaction
`browser`           Chromium, one for all tests of a process
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker
from tests.browser import browser
from tests.server import Clone, TestServer

from hpf.access.clock import clock as shells_clock
from hpf.access.tenancy import CentreInfo, in_centre
from hpf.kernel.clock import TZ, FixedClock

__all__ = ["browser"]
START = datetime(2026, 11, 16, 9, 30, tzinfo=TZ)
"""Where the clock of a test stands until it is moved: a workday before Hangzhou's month close."""


@pytest.fixture(scope="session")
def server() -> TestServer:
    """The PostgreSQL of the tests, running."""
    return TestServer.running()


@pytest.fixture(scope="session")
def django_db_setup(server: TestServer, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A clone of the template for this pytest worker, in place of Django's own test database."""
    with server.clone(f"w{os.environ.get('PYTEST_XDIST_WORKER', '')}") as clone, django_db_blocker.unblock():
        clone.connect()
        yield
        connection.close()


@pytest.fixture
def centre(db: None) -> Iterator[CentreInfo]:
    """Inside hangzhou; everything is rolled back."""
    with in_centre("hangzhou") as info:
        yield info


@pytest.fixture
def committed_centre(
    server: TestServer, django_db_setup: None, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> Iterator[Clone]:
    """Inside hangzhou of a database of this test's own, committing for real; `.env` is for processes it starts."""
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]
    before = connection.settings_dict["NAME"]
    with server.clone(f"t{name}") as clone, django_db_blocker.unblock():
        clone.connect()
        with in_centre("hangzhou"):
            yield clone
        connection.close()
        connection.settings_dict["NAME"] = before


@pytest.fixture
def clock() -> Iterator[FixedClock]:
    """The clock of this test's world, standing at START."""
    fixed = FixedClock(START)
    with shells_clock.using(fixed):
        yield fixed


@pytest.fixture
def drain() -> Callable[[], int]:
    """Carry out the queued jobs here and now, those they queue too; returns how many. A failing job raises."""
    from tests.server import drain_jobs  # noqa: PLC0415 - imports the queue, which needs the settings

    return drain_jobs


@pytest.fixture(autouse=True)
def _quick_passwords(settings: object) -> None:
    """Hashing that is slow on purpose would be most of what a login at the desk costs."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _files_of_this_test(tmp_path: Path, settings: object) -> None:
    """Stored files go to the test's own directory."""
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _no_gateway(settings: object) -> None:
    """No text message leaves a test that has not turned a gateway on."""
    settings.HPF_SMS = {**settings.HPF_SMS, "base_url": ""}  # type: ignore[attr-defined]
