"""The employer's own check of a case in the hall: what its page shows while it waits, and the verbs of its buttons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.engine import checking, duties, listings, readers
from hpf.engine.catalogue import NotOffered, Offer, catalogue
from hpf.engine.checking import REASON_CHARACTERS, CheckRefused
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Verdict
from hpf.engine.facts import Case, CaseRow, CaseState
from hpf.engine.intake import correcting, drafts
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.submit import amount_of
from hpf.engine.readers import NoSuchCase
from hpf.kernel.paging import Page
from hpf.web.hall.entry import HallRequest, Visitor, desk_of, say, step
from hpf.web.hall.present import pager, problems_of, totalled, why, yuan
from hpf.web.hall.sitting import refusing
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Field,
    FieldKind,
    Look,
    Notice,
    Problem,
    Row,
    Table,
    Tone,
)

_TO_CHECK = (
    Column("no", "业务流水号", ColumnKind.CODE, pin=True),
    Column("title", "事项"),
    Column("at", "提交时间", ColumnKind.TIME, sorted="ascending"),
    Column("by", "经办人"),
    Column("total", "总笔数", ColumnKind.COUNT),
    Column("amount", "金额合计（元）", ColumnKind.MONEY),
)
MOST = 5_000
"""So many rows are judged for the page of a case; of a longer one those that are shown."""
_TOLD = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits, as the visitor sees it: what they may do, who may check, what the rows are worth at present.

    `whole`: all rows were judged, not only those of the page.
    """

    may_check: bool
    may_withdraw: bool
    names: str
    verdicts: Mapping[int, Verdict]
    whole: bool

    @property
    def bad(self) -> list[Verdict]:
        """The rows that would be refused now."""
        return [verdict for verdict in self.verdicts.values() if verdict.refused]


def waiting(request: HallRequest, case: Case, judging: Judging, shown: Iterable[CaseRow]) -> Waiting | None:
    """What the page shows of a case that waits for the employer's own check; None for any other."""
    if case.state is not CaseState.AWAITING_CHECK:
        return None
    visitor, account = request.visitor, judging.applicant
    able = duties.checkers(account, case.declared_by_user_id)
    whole = "page" not in request.GET and case.total <= MOST
    rows = listings.every_row_of_case(case) if whole else shown
    return Waiting(
        may_check=visitor.agent in able,
        may_withdraw=checking.is_maker(visitor.user_id, case, account),
        names="、".join(one.name for one in able),
        verdicts=checking.present_verdicts(visitor.actor, request.clock.now(), case, account, list(rows)),
        whole=whole,
    )


def notices(case: Case, judging: Judging, seen: Waiting) -> list[Notice]:
    """What stands above a case that waits: whose turn it is, and what has changed since it was handed in."""
    found = [Notice(_turn(seen, case), Tone.WARN if seen.may_check else Tone.INFO, "待单位复核")]
    worked: list[Mapping[str, str]] = [v.stored_worked() for v in seen.verdicts.values()]
    if seen.whole and totalled(judging.item) and not seen.bad:
        present = amount_of(judging.item, worked)
        if present != case.amount_fen:
            text = f"按当前规定重新计算，金额合计为 {yuan(present)} 元（提交时为 {yuan(case.amount_fen)} 元）"
            found.append(Notice(text, Tone.WARN))
    if not seen.whole and seen.may_check and case.total > MOST:
        found.append(Notice(f"本办件超过 {MOST:,} 笔，当前校验结果随清册逐页显示"))
    return found


def _turn(seen: Waiting, case: Case) -> str:
    if not seen.names:
        return "本单位目前没有人员可以复核本办件，请在“单位内部复核”中设置复核人员"
    if seen.may_check:
        return f"本办件由{case.declared_by}提交，请核对清册和材料。复核通过后即向中心申报，不能撤回"
    return f"须由{seen.names}复核通过后才向中心申报；受理时间和业务年月以复核通过的时间为准"


def problems(seen: Waiting, told: str = "") -> list[Problem]:
    """What was wrong with the form, then the rows that would be refused now, the first of them in full."""
    found = [Problem(told, "f-reason")] if told else []
    for verdict in seen.bad[:_TOLD]:
        found += problems_of(
            verdict.refused, row=f"第 {verdict.line.no} 行 {verdict.line.data.get('name', '')}".strip()
        )
    if len(seen.bad) > _TOLD:
        found.append(Problem(f"另有 {len(seen.bad) - _TOLD} 条记录目前不能办理，已在清册中标出"))
    return found


def part(request: HallRequest, case: Case, seen: Waiting | None, typed: str = "", told: str = "") -> dict[str, Any]:
    """The card with the two decisions for a checker, and the maker's button; empty for anybody else."""
    if seen is None:
        return {}
    field = Field(
        "reason", "退回原因", FieldKind.TEXTAREA, typed, required=True, error=told, maxlength=REASON_CHARACTERS, span=4,
        help="经办人将看到此原因，可修改后重新提交",
    )  # fmt: skip
    address = [case.no]
    return {
        "may_check": seen.may_check,
        "reason": field,
        "pass_to": reverse("case-check", args=address),
        "back_to": reverse("case-send-back", args=address),
        "pass": Action("复核通过", icon="check", look=Look.PRIMARY),
        "back": Action("退回经办人", icon="x", look=Look.DANGER),
        "problems_title": "没有处理"
        if told
        else f"有 {len(seen.bad)} 条记录目前不能办理，复核通过后这些记录将办理失败",
    }


def row_as_judged(seen: Waiting | None, row: CaseRow) -> tuple[Mapping[str, Any], str]:
    """What the system works out for a row, and what speaks against it: as of now while the case waits."""
    verdict = seen.verdicts.get(row.row_no) if seen else None
    if verdict is None:
        return row.worked, ""
    return verdict.stored_worked() or row.worked, why(verdict.refused)


def may_not_make(visitor: Visitor) -> str:
    """Why this agent cannot hand anything in; empty for one who can."""
    able = visitor.agent is None or visitor.applicant.may_make(visitor.agent)
    return "" if able else "您在本单位没有经办权限，请由有经办权限的人员提交"


def needs_check(desk: Desk, amount_fen: int) -> bool:
    """Whether what is about to be handed in will wait for another agent."""
    return desk.judging.applicant.needs_check(duties.amount_asked(desk.judging.item, amount_fen))


def before_submitting(request: HallRequest, desk: Desk, amount_fen: int) -> list[Notice]:
    """What the maker is told on 信息确认."""
    if may_not_make(request.visitor):
        return [Notice(may_not_make(request.visitor), Tone.WARN)]
    if not needs_check(desk, amount_fen):
        return []
    names = "、".join(one.name for one in duties.checkers(desk.judging.applicant, request.visitor.user_id))
    return [Notice(f"本办件须单位内部复核：提交后由{names or '复核人员'}复核通过，才向中心申报", Tone.WARN)]


# 待我复核


def is_checker(visitor: Visitor) -> bool:
    """Whether this agent has been named to check for the employer they work for."""
    return visitor.applicant.check_from is not None and visitor.agent is not None and visitor.agent.may_check


def to_check(visitor: Visitor, page: object = 1) -> Page[Case]:
    """The cases that wait for this agent's check; what still waits after the switch went off, too."""
    account = visitor.applicant
    if visitor.agent is None or not account.may_check(visitor.agent) or len(account.agents) < 2:
        return Page([], 0, 1, totals={"amount_fen": 0})
    return listings.cases_to_check(account.employer_id, visitor.user_id, page)


def table(found: Page[Case]) -> Table:
    """待我复核, the longest waiting first."""
    rows = [
        Row(
            {"no": Action(case.no, reverse("case", args=[case.no])), "title": title_of(case.item_code),
             "at": case.declared_at, "by": case.declared_by, "total": case.total, "amount": yuan(case.amount_fen)},
            actions=(Action("去复核", reverse("case", args=[case.no])),),
        )
        for case in found.items
    ]  # fmt: skip
    return Table(
        "待我复核", _TO_CHECK, rows, total={"amount": yuan(found.totals["amount_fen"])}, count=found.total, unit="笔",
        sorted_by="提交时间由早到晚", wide=True, id="to-check", empty="没有待您复核的办件",
        pager=pager(found, {"to_check": "1"}, "#to-check", "笔"),
    )  # fmt: skip


def first_of(found: Page[Case], most: int) -> Table:
    """The first of them, for the workbench; the count is that of all."""
    return replace(table(replace(found, items=found.items[:most])), pager=None)


def title_of(code: str) -> str:
    """The title of an item, also of one that is offered no more."""
    try:
        return catalogue().offer(code).service.title
    except NotOffered:
        return code


# verbs


def check(request: HallRequest, case: Case) -> HttpResponseBase:
    """“复核通过”."""
    return _done(request, case, lambda: checking.pass_check(request.visitor.actor, request.clock.now(), case.no),
                 f"办件 {case.no} 复核通过，已向中心申报")  # fmt: skip


def withdraw(request: HallRequest, case: Case) -> HttpResponseBase:
    """“撤回” by the maker."""
    return _done(request, case, lambda: checking.withdraw(request.visitor.actor, request.clock.now(), case.no),
                 f"办件 {case.no} 已撤回，可修改后重新提交")  # fmt: skip


def send_back(request: HallRequest, case: Case, reason: str) -> HttpResponseBase | str:
    """“退回经办人”; what is wrong with the reason, so that the page can keep what was typed."""
    try:
        checking.send_back(request.visitor.actor, request.clock.now(), case.no, reason)
    except CheckRefused as refusal:
        if refusal.refused.field == "reason":
            return refusal.refused.text
        _say_refused(request, refusal)
    else:
        say(request, f"办件 {case.no} 已退回{case.declared_by}")
    return HttpResponseRedirect(reverse("case", args=[case.no]))


def _done(request: HallRequest, case: Case, verb: Any, told: str) -> HttpResponseBase:
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    try:
        verb()
        say(request, told)
    except CheckRefused as refusal:
        _say_refused(request, refusal)
    return HttpResponseRedirect(reverse("case", args=[case.no]))


def _say_refused(request: HallRequest, refusal: CheckRefused) -> None:
    say(request, f"{refusal.refused.text}。{refusal.refused.hint}", bad=True)


@refusing
def again(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“修改后重新提交” of an item that is not a roster: what a returned case held stands in the form again."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    desk = desk_of(request, offer.service)
    case = own_case(request, offer, desk)
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, "")
    refused = [r for v in correcting.choose_again(desk, draft.id, draft.visit, case) for r in v.refused]
    if refused:
        say(request, f"原办件的记录不能带入：{why(refused)}", bad=True)
    return HttpResponseRedirect(step(offer, visit=draft.visit))


def own_case(request: HallRequest, offer: Offer, desk: Desk) -> Case:
    """The case that an address names, of this item and employer account; 404 for any other."""
    try:
        case = readers.case(request.GET.get("case", ""), desk.judging.applicant.employer_id)
    except NoSuchCase:
        raise Http404 from None
    if case.item_code != offer.service.code or case.employer_account_id != desk.judging.applicant.id:
        raise Http404
    return case
