"""单位内部复核: whether and from which amount an employer's cases need a second agent, and who may make and check."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.kernel.money import Money
from hpf.kernel.text import clean
from hpf.parties import changes as parties
from hpf.parties.facts import AgentFacts, Checking, CheckingRequest, Duties, EmployerAccountFacts
from hpf.parties.readers import checking_request
from hpf.parties.refusals import CheckingRefused
from hpf.web.hall.entry import HallRequest, at_work, fields_sent, number_sent, say
from hpf.web.hall.present import crumbs, render
from hpf.web.shapes import Action, Column, ColumnKind, Fact, Field, FieldKind, Look, Notice, Problem, Row, Table, Tone

_LIMIT = 10**13
"""More fen than any employer pays; a limit above it is a slip of the finger."""
_CHANGES = (
    Column("what", "设置", ColumnKind.NAME),
    Column("before", "当前", wrap=True),
    Column("after", "修改后", wrap=True),
)


@at_work
def page(request: HallRequest) -> HttpResponseBase:
    """What holds, what waits for another agent, and the form; POST sets it."""
    account = request.visitor.applicant
    if request.method != "POST":
        return _show(request, account.checking, "", [])
    sent = fields_sent(request)
    if sent.get("employer") != account.account_no:
        say(request, "您已在其他窗口切换单位，设置没有修改，请核对单位后重新设置", bad=True)
        return HttpResponseRedirect(reverse("checking"))
    wanted, typed, wrong = _asked(account, sent)
    if wrong:
        return _show(request, wanted, typed, [Problem(wrong, "f-limit")])
    try:
        at_once = parties.set_checking(
            request.visitor.actor, request.clock.now(), account.employer_id, _me(request).id, wanted
        )
    except CheckingRefused as refusal:
        return _show(request, wanted, typed, [Problem(refusal.refused.text, hint=refusal.refused.hint)])
    say(request, "设置已生效" if at_once else "修改已提交，本单位另一名经办人在本页确认后生效；此前仍按当前设置办理")
    return HttpResponseRedirect(reverse("checking"))


@at_work
def decide(request: HallRequest) -> HttpResponseBase:
    """“同意” by another agent; “不同意”, or “撤销” by the one who asked."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    visitor, now, asked = request.visitor, request.clock.now(), number_sent(request.POST.get("request")) or 0
    employer_id = visitor.applicant.employer_id
    try:
        if request.POST.get("do") == "confirm":
            parties.confirm_checking(visitor.actor, now, employer_id, _me(request).id, asked)
            say(request, "修改已确认，现在生效")
        else:
            parties.drop_checking_request(visitor.actor, now, employer_id, asked)
            say(request, "修改申请已撤销，仍按当前设置办理")
    except CheckingRefused as refusal:
        say(request, f"{refusal.refused.text}。{refusal.refused.hint}", bad=True)
    return HttpResponseRedirect(reverse("checking"))


def reminders(request: HallRequest) -> list[Notice]:
    """What the workbench says of a change that waits for this agent."""
    account = request.visitor.applicant
    asked = checking_request(account.employer_id) if account.check_from is not None else None
    if asked is None or asked.asked_by == _me(request).id:
        return []
    text = f"{asked.asked_by_name}申请修改单位内部复核的设置，须由您或其他经办人确认"
    return [Notice(text, Tone.WARN, actions=(Action("去处理", reverse("checking")),))]


def _me(request: HallRequest) -> AgentFacts:
    """The visitor as the employer's agent, which the door has made sure of."""
    found = request.visitor.agent
    if found is None:
        raise LookupError("the visitor is no agent of the employer they work for")
    return found


def _asked(account: EmployerAccountFacts, sent: dict[str, str]) -> tuple[Checking, str, str]:
    """The settings of a form, the limit as it was typed, and what is wrong with it."""
    typed = clean(sent.get("limit", ""))
    duties = {one.id: Duties(f"make_{one.id}" in sent, f"check_{one.id}" in sent) for one in account.agents}
    if "on" not in sent:
        return Checking(None, account.checking.duties), typed, ""
    try:
        limit = Money.parse(typed)
    except ValueError:
        return Checking(Money.ZERO, duties), typed, "复核起点金额应为金额，如 50000；0 表示所有办件"
    if not 0 <= limit.fen < _LIMIT:
        return Checking(Money.ZERO, duties), typed, "复核起点金额应不小于 0，且不超过 1000 亿元"
    return Checking(limit, duties), typed, ""


def _show(request: HallRequest, shown: Checking, typed: str, problems: list[Problem]) -> HttpResponseBase:
    account, me = request.visitor.applicant, _me(request)
    asked = checking_request(account.employer_id)
    alone = len(account.agents) < 2
    limit = typed or ("" if shown.check_from is None else shown.check_from.plain)
    context: dict[str, Any] = {
        "current": "checking",
        "crumbs": crumbs("单位内部复核"),
        "problems": problems,
        "alone": alone,
        "facts": [
            Fact("单位名称", account.name),
            Fact("单位内部复核", _switch(account.check_from)),
            Fact("须复核的办件", _limit(account.check_from)),
        ],
        "agents": [(one.name, one.id, one.id == me.id, _duty(account, shown, one)) for one in account.agents],
        "employer": account.account_no,
        "on": Field("on", "启用单位内部复核", FieldKind.CHECK, shown.check_from is not None, span=4),
        "limit": Field(
            "limit", "复核起点金额", FieldKind.MONEY, limit, suffix="元", span=4, error=problems[0].text
            if problems and problems[0].field_id else "",
            help="金额达到或超过此数的办件须复核；0 表示所有办件。没有金额的办件（如打印凭证）仅在填 0 时复核",
        ),
        "save": Action("保存", icon="check", look=Look.PRIMARY),
        "asked": asked,
        "changes": _changes(account, asked) if asked else None,
        "asked_by_me": asked is not None and asked.asked_by == me.id,
    }  # fmt: skip
    return render(request, "hall/checking.jinja", context, status=422 if problems else 200)


def _duty(account: EmployerAccountFacts, shown: Checking, agent: AgentFacts) -> Duties:
    """The ticks of an agent: before the switch is on, everybody may do both."""
    return Duties(True, True) if account.check_from is None and shown == account.checking else shown.duties[agent.id]


def _switch(check_from: Money | None) -> str:
    return "未启用" if check_from is None else "已启用"


def _limit(check_from: Money | None) -> str:
    if check_from is None:
        return "—"
    return f"{check_from} 元及以上" if check_from.fen else "所有办件"


def _duties(duty: Duties) -> str:
    return "、".join(word for word, has in (("经办", duty.make), ("复核", duty.check)) if has) or "无"


def _changes(account: EmployerAccountFacts, asked: CheckingRequest) -> Table:
    """What would be different, line by line."""
    before, after = account.checking, asked.wanted
    lines = [
        ("单位内部复核", _switch(before.check_from), _switch(after.check_from)),
        ("须复核的办件", _limit(before.check_from), _limit(after.check_from)),
        *((one.name, _duties(before.duties[one.id]), _duties(after.duties[one.id]))
          for one in account.agents if one.id in after.duties),
    ]  # fmt: skip
    rows = [Row({"what": what, "before": was, "after": will}) for what, was, will in lines if was != will]
    return Table("待确认的修改", _CHANGES, rows, count=len(rows), unit="项", sorted_by="设置顺序")
