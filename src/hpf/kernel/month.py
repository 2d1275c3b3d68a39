"""Month exists because dues, bases and windows count in months, and dates are the wrong unit for them."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import overload

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar or business month of the years 1 to 9999. Raises ValueError for a month that does not exist."""

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse what no calendar has."""
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"no such month: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> "Month":
        """The month written "2026-11". Raises ValueError for any other form."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"a month is written 2026-11, not {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The calendar month of `day`; the business month is the policy's affair."""
        return cls(day.year, day.month)

    @classmethod
    def from_int(cls, number: int) -> "Month":
        """The month stored as 202611."""
        return cls(*divmod(number, 100))

    @classmethod
    def between(cls, first: "Month", last: "Month") -> Iterator["Month"]:
        """Every month from `first` to `last`, both included; none when `last` is earlier."""
        return (first + n for n in range(last - first + 1))

    @property
    def first_day(self) -> date:
        """The 1st."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The 28th to 31st."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def chinese(self) -> str:
        """As documents write it: "2026年11月"."""
        return f"{self.year}年{self.month:02d}月"

    def __int__(self) -> int:
        """As stored: 202611."""
        return self.year * 100 + self.month

    def __str__(self) -> str:
        """As screens write it: "2026-11"."""
        return f"{self.year:04d}-{self.month:02d}"

    def __add__(self, months: int) -> "Month":
        """The month that many months later."""
        if not isinstance(months, int):
            return NotImplemented
        years, index = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, index + 1)

    @overload
    def __sub__(self, other: "Month") -> int: ...
    @overload
    def __sub__(self, other: int) -> "Month": ...
    def __sub__(self, other: "Month | int") -> "int | Month":
        """The number of months since another month, or the month that many months earlier."""
        if isinstance(other, Month):
            return (self.year - other.year) * 12 + self.month - other.month
        return self + -other if isinstance(other, int) else NotImplemented
