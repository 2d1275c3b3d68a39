"""The scheduler: each run once, in order of time, and the clock that stops at each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from hpf.access.clock import ClockRefused, DemoClock, RealClock
from hpf.access.tenancy import CentreInfo, current_centre
from hpf.site import schedule
from hpf.site.schedule import NobodyWorks, move_clock, next_due, tick


@dataclass
class Recorder:
    """A run that falls due at the given moments and notes when it is started, and what the clock showed."""

    code: str
    moments: list[datetime]
    started: list[tuple[str, datetime]]
    clock: list[datetime] = field(default_factory=list)
    title: str = "记录"

    def due_times(self, since: datetime, until: datetime) -> Iterable[datetime]:
        here = current_centre().code == "hangzhou"  # of several centres one is enough to tell the order
        return [moment for moment in self.moments if here and since < moment <= until]

    def start(self, due_at: datetime) -> None:
        self.started.append((f"{current_centre().code}:{self.code}", due_at))
        self.clock.append(DemoClock().now())


@pytest.fixture
def begin(db: None) -> datetime:
    """The moment at which the scheduler looked first."""
    moment = RealClock().now() + timedelta(hours=1)
    DemoClock().begin(moment)
    tick(moment)
    return moment


def _install(monkeypatch: pytest.MonkeyPatch, *runs: Recorder) -> None:
    monkeypatch.setattr(schedule, "RUNS", runs)


def test_each_due_time_is_started_once_in_order(monkeypatch: pytest.MonkeyPatch, begin: datetime) -> None:
    started: list[tuple[str, datetime]] = []
    hours = [begin + timedelta(hours=n) for n in range(4)]
    _install(monkeypatch, Recorder("b", hours[:3], started), Recorder("a", hours[1:], started))
    tick(hours[2])
    tick(hours[2])
    assert started == [
        ("hangzhou:b", hours[1]), ("hangzhou:a", hours[1]), ("hangzhou:b", hours[2]), ("hangzhou:a", hours[2]),
    ]  # fmt: skip
    due = next_due(hours[3])
    assert due
    assert (due.at, due.run.code) == (hours[3], "a")


def test_what_was_due_before_a_centre_existed_is_not_made_up_for(
    monkeypatch: pytest.MonkeyPatch, centre: CentreInfo
) -> None:
    started: list[tuple[str, datetime]] = []
    now = RealClock().now()
    _install(monkeypatch, Recorder("a", [now - timedelta(days=1)], started))
    assert next_due(now) is None
    tick(now)
    assert started == []


def test_a_start_that_fails_is_started_again(monkeypatch: pytest.MonkeyPatch, begin: datetime) -> None:
    started: list[tuple[str, datetime]] = []
    good = Recorder("a", [begin + timedelta(hours=1)], started)
    _install(monkeypatch, good, Recorder("bad", [begin + timedelta(hours=1)], None))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        tick(begin + timedelta(hours=2))
    _install(monkeypatch, good)
    tick(begin + timedelta(hours=2))
    assert [code for code, _ in started] == ["hangzhou:a", "hangzhou:a"]


def test_the_clock_stops_at_each_run(monkeypatch: pytest.MonkeyPatch, begin: datetime) -> None:
    started: list[tuple[str, datetime]] = []
    moments = [begin + timedelta(days=n) for n in (1, 2, 9)]
    recorder = Recorder("a", moments, started)
    _install(monkeypatch, recorder)
    target = begin + timedelta(days=5)
    assert [due.at for due in move_clock(target)] == moments[:2]
    for showed, due_at in zip(recorder.clock, moments, strict=False):
        assert due_at <= showed < due_at + timedelta(minutes=1)
    assert target <= DemoClock().now() < target + timedelta(minutes=1)


def test_the_desk_asks_and_the_scheduler_moves(monkeypatch: pytest.MonkeyPatch, begin: datetime) -> None:
    started: list[tuple[str, datetime]] = []
    _install(monkeypatch, Recorder("a", [begin + timedelta(days=1)], started))
    assert schedule.begin_move(begin + timedelta(days=2))
    assert not schedule.begin_move(begin + timedelta(days=3))
    schedule.move_as_asked()
    assert [due_at for _, due_at in started] == [begin + timedelta(days=1)]
    assert DemoClock().now() >= begin + timedelta(days=2)
    assert DemoClock().asked() is None
    with pytest.raises(ClockRefused):
        schedule.begin_move(begin + timedelta(days=1))


def test_the_clock_does_not_go_back(monkeypatch: pytest.MonkeyPatch, begin: datetime) -> None:
    _install(monkeypatch)
    with pytest.raises(ClockRefused):
        list(move_clock(begin - timedelta(days=1)))


def test_a_queue_that_nobody_works_on_is_told(begin: datetime) -> None:
    schedule.each_minute()
    with pytest.raises(NobodyWorks):
        schedule.wait_until_idle()
