"""The one clock: real time, plus, in the demo, an offset in one row that all processes read.

Only shells ask it, on their first line: pages (`request.clock`), jobs, runs, commands. Everything below is told the
time. Sessions, tokens and signatures use real time and do not ask here.
"""

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from hpf.access.models import ClockOffset
from hpf.kernel.clock import TZ

if TYPE_CHECKING:
    from hpf.kernel.clock import Clock


class ClockRefused(Exception):
    """The clock does not move this way; the text says why."""


class RealClock:
    """Real time in Asia/Shanghai."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(TZ)

    def today(self) -> date:
        """The present day."""
        return self.now().date()


class DemoClock(RealClock):
    """Real time plus the offset that all processes share; it only moves forward."""

    def now(self) -> datetime:
        """The moment of the demo world."""
        return datetime.now(TZ) + _ahead()

    def begin(self, moment: datetime) -> None:
        """Set the first moment of a new world, before or after real time; raises ClockRefused when it runs already."""
        if not ClockOffset.objects.filter(ahead=timedelta()).update(ahead=moment - datetime.now(TZ)):
            raise ClockRefused("the clock of this world runs already")

    def move_to(self, moment: datetime) -> None:
        """Set the clock forward to `moment` (aware); raises ClockRefused for a moment that has passed."""
        with transaction.atomic():
            ClockOffset.objects.select_for_update().get()
            if moment < self.now():
                raise ClockRefused(f"the clock shows {self.now():%Y-%m-%d %H:%M} and only moves forward")
            ClockOffset.objects.update(ahead=moment - datetime.now(TZ))

    def ask(self, moment: datetime) -> None:
        """Have the scheduler move the clock to `moment`, stopping at each run on the way; raises ClockRefused."""
        if moment < self.now():
            raise ClockRefused(f"the clock shows {self.now():%Y-%m-%d %H:%M} and only moves forward")
        ClockOffset.objects.update(asked=moment)

    def asked(self) -> datetime | None:
        """Where the clock is moving to; None when it just runs."""
        return ClockOffset.objects.values_list("asked", flat=True).get()

    def arrived(self) -> None:
        """The scheduler's word that the clock has been moved, or cannot be."""
        ClockOffset.objects.update(asked=None)


def _ahead() -> timedelta:
    return ClockOffset.objects.values_list("ahead", flat=True).get()


class CurrentClock:
    """The clock that shells ask: the demo's or the real one by the settings, another within `using` (tests)."""

    def __init__(self) -> None:
        self._chosen: Clock | None = None

    def now(self) -> datetime:
        """The present moment of this world, aware, in Asia/Shanghai."""
        return self._clock().now()

    def today(self) -> date:
        """The present day of this world."""
        return self._clock().today()

    def _clock(self) -> "Clock":
        return self._chosen or (DemoClock() if settings.DEMO else RealClock())

    @contextlib.contextmanager
    def using(self, chosen: "Clock") -> Iterator[None]:
        """Show `chosen` inside the block."""
        before, self._chosen = self._chosen, chosen
        try:
            yield
        finally:
            self._chosen = before


clock = CurrentClock()
