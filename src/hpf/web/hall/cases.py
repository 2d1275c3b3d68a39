"""我的办件: the employer's cases, and the page of one with all its rows, its failed rows and its vouchers."""

import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import SuspiciousOperation
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.access.actor import Channel
from hpf.documents import readers as document_readers
from hpf.documents.fonts import MissingGlyphs
from hpf.engine import listings, readers, review
from hpf.engine.catalogue import NotOffered, catalogue
from hpf.engine.declare import Item
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseState
from hpf.engine.intake import correcting
from hpf.engine.readers import NoSuchCase
from hpf.engine.vouchers import NoVoucher, can_print, issue_business_voucher
from hpf.kernel.clock import day_written
from hpf.kernel.paging import Page
from hpf.kernel.text import clean, words_of
from hpf.parties import readers as parties
from hpf.trail.changes import record
from hpf.web.frame import MenuItem
from hpf.web.hall import case_page as pages
from hpf.web.hall import own_check
from hpf.web.hall.entry import HallRequest, at_work, desk_of, number_sent, say
from hpf.web.hall.materials import answer_file
from hpf.web.hall.present import case_tag, crumbs, is_late, pager, render, yuan
from hpf.web.hall.roster import XLSX
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Option, Row, Table, Tone

_COLUMNS = (
    Column("no", "业务流水号", ColumnKind.CODE, pin=True),
    Column("title", "事项"),
    Column("at", "申报时间", ColumnKind.TIME, sorted="descending"),
    Column("state", "状态", ColumnKind.TAG),
    Column("total", "总笔数", ColumnKind.COUNT),
    Column("succeeded", "成功笔数", ColumnKind.COUNT),
    Column("failed", "失败笔数", ColumnKind.COUNT),
    Column("pending", "待确认笔数", ColumnKind.COUNT),
    Column("amount", "金额合计（元）", ColumnKind.MONEY),
    Column("declared", "申报业务年月", ColumnKind.MONTH),
    Column("processed", "处理成功业务年月", ColumnKind.MONTH),
    Column("channel", "办理渠道"),
    Column("agent", "经办人"),
    Column("done", "处理完成时间", ColumnKind.TIME),
)


@at_work
def page(request: HallRequest) -> HttpResponseBase:
    """The employer's cases, the newest first, under conditions."""
    asked = {key: clean(request.GET.get(key, "")) for key in ("state", "item", "since", "until", "q")}
    state = CaseState(asked["state"]) if asked["state"] in set(CaseState) else None
    visitor, number = request.visitor, request.GET.get("page", 1)
    to_check = own_check.to_check(visitor, number)
    tabs = _tabs(request, to_check)
    if "to_check" in request.GET:
        return render(request, "hall/cases.jinja", _context(own_check.table(to_check), tabs))
    found = listings.cases_of_employer(
        visitor.applicant.employer_id,
        state=state,
        item_code=asked["item"],
        since=day_written(asked["since"]),
        until=day_written(asked["until"]),
        text=asked["q"],
        page=number,
    )
    table = Table(
        "我的办件", _COLUMNS, [_row(case) for case in found.items], count=found.total, unit="笔",
        sorted_by="申报时间由近到远",
        wide=True, id="cases", empty="没有符合条件的办件", empty_action=Action("去办理", reverse("services"), "plus"),
        pager=pager(found, asked, "#cases", "笔"),
    )  # fmt: skip
    return render(request, "hall/cases.jinja", {**_context(table, tabs), "filters": _filters(asked)})


def _context(table: Table, tabs: Sequence[MenuItem]) -> dict[str, Any]:
    return {"current": "cases", "crumbs": crumbs("我的办件"), "table": table, "tabs": tabs, "filters": ()}


def _tabs(request: HallRequest, to_check: Page[Case]) -> list[MenuItem]:
    """我的办件 and 待我复核, where there is something to check or somebody who does."""
    chosen = "to_check" in request.GET
    if not (chosen or to_check.total or own_check.is_checker(request.visitor)):
        return []
    return [
        MenuItem("全部办件", reverse("cases"), current=not chosen),
        MenuItem("待我复核", f"{reverse('cases')}?to_check=1", current=chosen, count=to_check.total),
    ]


def _filters(asked: dict[str, str]) -> list[Field]:
    everything = Option("", "全部")
    items = [Option(o.service.code, o.service.title) for o in catalogue().offers if isinstance(o.service, Item)]
    states = [Option(state.value, state.label) for state in CaseState]
    return [
        Field("q", "业务流水号", FieldKind.SEARCH, asked["q"], prefix="q"),
        Field("item", "事项", FieldKind.SELECT, asked["item"], options=[everything, *items], prefix="q"),
        Field("state", "状态", FieldKind.SELECT, asked["state"], options=[everything, *states], prefix="q"),
        Field("since", "申报日期起", FieldKind.DATE, asked["since"], prefix="q"),
        Field("until", "申报日期止", FieldKind.DATE, asked["until"], prefix="q"),
    ]


def _row(case: Case) -> Row:
    address = reverse("case", args=[case.no])
    actions = [Action("查看", address)]
    if case.state is CaseState.AWAITING_PAYMENT:
        actions.append(Action("支付", f"{address}#pay"))
    cells = {
        "no": Action(case.no, address),
        "title": own_check.title_of(case.item_code),
        "at": case.declared_at,
        "state": case_tag(case),
        "total": case.total,
        "succeeded": case.succeeded,
        "failed": case.failed,
        "pending": case.pending,
        "amount": yuan(case.amount_fen),
        "declared": case.declared_month,
        "processed": case.processed_month,
        "channel": Channel(case.channel).label,
        "agent": case.declared_by,
        "done": case.processed_at if case.state.is_final else None,
    }
    return Row(cells, tone=Tone.LATE if is_late(case) else Tone.PLAIN, actions=actions)


def case_of(request: HallRequest, no: str) -> Case:
    """A case of the employer that is worked for; 404 for any other."""
    try:
        return readers.case(no, request.visitor.applicant.employer_id)
    except NoSuchCase:
        raise Http404 from None


def judging_of(request: HallRequest, case: Case) -> Judging:
    """The item, employer account and rules of a case, as its page shows them."""
    try:
        service = catalogue().offer(case.item_code).service
    except NotOffered:
        raise Http404 from None
    if not isinstance(service, Item):
        raise Http404
    desk = desk_of(request, service)
    return Judging(service, parties.employer_account(case.employer_account_id), desk.judging.rules, case.id)


@at_work
def case_page(request: HallRequest, no: str) -> HttpResponseBase:
    """One case. While it is processed the page asks for itself every second; it can be left at any time."""
    owner = readers.employer_of_case(no, {account.employer_id for account in request.visitor.accounts})
    if owner not in (None, request.visitor.applicant.employer_id):
        return _elsewhere(request, no, owner)
    case = case_of(request, no)
    context = pages.context(request, case, judging_of(request, case))
    return render(request, "hall/case.jinja", context)


def _elsewhere(request: HallRequest, no: str, owner: int | None) -> HttpResponseBase:
    """A case of another of the visitor's employers: not here, but one step away."""
    account = next(one for one in request.visitor.accounts if one.employer_id == owner)
    there = {"next": reverse("case", args=[no])}
    context = {
        "current": "cases",
        "crumbs": crumbs(("我的办件", reverse("cases")), no),
        "account": account,
        "go": f"{reverse('employer', args=[account.account_no])}?{urlencode(there)}",
    }
    return render(request, "hall/elsewhere.jinja", context, status=404)


@at_work
def cancel(request: HallRequest, no: str) -> HttpResponseBase:
    """“取消”: ends the employer's application while it waits for review (HH-3.4-15, -16)."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    case = case_of(request, no)
    try:
        review.cancel_case(request.visitor.actor, request.clock.now(), case.no)
        say(request, f"已取消办件 {case.no}")
    except review.ReviewRefused as refusal:
        say(request, f"{refusal.refused.text}，{refusal.refused.hint}", bad=True)
    return HttpResponseRedirect(reverse("case", args=[case.no]))


@at_work
def check(request: HallRequest, no: str) -> HttpResponseBase:
    """“复核通过” by a second agent of the employer."""
    return own_check.check(request, case_of(request, no))


@at_work
def withdraw(request: HallRequest, no: str) -> HttpResponseBase:
    """“撤回” by the maker, before anybody has checked it."""
    return own_check.withdraw(request, case_of(request, no))


@at_work
def send_back(request: HallRequest, no: str) -> HttpResponseBase:
    """“退回经办人”; GET, or a reason that cannot be taken, is the case's page with what was typed."""
    case, typed = case_of(request, no), words_of(request.POST.get("reason", ""))
    answer = own_check.send_back(request, case, typed) if request.method == "POST" else ""
    if not isinstance(answer, str):
        return answer
    context = pages.context(request, case, judging_of(request, case), typed, answer)
    return render(request, "hall/case.jinja", context, status=422 if answer else 200)


@at_work
def failed(request: HallRequest, no: str) -> HttpResponseBase:
    """“失败记录导出”: the failed rows in the item's template, wrong cells marked."""
    case, out = case_of(request, no), io.BytesIO()
    correcting.write_failed(judging_of(request, case), case, out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"失败记录_{case.no}.xlsx", content_type=XLSX)


@at_work
def reveal(request: HallRequest, no: str) -> HttpResponseBase:
    """The whole id number of one row; who looked is kept."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    case, number = case_of(request, no), number_sent(request.GET.get("row"))
    row = correcting.case_row(case, number) if number is not None else None
    if row is None:
        raise Http404
    record(request.visitor.actor, request.clock.now(), "id.revealed", "case", case.no, {"row": row.row_no})
    return HttpResponse(row.data.get("id_no", ""), content_type="text/plain; charset=utf-8")


@at_work
def material(request: HallRequest, no: str) -> HttpResponseBase:
    """One of the materials that were handed in with the case."""
    return answer_file(case_of(request, no).submit_key, request.GET.get("id"))


@at_work
def voucher(request: HallRequest, no: str) -> HttpResponseBase:
    """业务凭证 of what succeeded: to print (in the browser) or to download. Several portions: one is chosen first."""
    case = case_of(request, no)
    if not can_print(case):
        raise Http404
    portions = listings.portions_of_case(case)
    asked = number_sent(request.GET.get("portion")) or (portions[0][0] if len(portions) == 1 else None)
    if asked is None:
        return render(request, "hall/portions.jinja", _portions(request, case, portions))
    judging = judging_of(request, case)
    try:
        issued = issue_business_voucher(request.visitor.actor, request.clock.now(), judging, case, asked)
    except NoVoucher:
        raise Http404 from None
    except MissingGlyphs as problem:
        say(request, str(problem), bad=True)
        return HttpResponseRedirect(reverse("case", args=[case.no]))
    content = document_readers.pdf_of(issued)
    save = request.GET.get("as") == "download"
    return FileResponse(
        io.BytesIO(content),
        as_attachment=save,
        filename=f"{issued.title}_{case.no}.pdf",
        content_type="application/pdf",
    )


def _portions(request: HallRequest, case: Case, portions: list[Any]) -> dict[str, Any]:
    texts = judging_of(request, case).rules.today.texts
    options = [
        Option(str(number), f"第 {number} 批", f"{at:%Y-%m-%d %H:%M} 处理完成，成功 {rows} 笔")
        for number, at, rows in portions
    ]
    return {
        "current": "cases",
        "crumbs": crumbs(("我的办件", reverse("cases")), (case.no, reverse("case", args=[case.no])), "选择批次"),
        "text": texts.portions.format(count=len(portions)),
        "field": Field("portion", "批次", FieldKind.CARDS, options[0].value, required=True, options=options, span=4),
        "address": reverse("case-voucher", args=[case.no]),
        "back": reverse("case", args=[case.no]),
        "save": request.GET.get("as", "print"),
    }
