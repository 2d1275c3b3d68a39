"""The table of runs: what runs, when it falls due, what a step of it does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hpf.dues import readers as dues
from hpf.kernel.clock import TZ
from hpf.kernel.month import Month
from hpf.policy.book import Rules
from hpf.policy.readers import current_rules
from hpf.runs import carry_out, due_notices, month_close, next_day, order_expiry

DueTimes = Callable[[Rules, datetime, datetime], Iterable[datetime]]


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """A run: `code` is stable, `title` is what the console shows, `times` gives the moments after `since` up to
    `until`.
    """

    code: str
    title: str
    step: carry_out.Step
    times: DueTimes

    def due_times(self, since: datetime, until: datetime) -> Iterable[datetime]:
        """When it falls due in the current centre: since < t <= until, in order."""
        return self.times(current_rules(), since.astimezone(TZ), until.astimezone(TZ))

    def start(self, due_at: datetime) -> None:
        """Records and queues it for one due time; again for the same moment does nothing more."""
        carry_out.start(self.code, due_at)


def _daily_at_batch_hour(rules: Rules, since: datetime, until: datetime) -> Iterable[datetime]:
    day = since.date()
    while day <= until.date():
        at = datetime.combine(day, rules.at(day).batch_hour, TZ)
        if since < at <= until:
            yield at
        day += timedelta(1)


def _monthly_when_dues_are_made(rules: Rules, since: datetime, until: datetime) -> Iterable[datetime]:
    for month in Month.between(Month.of(since.date()) - 1, Month.of(until.date())):
        if not rules.calendar.makes_dues(month):
            continue
        day = rules.calendar.due_made_on(month)
        at = datetime.combine(day, rules.at(day).due_made_hour, TZ)
        if since < at <= until:
            yield at


def _when_orders_expire(rules: Rules, since: datetime, until: datetime) -> Iterable[datetime]:
    return dues.order_deadlines(since, until)


def _after_another(rules: Rules, since: datetime, until: datetime) -> Iterable[datetime]:
    return ()  # started by the run before it, when that is done


RUNS = (
    ScheduledRun("next_day", "次日批量处理", next_day.step, _daily_at_batch_hour),
    ScheduledRun("month_close", "生成当月应缴", month_close.step, _monthly_when_dues_are_made),
    ScheduledRun(due_notices.CODE, "应缴通知", due_notices.step, _after_another),
    ScheduledRun("order_expiry", "订单到期作废", order_expiry.step, _when_orders_expire),
)

STEPS: Mapping[str, carry_out.Step] = {run.code: run.step for run in RUNS}
