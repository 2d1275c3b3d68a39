"""Counts tries at the public verification, so that nobody can guess codes or keep the machine busy.

A try is counted before anything is looked up, and given back when it found something: only failures add up, and a
closed door looks nothing up. Counted per visitor and over all, in windows of ten minutes. A visitor is known by a keyed
hash of the address; no address is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from hpf.documents.facts import TooManyTries

WINDOW = timedelta(minutes=10)


@dataclass(frozen=True)
class Limit:
    """Failures that one visitor, and all together, may have in a window."""

    name: str
    of_one: int
    of_all: int


# 31 ** 12 codes: at 600 guesses in ten minutes, to meet one of a hundred million documents takes some 250 years.
CODES = Limit("code", of_one=10, of_all=600)
FILES = Limit("file", of_one=20, of_all=600)

# The visitor's row first, the common one only for a visitor within the limit: nobody uses up the others' share.
_COUNT = """
WITH own AS (
    INSERT INTO documents_tries AS t (source, until, tries) VALUES (%(source)s, %(until)s, 1)
    ON CONFLICT (source, until) DO UPDATE SET tries = t.tries + 1 RETURNING tries
), every AS (
    INSERT INTO documents_tries AS t (source, until, tries)
    SELECT %(all)s, %(until)s, 1 FROM own WHERE tries <= %(of_one)s
    ON CONFLICT (source, until) DO UPDATE SET tries = t.tries + 1 RETURNING tries
)
SELECT own.tries, every.tries FROM own LEFT JOIN every ON true
"""
_FORGET = """
DELETE FROM documents_tries WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM documents_tries WHERE until <= %s LIMIT 1000 FOR UPDATE SKIP LOCKED))
"""


@dataclass(frozen=True)
class Try:
    """One counted try."""

    limit: Limit
    source: str
    until: datetime

    def give_back(self) -> None:
        """It was no failure."""
        with connection.cursor() as cursor:
            for source in (self.source, self.limit.name):
                change = "UPDATE documents_tries SET tries = tries - 1 WHERE source = %s AND until = %s"
                cursor.execute(change, [source, self.until])


def count_try(limit: Limit, address: str, at: datetime) -> Try:
    """Counts a try from this address at `at`. Raises TooManyTries with the minutes until the window closes."""
    seconds = int(WINDOW.total_seconds())
    past = int(at.timestamp()) % seconds
    until = at.replace(microsecond=0) + timedelta(seconds=seconds - past)
    one = Try(limit, f"{limit.name}:{salted_hmac('hpf.documents.tries', address).hexdigest()}", until)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"source": one.source, "all": limit.name, "until": until, "of_one": limit.of_one})
        own, every = cursor.fetchone()
        if own == 1:
            cursor.execute(_FORGET, [at])
    if own > limit.of_one or every > limit.of_all:
        raise TooManyTries(-(-(seconds - past) // 60))
    return one
