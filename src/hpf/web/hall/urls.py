"""Addresses of the hall inside a centre. Steps of an item are found by the kind of its form, in one table.

`items/<code>/` is the first step of any service, `items/<code>/<step>/` a further one. No item is named here: what a
centre offers is the catalogue's business, and what is not offered is not there.
"""

from collections.abc import Mapping

from django.http import Http404, HttpResponseBase
from django.urls import URLPattern, path

from hpf.engine.catalogue import NotOffered, catalogue
from hpf.engine.declare import Enquiry, FormKind, Item, Redirect
from hpf.engine.declare.item import Service
from hpf.web.desk import clock
from hpf.web.hall import (
    cases,
    certificate,
    checking,
    confirm,
    employers,
    enquiry,
    form,
    home,
    inbox,
    materials,
    own_check,
    pay,
    receivers,
    roster,
    roster_work,
    selection,
    tokens,
)
from hpf.web.hall.entry import HallRequest, View, at_work

Steps = Mapping[str, View]

CHAIN: Steps = {
    "materials": materials.page,
    "materials/upload": materials.upload,
    "materials/delete": materials.delete,
    "materials/file": materials.file,
    "confirm": confirm.page,
}
"""What follows 在线填表 in every item that is submitted."""

STEPS: Mapping[FormKind | type[Service], Steps] = {
    FormKind.ROSTER: {
        "": form.page,
        "list": roster.page,
        "list/save": roster.save,
        "list/live": roster.live,
        "list/delete": roster.delete,
        "list/confirm": roster.confirm,
        "list/reveal": roster.reveal,
        "list/template": roster.template,
        "list/import": roster.import_workbook,
        "list/progress": roster_work.page,
        "list/stop": roster_work.stop,
        "list/report": roster.report,
        "list/marked": roster.marked,
        "list/again": roster.again,
        **CHAIN,
    },
    FormKind.SELECTION: {**selection.STEPS, "list/again": own_check.again, **CHAIN},
    FormKind.CERTIFICATE: {**certificate.STEPS, "list/again": own_check.again, **CHAIN},
    Enquiry: enquiry.STEPS,
    Redirect: {"": home.redirected},
}
"""The views of each kind of form, by the name of the step."""


@at_work
def serve(request: HallRequest, code: str, name: str = "") -> HttpResponseBase:
    """The view of a step of a service; 404 for what the centre does not offer."""
    try:
        offer = catalogue().offer(code)
    except NotOffered:
        raise Http404 from None
    service = offer.service
    kind = service.form if isinstance(service, Item) else Redirect if isinstance(service, Redirect) else Enquiry
    view = STEPS.get(kind, {}).get(name)
    if view is None:
        raise Http404
    return view(request, offer)


urlpatterns: list[URLPattern] = [
    path("", home.workbench, name="home"),
    path("login/", home.login, name="login"),
    path("logout/", home.logout, name="logout"),
    path("help/", home.help_page, name="help"),
    path("services/", home.services, name="services"),
    path("employers/", employers.page, name="employers"),
    path("employers/<str:account_no>/", employers.choose, name="employer"),
    path("checking/", checking.page, name="checking"),
    path("checking/decide/", checking.decide, name="checking-decide"),
    path("items/<str:code>/", serve, name="item"),
    path("items/<str:code>/<path:name>/", serve, name="item-step"),
    path("cases/", cases.page, name="cases"),
    path("cases/<str:no>/", cases.case_page, name="case"),
    path("cases/<str:no>/cancel/", cases.cancel, name="case-cancel"),
    path("cases/<str:no>/check/", cases.check, name="case-check"),
    path("cases/<str:no>/send-back/", cases.send_back, name="case-send-back"),
    path("cases/<str:no>/withdraw/", cases.withdraw, name="case-withdraw"),
    path("cases/<str:no>/failed/", cases.failed, name="case-failed"),
    path("cases/<str:no>/reveal/", cases.reveal, name="case-reveal"),
    path("cases/<str:no>/material/", cases.material, name="case-material"),
    path("cases/<str:no>/voucher/", cases.voucher, name="case-voucher"),
    path("inbox/", inbox.page, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox-read"),
    path("inbox/sms/", inbox.sms, name="inbox-sms"),
    path("inbox/<int:entry_id>/", inbox.open_entry, name="inbox-entry"),
    path("clock/", clock.page, name="clock"),
    path("pay/<str:order_no>/", pay.page, name="pay"),
    path("pay/<str:order_no>/choose/", pay.choose, name="pay-choose"),
    path("pay/<str:order_no>/back/", pay.back, name="pay-back"),
    path("pay/<str:order_no>/state/", pay.state, name="pay-state"),
    path("pay/<str:order_no>/cancel/", pay.cancel, name="pay-cancel"),
    path("dues/<str:code>/voucher/", pay.voucher, name="due-voucher"),
    path("documents/<str:no>/", pay.document, name="document"),
    path("tokens/", tokens.page, name="tokens"),
    path("tokens/issue/", tokens.issue, name="token-issue"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("receivers/", receivers.page, name="receivers"),
    path("receivers/add/", receivers.add, name="receiver-add"),
    path("receivers/<uuid:hook_id>/", receivers.one, name="receiver"),
    path("receivers/<uuid:hook_id>/end/", receivers.end, name="receiver-end"),
    path("receivers/<uuid:hook_id>/messages/<uuid:message_id>/again/", receivers.again, name="message-again"),
]
