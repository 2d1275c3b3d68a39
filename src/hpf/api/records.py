"""Enquiries: the listings of the catalogue under their own conditions, page by page."""

from typing import Annotated, cast

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Path

from hpf.access.tokens import Scope
from hpf.api import shapes, show
from hpf.api.catalogue import Account, Page, conditions
from hpf.api.door import ApiRequest, Caller, Token
from hpf.api.problems import Problem
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import Enquiry, Listing, Source
from hpf.engine.sources import Asking, source
from hpf.trail.changes import record as keep

router = Router(tags=["信息查询"])


@router.get("items/{code}/records", response=shapes.RecordsOut, auth=Token(Scope.RECORDS_READ), operation_id="records",
            openapi_extra={"x-for": ["enquiry"], "x-filters": "listing"})  # fmt: skip
def records(request: HttpRequest, code: str, account: Account = "", page: Page = 1) -> shapes.RecordsOut:
    """查询结果

    与网上大厅该查询的结果、排序和合计相同；条件为地址参数。
    """
    enquiry = _enquiry(code)
    return _page(request, enquiry, enquiry.listing, "", account, page)


@router.get("items/{code}/records/{key}/detail", response=shapes.RecordsOut, auth=Token(Scope.RECORDS_READ),
            operation_id="record_detail", openapi_extra={"x-for": ["detailed"], "x-filters": "detail"})  # fmt: skip
def detail(
    request: HttpRequest,
    code: str,
    key: Annotated[str, Path(max_length=60)],
    account: Account = "",
    page: Page = 1,
) -> shapes.RecordsOut:
    """记录的明细

    某条记录背后的人员明细；key 为该记录的 key。
    """
    enquiry = _enquiry(code)
    if enquiry.detail is None:
        raise Problem("not_found")
    return _page(request, enquiry, enquiry.detail, key, account, page)


def _enquiry(code: str) -> Enquiry:
    service = catalogue().offer(code).service
    if not isinstance(service, Enquiry):
        raise Problem("not_found")
    return service


def _page(
    request: HttpRequest, enquiry: Enquiry, listing: Listing, key: str, account: str, page: int
) -> shapes.RecordsOut:
    caller: Caller = cast(ApiRequest, request).auth
    query = conditions(request, listing.filters, *more_conditions(listing))
    asking = Asking(caller.account(account), caller.rules, query, enquiry.of, key)
    found = source(listing.source).page(asking, page)
    if caller.sees_persons and key:
        keep(caller.actor, caller.now, "listing.read", "service", enquiry.code, {"of": key, "rows": len(found.items)})
    return shapes.RecordsOut(
        page=found.number,
        pages=found.pages,
        total=found.total,
        columns=show.columns(listing.columns),
        sorted_by=listing.sorted_by,
        records=[show.record(listing.columns, one, caller.sees_persons) for one in found.items],
        totals={c.key: show.cell(found.totals[c.key]) for c in listing.columns if c.totalled and c.key in found.totals},
    )


def more_conditions(listing: Listing) -> tuple[str, ...]:
    """Conditions that a source knows beside those it declares."""
    return ("behind",) if listing.source is Source.ROWS_OF_CASE else ()
