"""Amendments at the desk: what was proposed, its effect as of now, and the decision of another person."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.kernel.text import words_of
from hpf.policy import changes, listings, readers
from hpf.policy.amendable import Parameter, parameter
from hpf.policy.changes import AmendmentRefused, ProposalRefused, SeenIsStale
from hpf.policy.facts import Amendment, Decision
from hpf.policy.proposals import Proposal, examine
from hpf.policy.readers import current_rules
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import PARAMETERS, POLICY_MAKERS
from hpf.web.desk.policy import STATES, closed_month, tabs_of, title_of
from hpf.web.desk.policy_effects import effect_of
from hpf.web.desk.policy_values import lines, short
from hpf.web.hall.entry import number_sent
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Event,
    EventState,
    Fact,
    Field,
    FieldKind,
    Look,
    Notice,
    Option,
    Pager,
    Problem,
    Row,
    Table,
    Tone,
)

_COLUMNS = (
    Column("no", "编号", ColumnKind.CODE),
    Column("label", "参数", ColumnKind.NAME, wrap=True),
    Column("value", "新值", wrap=True),
    Column("first", "生效日", ColumnKind.TIME),
    Column("source", "依据", wrap=True),
    Column("by", "提出人"),
    Column("at", "提出时间", ColumnKind.TIME),
    Column("state", "状态", ColumnKind.TAG),
    Column("decided", "处理人"),
    Column("version", "政策版本", ColumnKind.NUMBER),
)
_WAITING = "waiting"
_STATES = {"": "全部", _WAITING: "待批准", **{one.value: one.label for one in Decision}}


@staff(PARAMETERS)
def page(request: DeskRequest) -> HttpResponseBase:
    """All amendments, those under a state first asked for; the newest on top."""
    asked = request.GET.get("state", "")
    asked = asked if asked in _STATES else ""
    decision = Decision(asked) if asked in set(Decision) else None
    found = listings.amendments(waiting=asked == _WAITING, decision=decision, page=request.GET.get("page", 1))
    book = current_rules().book
    rows = [_row(one, parameter(book, one.change.leaf, title_of)) for one in found.items]
    table = Table(
        "修改记录", _COLUMNS, rows, count=found.total, unit="条", sorted_by="提出时间由近到远", wide=True, id="changes",
        empty="没有符合条件的修改",
        pager=Pager(found.number, found.pages, found.total, found.size, "条", {"state": asked} if asked else {},
                    "#changes"),
    )  # fmt: skip
    options = [Option(value, label) for value, label in _STATES.items()]
    context = {
        "crumbs": crumbs(("参数与政策", reverse("desk-policy")), "修改记录"),
        "tabs": tabs_of("desk-policy-changes"),
        "filters": [Field("state", "状态", FieldKind.SELECT, asked, options=options, prefix="q")],
        "table": table,
    }
    return render(request, "desk/policy_changes.jinja", context, current="desk-policy")


def _row(one: Amendment, found: Parameter | None) -> Row:
    cells = {
        "no": Action(str(one.id), reverse("desk-policy-change", args=[one.id])),
        "label": found.label if found else one.change.leaf,
        "value": short(found, one.change.value) if found else str(one.change.value),
        "first": one.change.first_day,
        "source": one.source,
        "by": one.proposed_by,
        "at": one.proposed_at,
        "state": STATES[one.decision],
        "decided": one.decided_by or "—",
        "version": one.version or "",
    }
    return Row(cells, id=str(one.id))


@staff(PARAMETERS)
def one(request: DeskRequest, amendment_id: int) -> HttpResponseBase:
    """One amendment with its effect; whoever may decide finds the decision below it."""
    return _show(request, _known(amendment_id), [])


@staff(POLICY_MAKERS)
@require_POST
def decide(request: DeskRequest, amendment_id: int) -> HttpResponseBase:
    """“批准” or “不予批准” by another person, “撤回” by the one who proposed. What was refused stays on the page."""
    amendment, do = _known(amendment_id), request.POST.get("do", "")
    actor, now = request.staff.actor, request.clock.now()
    try:
        if do == "approve":
            seen = number_sent(request.POST.get("seen"))
            number = changes.approve(
                actor, now, amendment_id, -1 if seen is None else seen, lambda rules: closed_month(rules, now.date())
            )
            messages.success(request, f"修改已批准，政策版本为第{number}版，自{amendment.change.first_day}起执行")
        elif do == "decline":
            changes.decline(actor, now, amendment_id, words_of(request.POST.get("reason", ""))[:300])
            messages.success(request, "已退回该修改，参数不变")
        elif do == "withdraw":
            changes.withdraw(actor, now, amendment_id)
            messages.success(request, "修改已撤回，参数不变")
        else:
            raise Http404
    except SeenIsStale as stale:
        return _show(request, _known(amendment_id), [Problem(str(stale))], status=409)
    except ProposalRefused as refused:
        return _show(request, _known(amendment_id), [Problem(one.text) for one in refused.wrong])
    except AmendmentRefused as refused:
        return _show(request, _known(amendment_id), [Problem(str(refused))])
    return HttpResponseRedirect(reverse("desk-policy-change", args=[amendment_id]))


def _known(amendment_id: int) -> Amendment:
    try:
        return readers.amendment(amendment_id)
    except readers.NoAmendment:
        raise Http404 from None


def _show(
    request: DeskRequest, amendment: Amendment, problems: list[Problem], *, status: int = 200
) -> HttpResponseBase:
    rules, change, today = current_rules(), amendment.change, request.clock.today()
    found = parameter(rules.book, change.leaf, title_of)
    waits, own = amendment.decision is None, amendment.proposed_by_id == request.staff.user_id
    wrong = examine(rules, Proposal(change, amendment.source), today, closed_month(rules, today)) if waits else []
    effect = None
    if waits and found is not None and not wrong:
        effect = effect_of(rules, found, change, rules.calendar.business_month(today))
    may = waits and request.staff.may(POLICY_MAKERS)
    context = {
        "crumbs": crumbs(("参数与政策", reverse("desk-policy")), ("修改记录", reverse("desk-policy-changes")),
                         f"第{amendment.id}号"),
        "amendment": amendment,
        "label": found.label if found else change.leaf,
        "state": STATES[amendment.decision],
        "facts": _facts(amendment, found),
        "problems": problems,
        "outdated": Notice("；".join(one.text for one in wrong), Tone.BAD, "按现在的情况不能批准") if wrong else None,
        "effect": effect,
        "seen": readers.last_approved(change.leaf),
        "events": _events(amendment),
        "post": reverse("desk-policy-decide", args=[amendment.id]),
        "may_decide": may and not own,
        "may_withdraw": may and own,
        "approve": Action("批准", icon="check", look=Look.PRIMARY, name="do", value="approve",
                          why_not="按现在的情况不能批准" if wrong else ""),
        "reason": Field("reason", "不予批准的原因", FieldKind.TEXTAREA, request.POST.get("reason", ""), maxlength=300),
    }  # fmt: skip
    status = status if status != 200 or not problems else 422
    return render(request, "desk/policy_change.jinja", context, current="desk-policy", status=status)


def _facts(amendment: Amendment, found: Parameter | None) -> list[Fact]:
    change = amendment.change
    value = "；".join(lines(found, change.value)) if found else str(change.value)
    link = Action(found.label, reverse("desk-policy-one", args=[change.leaf])) if found else change.leaf
    return [
        Fact("参数", link),
        Fact("生效日", change.first_day),
        Fact("有效期至", change.until or "至另有规定时为止"),
        Fact("依据", amendment.source),
        Fact("政策版本", f"第{amendment.version}版" if amendment.version else "—"),
        Fact("新值", value, wide=True),
    ]


def _events(amendment: Amendment) -> list[Event]:
    events = [Event(f"{amendment.proposed_by}提出", EventState.DONE, amendment.proposed_at)]
    if amendment.decision is None:
        return [*events, Event("由另一名政策管理人员批准", EventState.NOW)]
    state = EventState.FAILED if amendment.decision is Decision.DECLINED else EventState.DONE
    words = {Decision.APPROVED: "批准", Decision.DECLINED: "不予批准", Decision.WITHDRAWN: "撤回"}[amendment.decision]
    return [*events, Event(f"{amendment.decided_by}{words}", state, amendment.decided_at, amendment.note)]
