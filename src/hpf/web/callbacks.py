"""Where the cashier's notices and the SMS gateway's reports arrive: outside any centre, named by the address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hpf.access.actor import Actor
from hpf.access.tenancy import UnknownCentre, current_centre, in_centre
from hpf.access.tries import count_refused
from hpf.notices.changes import take_reports
from hpf.outside import payments
from hpf.outside import sms as gateway
from hpf.outside.cashier import Cashier
from hpf.outside.facts import CashierError
from hpf.trail.changes import record

GATEWAY = Actor.system("短信网关")
REFUSED_KEPT = 20
"""So many refusals of one address are kept in ten minutes; the last says that what follows is not."""


@csrf_exempt
@require_POST
def cashier(request: HttpRequest, centre: str) -> HttpResponse:
    """Takes one signed notice and answers as the cashier's network wants it; 401 for one that is not to be trusted.

    What is refused is kept in the trail by its reason only: nothing that came with it can be believed.
    """
    now = request.clock.now()  # type: ignore[attr-defined]  # set by the clock's middleware
    try:
        with in_centre(centre):
            try:
                notice = payments.cashier().verify_notice(request.headers, request.body)
            except CashierError as problem:
                why = {"why": type(problem).__name__, "bytes": len(request.body)}
                _keep_refused(request, payments.CASHIER, "notice.refused", "cashier", why)
                told = Cashier.answer(request.headers, taken=False)
                return HttpResponse(told.body, status=401, content_type=told.content_type)
            payments.take(now, notice)
    except UnknownCentre:
        raise Http404 from None
    told = Cashier.answer(request.headers, taken=True)
    return HttpResponse(told.body, status=told.status, content_type=told.content_type)


@csrf_exempt
@require_POST
def sms(request: HttpRequest, centre: str) -> HttpResponse:
    """Takes a batch of signed delivery reports; 401 for one that is not to be trusted, 400 for one that cannot be
    read, 404 without a gateway.
    """
    now = request.clock.now()  # type: ignore[attr-defined]  # set by the clock's middleware
    try:
        with in_centre(centre):
            opened = gateway.from_settings()
            if opened is None:
                raise Http404
            try:
                reports = opened.verify_reports(request.headers, request.body)
            except (gateway.ForgedReports, gateway.UnreadableReports) as problem:
                _keep_refused(request, GATEWAY, "reports.refused", "sms", {"bytes": len(request.body)})
                status, words = (401, "refused") if isinstance(problem, gateway.ForgedReports) else (400, "unreadable")
                return HttpResponse(words, status=status, content_type="text/plain")
            take_reports(GATEWAY, now, reports)
    except UnknownCentre:
        raise Http404 from None
    return HttpResponse("ok", content_type="text/plain")


def _keep_refused(request: HttpRequest, actor: Actor, verb: str, thing: str, detail: dict[str, object]) -> None:
    """An entry for something refused, as long as its address has not sent too much: nobody floods the trail."""
    number = count_refused(f"{current_centre().code} {verb}", str(request.META.get("REMOTE_ADDR", "")))
    if number > REFUSED_KEPT:
        return
    if number == REFUSED_KEPT:
        detail = {**detail, "note": "该来源10分钟内再有的同样拒收，不再逐条记录"}
    record(actor, request.clock.now(), verb, thing, "", detail)  # type: ignore[attr-defined]  # as above
