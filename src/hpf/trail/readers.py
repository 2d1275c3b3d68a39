"""One entry of the trail, its place in the chain, and how the chain stands."""

import json
from dataclasses import fields
from typing import Any

from django.db import connection

from hpf.kernel.clock import in_china
from hpf.trail.facts import ChainState, Check, Entry, Link

_FIELDS = tuple(field.name for field in fields(Entry))
COLUMNS = ", ".join("detail::text" if name == "detail" else name for name in _FIELDS)
"""An entry's columns are named as its fields."""


def entry(year: int, entry_id: int) -> Entry | None:
    """One entry."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM trail_entry WHERE year = %s AND id = %s", [year, entry_id])
        row = cursor.fetchone()
    return None if row is None else entry_of(row)


def link(entry_id: int) -> Link | None:
    """An entry's place in the chain; None while it waits for one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, hash FROM trail_link WHERE entry_id = %s", [entry_id])
        row = cursor.fetchone()
    return None if row is None else Link(row[0], bytes(row[1]).hex())


def chain_state() -> ChainState:
    """How the chain stands. Positions are without gaps, so the last tells how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(position) FROM trail_link), 0), (SELECT count(*) FROM trail_pending)"
        )
        linked, pending = cursor.fetchone()
        cursor.execute(
            "SELECT c.at, c.position, c.problems::text, l.year, l.entry_id"
            " FROM trail_check c LEFT JOIN trail_link l ON l.position = c.position ORDER BY c.id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return ChainState(linked, pending, None)
    at, position, problems, year, entry_id = row
    last = None if year is None else entry(year, entry_id)
    check = Check(in_china(at), position, last.at if last else None, tuple(json.loads(problems)))
    return ChainState(linked, pending, check)


def entry_of(row: tuple[Any, ...]) -> Entry:
    """A row of COLUMNS as a fact."""
    told = dict(zip(_FIELDS, row, strict=True))
    return Entry(**{**told, "at": in_china(told["at"]), "detail": json.loads(told["detail"])})
