"""An entry of the trail, what is looked for, and how the chain stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did or saw what: `year` and `id` name it; `detail` is plain JSON. `user_id` is None for the system."""

    year: int
    id: int
    at: datetime
    actor_kind: str
    user_id: int | None
    actor_name: str
    channel: str
    employer_id: int | None
    verb: str
    object_kind: str
    object_id: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Entries of the days `since` to `until`, both included, in China.

    `actor_name` finds the system's own by name and `user_ids` the people's; empty conditions do not count, but when
    either is given one of them has to fit.
    """

    since: date
    until: date
    user_ids: tuple[int, ...] = ()
    actor_name: str = ""
    verb: str = ""
    object_kind: str = ""
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry's place in the chain: position from 1 on, and the hash over everything up to it, in hex."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Check:
    """One walk through the chain: when, up to which position and the moment of its entry, and what was wrong."""

    at: datetime
    position: int
    until: datetime | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChainState:
    """How many entries are chained and how many wait for it, and the last walk through the chain."""

    linked: int
    pending: int
    last_check: Check | None
