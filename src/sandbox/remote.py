"""The sandbox's remote control: switches, clock, idleness, paying without a browser, and the centre's bank account.

Machines speak JSON and must say so in the content type, which a page of another site cannot do unasked; people use
the page.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from sandbox import clock, notices, payments, sms, switches
from sandbox.models import BankEntry, Notice, Order

View = Callable[..., HttpResponse]


def _json_post(view: View) -> View:
    """Take JSON objects only; what the view cannot read is answered 400."""

    @csrf_exempt
    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or request.content_type != "application/json":
            return JsonResponse({"error": "POST application/json"}, status=415)
        try:
            told = json.loads(request.body or b"{}")
            if not isinstance(told, dict):
                raise TypeError("an object is expected")
            return view(request, told, *args, **kwargs)
        except (KeyError, TypeError, ValueError) as problem:
            return JsonResponse({"error": f"{type(problem).__name__}: {problem}"}, status=400)

    return read


@require_GET
def idle(request: HttpRequest) -> HttpResponse:
    """`GET /idle`: `{"idle": true}` when no notice and no report is on its way."""
    return JsonResponse({"idle": notices.is_idle() and sms.is_idle(), "now": clock.rfc3339(clock.business_now())})


@_json_post
def tell_clock(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    """`POST /clock {"now": "2026-11-02T09:00:00+08:00"}`: business time from here on."""
    now = datetime.fromisoformat(told["now"])
    clock.tell(now if now.tzinfo else now.replace(tzinfo=clock.TZ))
    return JsonResponse({"now": clock.rfc3339(clock.business_now())})


@_json_post
def set_switches(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    """`POST /api/switches {"notice_late": 30, …}`: set these; answers all."""
    with transaction.atomic():
        for name, to in told.items():
            _turn(name, int(to))
    return JsonResponse(switches.all_values())


@_json_post
def reset(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    """`POST /api/reset {}`: all switches off, nothing held any more."""
    for name in switches.NAMES:
        switches.turn(name, 0)
    return JsonResponse({"released": notices.release() + sms.release()})


@_json_post
def release(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    """`POST /api/release {}`: send held notices and reports now."""
    return JsonResponse({"released": notices.release() + sms.release()})


@_json_post
def pay_order(request: HttpRequest, told: dict[str, Any], out_trade_no: str) -> HttpResponse:
    """`POST /api/orders/<no>/pay {"by": "wechat" | "alipay" | "bank", "refuse": "账户余额不足"}`: pay, or refuse."""
    order = get_object_or_404(Order, out_trade_no=out_trade_no)
    by = told["by"]
    if by not in {"wechat", "alipay", "bank"}:
        raise ValueError(by)
    if reason := told.get("refuse"):
        payments.refuse(order, str(reason))
    else:
        payer = payments.Payer(order.payer_name or "（付款人）", order.bank or str(by), "**** 2026")
        try:
            payments.pay(order, by, payer)
        except payments.NotPayable as problem:
            return JsonResponse({"error": str(problem)}, status=409)
    order.refresh_from_db()
    return JsonResponse({"state": order.state, "transaction_id": order.transaction_id})


@require_GET
def order_told(request: HttpRequest, out_trade_no: str) -> HttpResponse:
    """`GET /api/orders/<no>`: the order and its notices, for tests."""
    order = get_object_or_404(Order, out_trade_no=out_trade_no)
    sent = (
        Notice.objects.filter(order=order)
        .order_by("id")
        .values("notice_id", "state", "attempts", "held", "last_answer")
    )
    return JsonResponse(
        {"state": order.state, "token": order.token, "amount_fen": order.amount_fen, "notices": list(sent)}
    )


def _daily(day: date | None) -> list[dict[str, Any]]:
    entries = BankEntry.objects.all() if day is None else BankEntry.objects.filter(booked_on=day)
    return list(
        entries.values("booked_on", "account")
        .annotate(count=Count("id"), total_fen=Sum("amount_fen"))
        .order_by("booked_on", "account")
    )


@require_GET
def statement_told(request: HttpRequest) -> HttpResponse:
    """`GET /api/statement?date=2026-11-02`: what came in, a line per account and day, and the entries of that day."""
    asked = request.GET.get("date")
    day = date.fromisoformat(asked) if asked else None
    entries = BankEntry.objects.filter(**({"booked_on": day} if day else {})).order_by("id")
    rows = entries.values(
        "account", "booked_on", "amount_fen", "payer_name", "order__out_trade_no", "order__transaction_id"
    )
    return JsonResponse({"daily": _daily(day), "entries": list(rows)})


@require_GET
def statement(request: HttpRequest) -> HttpResponse:
    """The statement of the centre's accounts as a page."""
    entries = BankEntry.objects.select_related("order").order_by("-booked_on", "-id")[:200]
    days = [
        {**day, "total": f"{day['total_fen'] // 100:,}.{day['total_fen'] % 100:02d}"} for day in reversed(_daily(None))
    ]
    return render(request, "statement.html", {"days": days, "entries": entries})


@require_http_methods(["GET", "POST"])
def switches_page(request: HttpRequest) -> HttpResponse:
    """The switches for people, with the last notices and what became of them."""
    if request.method == "POST":
        if "release" in request.POST:
            notices.release()
            sms.release()
        else:
            for switch in switches.SWITCHES:
                number = request.POST.get(switch.name, "0")
                _turn(switch.name, int(number) if number.isdecimal() else 0)
        return redirect("switches")
    values = switches.all_values()
    shown = {
        "switches": [(switch, values[switch.name]) for switch in switches.SWITCHES],
        "notices": Notice.objects.select_related("order").order_by("-id")[:30],
        "now": clock.business_now(),
    }
    return render(request, "switches.html", shown)


def _turn(name: str, to: int) -> None:
    """Set a switch; turning the reordering off lets go what it held."""
    switches.turn(name, to)
    if name == "notice_reorder" and not to:
        notices.release()
