"""The embedded database: one cluster however many start it at once, back after kill -9, safe from other users."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hpf.site import embedded
from hpf.site.embedded import APP, DATABASE, OWNER, CannotStart, Cluster

START = "import sys, pathlib, hpf.site.embedded as e; e.Cluster(pathlib.Path(sys.argv[1])).ensure()"


@pytest.fixture
def home() -> Iterator[Path]:
    """A place that the database's user may enter (pytest's own directories are closed to it)."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        home = Path(directory) / "db"
        yield home
        if home.exists():
            Cluster(home).stop()


def _ask(cluster: Cluster, question: str, role: str = APP, database: str = DATABASE) -> object:
    with psycopg.connect(cluster.conninfo(role, database)) as connection:
        return connection.execute(question.encode()).fetchall()[0][0]


def test_cold_then_warm_then_running(home: Path) -> None:
    cluster = Cluster(home)
    assert cluster.ensure()
    assert not cluster.ensure()
    cluster.stop()
    assert not cluster.answers()
    assert cluster.ensure()
    assert _ask(cluster, "SELECT current_user") == "hpf_app"


def test_starting_at_once_makes_one_cluster(home: Path) -> None:
    starters = [subprocess.Popen([sys.executable, "-c", START, home]) for _ in range(4)]
    assert [starter.wait(120) for starter in starters] == [0] * 4
    assert _ask(Cluster(home), "SELECT 1") == 1
    assert not list(home.glob("*.tmp"))


def test_back_after_kill_9(home: Path) -> None:
    cluster = Cluster(home)
    cluster.ensure()
    with psycopg.connect(cluster.conninfo(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        os.kill(int((home / "pg" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    cluster.ensure()
    assert _ask(cluster, "SELECT count(*) FROM kept", OWNER) == 1000


def test_a_half_made_cluster_is_made_anew(home: Path) -> None:
    (home / "pg.tmp").mkdir(parents=True)
    (home / "pg.tmp" / "PG_VERSION").write_text("18")
    assert Cluster(home).ensure()


def test_a_foreign_process_with_the_old_number_is_no_obstacle(home: Path) -> None:
    cluster = Cluster(home)
    cluster.ensure()
    cluster.stop()
    pid_file = home / "pg" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{home / 'pg'}\n")
    assert cluster.ensure()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user, who may be unable to read the programs")
def test_programs_in_roots_home_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = embedded.binaries().parents[1]
    with tempfile.TemporaryDirectory() as private:  # mode 0700
        for directory in (package, package.with_name(f"{package.name}.libs")):
            (Path(private) / directory.name).symlink_to(directory)
        hidden = Path(private) / package.name / embedded.binaries().parent.name / "bin"
        monkeypatch.setattr(embedded, "binaries", lambda: hidden)
        cluster = Cluster(home)
        assert cluster.ensure()
        assert _ask(cluster, "SELECT current_user") == "hpf_app"
        cluster.stop()


def test_nobody_else_gets_in(home: Path) -> None:
    cluster = Cluster(home)
    cluster.ensure()
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    assert _ask(cluster, "SHOW listen_addresses") == ""
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(cluster.conninfo("somebody"))


def test_roles(home: Path) -> None:
    cluster = Cluster(home)
    cluster.ensure()
    assert _ask(cluster, "SELECT rolcreatedb FROM pg_roles WHERE rolname = 'hpf_owner'") is True
    assert _ask(cluster, "SELECT count(*) FROM pg_roles WHERE rolname = 'hpf_app' AND rolcreatedb") == 0


def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / ("long" * 30))
    assert len(str(cluster.sockets)) < 90
    assert cluster.sockets != Cluster(tmp_path / ("long" * 31)).sockets


def test_without_any_postgresql_it_says_what_helps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded, "WHEEL", "no_such_package")
    monkeypatch.setattr(embedded, "DEBIAN", tmp_path)
    monkeypatch.delenv("PG_BINDIR", raising=False)
    with pytest.raises(CannotStart, match="DATABASE_URL"):
        embedded.binaries()
