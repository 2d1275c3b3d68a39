"""Writing the trail, beside the change it tells of and in its transaction; chaining and verifying it afterwards.

A chain written by each transaction would make the whole centre wait in line. So entries are written plain and noted as
pending; once a minute a run links the committed ones by hash, in their order.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.access.clock import clock
from hpf.access.jobs import job
from hpf.access.partitions import ensure_years

Detail = Mapping[str, Any]
_COLUMNS = "at, actor_kind, user_id, actor_name, channel, employer_id, verb, object_kind, object_id, detail"
_GENESIS = bytes(32)
_BATCH = 5_000
_INSERT = f"""
WITH written AS (
    INSERT INTO trail_entry (year, {_COLUMNS})
    SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, object_id, detail
      FROM ROWS FROM (json_to_recordset(%s) AS (object_id text, detail jsonb)) WITH ORDINALITY
           AS t(object_id, detail, n) ORDER BY n
    RETURNING id, year)
INSERT INTO trail_pending (id, year) SELECT id, year FROM written
"""


def record(
    actor: Actor, at: datetime, verb: str, object_kind: str, object_id: str | int, detail: Detail | None = None
) -> None:
    """One entry. `verb` and `object_kind` are words of the trade ("opened", "account"); `detail` is plain JSON."""
    record_many(actor, at, verb, object_kind, [(object_id, detail or {})])


def record_many(
    actor: Actor, at: datetime, verb: str, object_kind: str, objects: Sequence[tuple[str | int, Detail]]
) -> None:
    """One entry per object, in one statement. `at` is the moment of the change (aware) by the injected clock."""
    if not objects:
        return
    who = [actor.kind, actor.user_id, actor.name, actor.channel, actor.employer_id]
    told = [{"object_id": str(object_id), "detail": detail} for object_id, detail in objects]
    texts = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)  # one text: an array's would be escaped again
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [at.year, at, *who, verb, object_kind, texts])


@job
def chain_new_entries() -> int:
    """Link the committed entries not linked yet; returns how many. Queued every minute and makes room for next year."""
    year = clock.today().year
    ensure_years("trail_entry", [year, year + 1])
    linked = 0
    while batch := _chain_batch():
        linked += batch
    return linked


@job
def check_chain() -> list[str]:
    """Go through the whole chain and keep the result; returns the problems, as `verify` does."""
    at = clock.now()
    position, problems = _walk()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail_check (at, position, problems) VALUES (%s, %s, %s)",
            [at, position, json.dumps(problems, ensure_ascii=False)],
        )
    return problems


def verify() -> list[str]:
    """Go through the whole chain; one English sentence per problem, empty when all is as it was written."""
    return _walk()[1]


def _walk() -> tuple[int, list[str]]:
    """The last position of the chain, and what is wrong with it."""
    problems: list[str] = []
    before, expected = _GENESIS, 1
    for position, year, entry_id, kept, entry in _links():
        if position != expected:
            problems.append(f"links {expected} to {position - 1} are missing")
        if entry is None:
            problems.append(f"link {position}: entry {year}/{entry_id} is missing")
        elif _hash(before, year, entry_id, entry) != kept:
            problems.append(f"link {position}: entry {year}/{entry_id} is not what was written, or the chain was cut")
        before, expected = kept, position + 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT year, id FROM trail_entry e WHERE NOT EXISTS (SELECT FROM trail_link l WHERE l.entry_id = e.id)"
            " AND NOT EXISTS (SELECT FROM trail_pending p WHERE p.id = e.id) ORDER BY year, id LIMIT 100"
        )
        problems += [f"entry {year}/{entry_id} was never chained" for year, entry_id in cursor.fetchall()]
    return expected - 1, problems


def _chain_batch() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema || '.trail_link'))")
        cursor.execute("SELECT position, hash FROM trail_link ORDER BY position DESC LIMIT 1")
        position, before = cursor.fetchone() or (0, _GENESIS)
        cursor.execute(
            f"SELECT e.year, e.id, {_COLUMNS} FROM trail_pending p"
            " JOIN trail_entry e ON e.year = p.year AND e.id = p.id ORDER BY p.id LIMIT %s",
            [_BATCH],
        )
        links: list[tuple[int, int, int, bytes]] = []
        for year, entry_id, *entry in cursor.fetchall():
            position += 1
            before = _hash(bytes(before), year, entry_id, entry)
            links.append((position, year, entry_id, before))
        if links:
            cursor.execute(
                "INSERT INTO trail_link SELECT * FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bytea[])",
                [list(column) for column in zip(*links, strict=True)],
            )
            cursor.execute("DELETE FROM trail_pending WHERE id = ANY(%s)", [[link[2] for link in links]])
    return len(links)


def _links() -> Iterator[tuple[int, int, int, bytes, Sequence[Any] | None]]:
    """Every link in order with its entry's columns (None where the entry is gone), read in pieces."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT l.position, l.year, l.entry_id, l.hash, e.id, {_COLUMNS} FROM trail_link l"
                " LEFT JOIN trail_entry e ON e.year = l.year AND e.id = l.entry_id"
                " WHERE l.position > %s ORDER BY l.position LIMIT %s",
                [last, _BATCH],
            )
            rows = cursor.fetchall()
        for position, year, entry_id, kept, found, *entry in rows:
            yield position, year, entry_id, bytes(kept), entry if found is not None else None
            last = position
        if not rows:
            return


def _hash(before: bytes, year: int, entry_id: int, entry: Iterable[Any]) -> bytes:
    """SHA-256 over the hash before and the entry, in one fixed spelling of JSON."""
    at, *rest, detail = entry
    if isinstance(detail, str):
        detail = json.loads(detail)
    spelt = json.dumps(
        [year, entry_id, int(at.timestamp() * 1_000_000), *rest, detail], ensure_ascii=False, sort_keys=True
    )
    return hashlib.sha256(before + spelt.encode()).digest()
