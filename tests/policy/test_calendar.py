"""The calendar: golden dates of 2026, windows, cut-offs, years nobody has announced yet."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.packs import MONTH_FILE, edited

from hpf.kernel.clock import TZ
from hpf.kernel.month import Month
from hpf.policy.book import load
from hpf.policy.leaves import PolicyGap

CALENDAR = load("hangzhou").calendar

# business month: cut-off, due made, first collection (domain-values A1)
GOLDEN = {
    "2026-01": ("2026-01-20", "2026-01-20", "2026-01-21"),
    "2026-02": ("2026-02-14", "2026-02-24", "2026-02-24"),
    "2026-03": ("2026-03-20", "2026-03-20", "2026-03-23"),
    "2026-04": ("2026-04-20", "2026-04-20", "2026-04-21"),
    "2026-05": ("2026-05-20", "2026-05-20", "2026-05-21"),
    "2026-06": ("2026-06-18", "2026-06-22", "2026-06-22"),
    "2026-07": ("2026-07-20", "2026-07-20", "2026-07-21"),
    "2026-08": ("2026-08-20", "2026-08-20", "2026-08-21"),
    "2026-09": ("2026-09-20", "2026-09-20", "2026-09-21"),
    "2026-10": ("2026-10-20", "2026-10-20", "2026-10-21"),
    "2026-11": ("2026-11-20", "2026-11-20", "2026-11-23"),
    "2026-12": ("2026-12-18", "2026-12-21", "2026-12-21"),
}

WEEKENDS_OPEN = "values: {2020-01-01: false}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


@pytest.mark.req("HZ-1.2-03", "HZ-1.2-04", "HZ-3-05")
@pytest.mark.parametrize("month", GOLDEN)
def test_golden_dates_of_2026(month: str) -> None:
    cutoff, made, collected = map(date.fromisoformat, GOLDEN[month])
    assert CALENDAR.cutoff(Month.parse(month)) == cutoff
    assert CALENDAR.due_made_on(Month.parse(month)) == made
    assert CALENDAR.first_collection_day(Month.parse(month)) == collected


@pytest.mark.req("HZ-1.2-01", "HZ-1.2-02", "HZ-3-04")
def test_the_month_runs_from_the_21st_to_the_20th() -> None:
    april = Month(2026, 4)
    assert CALENDAR.window(april) == (date(2026, 3, 21), date(2026, 4, 20))
    assert CALENDAR.business_month(date(2026, 3, 21)) == april == CALENDAR.business_month(date(2026, 4, 20))
    assert CALENDAR.business_month(at("2026-04-20 23:59:59")) == april
    assert CALENDAR.business_month(at("2026-04-21 00:00")) == april + 1
    assert CALENDAR.turn(april) == at("2026-04-21 00:00")


@given(st.dates(date(2024, 2, 1), date(2027, 10, 31)))
def test_every_day_is_in_the_window_of_its_month_and_in_no_other(day: date) -> None:
    month = CALENDAR.business_month(day)
    first, last = CALENDAR.window(month)
    assert first <= day <= last
    assert CALENDAR.window(month + 1)[0] == last + timedelta(days=1)
    assert CALENDAR.turn(month) > datetime.combine(day, datetime.max.time(), TZ)
    assert CALENDAR.is_workday(last)


@given(st.dates(date(2024, 1, 1), date(2027, 11, 30)), st.integers(1, 15))
def test_working_days_are_counted_without_the_first(day: date, count: int) -> None:
    last = CALENDAR.add_workdays(day, count)
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert sum(map(CALENDAR.is_workday, between)) == count and CALENDAR.is_workday(last)


def test_working_days_around_the_national_holiday() -> None:
    assert CALENDAR.add_workdays(date(2026, 9, 29), 3) == date(2026, 10, 9)
    assert CALENDAR.next_workday(date(2026, 10, 9)) == date(2026, 10, 10)
    assert CALENDAR.add_workdays(date(2026, 9, 29), 0) == date(2026, 9, 29)
    assert [day for day in range(12, 16) if CALENDAR.is_workday(date(2026, 2, day))] == [12, 13, 14]


@pytest.mark.req("HZ-1.2-27")
@pytest.mark.parametrize(
    ("declared", "processed"),
    [
        ("2026-11-20 16:59:59.999999", "2026-11-20 16:59:59.999999"),
        ("2026-11-20 17:00", "2026-11-21 06:00"),
        ("2026-11-20 23:59:59", "2026-11-21 06:00"),
        ("2026-11-21 00:00", "2026-11-21 00:00"),
        ("2026-12-31 17:30", "2027-01-01 06:00"),
    ],
)
def test_from_17_00_on_business_waits_for_the_batch_in_whatever_zone(declared: str, processed: str) -> None:
    moment = at(declared)
    assert CALENDAR.expected_processing(moment) == at(processed)
    assert CALENDAR.expected_processing(moment.astimezone(UTC)) == at(processed)
    assert CALENDAR.after_daily_cutoff(moment.astimezone(UTC)) == (declared != processed)


@pytest.mark.parametrize(
    ("declared", "declared_month", "processed_month"),
    [
        ("2026-11-20 16:59", "2026-11", "2026-11"),
        ("2026-11-20 17:00", "2026-11", "2026-12"),
        ("2026-12-18 17:30", "2026-12", "2027-01"),
        ("2026-12-19 10:00", "2027-01", "2027-01"),
        ("2026-11-23 09:00", "2026-12", "2026-12"),
    ],
)
def test_where_a_change_falls(declared: str, declared_month: str, processed_month: str) -> None:
    moment = at(declared)
    assert CALENDAR.business_month(moment) == Month.parse(declared_month)
    assert CALENDAR.business_month(CALENDAR.expected_processing(moment)) == Month.parse(processed_month)


def test_an_early_cutoff_is_told_until_the_ordinary_last_day() -> None:
    assert CALENDAR.closed_early(at("2026-12-18 23:59")) is None
    assert CALENDAR.closed_early(at("2026-12-19 00:00")) == Month(2026, 12) == CALENDAR.closed_early(date(2026, 12, 20))
    assert CALENDAR.closed_early(date(2026, 12, 21)) is None
    assert CALENDAR.closed_early(date(2026, 11, 21)) is None


def test_the_contribution_year_begins_in_july() -> None:
    assert [CALENDAR.contribution_year(Month(2026, month)) for month in (6, 7, 12)] == [2025, 2026, 2026]
    assert CALENDAR.contribution_year_months(2026) == (Month(2026, 7), Month(2027, 6))


def test_collection_ends_on_a_working_day() -> None:
    assert CALENDAR.last_collection_day(Month(2026, 4)) == date(2026, 4, 24)
    assert CALENDAR.last_collection_day(Month(2026, 11)) == date(2026, 11, 25)


@pytest.mark.req("HZ-1.2-05")
def test_changing_the_calendar_moves_the_cutoff(tmp_path: Path) -> None:
    announced = edited(tmp_path, "common/days_off.yaml", ("2026-10-07]", "2026-10-07, 2026-11-20]")).calendar
    assert announced.cutoff(Month(2026, 11)) == date(2026, 11, 19)
    assert announced.business_month(date(2026, 11, 20)) == Month(2026, 12)


def test_whether_a_weekend_moves_the_cutoff_is_a_parameter(tmp_path: Path) -> None:
    calendar = edited(tmp_path, MONTH_FILE, ("assumption: true\n  values: {2020-01-01: true}", WEEKENDS_OPEN)).calendar
    assert calendar.cutoff(Month(2026, 12)) == date(2026, 12, 20)
    assert calendar.cutoff(Month(2026, 2)) == date(2026, 2, 14)
    assert not calendar.is_workday(date(2026, 12, 20))


def test_a_centre_may_count_natural_months_and_have_no_daily_cutoff(tmp_path: Path) -> None:
    calendar = edited(
        tmp_path,
        MONTH_FILE,
        ("{2020-01-01: true}", "{2020-01-01: false}"),
        ("{2020-01-01: 20}", "{2020-01-01: 31}"),
        ('{2020-01-01: "17:00"}', "{2020-01-01: null}"),
    ).calendar
    assert calendar.window(Month(2028, 2)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert calendar.expected_processing(at("2026-11-02 23:30")) == at("2026-11-02 23:30")


@pytest.mark.parametrize("ask", ["is_workday", "next_workday", "workday_from"])
def test_a_year_without_a_list_of_days_off_is_a_gap_that_says_so(ask: str) -> None:
    with pytest.raises(PolicyGap, match="2028年节假日安排尚未公布") as gap:
        getattr(load("hangzhou", asker="a test").calendar, ask)(date(2028, 1, 4))
    assert (gap.value.parameter, gap.value.centre, gap.value.asker) == ("day_off_list", "hangzhou", "a test")
    with pytest.raises(PolicyGap, match="2023"):
        CALENDAR.is_workday(date(2023, 12, 29))


def test_months_that_do_not_touch_the_unknown_year_are_answered() -> None:
    assert CALENDAR.cutoff(Month(2027, 12)) == date(2027, 12, 20)
    assert CALENDAR.business_month(date(2027, 12, 31)) == Month(2028, 1)
    assert CALENDAR.window(Month(2024, 2))[0] == date(2024, 1, 20)
    with pytest.raises(PolicyGap):
        CALENDAR.cutoff(Month(2028, 1))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.business_month(datetime(2026, 11, 20, 12))  # noqa: DTZ001
