"""Working on a draft from a page: what to do when it refuses."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponseBase, HttpResponseRedirect

from hpf.engine import readers
from hpf.engine.catalogue import Offer
from hpf.engine.facts import Draft
from hpf.engine.intake.drafts import Desk, DraftRefusals, DraftRefused
from hpf.web.hall.entry import HallRequest, keep_typed, say, step
from hpf.web.hall.present import crumbs, render, why

StepView = Callable[[HallRequest, Offer], HttpResponseBase]


def refusing(view: StepView) -> StepView:
    """A draft that was left or submitted elsewhere leads to a page that says so; other refusals back to the list."""

    @wraps(view)
    def seen(request: HallRequest, offer: Offer) -> HttpResponseBase:
        try:
            return view(request, offer)
        except DraftRefused as refusal:
            if any(refused.code == DraftRefusals.LEFT.code for refused in refusal.refused):
                return stale(request, offer)
            say(request, why(refusal.refused), bad=True)
            visit = request.POST.get("visit") or request.GET.get("visit", "")
            return HttpResponseRedirect(step(offer, "list", visit=visit))

    return seen


def stale(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The page of a visit that another window has ended, or whose rows were submitted; or one for another employer,
    when another window has gone over to this one. What was typed is kept.
    """
    if request.method == "POST" and request.path.endswith("save/"):
        keep_typed(request)
    visit = request.POST.get("visit") or request.GET.get("visit", "")
    mine = {account.id: account for account in request.visitor.accounts}
    meant = readers.account_of_visit(str(visit), offer.service.code, mine.keys() - {request.visitor.applicant.id})
    waiting = readers.draft(request.visitor.applicant.id, offer.service.code)
    context = {
        "current": offer.service.code,
        "title": offer.service.title,
        "crumbs": crumbs((offer.service.title, step(offer)), "页面已失效"),
        "again": step(offer, "list"),
        "rows": waiting.rows if waiting else 0,
        "meant": mine[meant] if meant is not None else None,
        "back": step(offer, "list", visit=visit),
        "now_for": request.visitor.applicant,
    }
    return render(request, "hall/stale.jinja", context, status=409)


def present_draft(desk: Desk, visit: str) -> Draft:
    """The draft that a form is about. Raises DraftRefused when it is gone or belongs to another visit."""
    draft = readers.draft(desk.judging.applicant.id, desk.judging.item.code)
    if draft is None or draft.visit != visit:
        raise DraftRefused([DraftRefusals.LEFT.refuse()])
    return draft
