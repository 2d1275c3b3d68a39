"""The policy book: what the law and the city say, loaded and checked once per centre.

`load("hangzhou")` gives Rules: amounts ask `rules.on(month)`, limits and texts `rules.at(day)`, days `rules.calendar`.
A centre is the folder `packs/<code>` read together with `packs/common` (the law); nothing else names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from hpf.kernel.month import Month
from hpf.policy.calendar import Calendar
from hpf.policy.dated import Book, Dated
from hpf.policy.leaves import Leaf, PolicyError, read_folder
from hpf.policy.parameters import CalendarRules, DayRules, MonthRules, Texts

PACKS = Path(__file__).parent / "packs"
_COMMON = "common"


@dataclass(frozen=True)
class Rules:
    """One numbered version of a centre's book, asked by `asker` (an item's code, a run's name: it stands in errors)."""

    book: Book
    asker: str = "hpf"

    @property
    def centre(self) -> str:
        """The centre's code."""
        return self.book.centre

    @property
    def version(self) -> int:
        """The number of this version, positive and below 2**31: dues and outcomes store it."""
        return self.book.version

    @cached_property
    def calendar(self) -> Calendar:
        """Working days, business months, cut-offs."""
        return Calendar(self.book, self.asker)

    def on(self, month: Month) -> MonthRules:
        """Caps, floors, rates and rounding of the month that an amount belongs to."""
        return _month_rules(self.book, month, self.asker)

    def at(self, day: date) -> DayRules:
        """Limits, lists, places and texts in force on `day`."""
        return _day_rules(self.book, day, self.asker)

    def asked_by(self, asker: str) -> "Rules":
        """The same rules in the name of another asker."""
        return replace(self, asker=asker)


@lru_cache(maxsize=256)
def load(centre_code: str, asker: str = "hpf") -> Rules:
    """The rules of a centre. Raises PolicyError when there is no such pack or something in it is wrong."""
    if centre_code == _COMMON or not (PACKS / centre_code).is_dir():
        raise PolicyError(f"{PACKS}: no pack for a centre {centre_code!r}")
    return Rules(_shipped(centre_code), asker)


def read(centre_code: str, folders: Sequence[Path]) -> Book:
    """The book of the packs in `folders`, checked. Raises PolicyError naming file and leaf."""
    leaves = [leaf for folder in folders for leaf in read_folder(folder)]
    book = Book.of(centre_code, leaves, views())
    check_law(book)
    return book


def packs(centre_code: str) -> tuple[Leaf, ...]:
    """The plain leaves of a centre's packs, before any value is converted; what amendments change."""
    return tuple(_shipped(centre_code).plain.values())


def views() -> tuple[type[Dated], ...]:
    """The typed views of a book: their annotations are all parameters there are."""
    return CalendarRules, MonthRules, DayRules, Texts


def check_law(book: Book) -> None:
    """A city's rates lie within the law's from every day on which one of them changes; PolicyError where not."""
    city, law = ("rate_lowest", "rate_highest"), ("law_rate_lowest", "law_rate_highest")
    started = max(book.leaves[name].values[0][0] for name in city)
    for day in sorted({day for name in city + law for day, _ in book.leaves[name].values if day >= started}):
        rules = MonthRules(book, day, "check of the packs")
        if not rules.law_rate_lowest <= rules.rate_lowest <= rules.rate_highest <= rules.law_rate_highest:
            raise book.leaves["rate_lowest"].wrong(f"the rates from {day} are outside the law's range, or crossed")


@lru_cache(maxsize=64)
def _shipped(centre_code: str) -> Book:
    return read(centre_code, (PACKS / _COMMON, PACKS / centre_code))


@lru_cache(maxsize=1024)
def _month_rules(book: Book, month: Month, asker: str) -> MonthRules:
    return MonthRules(book, month.first_day, asker)


@lru_cache(maxsize=1024)
def _day_rules(book: Book, day: date, asker: str) -> DayRules:
    return DayRules(book, day, asker)
