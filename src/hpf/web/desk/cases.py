"""Rows that need a person (HZ-2.4.1-49): the list with its clock, rows and papers side by side, the decision."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.documents import readers as documents
from hpf.engine import listings, readers
from hpf.engine.catalogue import item_of
from hpf.engine.declare import ItemRules
from hpf.engine.execute.by_person import approve_rows, refuse_rows
from hpf.engine.execute.execute import StillBusy
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseRow
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.kernel.paging import Page
from hpf.parties import readers as parties
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.readers import current_rules
from hpf.trail.changes import record
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import CASES, DECIDERS
from hpf.web.desk.terms import clock_tag, title_of, waited
from hpf.web.hall.entry import number_sent
from hpf.web.hall.materials import answer_file, picture
from hpf.web.hall.present import case_tag, cells_of, columns_of
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Field,
    FieldKind,
    Option,
    Pager,
    Picture,
    Problem,
    Row,
    Table,
    Tone,
)

_OTHER = "99"
_COLUMNS = (
    Column("no", "业务流水号", ColumnKind.CODE),
    Column("title", "事项"),
    Column("employer", "单位名称", ColumnKind.NAME),
    Column("account_no", "单位账号", ColumnKind.CODE),
    Column("declared_at", "申报时间", ColumnKind.TIME),
    Column("waited", "已等待"),
    Column("due", "办理期限", ColumnKind.TIME),
    Column("clock", "时限", ColumnKind.TAG),
    Column("rows", "待处理笔数", ColumnKind.COUNT),
)


@staff(CASES)
def page(request: DeskRequest) -> HttpResponseBase:
    """The work list, the longest waiting first."""
    found, now = listings.cases_with_person(request.GET.get("page", 1)), request.clock.now()
    accounts = {one.id: one for one in parties.employer_accounts([case.employer_account_id for case in found.items])}
    rows = [_row(request, case, accounts[case.employer_account_id], now) for case in found.items]
    table = Table(
        "需人工处理的办件", _COLUMNS, rows, count=found.total,
        unit="件", sorted_by="申报时间由远到近", empty="没有需要人工处理的办件", id="waiting",
        pager=Pager(found.number, found.pages, found.total, found.size, "件", {}, "#waiting"),
    )  # fmt: skip
    return render(request, "desk/cases.jinja", {"crumbs": crumbs("需人工处理"), "table": table}, current="desk-cases")


def _row(request: DeskRequest, case: Case, account: EmployerAccountFacts, now: datetime) -> Row:
    due = _due(request, case)
    cells = {
        "no": Action(case.no, reverse("desk-case", args=[case.no])),
        "title": title_of(case),
        "employer": account.name,
        "account_no": account.account_no,
        "declared_at": case.declared_at,
        "waited": waited(case, now),
        "due": due,
        "clock": clock_tag(due, now.date()),
        "rows": case.referred,
    }
    tone = Tone.BAD if now.date() > due else Tone.LATE if now.date() == due else Tone.PLAIN
    return Row(cells, id=case.no, tone=tone)


def _due(request: DeskRequest, case: Case) -> date:
    """The last day for it: so many working days after the declaration."""
    book, declared = current_rules(), case.declared_at.date()
    return book.calendar.add_workdays(declared, book.at(declared).review_workdays(case.item_code))


@staff(CASES)
def case_page(request: DeskRequest, no: str) -> HttpResponseBase:
    """The rows of one case with its papers beside them, and the decision."""
    return _show(request, _case(no), ())


@staff(DECIDERS)
@require_POST
def decide(request: DeskRequest, no: str) -> HttpResponseBase:
    """Approves or refuses the ticked rows. An approved row is judged once more and may still fail."""
    case = _case(no)
    ticked = [number for text in request.POST.getlist("row") if (number := number_sent(str(text))) is not None]
    if not ticked:
        return _show(request, case, [Problem("请先勾选要处理的记录")])
    if case.declared_by_user_id == request.staff.user_id:
        return _show(request, case, [Problem("不能处理本人申报的办件，请由其他人员处理")])
    if request.POST.get("do") == "refuse":
        return _refuse(request, case, ticked)
    try:
        after = approve_rows(request.staff.actor, case.id, ticked, request.clock)
    except StillBusy:
        messages.error(request, "该单位账号正在处理其他办件，请稍后再试；本次没有任何变化")
        return HttpResponseRedirect(reverse("desk-case", args=[no]))
    good, bad = after.succeeded - case.succeeded, after.failed - case.failed
    words = f"已批准：{good} 笔办理成功" + (f"，{bad} 笔复核时未通过，原因见办件" if bad else "")
    messages.success(request, words)
    return _next(after)


def _refuse(request: DeskRequest, case: Case, ticked: list[int]) -> HttpResponseBase:
    reasons = {one.code: one.text for one in current_rules().at(request.clock.today()).desk_refusal_reasons}
    code, words = request.POST.get("reason", ""), request.POST.get("words", "").strip()
    if code not in reasons:
        return _show(request, case, [Problem("请选择不予办理的原因", "f-reason")])
    if code == _OTHER and not words:
        return _show(request, case, [Problem("请填写不予办理的具体原因", "f-words")])
    text = words if code == _OTHER else f"{reasons[code]}：{words}" if words else reasons[code]
    after = refuse_rows(request.staff.actor, case.id, ticked, text, request.clock)
    messages.success(request, f"已退回 {after.failed - case.failed} 笔，原因：{text}")
    return _next(after)


def _next(case: Case) -> HttpResponseBase:
    """Back to the case while rows of it wait, else to the list."""
    if case.referred:
        return HttpResponseRedirect(reverse("desk-case", args=[case.no]))
    return HttpResponseRedirect(reverse("desk-cases"))


@staff(CASES)
def material(request: DeskRequest, no: str) -> HttpResponseBase:
    """One paper of the case; who looked is kept."""
    case = _case(no)
    answer = answer_file(case.submit_key, request.GET.get("id"))
    record(request.staff.actor, request.clock.now(), "material.seen", "case", no, {"id": request.GET.get("id")})
    return answer


@staff(CASES)
@require_POST
def reveal(request: DeskRequest, no: str) -> HttpResponseBase:
    """The whole id number of one row; who looked is kept."""
    case, number = _case(no), number_sent(request.GET.get("row"))
    rows = [row for row in _referred(case, request.GET.get("page", 1)).items if row.row_no == number]
    if not rows:
        raise Http404
    record(request.staff.actor, request.clock.now(), "id.revealed", "case", no, {"row": number})
    return HttpResponse(rows[0].id_no, content_type="text/plain; charset=utf-8")


def _case(no: str) -> Case:
    try:
        return readers.case(no, None)
    except readers.NoSuchCase:
        raise Http404 from None


def _referred(case: Case, number: object) -> Page[CaseRow]:
    return listings.rows_of_case(case, "referred", page=number)


def _show(request: DeskRequest, case: Case, problems: "tuple[()] | list[Problem]") -> HttpResponseBase:
    account, now = parties.employer_account(case.employer_account_id), request.clock.now()
    due, today = _due(request, case), current_rules().at(now.date())
    reasons = [Option("", "请选择"), *(Option(one.code, one.text) for one in today.desk_refusal_reasons)]
    sent = request.POST
    context: dict[str, Any] = {
        "crumbs": crumbs(("需人工处理", reverse("desk-cases")), case.no),
        "case": case,
        "tag": case_tag(case),
        "problems": problems,
        "facts": _facts(case, account, due, now),
        "table": _rows_table(request, case, account),
        "papers": _papers(case),
        "may_decide": request.staff.may(DECIDERS) and case.referred > 0,
        "reason": Field("reason", "不予办理的原因", FieldKind.SELECT, sent.get("reason", ""), options=reasons),
        "words": Field("words", "补充说明", FieldKind.TEXTAREA, sent.get("words", ""), maxlength=200,
                       help="单位将在失败原因中看到；选择“其他”时必填"),
        "post": reverse("desk-decide", args=[case.no]),
    }  # fmt: skip
    return render(request, "desk/case.jinja", context, current="desk-cases", status=422 if problems else 200)


def _facts(case: Case, account: EmployerAccountFacts, due: date, now: datetime) -> list[Fact]:
    return [
        Fact("事项", title_of(case)),
        Fact("单位名称", account.name),
        Fact("单位账号", account.account_no),
        Fact("经办人", case.declared_by),
        Fact("申报时间", case.declared_at, hint=f"已等待 {waited(case, now)}"),
        Fact("办理期限", due, hint=clock_tag(due, now.date()).label),
        Fact("总笔数", case.total, hint=f"成功 {case.succeeded:,}，失败 {case.failed:,}，人工处理 {case.referred:,}"),
    ]


def _rows_table(request: DeskRequest, case: Case, account: EmployerAccountFacts) -> Table:
    found, item = _referred(case, request.GET.get("page", 1)), item_of(case.item_code)
    book, now = current_rules(), request.clock.now()
    judging = Judging(item, account, ItemRules(book, now.date(), book.calendar.business_month(now)), case.id)
    columns = columns_of(item)
    rows = []
    for row in found.items:
        reveal_url = f"{reverse('desk-case-reveal', args=[case.no])}?row={row.row_no}&page={found.number}"
        cells = cells_of(item, judging.rules, row.data, row.worked, reveal_url)
        why = "；".join(f"{one.text}（{one.hint}）" if one.hint else one.text for one in row.refused)
        selected = str(row.row_no) in request.POST.getlist("row")
        rows.append(Row({"no": row.row_no, **cells}, id=str(row.row_no), tone=Tone.LATE, note=why, selected=selected))
    return Table(
        "需人工处理的记录", columns, rows, count=found.total, unit="笔", sorted_by="序号", wide=True, id="rows",
        select="row" if request.staff.may(DECIDERS) else "", empty="没有需要人工处理的记录",
        pager=Pager(found.number, found.pages, found.total, found.size, "笔", {}, "#rows"),
    )  # fmt: skip


def _papers(case: Case) -> dict[str, list[Picture]]:
    papers: dict[str, list[Picture]] = {}
    for one in documents.materials_of(MATERIALS_OF, case.submit_key):
        address = f"{reverse('desk-material', args=[case.no])}?id={one.id}"
        papers.setdefault(one.name, []).append(picture(one, address))
    return papers
