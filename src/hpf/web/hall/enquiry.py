"""Enquiries: conditions, results at once, the rows behind a record, export and print (HZ-2.4.2, HZ-2.8.1.5)."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect

from hpf.engine.catalogue import Offer
from hpf.engine.declare import ColumnKind as Declared
from hpf.engine.declare import Enquiry, ItemRules, Listing, Source
from hpf.engine.intake.sheet import ListingColumn, Value, write_listing
from hpf.engine.sources import Asking, BadCondition, Bound, Record, source
from hpf.kernel.money import Money
from hpf.kernel.paging import Page
from hpf.policy.readers import current_rules
from hpf.trail.changes import record as keep
from hpf.web.frame import MenuItem
from hpf.web.hall.card import card
from hpf.web.hall.entry import HallRequest, choose_account, step
from hpf.web.hall.form import account_asked_for, account_choices
from hpf.web.hall.listing import BEHIND, Place, conditions, kept, plain, table, without_links
from hpf.web.hall.present import crumbs, render
from hpf.web.jinja import show
from hpf.web.shapes import Action, Field, FieldKind, Notice, Problem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = {Declared.NUMBER: 8, Declared.COUNT: 10, Declared.MONEY: 16, Declared.ID_NUMBER: 22, Declared.LINK: 22,
           Declared.TIME: 18, Declared.NAME: 14}  # fmt: skip
_NOTHING: Page[Record] = Page([], 0)


def page(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The summary records, without a click (HZ-2.8.1.5-02); another account in the drop-down begins anew for it."""
    chosen = account_asked_for(request)
    if chosen != request.visitor.applicant.account_no:
        choose_account(request, chosen)
        return HttpResponseRedirect(step(offer))
    enquiry: Enquiry = offer.service  # type: ignore[assignment]
    place, asking = _place(request, offer, enquiry.listing, "")
    context = _context(request, place, asking, enquiry.title)
    context |= {
        "crumbs": crumbs((enquiry.group.value, step(offer)), enquiry.title),
        "accounts": account_choices(request.visitor, asking.rules.today),
        "card": card(request.visitor.applicant, asking.rules) if enquiry.card else None,
        "advice": Notice(enquiry.advice) if enquiry.advice else None,
        "tabs": (),
    }
    return render(request, "hall/enquiry.jinja", context, status=422 if context["problems"] else 200)


def detail(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The rows behind a record or one of its counts (HZ-2.4.2-05, HZ-2.8.1.5-06); 404 for another employer's."""
    enquiry: Enquiry = offer.service  # type: ignore[assignment]
    key = request.GET.get("of", "")
    if enquiry.detail is None or not key:
        raise Http404
    place, asking = _place(request, offer, enquiry.detail, key)
    try:
        context = _context(request, place, asking, f"{enquiry.title}明细 {key}")
    except LookupError:
        raise Http404 from None
    context |= {
        "crumbs": crumbs((enquiry.title, step(offer)), f"明细 {key}"),
        "accounts": (),
        "card": None,
        "advice": None,
        "tabs": _tabs(place),
    }
    return render(request, "hall/enquiry.jinja", context, status=422 if context["problems"] else 200)


def export(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The listing under its conditions as an Excel file; who took it is kept (HZ-2.8.1.5-07)."""
    enquiry: Enquiry = offer.service  # type: ignore[assignment]
    key = request.GET.get("of", "")
    listing = enquiry.detail if key else enquiry.listing
    if listing is None:
        raise Http404
    place, asking = _place(request, offer, listing, key)
    bound = source(listing.source)
    try:
        found = bound.page(asking, 1)
        if why := _too_many(found.total, listing.export_limit):
            context = _context(request, place, asking, enquiry.title) | {
                "crumbs": crumbs((enquiry.title, step(offer)), "下载"), "accounts": (), "card": None, "advice": None,
                "tabs": (), "problems": [Problem(why)],
            }  # fmt: skip
            return render(request, "hall/enquiry.jinja", context, status=422)
        out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        title = f"{enquiry.title}明细 {key}" if key else enquiry.title
        write_listing(
            out, title, _sheet_columns(listing), _lines(listing, bound, asking), _sheet_totals(listing, found)
        )
    except BadCondition as problem:
        raise Http404 from problem
    except LookupError:
        raise Http404 from None
    actor, now = request.visitor.actor, request.clock.now()
    keep(actor, now, "listing.exported", "service", enquiry.code, {"of": key, "rows": found.total})
    out.seek(0)
    name = f"{enquiry.title}_{key or request.visitor.applicant.account_no}.xlsx"
    return FileResponse(out, as_attachment=True, filename=name, content_type=XLSX)


def reveal(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The whole number of one masked cell; who looked is kept. The page and the conditions are in the address."""
    enquiry: Enquiry = offer.service  # type: ignore[assignment]
    key, row, column = (request.GET.get(name, "") for name in ("of", "row", "column"))
    listing = enquiry.detail if key else enquiry.listing
    if request.method != "POST" or listing is None:
        raise Http404
    if column not in {c.key for c in listing.columns if c.kind is Declared.ID_NUMBER}:
        raise Http404
    _, asking = _place(request, offer, listing, key)
    try:
        shown = source(listing.source).page(asking, request.GET.get("page", "1")).items
    except (BadCondition, LookupError):
        raise Http404 from None
    found = next((record for record in shown if record.key == row), None)
    if found is None:
        raise Http404
    actor, now = request.visitor.actor, request.clock.now()
    keep(actor, now, "id.revealed", "service", enquiry.code, {"of": key, "row": row})
    return HttpResponse(str(found.cells.get(column, "")), content_type="text/plain; charset=utf-8")


STEPS = {"": page, "detail": detail, "export": export, "reveal": reveal}
"""The steps of an enquiry, by name."""


def asking_of(request: HallRequest, query: Mapping[str, str], item_code: str = "", key: str = "") -> Asking:
    """Who asks: the employer account worked for, under the rules of today."""
    book, now = current_rules(), request.clock.now()
    rules = ItemRules(book, now.date(), book.calendar.business_month(now))
    return Asking(request.visitor.applicant, rules, query, item_code, key)


def _place(request: HallRequest, offer: Offer, listing: Listing, key: str) -> tuple[Place, Asking]:
    enquiry: Enquiry = offer.service  # type: ignore[assignment]
    more = ("behind",) if listing.source is Source.ROWS_OF_CASE else ()
    query = kept(listing.filters, request.GET.dict(), *more)
    page_shown = {"page": request.GET["page"]} if request.GET.get("page", "").isdecimal() else {}
    place = Place(offer, listing, "detail" if key else "", key, query)
    shown = Place(offer, listing, place.name, key, {**query, **page_shown})
    return shown, asking_of(request, query, enquiry.of, key)


def _context(request: HallRequest, place: Place, asking: Asking, title: str) -> dict[str, Any]:
    """What both kinds of page have. Raises LookupError for a record that is not the applicant's."""
    bound, listing = source(place.listing.source), place.listing
    limit, problems, found = asking.rules.today.list_print_max, [], _NOTHING
    printing = request.GET.get("print") == "1"
    try:
        found = bound.page(asking, request.GET.get("page", "1"))
    except BadCondition as problem:
        problems.append(Problem(str(problem)))
    if printing and found.total <= limit:
        found = Page(list(bound.every(asking)), found.total, 1, max(found.total, 1), found.totals)
    whole = printing and found.total <= limit
    shown = table(Place(place.offer, listing, place.name, place.key, place.query), found, title, everything=whole)
    return {
        "current": place.offer.service.code,
        "title": title,
        "problems": problems,
        "filters": [*_hidden(place), *conditions(listing.filters, asking, bound.choices(asking))],
        "reset": step(place.offer, place.name, of=place.key),
        "table": without_links(shown) if whole else shown,
        "printing": whole,
        "back": place.href(),
        "actions": () if whole else _head_actions(place, found, limit),
        "applicant": asking.applicant,
        "now": request.clock.now(),
    }


def _hidden(place: Place) -> list[Field]:
    """What a search carries along: the record whose rows these are, and which of them."""
    told = {"of": place.key, "behind": (place.query or {}).get("behind", "")}
    return [Field(key, "", FieldKind.HIDDEN, text, prefix="q") for key, text in told.items() if text]


def _head_actions(place: Place, found: Page[Record], print_limit: int) -> list[Action]:
    to_print = _too_many(found.total, print_limit, "打印")
    to_export = _too_many(found.total, place.listing.export_limit)
    attrs = {"data-print": ""} if found.pages == 1 else {}
    return [
        Action("导出 Excel", place.href("export"), "download", why_not=to_export),
        Action("打印", place.href(print=1), "print", why_not=to_print, attrs=attrs),
    ]


def _too_many(rows: int, limit: int | None, what: str = "下载") -> str:
    return (
        f"共 {rows:,} 条，超过单次{what}上限 {limit:,} 条，请缩小查询范围" if limit is not None and rows > limit else ""
    )


def _tabs(place: Place) -> list[MenuItem]:
    if place.listing.source is not Source.ROWS_OF_CASE:
        return []
    behind = (place.query or {}).get("behind", "total")
    return [
        MenuItem(label, step(place.offer, "detail", of=place.key, behind=name), current=name == behind)
        for name, label in BEHIND.items()
    ]


# workbooks


def _sheet_columns(listing: Listing) -> list[ListingColumn]:
    kinds: dict[Declared, Any] = {Declared.MONEY: "money", Declared.COUNT: "number", Declared.NUMBER: "number"}
    return [
        ListingColumn(c.label, 40 if c.wide else _WIDTHS.get(c.kind, 14), kinds.get(c.kind, "text"))
        for c in listing.columns
    ]


def _lines(listing: Listing, bound: Bound, asking: Asking) -> Iterator[Sequence[Value]]:
    for record in bound.every(asking):
        yield [_value(plain(c, record.cells.get(c.key, ""))) for c in listing.columns]


def _sheet_totals(listing: Listing, found: Page[Record]) -> list[Value]:
    totals = [_value(found.totals.get(c.key)) if c.totalled else None for c in listing.columns]
    if any(total is not None for total in totals):
        totals[0] = "合计"
    return totals


def _value(value: object) -> Value:
    if value is None or isinstance(value, Money) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else show(value)
