"""Where the cashier's notices arrive: outside any centre, the address names the centre that made the order."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hpf.access.tenancy import UnknownCentre, in_centre
from hpf.outside import payments
from hpf.outside.cashier import Cashier
from hpf.outside.facts import CashierError
from hpf.trail.changes import record


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
                record(payments.CASHIER, now, "notice.refused", "cashier", "", why)
                told = Cashier.answer(request.headers, taken=False)
                return HttpResponse(told.body, status=401, content_type=told.content_type)
            payments.take(now, notice)
    except UnknownCentre:
        raise Http404 from None
    told = Cashier.answer(request.headers, taken=True)
    return HttpResponse(told.body, status=told.status, content_type=told.content_type)
