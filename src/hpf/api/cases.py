"""Cases: materials, submission under a key, state, results as rows, documents."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import IO, Annotated, Any, Literal, cast

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import File, Form, Header, Query, Router, Status, UploadedFile
from ninja.params.functions import Path

from hpf.access.tokens import Scope
from hpf.api import models, shapes, show
from hpf.api.body import read
from hpf.api.catalogue import Account, Page, check_count
from hpf.api.door import ApiRequest, Caller, Token
from hpf.api.problems import Problem, error_of
from hpf.documents import changes as documents
from hpf.documents import readers as document_readers
from hpf.documents.fonts import MissingGlyphs
from hpf.dues import readers as dues
from hpf.engine import listings, readers
from hpf.engine.catalogue import catalogue, item_of
from hpf.engine.declare import Accept
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseState
from hpf.engine.intake.direct import RowsRefused, Sent, submit_rows
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.materials import MATERIALS_OF, limits_of
from hpf.engine.vouchers import NoVoucher, issue_business_voucher
from hpf.trail.changes import record as keep

router = Router(tags=["办件"])
KEY = r"^[\x21-\x7e]{8,64}$"
Behind = Literal["total", "succeeded", "failed", "pending", "referred"]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 12, 31))]


@router.post("items/{code}/submissions/{key}/materials", response={201: shapes.UploadedOut}, operation_id="material",
             auth=Token(Scope.CASES_WRITE, "file"), openapi_extra={"x-for": ["item"]})  # fmt: skip
def upload(
    request: HttpRequest,
    code: str,
    key: Annotated[str, Path(pattern=KEY, description="随后提交时的 Idempotency-Key")],
    name: Annotated[str, Form(max_length=120, description="材料名称，见事项的 materials")],
    file: Annotated[UploadedFile, File(description="jpg、png 或 pdf")],
) -> Status[shapes.UploadedOut]:
    """上传材料

    在提交之前，以提交时将使用的幂等键上传材料；同一文件重复上传只保留一份。
    """
    caller = cast(ApiRequest, request).auth
    today = caller.rules.today
    material = next((one for one in today.materials(item_of(code).code) if one.name == name), None)
    if material is None:
        raise Problem("invalid", f"该事项没有名为“{name}”的材料")
    limits = limits_of(today, material, today.rows_per_workbook)
    submission = caller.submission(key)
    if models.Submission.objects.filter(key=submission).exists():
        raise Problem("key_used", "该幂等键的办件已提交，不能再上传材料")
    taken = documents.take_material(
        caller.actor, caller.now, MATERIALS_OF, submission, name, file.name or "", cast(IO[bytes], file), limits
    )
    return Status(
        201,
        shapes.UploadedOut(
            id=taken.id,
            name=taken.name,
            file_name=taken.file_name,
            media_type=taken.media_type,
            size=taken.size,
            sha256=taken.sha256,
        ),
    )


@router.post("items/{code}/cases", response={201: shapes.SubmittedOut, 200: shapes.SubmittedOut}, operation_id="submit",
             auth=Token(Scope.CASES_WRITE, "rows"), openapi_extra={"x-for": ["item"], "x-body": "CaseIn"})  # fmt: skip
def submit(
    request: HttpRequest,
    code: str,
    idempotency_key: Annotated[
        str, Header(alias="Idempotency-Key", pattern=KEY, description="8 至 64 个可见字符，每次提交各不相同")
    ],
    account: Account = "",
) -> Status[shapes.SubmittedOut]:
    """提交办件

    同一幂等键、同样内容再次发送，返回同一办件，不重复受理；同一键、不同内容，返回 409。
    有未通过的记录时：on_error 为 reject，不受理任何记录，422 中列出全部原因；为 skip（仅限逐条受理的事项），
    受理其余记录，left_out 列出未受理的记录及原因。
    """
    caller = cast(ApiRequest, request).auth
    item = item_of(code)
    desk = caller.desk(item, account)
    sent = read(request, shapes.CaseIn)
    check_count(desk, len(sent.rows))
    skip = sent.on_error == "skip"
    if skip and item.accept is not Accept.ROWS:
        raise Problem("invalid", "本事项的记录同时办理，不能只受理一部分")
    key = caller.submission(idempotency_key)
    whole = Sent(key, sent.rows, sent.declaration_accepted, skip)
    digest = _digest(desk, sent)
    with transaction.atomic():
        if not _first(caller, key, digest):
            return Status(200, _again(caller, key, digest))
        try:
            case, left_out = submit_rows(desk, catalogue().offer(code), whole)
        except RowsRefused as refused:
            errors = [error_of(r, v.line.no) for v in refused.verdicts for r in v.refused]
            bad = sum(bool(v.refused) for v in refused.verdicts)
            raise Problem("refused", f"{len(refused.verdicts)} 条记录中有 {bad} 条未通过", errors) from None
        told = [show.verdict(v) for v in left_out]
        models.Submission.objects.filter(key=key).update(
            case_id=case.id, left_out=[v.model_dump(mode="json") for v in told]
        )
    return Status(201, shapes.SubmittedOut(case=_case(caller, case), repeated=False, left_out=told))


def _digest(desk: Desk, sent: shapes.CaseIn) -> str:
    """SHA-256 of what is submitted: account, item, and the body as it was understood."""
    judging = desk.judging
    content = [judging.applicant.id, judging.item.code, sent.declaration_accepted, sent.on_error, sent.rows]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _first(caller: Caller, key: str, digest: str) -> bool:
    """Whether this is the first sending. Waits for another of the same key that is under way; if that fails, it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_submission (key, employer_id, digest, left_out, at) VALUES (%s, %s, %s, '[]', %s)"
            " ON CONFLICT DO NOTHING",
            [key, caller.token.employer_id, digest, caller.now],
        )
        return bool(cursor.rowcount)


def _again(caller: Caller, key: str, digest: str) -> shapes.SubmittedOut:
    """What the first sending of this key has become. Raises Problem when it was about something else."""
    before = models.Submission.objects.get(key=key)
    if before.digest != digest or before.case_id is None:
        raise Problem("key_used")
    left_out = [shapes.VerdictOut(**verdict) for verdict in before.left_out]
    return shapes.SubmittedOut(case=_case(caller, readers.case_by_id(before.case_id)), repeated=True, left_out=left_out)


def _case(caller: Caller, case: Case) -> shapes.CaseOut:
    return show.case(case, _account_nos(caller), caller.book)


def _account_nos(caller: Caller) -> dict[int, str]:
    return {account.id: account.account_no for account in caller.accounts()}


@router.get("cases", response=shapes.CasesOut, auth=Token(Scope.CASES_READ), operation_id="cases")
def cases(
    request: HttpRequest,
    state: CaseState | None = None,
    item: Annotated[str, Query(max_length=60)] = "",
    since: Day = None,
    until: Day = None,
    no: Annotated[str, Query(max_length=30)] = "",
    page: Page = 1,
) -> shapes.CasesOut:
    """办件列表

    本单位的办件，由近到远；包括在网上大厅提交的。
    """
    caller = cast(ApiRequest, request).auth
    found = listings.cases_of_employer(
        caller.token.employer_id, state=state, item_code=item, since=since, until=until, text=no, page=page
    )
    nos = _account_nos(caller)
    listed = [show.case(case, nos, caller.book) for case in found.items]
    return shapes.CasesOut(page=found.number, pages=found.pages, total=found.total, cases=listed)


def _own(request: HttpRequest, no: str) -> tuple[Caller, Case]:
    """The case, if it is the caller's."""
    caller = cast(ApiRequest, request).auth
    return caller, readers.case(no, caller.token.employer_id)


@router.get("cases/{no}", response=shapes.CaseDetailOut, auth=Token(Scope.CASES_READ), operation_id="case")
def one_case(request: HttpRequest, no: str) -> shapes.CaseDetailOut:
    """一个办件

    状态、笔数、经过，以及需要支付时的订单。
    """
    caller, case = _own(request, no)
    order = dues.order_of_case(case.id)
    told = (
        shapes.OrderOut(no=order.no, state=order.state.label, amount=order.amount.plain, expires_at=order.expires_at)
        if order
        else None
    )
    events = [
        shapes.EventOut(at=e.at, event=e.event, state=e.state.value, by=e.actor, note=e.note)
        for e in readers.timeline(case.id)
    ]
    return show.case_detail(case, _account_nos(caller), caller.book, told, events)


@router.get("cases/{no}/rows", response=shapes.CaseRowsOut, auth=Token(Scope.CASES_READ), operation_id="case_rows")
def rows(request: HttpRequest, no: str, behind: Behind = "total", page: Page = 1) -> shapes.CaseRowsOut:
    """处理结果

    逐条结果，每页 50 条。behind 取某一笔数背后的记录，如 failed。
    """
    caller, case = _own(request, no)
    found = listings.rows_of_case(case, behind, page=page)
    item = item_of(case.item_code)
    _keep(caller, case, len(found.items))
    listed = [show.case_row(item, row, caller.sees_persons) for row in found.items]
    return shapes.CaseRowsOut(page=found.number, pages=found.pages, total=found.total, rows=listed)


@router.get("cases/{no}/rows.ndjson", response={200: str}, auth=Token(Scope.CASES_READ), operation_id="case_rows_all",
            openapi_extra={"x-media": "application/x-ndjson"})  # fmt: skip
def all_rows(request: HttpRequest, no: str, behind: Behind = "total") -> StreamingHttpResponse:
    """全部处理结果

    一次取全部记录，每行一个 JSON 对象。
    """
    caller, case = _own(request, no)
    item = item_of(case.item_code)
    _keep(caller, case, case.total)

    def lines() -> Iterator[bytes]:
        for row in listings.every_row_of_case(case, behind):
            yield show.case_row(item, row, caller.sees_persons).model_dump_json().encode() + b"\n"

    return StreamingHttpResponse(lines(), content_type="application/x-ndjson")


def _keep(caller: Caller, case: Case, count: int) -> None:
    """Whole numbers of persons were read: the trail says by whom."""
    if caller.sees_persons:
        keep(caller.actor, caller.now, "case.rows_read", "case", case.no, {"rows": count})


@router.get("cases/{no}/document", response={200: bytes}, auth=Token(Scope.DOCUMENTS_READ), operation_id="document",
            openapi_extra={"x-media": "application/pdf"})  # fmt: skip
def document(request: HttpRequest, no: str, portion: Annotated[int, Query(ge=1, le=100_000)] = 1) -> HttpResponse:
    """办件的凭证

    证明打印类事项办结后的文件，或成功记录的业务凭证（分批处理的，每批一份）。PDF。
    """
    caller, case = _own(request, no)
    issued = _document_of(case)
    if issued is None:
        item = item_of(case.item_code)
        applicant = next(one for one in caller.accounts() if one.id == case.employer_account_id)
        judging = Judging(item, applicant, caller.rules, case.id)
        try:
            issued = issue_business_voucher(caller.actor, caller.now, judging, case, portion)
        except NoVoucher:
            raise Problem("not_found", "该办件还没有凭证") from None
        except MissingGlyphs as missing:
            raise Problem("cannot_print", str(missing)) from None
    headers = {"Content-Disposition": f'attachment; filename="{issued.no}.pdf"'}
    return HttpResponse(document_readers.pdf_of(issued), content_type="application/pdf", headers=headers)


def _document_of(case: Case) -> Any:
    """The document that is the result of the case, if that is what it gives."""
    found = listings.rows_of_case(case, "succeeded").items
    number = next((str(row.result["document_no"]) for row in found if row.result.get("document_no")), "")
    return document_readers.document_by_no(number) if number else None
