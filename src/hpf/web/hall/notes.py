"""What the calendar has to say while something is declared: the month, an early close, the hour, crossing months."""

from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.submit import waits_for_batch
from hpf.kernel.month import Month
from hpf.web.shapes import Notice, Tone


def month_notices(desk: Desk) -> list[Notice]:
    """Notices above a form: an early close (HZ-1.2-03, -06), the hour (HZ-1.2-28), crossing months (HZ-2.4.2-13)."""
    found = []
    rules = desk.judging.rules
    calendar, texts = rules.book.calendar, rules.today.texts
    closed = calendar.closed_early(desk.at)
    if closed is not None:
        day = calendar.cutoff(closed)
        text = texts.closed_early.format(month=closed, day=day, next_month=closed + 1)
        found.append(Notice(text, Tone.WARN, "本月业务已提前截止"))
    if waits_for_batch(desk.judging, desk.at) and rules.today.daily_cutoff is not None:
        cutoff = f"{rules.today.daily_cutoff:%H:%M}"
        found.append(Notice(texts.after_daily_cutoff.format(cutoff=cutoff), Tone.LATE))
        declared = calendar.business_month(desk.at)
        if rules.month != declared:
            found.append(Notice(texts.crossing_months.format(declared=declared, processed=rules.month), Tone.WARN))
    return found


def months_touched(desk: Desk) -> tuple[Month, Month]:
    """申报业务年月 and the business month in which it would be processed."""
    rules = desk.judging.rules
    return rules.book.calendar.business_month(desk.at), rules.month
