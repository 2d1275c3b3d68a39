"""Days of Hangzhou as a table that somebody has read off the holiday notices, not as a rule (domain-values A1).

Business months are whole numbers, yyyymm.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
DAILY_CUTOFF = time(17)
BATCH = time(6)
CLOSE = time(22)


@dataclass(frozen=True)
class MonthDays:
    """Of one business month: the last day of declaration, the day its dues are made, the first day of collection."""

    cutoff: date
    made: date
    collected: date


def _of(cutoff: str, made: str, collected: str) -> MonthDays:
    return MonthDays(*(date.fromisoformat(text) for text in (cutoff, made, collected)))


GOLDEN = {
    202601: _of("2026-01-20", "2026-01-20", "2026-01-21"),
    202602: _of("2026-02-14", "2026-02-24", "2026-02-24"),
    202603: _of("2026-03-20", "2026-03-20", "2026-03-23"),
    202604: _of("2026-04-20", "2026-04-20", "2026-04-21"),
    202605: _of("2026-05-20", "2026-05-20", "2026-05-21"),
    202606: _of("2026-06-18", "2026-06-22", "2026-06-22"),
    202607: _of("2026-07-20", "2026-07-20", "2026-07-21"),
    202608: _of("2026-08-20", "2026-08-20", "2026-08-21"),
    202609: _of("2026-09-20", "2026-09-20", "2026-09-21"),
    202610: _of("2026-10-20", "2026-10-20", "2026-10-21"),
    202611: _of("2026-11-20", "2026-11-20", "2026-11-23"),
    202612: _of("2026-12-18", "2026-12-21", "2026-12-21"),
    202701: _of("2027-01-20", "2027-01-20", "2027-01-21"),
}
"""2026 by 国办发明电〔2025〕7号; January 2027 has an ordinary Wednesday as its 20th."""


class OffTheTable(LookupError):
    """A day after the last month of the table."""


def after(month: int) -> int:
    """The month after."""
    return month + 1 if month % 100 < 12 else month + 89


def business_month(day: date) -> int:
    """业务年月 of a day: the first month whose last day of declaration has not passed."""
    for month, days in GOLDEN.items():
        if day <= days.cutoff:
            return month
    last = max(GOLDEN)
    if day <= GOLDEN[last].cutoff + timedelta(days=28):
        return after(last)
    raise OffTheTable(day)


def processed_at(declared_at: datetime) -> datetime:
    """When what is declared then is processed: at once, or from 17:00:00 on at 06:00 of the next calendar day."""
    if declared_at.time() < DAILY_CUTOFF:
        return declared_at
    return datetime.combine(declared_at.date() + timedelta(days=1), BATCH, TZ)


def made_at(month: int) -> datetime:
    """When the dues of a month are made."""
    return datetime.combine(GOLDEN[month].made, CLOSE, TZ)


def moment(text: str) -> datetime:
    """`2026-11-20 16:59` or `2026-11-20 16:59:30`, as pages show moments in China."""
    return datetime.fromisoformat(text.strip()).replace(tzinfo=TZ)


def month_of(text: str) -> int:
    """`2026-11` → 202611."""
    return int(text.strip().replace("-", ""))


def month_text(month: int) -> str:
    """202611 → `2026-11`."""
    return f"{month // 100}-{month % 100:02d}"
