"""消息: what happened to an employer's cases and dues, until each of its agents has seen it; and 缴存短信."""

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.dues import readers as dues
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import Enquiry, Source
from hpf.kernel.names import mask_phone
from hpf.notices import changes, listings, readers
from hpf.notices.facts import Entry, EntryKind, Target
from hpf.parties import changes as parties
from hpf.parties.facts import AgentFacts, EmployerAccountFacts
from hpf.web.hall.entry import HallRequest, at_work, choose_account, say, step
from hpf.web.hall.present import crumbs, pager, render
from hpf.web.shapes import Action, Column, ColumnKind, Fact, Field, FieldKind, Row, Table, Tag, Tone

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
        "sms": _sms(visitor.applicant, visitor.agent),
        "subscribed": visitor.agent is not None and visitor.agent.sms,
        "employer": visitor.applicant.account_no,
    }
    return render(request, "hall/inbox.jinja", context)


def _sms(account: EmployerAccountFacts, me: AgentFacts | None) -> list[Fact]:
    """缴存短信 as it stands for this agent and the employer worked for."""
    state = Tag("已订阅", Tone.GOOD) if me and me.sms else Tag("未订阅")
    mobile = mask_phone(me.mobile) if me and me.mobile else "未登记"
    return [Fact("单位名称", account.name), Fact("登记的移动电话", mobile), Fact("缴存短信", state)]


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
    account_no = next((a.account_no for a in request.visitor.accounts if a.id == account_id), "")
    if not choose_account(request, account_no):
        raise Http404
    return step(shows_dues[0], "detail", of=entry.ref)


@at_work
def sms(request: HallRequest) -> HttpResponseBase:
    """“订阅”, “取消订阅” of the messages about this employer's dues, for one's own number (HZ-2.2.2.1-19)."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    visitor, me = request.visitor, request.visitor.agent
    if me is None:
        raise Http404
    if request.POST.get("employer") != visitor.applicant.account_no:
        say(request, "您已在其他窗口切换单位，订阅没有修改，请核对单位后重新设置", bad=True)
    elif request.POST.get("do") == "off":
        parties.subscribe_agent(visitor.actor, request.clock.now(), me.id, subscribe=False)
        say(request, "已取消订阅缴存短信")
    elif not me.mobile:
        say(request, "没有订阅：您在本单位没有登记移动电话，请先到中心柜面登记", bad=True)
    else:
        others = parties.subscribe_agent(visitor.actor, request.clock.now(), me.id, subscribe=True)
        also = "；一个号码只能为一个单位订阅，原为其他单位的订阅已取消" if others else ""
        say(request, f"已订阅缴存短信{also}")
    return HttpResponseRedirect(reverse("inbox"))


@at_work
def read_all(request: HallRequest) -> HttpResponseBase:
    """“全部标为已读”: for this agent and the employer worked for."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    count = changes.mark_all_read(request.visitor.actor, request.clock.now())
    say(request, f"已将 {count} 条消息标为已读" if count else "没有未读消息")
    return HttpResponseRedirect(reverse("inbox"))
