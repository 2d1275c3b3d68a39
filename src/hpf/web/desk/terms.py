"""How a case waits, in the words of the desk: what it is about, since when, until when."""

from datetime import date, datetime

from hpf.engine.catalogue import NotOffered, catalogue
from hpf.engine.facts import Case
from hpf.web.shapes import Tag, Tone


def title_of(case: Case) -> str:
    """The title of the case's item, its code when it is offered no more."""
    try:
        return catalogue().offer(case.item_code).service.title
    except NotOffered:
        return case.item_code


def clock_tag(due: date, today: date) -> Tag:
    """How the term stands."""
    if today > due:
        return Tag("已超期", Tone.BAD)
    return Tag("今日到期", Tone.WARN) if today == due else Tag("期限内", Tone.GOOD)


def waited(case: Case, now: datetime) -> str:
    """How long the case has been waiting."""
    hours = int((now - case.declared_at).total_seconds() // 3600)
    return f"{hours // 24} 天 {hours % 24} 小时" if hours >= 24 else f"{hours} 小时"
