"""The reviewers' work list (HH-3.4, HH-0-01): what waits, since when and until when, and whose it is."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.access import readers as access
from hpf.access.actor import Role
from hpf.engine import review, worklists
from hpf.engine.catalogue import catalogue
from hpf.engine.facts import Case, CaseState
from hpf.engine.review import ReviewRefused
from hpf.engine.worklists import Whose
from hpf.kernel.text import clean
from hpf.parties import readers as parties
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.parameters import DayRules
from hpf.policy.readers import current_rules
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import CASES, REVIEWERS
from hpf.web.desk.review_page import case_under_review, refusal, show
from hpf.web.desk.terms import clock_tag, title_of, waited
from hpf.web.hall.entry import number_sent
from hpf.web.hall.present import case_tag
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Figure, Option, Pager, Row, Table, Tone

_COLUMNS = (
    Column("no", "业务流水号", ColumnKind.CODE),
    Column("title", "事项"),
    Column("employer", "单位名称", ColumnKind.NAME),
    Column("branch", "管理部"),
    Column("total", "笔数", ColumnKind.COUNT),
    Column("declared_at", "申报时间", ColumnKind.TIME),
    Column("waited", "已等待"),
    Column("due", "审核期限", ColumnKind.TIME),
    Column("clock", "时限", ColumnKind.TAG),
    Column("taken", "审核人员"),
    Column("state", "状态", ColumnKind.TAG),
)


@staff(CASES)
def page(request: DeskRequest) -> HttpResponseBase:
    """The list under conditions, those due first on top."""
    asked = {key: clean(request.GET.get(key, "")) for key in ("q", "item", "branch", "state", "whose")}
    state = CaseState(asked["state"]) if asked["state"] in set(worklists.STATES) else CaseState.AWAITING_REVIEW
    found = worklists.reviews(
        state,
        item_code=asked["item"],
        branch_code=asked["branch"],
        whose=Whose(asked["whose"]) if asked["whose"] in set(Whose) else Whose.EVERYBODYS,
        user_id=request.staff.user_id,
        text=asked["q"],
        page=request.GET.get("page", 1),
    )
    accounts = {one.id: one for one in parties.employer_accounts([case.employer_account_id for case in found.items])}
    today = current_rules().at(request.clock.today())
    branches = {one.code: one.name for one in today.branches}
    rows = [_row(request, case, accounts[case.employer_account_id], branches) for case in found.items]
    waiting = state is CaseState.AWAITING_REVIEW
    table = Table(
        "审核办件", _COLUMNS, rows, count=found.total, unit="件", wide=True, id="reviews",
        sorted_by="审核期限由近到远" if waiting else "申报时间由近到远",
        empty="没有待审核的办件" if waiting else "没有符合条件的办件",
        pager=Pager(found.number, found.pages, found.total, found.size, "件",
                    {key: value for key, value in asked.items() if value}, "#reviews"),
    )  # fmt: skip
    context = {"crumbs": crumbs("审核"), "table": table, "filters": _filters(asked, state, today)}
    return render(request, "desk/reviews.jinja", {**context, "figures": _figures(request)}, current="desk-reviews")


def _figures(request: DeskRequest) -> list[Figure]:
    counts = worklists.review_counts(request.staff.user_id, request.clock.today())
    return [
        Figure("待审核", counts.waiting, "件", key=True),
        Figure("已超期", counts.overdue, "件", Tone.BAD if counts.overdue else Tone.GOOD),
        Figure("无人领取", counts.free, "件", Tone.WARN if counts.free else Tone.PLAIN),
        Figure("我领取的", counts.mine, "件"),
    ]


def _filters(asked: dict[str, str], state: CaseState, today: DayRules) -> list[Field]:
    everything, under_review = Option("", "全部"), today.items_under_review
    items = [Option(o.service.code, o.service.title) for o in catalogue().offers if o.service.code in under_review]
    return [
        Field("q", "业务流水号", FieldKind.SEARCH, asked["q"], prefix="q"),
        Field("item", "事项", FieldKind.SELECT, asked["item"], options=[everything, *items], prefix="q"),
        Field("branch", "管理部", FieldKind.SELECT, asked["branch"], prefix="q",
              options=[everything, *(Option(one.code, one.name) for one in today.branches)]),
        Field("state", "状态", FieldKind.SELECT, state.value, prefix="q",
              options=[Option(one.value, one.label) for one in worklists.STATES]),
        Field("whose", "领取情况", FieldKind.SELECT, asked["whose"], prefix="q",
              options=[Option(one.value, one.label) for one in Whose]),
    ]  # fmt: skip


def _row(request: DeskRequest, case: Case, account: EmployerAccountFacts, branches: dict[str, str]) -> Row:
    now, waits, due = request.clock.now(), case.state is CaseState.AWAITING_REVIEW, case.due_on or date.max
    address = reverse("desk-review", args=[case.no])
    actions = [Action("审核" if case.taken_by_user_id == request.staff.user_id and waits else "查看", address)]
    if waits and case.taken_by_user_id is None and request.staff.may(REVIEWERS):
        actions = [Action("领取", post=reverse("desk-review-take", args=[case.no]))]
    cells = {
        "no": Action(case.no, address),
        "title": title_of(case),
        "employer": account.name,
        "branch": branches.get(case.branch_code, case.branch_code),
        "total": case.total,
        "declared_at": case.declared_at,
        "waited": waited(case, now) if waits else "",
        "due": case.due_on,
        "clock": clock_tag(due, now.date()) if waits else "",
        "taken": case.taken_by or "—",
        "state": case_tag(case),
    }
    late = Tone.BAD if now.date() > due else Tone.LATE if now.date() == due else Tone.PLAIN
    return Row(cells, id=case.no, tone=late if waits else Tone.PLAIN, actions=actions)


@staff(REVIEWERS)
@require_POST
def take(request: DeskRequest, no: str) -> HttpResponseBase:
    """“领取” a free case, or with `do=over` “接手” a colleague's."""
    case, now = case_under_review(no), request.clock.now()
    verb = review.take_over if request.POST.get("do") == "over" else review.take
    try:
        verb(request.staff.actor, now, case.id)
    except ReviewRefused as refused:
        return refusal(request, no, refused)
    return HttpResponseRedirect(reverse("desk-review", args=[no]))


@staff(REVIEWERS)
@require_POST
def hand_over(request: DeskRequest, no: str) -> HttpResponseBase:
    """“移交” to a colleague who may review, or back to the list."""
    case, to = case_under_review(no), number_sent(request.POST.get("to"))
    colleagues = dict(access.colleagues(request.centre.code, Role.REVIEWER))
    if to is not None and to not in colleagues:
        return show(request, case, [("请选择移交的人员", "f-to")], status=422)
    try:
        review.hand_over(request.staff.actor, request.clock.now(), case.id, to, colleagues.get(to or 0, ""))
    except ReviewRefused as refused:
        return refusal(request, no, refused)
    messages.success(request, f"{no}已移交{colleagues[to]}" if to is not None else f"{no}已退回待办")
    return HttpResponseRedirect(reverse("desk-reviews"))
