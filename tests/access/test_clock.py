"""The movable clock: one offset for all processes, forward only, and never in production."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from hpf.access.clock import ClockRefused, DemoClock, RealClock, clock
from hpf.kernel.clock import TZ, FixedClock


def test_moves_forward_and_runs_on(db: None) -> None:
    target = RealClock().now() + timedelta(days=40)
    DemoClock().move_to(target)
    assert target <= DemoClock().now() < target + timedelta(minutes=5)


def test_does_not_move_back(db: None) -> None:
    DemoClock().move_to(RealClock().now() + timedelta(days=2))
    with pytest.raises(ClockRefused):
        DemoClock().move_to(RealClock().now() + timedelta(days=1))


def test_a_world_begins_once(db: None) -> None:
    first = datetime(2026, 11, 2, 9, tzinfo=TZ)
    DemoClock().begin(first)
    assert first <= DemoClock().now() < first + timedelta(minutes=5)
    with pytest.raises(ClockRefused):
        DemoClock().begin(first)


def test_the_offset_counts_in_the_demo_only(db: None, settings: Settings) -> None:
    DemoClock().move_to(RealClock().now() + timedelta(days=40))
    settings.DEMO = True
    assert clock.now() - RealClock().now() > timedelta(days=39)
    settings.DEMO = False
    assert clock.now() - RealClock().now() < timedelta(minutes=5)


def test_tests_choose_their_own(clock: FixedClock) -> None:
    from hpf.access.clock import clock as shells  # noqa: PLC0415 - the name of the fixture

    clock.move_to(clock.now() + timedelta(hours=1))
    assert shells.now() == clock.now()
    assert shells.today() == clock.today()
