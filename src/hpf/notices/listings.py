"""Messages as the desk lists them, entries as the hall does: filtered, sorted, paged; two queries a page."""

from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Right

from hpf.kernel.clock import TZ, in_china
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page
from hpf.notices import models
from hpf.notices.facts import MOBILE_END, Entry, TextKind, TextMessage, TextState
from hpf.notices.readers import entry_of


def texts(
    *,
    state: TextState | None = None,
    kind: TextKind | None = None,
    mobile_end: str = "",
    since: date | None = None,
    until: date | None = None,
    page: object = 1,
) -> Page[TextMessage]:
    """Messages, the latest first; the days are those of making, both included.

    `mobile_end` is the last four digits of a number: a whole one has no place in the address of a page.
    """
    found = models.Text.objects.all()
    if state is not None:
        found = found.filter(state=state.value)
    if kind is not None:
        found = found.filter(kind=kind.value)
    if mobile_end:
        found = found.alias(mobile_end=Right("mobile", MOBILE_END)).filter(mobile_end=mobile_end)
    if since is not None:
        found = found.filter(created_at__gte=datetime.combine(since, time(0), TZ))
    if until is not None:
        found = found.filter(created_at__lt=datetime.combine(until + timedelta(1), time(0), TZ))
    total = found.count()
    number = clamp_page(page, total)
    window = found.order_by("-id")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([_text(record) for record in window], total, number)


def entries(employer_id: int, user_id: int, *, only_unread: bool = False, page: object = 1) -> Page[Entry]:
    """An employer's inbox as one agent sees it, the latest first."""
    seen = models.Read.objects.filter(user_id=user_id, entry_id=OuterRef("id"))
    found = models.Entry.objects.filter(employer_id=employer_id).annotate(seen=Exists(seen))
    if only_unread:
        found = found.filter(~Exists(seen))
    total = found.count()
    number = clamp_page(page, total)
    window = found.order_by("-id")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([entry_of(record, record.seen) for record in window], total, number)


def _text(record: models.Text) -> TextMessage:
    return TextMessage(
        id=record.id,
        kind=TextKind(record.kind),
        mobile=record.mobile,
        text=record.text,
        state=TextState(record.state),
        tries=record.tries,
        reason=record.reason,
        created_at=in_china(record.created_at),
        sent_at=record.sent_at and in_china(record.sent_at),
        ended_at=record.ended_at and in_china(record.ended_at),
    )
