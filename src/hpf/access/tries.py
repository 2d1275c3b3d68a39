"""Counts failed logins, so that nobody can guess a password or a code: after five the name is closed for a while.

A try is counted before anything is compared and given back when it was right, so that a hundred at once are a hundred
tries. The window goes by real time. Whether a name exists makes no difference. What is refused at other doors is
counted the same way, by address, of which a keyed hash is kept.
"""

from django.db import connection
from django.utils.crypto import salted_hmac

LIMIT = 5
_COUNT = """
INSERT INTO access_logintries AS t (source, until, tries) VALUES (%s, now() + interval '10 minutes', 1)
ON CONFLICT (source) DO UPDATE SET
    tries = CASE WHEN t.until <= now() THEN 1 ELSE t.tries + 1 END,
    until = CASE WHEN t.until <= now() THEN excluded.until ELSE t.until END
RETURNING tries, greatest(1, ceil(extract(epoch FROM until - now()) / 60))::int
"""
_FORGET = """
DELETE FROM access_logintries WHERE source = ANY (ARRAY(
    SELECT source FROM access_logintries WHERE until <= now() LIMIT 1000 FOR UPDATE SKIP LOCKED))
"""


class TooManyTries(Exception):
    """The name is closed; `minutes` until it opens."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"登录失败次数过多，请{minutes}分钟后再试")


def count_try(username: str) -> None:
    """Counts a try under this name. Raises TooManyTries."""
    tries, minutes = _count(_source(username))
    if tries > LIMIT:
        raise TooManyTries(minutes)


def give_back(username: str) -> None:
    """The try was no failure."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_logintries SET tries = tries - 1 WHERE source = %s", [_source(username)])


def forget(username: str) -> None:
    """The login is complete: what failed before counts no more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_logintries WHERE source = %s", [_source(username)])


def count_refused(door: str, address: str) -> int:
    """Counts something refused at a door from an address: how many it is in the window of ten minutes, from 1."""
    source = salted_hmac("hpf.access.tries.refused", f"{door} {address}", algorithm="sha256").hexdigest()
    return _count(source)[0]


def _count(source: str) -> tuple[int, int]:
    """The tries of a source in the window that is open, this one too, and the minutes until it closes."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [source])
        tries, minutes = cursor.fetchone()
        if tries == 1:
            cursor.execute(_FORGET)
    return tries, minutes


def _source(username: str) -> str:
    return salted_hmac("hpf.access.tries", username.lower(), algorithm="sha256").hexdigest()
