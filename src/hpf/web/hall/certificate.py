"""Items in which one record is filled in and a document comes back (HZ-2.15.4): the form, then the common chain."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from hpf.engine.catalogue import Offer
from hpf.engine.declare import Source
from hpf.engine.execute.judge import Line, judge
from hpf.engine.facts import Draft
from hpf.engine.intake import drafts
from hpf.engine.intake.drafts import Desk
from hpf.engine.readers import draft_rows
from hpf.kernel.refusal import Refused
from hpf.web.hall.entry import HallRequest, choose_account, desk_of, fields_sent, step
from hpf.web.hall.form import account_asked_for, account_choices, facts_of
from hpf.web.hall.listing import listing_offer
from hpf.web.hall.present import STEPS as CHAIN
from hpf.web.hall.present import crumbs, entry_fields, errors_by_field, problems_of, render
from hpf.web.hall.sitting import present_draft, refusing
from hpf.web.shapes import Action, Field, FieldKind, Look, Notice, Problem


@refusing
def page(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The form; POST is “下一步”: the record is judged, and with nothing against it the chain goes on."""
    chosen = account_asked_for(request)
    if chosen != request.visitor.applicant.account_no:
        choose_account(request, chosen)
        return HttpResponseRedirect(step(offer))
    desk = desk_of(request, offer.service)
    if request.method == "POST":
        return _next(request, offer, desk)
    visit = request.GET.get("visit", "")
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, visit)
    rows = draft_rows(draft.id) if visit else []
    return _show(request, offer, desk, draft, rows[0].data if rows else {}, (), ())


def _next(request: HallRequest, offer: Offer, desk: Desk) -> HttpResponseBase:
    sent = fields_sent(request)
    draft, declared = present_draft(desk, request.POST.get("visit", "")), sent.pop("declared", "")
    problems = []
    if desk.judging.rules.today.declaration(offer.service.code) and declared != "1":
        problems.append(Problem("请阅读并勾选声明", "f-declared"))
    refused = [r for verdict in judge(desk.judging, [Line(1, sent)]) for r in verdict.refused]
    if refused or problems:
        return _show(request, offer, desk, draft, sent, refused, problems)
    drafts.select_rows(desk, draft.id, draft.visit, [dict(sent)])
    drafts.declare(desk, draft.id, draft.visit, {})
    return HttpResponseRedirect(step(offer, "materials", visit=draft.visit))


def _show(
    request: HallRequest,
    offer: Offer,
    desk: Desk,
    draft: Draft,
    values: Mapping[str, str],
    refused: Sequence[Refused],
    problems: Sequence[Problem],
) -> HttpResponse:
    fields = entry_fields(desk.judging.item, desk.judging.rules, values, errors_by_field(refused), fixed=False)
    told = [*problems_of(refused, [field.name for field in fields]), *problems]
    enquiry = listing_offer(Source.FUNDS)
    more = [Action(enquiry.service.title, step(enquiry), "list-search")] if enquiry else []
    texts = desk.judging.item.notices([], desk.judging.rules) if desk.judging.item.notices else ()
    context: dict[str, Any] = {
        "current": offer.service.code,
        "offer": offer,
        "crumbs": crumbs((offer.service.group.value, step(offer)), offer.service.title),
        "steps": CHAIN,
        "problems": told,
        "notices": [Notice(text) for text in texts],
        "more": more,
        "choices": account_choices(request.visitor, desk.judging.rules.today),
        "fields": fields,
        "facts": facts_of(request.visitor, desk),
        "declaration": desk.judging.rules.today.declaration(offer.service.code),
        "tick": Field("declared", "本单位已阅读并同意以上声明", FieldKind.CHECK, draft.declared, required=True, span=4),
        "visit": draft.visit,
        "bottom": (Action("下一步", icon="arrow-right", look=Look.PRIMARY, form="next"),),
    }
    return render(request, "hall/certificate.jinja", context, status=422 if told else 200)


STEPS = {"": page}
"""The steps of a certificate before the chain, by name."""
