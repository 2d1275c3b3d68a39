"""What every figure is measured on: a migrated database of its own, on a cluster with the settings of production."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hpf.site import embedded

HOME = Path(__file__).resolve().parents[1] / "var" / "bench"


@contextmanager
def database(name: str, tuning: Mapping[str, str] | None = None) -> Iterator[str]:
    """A database that is gone afterwards, and Django set up and turned to it; yields how its administrator connects.

    `tuning`: settings of PostgreSQL beside those of every embedded cluster.
    """
    cluster = embedded.Cluster.under(HOME, tuning)
    cluster.ensure()
    os.environ |= {
        "DATABASE_URL": cluster.conninfo(embedded.APP),
        "DATABASE_OWNER_URL": cluster.conninfo(embedded.OWNER),
        "DJANGO_SETTINGS_MODULE": "hpf.site.settings",
        "HPF_VAR": str(HOME),
        "HPF_DB_POOL": "0",
        "HPF_HOSTS": "testserver",
    }
    import django  # noqa: PLC0415 - reads the environment

    django.setup()
    from tests.server import TestServer  # noqa: PLC0415 - needs Django

    with TestServer.running().clone(name) as clone:
        clone.connect()
        yield cluster.conninfo(embedded.SUPERUSER, clone.name)


@contextmanager
def centre(name: str, code: str = "hangzhou") -> Iterator[None]:
    """Inside a centre of such a database."""
    with database(name):
        from hpf.access.tenancy import in_centre  # noqa: PLC0415 - needs Django

        with in_centre(code):
            yield
