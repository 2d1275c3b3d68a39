"""Paying an order: channel, the cashier's page or code, waiting for the money, cancelling (HZ-2.8.2.1, -2.8.2.2)."""

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.documents.facts import DocumentKind, Issued
from hpf.documents.fonts import MissingGlyphs
from hpf.documents.readers import document_by_no, pdf_of
from hpf.dues import readers
from hpf.dues.facts import Order, OrderState, PayChannel
from hpf.dues.refusals import OrderRefused
from hpf.engine.slips import issue_payment_voucher
from hpf.kernel.clock import TZ
from hpf.outside import payments
from hpf.outside.facts import CashierError, CashierUnavailable
from hpf.policy.readers import current_rules
from hpf.web.hall import pay_page
from hpf.web.hall.entry import HallRequest, at_work, fields_sent, say
from hpf.web.hall.present import render

UNREACHABLE = "支付平台暂时没有响应，订单没有变化，请稍后再试；已经支付的请勿重复支付"


@at_work
def page(request: HallRequest, order_no: str) -> HttpResponseBase:
    """The order as it stands, and what can be done next."""
    order = _order(request, order_no)
    context = pay_page.context(_seen(request, order))
    return render(request, "hall/pay.jinja", context)


@at_work
@require_POST
def choose(request: HallRequest, order_no: str) -> HttpResponseBase:
    """“去支付”: fixes the channel and goes on to the bank, or to the code; for a chosen channel “重新支付”."""
    order, sent = _order(request, order_no), fields_sent(request)
    channel = order.channel.value if order.channel else sent.get("channel", "")
    if channel not in {known.value for known in PayChannel}:
        say(request, "请选择支付方式", bad=True)
        return _back_to(order)
    bank = order.bank if order.channel else sent.get("bank", "")
    back = request.build_absolute_uri(reverse("pay-back", args=[order.no]))
    visitor, rules = request.visitor, current_rules()
    try:
        started = payments.choose(
            visitor.actor, request.clock.now(), rules, visitor.applicant, order.no, PayChannel(channel), bank, back
        )
    except OrderRefused as refusal:
        hint = f"（{refusal.refused.hint}）" if refusal.refused.hint else ""
        say(request, f"{refusal.refused.text}{hint}", bad=True)
    except CashierUnavailable:
        say(request, UNREACHABLE, bad=True)
    except CashierError as problem:
        say(request, f"支付平台拒绝了该订单：{problem}", bad=True)
    else:
        if started.pay_url:
            return HttpResponseRedirect(started.pay_url)
    return _back_to(order)


@at_work
def back(request: HallRequest, order_no: str) -> HttpResponseBase:
    """Where the bank sends the payer: asks the cashier at once, and says what is known (HZ-2.8.2.1-42)."""
    order = _order(request, order_no)
    if order.state is OrderState.UNPAID:
        try:
            payments.enquire(order, request.clock.now())
        except CashierError:
            say(request, "暂时无法向支付平台查询结果；已经支付的请勿重复支付，结果到达后本页自动更新", bad=True)
    return HttpResponseRedirect(reverse("pay", args=[order.no]) + "?returned=1")


@at_work
def state(request: HallRequest, order_no: str) -> HttpResponseBase:
    """What the page asks every two seconds: the waiting line again, or, once something has changed, the new page."""
    order = _order(request, order_no)
    if order.state is not OrderState.UNPAID:
        response = HttpResponse(status=200)
        response["HX-Redirect"] = reverse("pay", args=[order.no])
        return response
    text = get_template("hall/pay_state.jinja").render(pay_page.waiting(_seen(request, order)), request)
    return HttpResponse(text)


@at_work
def cancel(request: HallRequest, order_no: str) -> HttpResponseBase:
    """“取消支付”: asked first (GET), then done (POST); the dues can be chosen again (HZ-2.8.2.2-05, -07)."""
    order = _order(request, order_no)
    if request.method != "POST":
        return render(request, "hall/pay_cancel.jinja", pay_page.cancelling(_seen(request, order)))
    visitor, now = request.visitor, request.clock.now()
    try:
        payments.cancel(visitor.actor, now, current_rules(), visitor.applicant.id, order.no)
    except OrderRefused as refusal:
        say(request, f"{refusal.refused.text}，{refusal.refused.hint or '请刷新页面'}", bad=True)
    except payments.EndedMeanwhile as ended:
        say(request, f"订单没有取消：{ended}", bad=True)
    except CashierError:
        say(request, UNREACHABLE, bad=True)
    else:
        say(request, f"订单 {order.no} 已取消，所选缴存记录可重新办理送缴结算")
    return _back_to(order)


@at_work
def voucher(request: HallRequest, code: str) -> HttpResponseBase:
    """“打印缴款凭证” of a settled and credited due as PDF (HZ-2.8.1.5-09); 404 for any other and for another's."""
    visitor, now = request.visitor, request.clock.now()
    today = current_rules().at(now.date())
    try:
        due = readers.due_by_code(code, visitor.applicant.id)
        if not due.printable:
            raise Http404
        issued = issue_payment_voucher(visitor.actor, now, due.id, visitor.applicant, today, visitor.name)
    except readers.UnknownDue:
        raise Http404 from None
    except MissingGlyphs as problem:
        return _told(request, str(problem))
    return _pdf(request, issued)


def _told(request: HallRequest, text: str) -> HttpResponseBase:
    say(request, text, bad=True)
    return HttpResponseRedirect(reverse("home"))


@at_work
def document(request: HallRequest, no: str) -> HttpResponseBase:
    """An issued payment voucher by its number, the result of a case (HZ-2.15.4-06); 404 for another employer's."""
    issued = document_by_no(no)
    if issued is None or issued.kind is not DocumentKind.PAYMENT_SLIP:
        raise Http404
    try:
        readers.due(int(issued.ref), request.visitor.applicant.id)
    except readers.UnknownDue:
        raise Http404 from None
    if issued.revoked_at is not None:
        when = issued.revoked_at.astimezone(TZ)
        told = f"凭证 {no} 已于 {when:%Y-%m-%d %H:%M} 作废：{issued.revoked_reason}。可在缴存资金查询中重新打印"
        say(request, told, bad=True)
        return HttpResponseRedirect(reverse("cases"))
    return _pdf(request, issued)


def _pdf(request: HallRequest, issued: Issued) -> HttpResponse:
    """To be shown in the browser, or saved with `?as=download`."""
    save = "attachment" if request.GET.get("as") == "download" else "inline"
    response = HttpResponse(pdf_of(issued), content_type="application/pdf")
    response["Content-Disposition"] = f'{save}; filename="{issued.no}.pdf"'
    return response


def _seen(request: HallRequest, order: Order) -> pay_page.Seen:
    now = request.clock.now()
    returned = request.GET.get("returned") == "1"
    return pay_page.Seen(order, request.visitor.applicant, current_rules(), now, returned)


def _order(request: HallRequest, order_no: str) -> Order:
    try:
        return readers.order_by_no(order_no, request.visitor.applicant.id)
    except readers.UnknownOrder:
        raise Http404 from None


def _back_to(order: Order) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("pay", args=[order.no]))
