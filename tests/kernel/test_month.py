"""Months and the clock."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpf.kernel.clock import TZ, FixedClock
from hpf.kernel.month import Month

months = st.builds(Month, st.integers(1900, 2900), st.integers(1, 12))


@given(months, st.integers(-5000, 5000))
def test_months_count_like_numbers(month: Month, distance: int) -> None:
    assert (month + distance) - month == distance
    assert (month + distance) - distance == month
    assert (month + distance > month) == (distance > 0)


@given(months)
def test_every_form_is_read_back(month: Month) -> None:
    assert (
        Month.from_int(int(month)) == Month.parse(str(month)) == Month.of(month.first_day) == Month.of(month.last_day)
    )


def test_forms_and_edges() -> None:
    month = Month.parse("2026-11")
    assert (int(month), str(month), month.chinese) == (202611, "2026-11", "2026年11月")
    assert Month(2028, 2).last_day == date(2028, 2, 29)
    assert list(Month.between(Month(2026, 11), Month(2027, 1))) == [Month(2026, 11), Month(2026, 12), Month(2027, 1)]
    assert list(Month.between(Month(2026, 11), Month(2026, 10))) == []


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "202611", "2026-1", "2026年11月", "0000-01", ""])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError):
        Month.parse(text)


@pytest.mark.req("HZ-1.2-27")
def test_the_clock_tells_time_of_china_whatever_zone_it_is_given() -> None:
    clock = FixedClock(datetime(2026, 11, 20, 16, 30, tzinfo=UTC))
    assert clock.now() == datetime(2026, 11, 21, 0, 30, tzinfo=TZ)
    assert clock.now().hour == 0
    assert clock.today() == date(2026, 11, 21)


def test_the_clock_moves_forward_only_and_knows_its_zone() -> None:
    clock = FixedClock(datetime(2026, 11, 2, 9, tzinfo=TZ))
    clock.move_to(datetime(2026, 11, 3, 9, tzinfo=TZ))
    with pytest.raises(ValueError, match="forward only"):
        clock.move_to(datetime(2026, 11, 2, 9, tzinfo=TZ))
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 11, 2, 9))  # noqa: DTZ001
