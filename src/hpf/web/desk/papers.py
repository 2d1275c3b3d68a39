"""凭证: documents that were issued, found and looked at; revoked by two people, one who asks and one who agrees."""

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.documents import changes, listings, readers
from hpf.documents.facts import (
    Confirmed,
    DocumentKind,
    DocumentState,
    Issued,
    Revocation,
    RevocationOutcome,
    RevocationRefused,
    grouped,
)
from hpf.kernel.paging import Page
from hpf.kernel.text import clean
from hpf.parties import listings as parties
from hpf.parties.readers import employer_accounts
from hpf.trail.changes import record
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import DOCUMENTS, REVOCATION_CHECKERS, REVOKERS
from hpf.web.public import words
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Field,
    FieldKind,
    Look,
    Option,
    Pager,
    Problem,
    Row,
    Table,
    Tag,
    Tone,
)

_FOUND = (
    Column("no", "凭证号", ColumnKind.CODE),
    Column("kind", "种类"),
    Column("title", "名称"),
    Column("business", "业务流水号", ColumnKind.CODE),
    Column("employer", "单位名称", ColumnKind.NAME),
    Column("at", "出具时间", ColumnKind.TIME),
    Column("state", "状态", ColumnKind.TAG),
)
_ASKED = (
    Column("no", "凭证号", ColumnKind.CODE),
    Column("title", "名称"),
    Column("reason", "作废原因", wrap=True),
    Column("asked", "提出人"),
    Column("at", "提出时间", ColumnKind.TIME),
    Column("outcome", "结果", ColumnKind.TAG),
    Column("decided", "复核人"),
    Column("done", "复核时间", ColumnKind.TIME),
    Column("words", "复核意见", wrap=True),
)
_OUTCOMES = {
    RevocationOutcome.WAITING: Tone.WARN,
    RevocationOutcome.REVOKED: Tone.BAD,
    RevocationOutcome.REFUSED: Tone.PLAIN,
    RevocationOutcome.WITHDRAWN: Tone.PLAIN,
}


@staff(DOCUMENTS)
def page(request: DeskRequest) -> HttpResponseBase:
    """Documents by what is printed on them or by employer, and the requests to revoke, those that wait first."""
    asked = {key: clean(request.GET.get(key, "")) for key in ("q", "kind", "outcome")}
    kind = DocumentKind(asked["kind"]) if asked["kind"] in set(DocumentKind) else None
    outcome = RevocationOutcome(asked["outcome"]) if asked["outcome"] in set(RevocationOutcome) else None
    context: dict[str, Any] = {"crumbs": crumbs("凭证"), "filters": _filters(asked), "found": None, "asked": None}
    if asked["q"]:
        ids = parties.find_employer_accounts(asked["q"])
        found = listings.find_documents(asked["q"], ids, kind=kind, page=request.GET.get("page", 1))
        context["found"] = _found(found, {"q": asked["q"], "kind": asked["kind"]})
    else:
        waiting = listings.revocations(outcome, page=request.GET.get("page", 1))
        context["asked"] = _requests(waiting, {"outcome": asked["outcome"]})
        options = [Option("", "全部"), *(Option(one.value, one.label) for one in RevocationOutcome)]
        context["outcomes"] = [
            Field("outcome", "结果", FieldKind.SELECT, asked["outcome"], options=options, prefix="o")
        ]
    return render(request, "desk/papers.jinja", context, current="desk-papers")


def _filters(asked: dict[str, str]) -> list[Field]:
    kinds = [Option("", "全部"), *(Option(one.value, one.label) for one in DocumentKind)]
    return [
        Field("q", "查找凭证", FieldKind.SEARCH, asked["q"], prefix="q", span=2,
              placeholder="凭证号、验证码、业务流水号，或单位账号、名称"),
        Field("kind", "种类", FieldKind.SELECT, asked["kind"], options=kinds, prefix="q"),
    ]  # fmt: skip


def _found(found: Page[Issued], query: dict[str, str]) -> Table:
    names = {one.id: one.name for one in employer_accounts(_accounts(found.items))}
    rows = [
        Row(
            {
                "no": Action(one.no, reverse("desk-paper", args=[one.no])), "kind": one.kind.label, "title": one.title,
                "business": one.business_no, "employer": names.get(one.employer_account_id or 0, "—"),
                "at": one.issued_at, "state": words.STATES[one.state],
            },
            id=one.no,
        )
        for one in found.items
    ]  # fmt: skip
    return Table(
        "凭证", _FOUND, rows, count=found.total, unit="份", sorted_by="出具时间由近到远", wide=True, id="found",
        empty="没有找到凭证，请核对输入的内容", pager=_pager(found, query, "#found", "份"),
    )  # fmt: skip


def _accounts(items: Any) -> list[int]:
    return [one.employer_account_id for one in items if one.employer_account_id is not None]


def _requests(found: Page[tuple[Revocation, Issued]], query: dict[str, str]) -> Table:
    rows = [_request_row(one, document) for one, document in found.items]
    return Table(
        "作废申请", _ASKED, rows, count=found.total, unit="件", sorted_by="待复核在前，提出时间由近到远",
        wide=True, id="asked", empty="没有作废申请", pager=_pager(found, query, "#asked", "件"),
    )  # fmt: skip


def _request_row(one: Revocation, document: Issued) -> Row:
    cells = {
        "no": Action(one.no, reverse("desk-paper", args=[one.no])), "title": document.title, "reason": one.reason,
        "asked": one.asked_by, "at": one.asked_at, "outcome": Tag(one.outcome.label, _OUTCOMES[one.outcome]),
        "decided": one.decided_by, "done": one.decided_at, "words": one.words,
    }  # fmt: skip
    return Row(cells)


def _pager(found: Page[Any], query: dict[str, str], target: str, unit: str) -> Pager:
    kept = {key: value for key, value in query.items() if value}
    return Pager(found.number, found.pages, found.total, found.size, unit, kept, target)


@staff(DOCUMENTS)
def one(request: DeskRequest, no: str) -> HttpResponseBase:
    """One document: what is on it, whether it counts, who wanted it revoked."""
    return _show(request, _document(no), [])


@staff(DOCUMENTS)
def pdf(request: DeskRequest, no: str) -> HttpResponseBase:
    """The PDF as it was issued, with full names; who looked is kept."""
    issued = _document(no).issued
    record(request.staff.actor, request.clock.now(), "document.seen", "document", issued.no)
    content = io.BytesIO(readers.pdf_of(issued))
    return FileResponse(content, filename=f"{issued.title}_{issued.no}.pdf", content_type="application/pdf")


@staff(REVOKERS)
@require_POST
def ask(request: DeskRequest, no: str) -> HttpResponseBase:
    """“提出作废”, and with `do=withdraw` taking it back."""
    document, who, now = _document(no), request.staff.actor, request.clock.now()
    try:
        if request.POST.get("do") == "withdraw":
            changes.withdraw_revocation(who, now, no)
            messages.success(request, f"已撤回对凭证 {no} 的作废申请")
        else:
            changes.ask_revocation(who, now, no, request.POST.get("reason", ""))
            messages.success(request, f"已提出作废凭证 {no}，由另一名工作人员复核后生效")
    except RevocationRefused as refused:
        return _show(request, document, [Problem(str(refused), "f-reason")])
    return HttpResponseRedirect(reverse("desk-paper", args=[no]))


@staff(REVOCATION_CHECKERS)
@require_POST
def decide(request: DeskRequest, no: str) -> HttpResponseBase:
    """“复核”: the document counts no more, or `do=refuse` goes on counting."""
    document, who, now = _document(no), request.staff.actor, request.clock.now()
    try:
        if request.POST.get("do") == "refuse":
            changes.refuse_to_revoke(who, now, no, request.POST.get("words", ""))
            messages.success(request, f"凭证 {no} 不予作废，继续有效")
        else:
            changes.agree_to_revoke(who, now, no)
            messages.success(request, f"凭证 {no} 已作废，核验时显示作废原因")
    except RevocationRefused as refused:
        return _show(request, document, [Problem(str(refused), "f-words")])
    return HttpResponseRedirect(reverse("desk-paper", args=[no]))


def _document(no: str) -> Confirmed:
    found = readers.confirmed_by_no(no)
    if found is None:
        raise Http404
    return found


def _show(request: DeskRequest, document: Confirmed, problems: list[Problem]) -> HttpResponseBase:
    issued, asked = document.issued, readers.revocations_of(document.issued.no)
    waiting = next((one for one in asked if one.outcome is RevocationOutcome.WAITING), None)
    mine = waiting is not None and waiting.asked_by_id == request.staff.user_id
    counts, may_check = issued.state is not DocumentState.REVOKED, request.staff.may(REVOCATION_CHECKERS)
    requests = Table("作废申请", _ASKED[2:], [_request_row(one, issued) for one in asked], count=len(asked), unit="件",
                     sorted_by="提出时间由近到远")  # fmt: skip
    context: dict[str, Any] = {
        "crumbs": crumbs(("凭证", reverse("desk-papers")), issued.no),
        "document": document,
        "problems": problems,
        "facts": _facts(document),
        "parts": words.parts_of(document),
        "pdf": Action("打开 PDF", reverse("desk-paper-pdf", args=[issued.no]), "file", Look.PRIMARY),
        "requests": requests if asked else None,
        "waiting": waiting,
        "may_ask": counts and waiting is None and request.staff.may(REVOKERS),
        "may_withdraw": mine,
        "may_decide": waiting is not None and not mine and may_check,
        "reason": Field(
            "reason", "作废原因", value=request.POST.get("reason", ""), required=True, maxlength=200, span=4,
            help="核验这份凭证的人都会看到，请不要写个人信息",
        ),
        "words": Field(
            "words", "不予作废的原因", value=request.POST.get("words", ""), maxlength=200, span=4, help="不予作废时填写"
        ),
    }  # fmt: skip
    return render(request, "desk/paper.jinja", context, current="desk-papers", status=422 if problems else 200)


def _facts(document: Confirmed) -> list[Fact]:
    issued = document.issued
    account = next(iter(employer_accounts(_accounts([issued]))), None)
    found = [
        *words.facts_of(document),
        Fact("种类", issued.kind.label),
        Fact("验证码", grouped(issued.code)),
        Fact("单位名称", account.name if account else "—"),
        Fact("单位账号", account.account_no if account else "—"),
    ]
    if issued.superseded_by:
        found.append(
            Fact("替换它的凭证", Action(issued.superseded_by, reverse("desk-paper", args=[issued.superseded_by])))
        )
    if issued.revoked_at is not None:
        found += [Fact("作废时间", issued.revoked_at), Fact("作废原因", issued.revoked_reason, wide=True)]
    return found
