"""The one way to know what time it is: a clock handed in by the shell, in the time zone of China (HZ-1.2-27)."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Clock(Protocol):
    """Tells business time; sessions, tokens and signatures use real time instead."""

    def now(self) -> datetime:
        """The moment, aware and in TZ."""

    def today(self) -> date:
        """The day of that moment in TZ."""


class FixedClock:
    """A clock that stands until it is moved, and moves forward only."""

    def __init__(self, moment: datetime) -> None:
        """Start at `moment`. Raises ValueError when it has no time zone."""
        self._moment = in_china(moment)

    def now(self) -> datetime:
        """The moment it stands at."""
        return self._moment

    def today(self) -> date:
        """The day it stands at."""
        return self._moment.date()

    def move_to(self, moment: datetime) -> None:
        """Stand at `moment` from now on. Raises ValueError when that is earlier, or has no time zone."""
        later = in_china(moment)
        if later < self._moment:
            raise ValueError(f"the clock moves forward only: {later} is before {self._moment}")
        self._moment = later


def day_written(text: str) -> date | None:
    """The day written "2026-11-20"; None for anything else, also for a year so far off that nobody can mean it: the
    days before and after it have to exist, and to be days for the database.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def in_china(moment: datetime) -> datetime:
    """`moment` on the centre's wall clock. Raises ValueError for a naive one: its zone would be a guess."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs its time zone: {moment}")
    return moment.astimezone(TZ)
