"""The tests' PostgreSQL: a template database per state of the migrations, and cheap clones of it.

The embedded server by default, with its own cluster under var/; DATABASE_URL and DATABASE_OWNER_URL name another one.
"""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hpf.site import embedded

SOURCE = Path(embedded.__file__).resolve().parents[1]
CENTRES = {"hangzhou": "杭州住房公积金管理中心", "heihe": "黑河市住房公积金管理中心"}
_KEPT_TEMPLATES = 6
_NO_AUTOVACUUM = """
DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND pg_get_userbyid(relowner) = current_user LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', t);
  END LOOP;
END $$
"""
"""Rows of a test are never committed: statistics taken meanwhile would say for good that the tables are empty."""


@dataclass(frozen=True)
class Clone:
    """One database of a test or worker."""

    name: str
    app_conninfo: str
    owner_conninfo: str

    @property
    def env(self) -> dict[str, str]:
        """The environment for processes that work on this database."""
        return {
            **os.environ,
            "DATABASE_URL": self.app_conninfo,
            "DATABASE_OWNER_URL": self.owner_conninfo,
            "HPF_VAR": str(settings.VAR),
            "HPF_DEMO": "0",  # the checkout's data may be a demo's
        }

    def connect(self) -> None:
        """Turn Django's connection here."""
        connection.close()
        parts = conninfo_to_dict(self.app_conninfo)
        connection.settings_dict.update(
            NAME=self.name,
            USER=str(parts.get("user", "")),
            PASSWORD=str(parts.get("password", "")),
            HOST=str(parts.get("host", "")),
            PORT=str(parts.get("port", "")),
        )
        connection.settings_dict["OPTIONS"].pop("pool", None)

    def as_owner(self) -> psycopg.Connection:
        """A connection of the owner's, autocommitting."""
        return psycopg.connect(self.owner_conninfo, autocommit=True)


@dataclass(frozen=True)
class TestServer:
    """A running server and the addresses of the two roles on it."""

    __test__ = False

    app_url: str
    owner_url: str
    directory: Path

    @classmethod
    def running(cls) -> "TestServer":
        """The server named by the environment, else the embedded one, started."""
        directory = settings.VAR / "test"
        directory.mkdir(parents=True, exist_ok=True)
        if "DATABASE_URL" in os.environ:
            return cls(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"], directory)
        cluster = embedded.Cluster.under(directory, {**embedded.FAST_AND_FORGETFUL, "max_connections": "200"})
        cluster.ensure()
        return cls(cluster.conninfo(embedded.APP), cluster.conninfo(embedded.OWNER), directory)

    @contextlib.contextmanager
    def clone(self, label: str) -> Iterator[Clone]:
        """A database of its own, dropped afterwards; its name carries this process, so that no two meet."""
        template = self._template()
        name = f"test_{os.getpid()}_{label}"
        with self._admin() as admin:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield self._at(name)
        finally:
            self._drop([name])

    def _at(self, name: str) -> Clone:
        return Clone(name, make_conninfo(self.app_url, dbname=name), make_conninfo(self.owner_url, dbname=name))

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(make_conninfo(self.owner_url, dbname="postgres"), autocommit=True)

    def _drop(self, names: list[str]) -> None:
        """Drop databases; each role ends its own sessions, as only a superuser could end both."""
        ending = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ANY(%s) AND usename = user"
        )
        for url in (self.app_url, self.owner_url):
            with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as session:
                session.execute(ending, [names])
        with self._admin() as admin:
            for name in names:
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    def _template(self) -> str:
        """The template for the migrations as they are on disk, made when there is none yet."""
        name = f"template_{_digest_of_migrations()}"
        with (self.directory / ".templates.lock").open("w") as lock, self._admin() as admin:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = [row[0] for row in admin.execute("SELECT datname FROM pg_database ORDER BY oid DESC")]
            if name in found:
                return name
            half = "making_template"
            old_templates = [old for old in found if old.startswith("template_")][_KEPT_TEMPLATES:]
            orphans = [old for old in found if old.startswith("test_") and not _lives(int(old.split("_")[1]))]
            self._drop([*old_templates, *orphans, half])
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
            _migrate(self._at(half))
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, name))))
        return name


def drain_jobs() -> int:
    """Carry out all queued jobs on this connection, in order, and those they queue; returns how many."""
    from hpf.access.jobs import run_job  # noqa: PLC0415 - needs the app registry

    done = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE public.procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM"
                " public.procrastinate_jobs WHERE status = 'todo') RETURNING id, args ->> 'function',"
                " args ->> 'centre', args -> 'arguments'"
            )
            row = cursor.fetchone()
        if row is None:
            return done
        job_id, function, centre, arguments = row
        run_job(function, centre, _json(arguments))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE public.procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job_id])
        done += 1


def _json(value: object) -> dict[str, object]:
    import json  # noqa: PLC0415

    return json.loads(value) if isinstance(value, str) else dict(value)  # type: ignore[call-overload, no-any-return]


def _migrate(clone: Clone) -> None:
    centres = [f"--centre={code}={name}" for code, name in CENTRES.items()]
    command = [sys.executable, "-m", "hpf.site.cli", "migrate", *centres]
    done = subprocess.run(command, env=clone.env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"hpf migrate failed:\n{done.stdout}\n{done.stderr}")
    with clone.as_owner() as owner:
        owner.execute(_NO_AUTOVACUUM)


def _digest_of_migrations() -> str:
    digest = hashlib.sha256((repr(CENTRES) + _NO_AUTOVACUUM).encode())
    makers = [SOURCE / "site" / "schemas.py", SOURCE / "access" / "partitions.py"]
    for path in sorted([*SOURCE.glob("*/migrations/*.py"), *makers]):
        digest.update(str(path.relative_to(SOURCE)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
