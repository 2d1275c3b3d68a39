"""消息: what happened to an employer's cases and dues, until each of its agents has seen it."""

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.dues import readers as dues
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import Enquiry, Source
from hpf.notices import changes, listings, readers
from hpf.notices.facts import Entry, EntryKind, Target
from hpf.web.hall.entry import HallRequest, at_work, choose_account, say, step
from hpf.web.hall.present import crumbs, pager, render
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Row, Table, Tag, Tone

_COLUMNS = (
    Column("kind", "消息", ColumnKind.TAG),
    Column("text", "内容", wrap=True),
    Column("at", "时间", ColumnKind.TIME, sorted="descending"),
    Column("read", "状态", ColumnKind.TAG),
)
_TONES = {
    EntryKind.CONCLUDED: Tone.GOOD,
    EntryKind.PAID: Tone.GOOD,
    EntryKind.DUE_MADE: Tone.INFO,
    EntryKind.WITH_PERSON: Tone.INFO,
    EntryKind.FAILED: Tone.BAD,
    EntryKind.RETURNED: Tone.BAD,
    EntryKind.SENT_BACK: Tone.BAD,
    EntryKind.PAYMENT_FAILED: Tone.BAD,
}


@at_work
def page(request: HallRequest) -> HttpResponseBase:
    """The inbox of the employer that is worked for, the latest first; those unread alone on demand."""
    only_unread = request.GET.get("unread") == "1"
    visitor = request.visitor
    found = listings.entries(
        visitor.applicant.employer_id, visitor.user_id, only_unread=only_unread, page=request.GET.get("page", 1)
    )
    asked = {"unread": "1" if only_unread else ""}
    table = Table(
        "消息", _COLUMNS, [_row(entry) for entry in found.items], count=found.total, unit="条",
        sorted_by="时间由近到远", id="inbox", empty="没有未读消息" if only_unread else "还没有消息",
        pager=pager(found, asked, "#inbox", "条"),
    )  # fmt: skip
    context = {
        "current": "inbox",
        "crumbs": crumbs("消息"),
        "table": table,
        "filters": [Field("unread", "只看未读", FieldKind.CHECK, only_unread, prefix="q")],
        "actions": [Action("全部标为已读", icon="check", post=reverse("inbox-read"))],
    }
    return render(request, "hall/inbox.jinja", context)


def _row(entry: Entry) -> Row:
    cells = {
        "kind": Tag(entry.kind.label, _TONES.get(entry.kind, Tone.WARN)),
        "text": Action(entry.text, reverse("inbox-entry", args=[entry.id])),
        "at": entry.at,
        "read": Tag("已读") if entry.read else Tag("未读", Tone.WARN),
    }
    return Row(cells)


@at_work
def open_entry(request: HallRequest, entry_id: int) -> HttpResponseBase:
    """Marks an entry as seen and leads to what it tells of; 404 for another employer's."""
    visitor = request.visitor
    entry = readers.entry(entry_id, visitor.applicant.employer_id, visitor.user_id)
    if entry is None:
        raise Http404
    changes.mark_read(visitor.actor, request.clock.now(), entry.id)
    return HttpResponseRedirect(_place(request, entry))


def _place(request: HallRequest, entry: Entry) -> str:
    """Where the case or due is shown. A due may belong to the employer's account of another fund: that is chosen."""
    if entry.target is Target.CASE:
        return reverse("case", args=[entry.ref])
    shows_dues = [
        offer
        for offer in catalogue().offers
        if isinstance(offer.service, Enquiry)
        and offer.service.detail is not None
        and offer.service.detail.source is Source.PEOPLE_OF_DUE
    ]
    if not shows_dues:
        return reverse("inbox")
    account_id = dues.due_by_code(entry.ref).employer_account_id
    choose_account(request, next(a.account_no for a in request.visitor.accounts if a.id == account_id))
    return step(shows_dues[0], "detail", of=entry.ref)


@at_work
def read_all(request: HallRequest) -> HttpResponseBase:
    """“全部标为已读”: for this agent and the employer worked for."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    count = changes.mark_all_read(request.visitor.actor, request.clock.now())
    say(request, f"已将 {count} 条消息标为已读" if count else "没有未读消息")
    return HttpResponseRedirect(reverse("inbox"))
