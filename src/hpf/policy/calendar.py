"""Days of a centre: working days, business month with holiday shift, daily cut-off (HZ-1.2, domain-values A1)."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from hpf.kernel.clock import TZ, in_china
from hpf.kernel.month import Month
from hpf.policy.dated import Book
from hpf.policy.leaves import PolicyGap
from hpf.policy.parameters import CalendarRules, DayOffList

_DAY = timedelta(days=1)
_SATURDAY = 5


class Calendar:
    """What day it is for one centre. Days are those of China; moments are aware and are brought there.

    A question that touches a year without a list of days off raises PolicyGap with "YYYY年节假日安排尚未公布".
    """

    def __init__(self, book: Book, asker: str) -> None:
        """The calendar of `book`; `asker` is named in a PolicyGap."""
        self._book, self._asker = book, asker

    def is_workday(self, day: date) -> bool:
        """Monday to Friday without statutory days off, and make-up working days (调休上班日)."""
        listed = self._days_off_of(day)
        return day in listed.workdays or not (day.weekday() >= _SATURDAY or day in listed.days_off)

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        return self.workday_from(day + _DAY)

    def workday_from(self, day: date) -> date:
        """`day` itself, or the first working day after it: where a day off postpones."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which is not counted itself (F-05); `day` for 0."""
        for _ in range(count):
            day = self.next_workday(day)
        return day

    def cutoff(self, month: Month) -> date:
        """Last day of declaration for the month; in a chain of days off, the last working day before the chain."""
        rules = self._rules(month.first_day)
        day = self._nominal_last_day(month)
        if rules.business_month_last_day is None:
            return day
        while rules.cutoff_moves_before_days_off and self._closes(day, rules):
            day -= _DAY
        return day

    def business_month(self, when: date | datetime) -> Month:
        """业务年月 of a day or moment: it ends at 24:00 of its cut-off; days after an early one are the next's."""
        day = _day(when)
        month = Month.of(day)
        return month if day <= self.cutoff(month) else month + 1

    def window(self, month: Month) -> tuple[date, date]:
        """First and last day on which a declaration is business of `month`."""
        return self.cutoff(month - 1) + _DAY, self.cutoff(month)

    def has_cutoff(self, month: Month) -> bool:
        """Whether declarations for the month end on a day of their own; else it is the natural month (HH-0-03)."""
        return self._rules(month.first_day).business_month_last_day is not None

    def makes_dues(self, month: Month) -> bool:
        """Whether the centre makes the month's dues, on days of its own; else the employer does (HH-3.1-13)."""
        return self._rules(month.first_day).due_made_day is not None

    def turn(self, month: Month) -> datetime:
        """The moment at which `month` is over: 24:00 of its cut-off day."""
        return datetime.combine(self.cutoff(month) + _DAY, time(0), TZ)

    def closed_early(self, when: date | datetime) -> Month | None:
        """The month whose cut-off came early and is past, up to its ordinary last day: worth a notice (F-09)."""
        day = _day(when)
        month = Month.of(day)
        return month if self.cutoff(month) < day <= self._nominal_last_day(month) else None

    def due_made_on(self, month: Month) -> date:
        """The day on which the centre makes the month's dues; a day off postpones it. See `makes_dues`."""
        return self.workday_from(self._told(month, "due_made_day"))

    def first_collection_day(self, month: Month) -> date:
        """The day from which the month's dues are collected or paid; a day off postpones it."""
        return self.workday_from(self._told(month, "first_collection_day"))

    def last_collection_day(self, month: Month) -> date:
        """The last working day on which the month's dues are collected, and the day by which payment is asked for."""
        day = self._told(month, "last_collection_day")
        while not self.is_workday(day):
            day -= _DAY
        return max(day, self.first_collection_day(month))

    def after_daily_cutoff(self, moment: datetime) -> bool:
        """Whether business declared at `moment` waits for the next day's batch; the hour itself is after (F-06)."""
        local = in_china(moment)
        cutoff = self._rules(local.date()).daily_cutoff
        return cutoff is not None and local.time() >= cutoff

    def expected_processing(self, declared_at: datetime) -> datetime:
        """When business declared then is processed: at that moment, or at the batch hour of the next calendar day."""
        local = in_china(declared_at)
        if not self.after_daily_cutoff(local):
            return local
        tomorrow = local.date() + _DAY
        return datetime.combine(tomorrow, self._rules(tomorrow).batch_hour, TZ)

    def contribution_year(self, month: Month) -> int:
        """缴存年度 of a month, named by the calendar year in which it begins: 2026 is 2026-07 to 2027-06."""
        begun = month.month >= self._rules(month.first_day).contribution_year_first_month
        return month.year if begun else month.year - 1

    def contribution_year_months(self, year: int) -> tuple[Month, Month]:
        """First and last month of that 缴存年度."""
        first = Month(year, self._rules(date(year, 7, 1)).contribution_year_first_month)
        return first, first + 11

    def _nominal_last_day(self, month: Month) -> date:
        last = self._rules(month.first_day).business_month_last_day
        return month.last_day if last is None else self._day_of(month, last)

    def _told(self, month: Month, parameter: str) -> date:
        """The day of the month that the parameter says; PolicyGap where the centre has none."""
        day: int | None = getattr(self._rules(month.first_day), parameter)
        if day is None:
            raise PolicyGap(parameter, self._book.centre, month.first_day, self._asker)
        return self._day_of(month, day)

    @staticmethod
    def _day_of(month: Month, day: int) -> date:
        return month.first_day.replace(day=min(day, month.last_day.day))

    def _closes(self, day: date, rules: CalendarRules) -> bool:
        if rules.weekends_are_days_off:
            return not self.is_workday(day)
        return day in self._days_off_of(day).days_off

    def _rules(self, day: date) -> CalendarRules:
        return _rules_on(self._book, day, self._asker)

    def _days_off_of(self, day: date) -> DayOffList:
        new_year = date(day.year, 1, 1)
        listed = _rules_on(self._book, new_year, self._asker).day_off_list
        if listed.year != day.year:
            detail = f"{day.year}年节假日安排尚未公布"
            raise PolicyGap("day_off_list", self._book.centre, day, self._asker, detail)
        return listed


@lru_cache(maxsize=1024)
def _rules_on(book: Book, day: date, asker: str) -> CalendarRules:
    return CalendarRules(book, day, asker)


def _day(when: date | datetime) -> date:
    return in_china(when).date() if isinstance(when, datetime) else when
