"""The catalogue and everything that stores nothing: what is offered, dry runs, candidates, templates."""

import io
from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hpf.access.tokens import Scope
from hpf.api import shapes, show
from hpf.api.body import read
from hpf.api.door import ApiRequest, Token
from hpf.api.problems import Problem
from hpf.engine.catalogue import Offer, catalogue, item_of
from hpf.engine.declare import Enquiry, Filter, FormKind, Item, Redirect, Row, fields_of
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.intake import workbooks
from hpf.engine.intake.drafts import Desk
from hpf.engine.sources import Asking, source
from hpf.kernel.refusal import Reason
from hpf.policy.parameters import DayRules

router = Router(tags=["事项"])
Account = Annotated[str, Query(max_length=40, title="单位账号", description="单位只有一个账号时可省略")]
Page = Annotated[int, Query(ge=1, le=1_000_000, title="页码")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {FormKind.ROSTER: "roster", FormKind.SELECTION: "selection", FormKind.CERTIFICATE: "certificate"}


@router.get("accounts", response=list[shapes.AccountOut], auth=Token(Scope.ITEMS_READ), operation_id="accounts")
def accounts(request: HttpRequest) -> list[shapes.AccountOut]:
    """单位的账号

    该令牌所属单位的全部账号，每种资金性质一个。其他地址的参数 account 即此处的 account_no。
    """
    caller = cast(ApiRequest, request).auth
    words = caller.rules.today.texts.deposit_method
    return [
        shapes.AccountOut(
            account_no=one.account_no,
            name=one.name,
            fund=one.fund.value,
            fund_label=one.fund.label,
            method=words(one.method.value),
            normal_count=one.normal_count,
        )
        for one in caller.accounts()
    ]


@router.get("items", response=shapes.ServicesOut, auth=Token(Scope.ITEMS_READ), operation_id="items")
def services(request: HttpRequest) -> shapes.ServicesOut:
    """事项目录

    本中心提供的全部事项：栏目、可选值、系统计算的栏目、拒绝原因代码、所需材料和声明。
    """
    caller = cast(ApiRequest, request).auth
    listed = [service(offer, caller.rules) for offer in catalogue().offers]
    return shapes.ServicesOut(centre=caller.centre.name, items=listed)


@router.get("items/{code}", response=shapes.ServiceOut, auth=Token(Scope.ITEMS_READ), operation_id="item",
            openapi_extra={"x-for": ["any"]})  # fmt: skip
def one_service(request: HttpRequest, code: str) -> shapes.ServiceOut:
    """一个事项"""
    return service(catalogue().offer(code), cast(ApiRequest, request).auth.rules)


@router.post("items/{code}/dry-run", response=shapes.DryRunOut, auth=Token(Scope.ITEMS_READ, "rows"),
             operation_id="dry_run", openapi_extra={"x-for": ["item"], "x-body": "RowsIn"})  # fmt: skip
def dry_run(request: HttpRequest, code: str, account: Account = "") -> shapes.DryRunOut:
    """试算

    逐条给出结论，与此刻提交时的校验相同：系统计算的结果，或拒绝原因的代码、栏目、值、说明和处理办法。不保存任何内容。
    """
    desk = cast(ApiRequest, request).auth.desk(item_of(code), account)
    sent = read(request, shapes.RowsIn)
    check_count(desk, len(sent.rows))
    verdicts = judge(desk.judging, [Line(no, row) for no, row in enumerate(sent.rows, 1)])
    bad = sum(bool(v.refused) for v in verdicts)
    referred = sum(v.referral is not None and not v.refused for v in verdicts)
    return shapes.DryRunOut(
        item=code,
        employer_account=desk.judging.applicant.account_no,
        processed_month=str(desk.judging.rules.month),
        total=len(verdicts),
        good=len(verdicts) - bad - referred,
        referred=referred,
        bad=bad,
        notices=_notices(desk, verdicts),
        verdicts=[show.verdict(v) for v in verdicts],
    )


def check_count(desk: Desk, count: int) -> None:
    """Refuses more rows than one case may have."""
    most = desk.judging.rules.today.rows_per_workbook
    if count > most:
        raise Problem("too_large", f"一次最多 {most:,} 条记录")


def _notices(desk: Desk, verdicts: list[Verdict]) -> list[str]:
    tell = desk.judging.item.notices
    if tell is None or any(v.refused for v in verdicts):
        return []
    return list(tell([v.worked for v in verdicts], desk.judging.rules))


@router.get("items/{code}/candidates", response=shapes.RecordsOut, auth=Token(Scope.ITEMS_READ),
            operation_id="candidates", openapi_extra={"x-for": ["selection"], "x-filters": "candidates"})  # fmt: skip
def candidates(request: HttpRequest, code: str, account: Account = "", page: Page = 1) -> shapes.RecordsOut:
    """可选择的记录

    选择类事项可选的记录；提交时每条记录填写其代码。
    """
    caller, item = cast(ApiRequest, request).auth, item_of(code)
    if item.candidates is None:
        raise Problem("not_found")
    query = conditions(request, item.candidates.filters)
    asking = Asking(caller.account(account), caller.rules, query, code)
    found = source(item.candidates.source).page(asking, page)
    listed = item.candidates.columns
    return shapes.RecordsOut(
        page=found.number,
        pages=found.pages,
        total=found.total,
        columns=show.columns(listed),
        sorted_by="",
        records=[show.record(listed, one, caller.sees_persons) for one in found.items],
        totals={c.key: show.cell(found.totals[c.key]) for c in listed if c.totalled and c.key in found.totals},
    )


def conditions(request: HttpRequest, filters: tuple[Filter, ...], *more: str) -> dict[str, str]:
    """The conditions in the address; one that is not known here, or stands twice, is refused."""
    known = {one.key for one in filters} | set(more)
    for key, values in request.GET.lists():
        if key not in known | {"account", "page"} or len(values) > 1:
            raise Problem("invalid", f"参数 {key} 不可用或重复")
    return {key: str(value) for key, value in request.GET.items() if key in known}


@router.get("items/{code}/template.xlsx", response={200: bytes}, auth=Token(Scope.ITEMS_READ),
            operation_id="template", openapi_extra={"x-for": ["roster"], "x-media": XLSX})  # fmt: skip
def template(request: HttpRequest, code: str, account: Account = "") -> HttpResponse:
    """导入模板

    与网上大厅下载的导入模板相同。
    """
    desk = cast(ApiRequest, request).auth.desk(item_of(code), account)
    if desk.judging.item.form is not FormKind.ROSTER:
        raise Problem("not_found")
    out = io.BytesIO()
    workbooks.template(desk.judging, out)
    headers = {"Content-Disposition": f'attachment; filename="{code}.xlsx"'}
    return HttpResponse(out.getvalue(), content_type=XLSX, headers=headers)


def service(offer: Offer, rules: Any) -> shapes.ServiceOut:
    """A service as the catalogue describes it on the day of `rules`."""
    what = offer.service
    common: dict[str, Any] = {
        "code": what.code, "title": what.title, "group": what.group.value, "version": 1, "accept": None, "most_rows": 0,
        "declaration": "", "fields": [], "worked": [], "refusals": [], "materials": [], "filters": [], "columns": [],
        "detail_columns": [], "text": "",
    }  # fmt: skip
    if isinstance(what, Item):
        common |= _item(what, rules)
    elif isinstance(what, Redirect):
        common |= {"kind": "redirect", "text": what.text}
    else:
        common |= _enquiry(what)
    return shapes.ServiceOut(**common)


def _item(item: Item[Any, Any, Any], rules: Any) -> dict[str, Any]:
    today: DayRules = rules.today
    filters = item.candidates.filters if item.candidates else ()
    return {
        "kind": _KINDS[item.form],
        "version": item.version,
        "accept": item.accept.value,
        "most_rows": today.rows_per_workbook if item.form is not FormKind.CERTIFICATE else 1,
        "declaration": today.declaration(item.code) or "",
        "fields": field_list(item.row, rules),
        "worked": show.columns(item.shown),
        "refusals": [_refusal(member.code, member.reason) for member in item.refusals],
        "materials": [
            shapes.MaterialOut(name=m.name, required=m.required, note=m.note) for m in today.materials(item.code)
        ],
        "filters": _filters(filters),
        "columns": show.columns(item.candidates.columns if item.candidates else ()),
    }


def _enquiry(enquiry: Enquiry) -> dict[str, Any]:
    return {
        "kind": "enquiry",
        "filters": _filters(enquiry.listing.filters),
        "columns": show.columns(enquiry.listing.columns),
        "detail_columns": show.columns(enquiry.detail.columns if enquiry.detail else ()),
        "text": enquiry.advice,
    }


def field_list(row: type[Row], rules: Any) -> list[shapes.FieldOut]:
    """The fields of a row with the choices of the day."""
    return [
        shapes.FieldOut(
            key=spec.key,
            label=spec.label,
            kind=spec.kind.value,
            required=spec.required and not spec.default,
            note=spec.note,
            default=spec.default,
            choices=_choices(spec.choices(rules)),
        )
        for spec in fields_of(row)
    ]


def _choices(pairs: Any) -> list[shapes.ChoiceOut]:
    return [shapes.ChoiceOut(value=value, label=label) for value, label in pairs]


def _filters(filters: tuple[Filter, ...]) -> list[shapes.FilterOut]:
    return [
        shapes.FilterOut(
            key=one.key, label=one.label, kind=one.kind.value, required=False, choices=_choices(one.choices)
        )
        for one in filters
    ]


def _refusal(code: str, reason: Reason) -> shapes.RefusalOut:
    return shapes.RefusalOut(
        code=code, text=reason.text, field=reason.field, hint=reason.hint, remedy=reason.remedy.value
    )
