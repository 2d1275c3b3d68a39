"""The trail: written with the change, chained afterwards, and telling when somebody meddled with it."""

from datetime import datetime

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from tests.server import Clone

from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo
from hpf.kernel.clock import TZ
from hpf.trail import changes

AT = datetime(2026, 11, 16, 9, 30, tzinfo=TZ)
MAKER = Actor.agent(7, "王芳", 3)


def _write(count: int = 3) -> None:
    objects = [(number, {"base": "5000.00", "第": number}) for number in range(count)]
    changes.record_many(MAKER, AT, "opened", "account", objects)


def test_entries_are_chained_once(centre: CentreInfo) -> None:
    changes.record(Actor.system("batch"), AT, "began", "run", "2026-11-16")
    _write()
    assert changes.chain_new_entries() == 4
    assert changes.chain_new_entries() == 0
    assert changes.verify() == []


def test_an_entry_says_who_did_what(centre: CentreInfo) -> None:
    _write(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT year, at, actor_kind, user_id, actor_name, channel, employer_id, verb FROM trail_entry")
        assert cursor.fetchone() == (2026, AT, "agent", 7, "王芳", "online", 3, "opened")


@pytest.mark.parametrize(
    "statement", ["UPDATE trail_entry SET verb = 'x'", "DELETE FROM trail_entry", "TRUNCATE trail_entry",
                  "UPDATE trail_entry_2026 SET verb = 'x'", "INSERT INTO trail_entry_2026 SELECT * FROM trail_entry",
                  "UPDATE trail_link SET position = 0", "DELETE FROM trail_link"]
)  # fmt: skip
def test_the_process_may_not_change_it(centre: CentreInfo, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


MEDDLING = {
    "changed": ("UPDATE trail_entry SET detail = '{}' WHERE object_id = '1'", "is not what was written"),
    "removed": ("DELETE FROM trail_entry WHERE object_id = '1'", "is missing"),
    "removed with its link": (
        "DELETE FROM trail_link WHERE position = 2; DELETE FROM trail_entry WHERE object_id = '1'",
        "links 2 to 2 are missing",
    ),
    "added beside the chain": (
        "INSERT INTO trail_entry (year, at, actor_kind, actor_name, channel, verb, object_kind, object_id, detail)"
        " VALUES (2026, now(), 'system', 'x', 'online', 'x', 'x', '1', '{}')",
        "was never chained",
    ),
}


@pytest.mark.parametrize("kind", MEDDLING)
def test_meddling_by_the_owner_shows(committed_centre: Clone, kind: str) -> None:
    _write()
    changes.chain_new_entries()
    statement, problem = MEDDLING[kind]
    with committed_centre.as_owner() as owner:
        owner.execute("SET search_path = hangzhou")
        for part in statement.split("; "):
            owner.execute(part)
    assert any(problem in found for found in changes.verify())


def test_an_uncommitted_entry_is_chained_later(committed_centre: Clone) -> None:
    with psycopg.connect(committed_centre.app_conninfo) as other:
        other.execute("SET search_path = hangzhou")
        other.execute(
            "WITH e AS (INSERT INTO trail_entry (year, at, actor_kind, actor_name, channel, verb, object_kind,"
            " object_id, detail) VALUES (2026, now(), 'system', 'slow', 'online', 'x', 'x', '1', '{}')"
            " RETURNING id, year) INSERT INTO trail_pending SELECT * FROM e"
        )
        _write()
        assert changes.chain_new_entries() == 3
        other.commit()
    assert changes.chain_new_entries() == 1
    assert changes.verify() == []
