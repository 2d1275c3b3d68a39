"""The cashier's interfaces for the merchant: WeChat Pay v3 (QR order, query, close), Alipay's gateway (bank page)."""

import json
import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from sandbox import payments, settings, signing
from sandbox.clock import TZ
from sandbox.models import Order
from sandbox.notices import transaction_of

METHOD = "alipay.trade.page.pay"
WAYS = {"corporateBank": payments.B2B, "personalBank": payments.B2C}


def _answer(told: dict[str, Any] | None, status: int = 200) -> HttpResponse:
    """A signed v3 answer."""
    body = "" if told is None else json.dumps(told, ensure_ascii=False)
    return HttpResponse(body, status=status, headers=signing.v3_headers(body), content_type="application/json")


def _refusal(code: str, message: str, status: int) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


def _is_merchants(request: HttpRequest) -> bool:
    return signing.v3_request_is_merchants(
        str(request.method), request.get_full_path(), request.body.decode(), request.headers.get("Authorization", "")
    )


def _moment(text: str) -> datetime | None:
    """A business moment from either network's way of writing it; None for empty. Raises ValueError."""
    if not text:
        return None
    at = parse_datetime(text)
    if at is None:
        raise ValueError(text)
    return at if at.tzinfo else at.replace(tzinfo=TZ)


@csrf_exempt
@require_POST
def native(request: HttpRequest) -> HttpResponse:
    """`POST /v3/pay/transactions/native`: an order payable by one code with either wallet; answers `code_url`."""
    if not _is_merchants(request):
        return _refusal("SIGN_ERROR", "签名错误", 401)
    try:
        asked = json.loads(request.body)
        order = payments.open_order(
            payments.NewOrder(
                out_trade_no=str(asked["out_trade_no"]),
                way=payments.QR,
                amount_fen=int(asked["amount"]["total"]),
                subject=str(asked["description"]),
                payee_account=str(asked.get("attach", "")),
                notify_url=str(asked["notify_url"]),
                expires_at=_moment(str(asked.get("time_expire", ""))),
            )
        )
    except (KeyError, TypeError, ValueError):
        return _refusal("PARAM_ERROR", "参数错误", 400)
    except payments.OrderConflict as conflict:
        return _refusal("INVALID_REQUEST", str(conflict), 400)
    return _answer({"code_url": f"{settings.SANDBOX_URL}/cashier/q/{order.token}/"})


@require_GET
def query(request: HttpRequest, out_trade_no: str) -> HttpResponse:
    """`GET /v3/pay/transactions/out-trade-no/{no}?mchid=`: where any order stands, however it is paid."""
    if not _is_merchants(request):
        return _refusal("SIGN_ERROR", "签名错误", 401)
    order = Order.objects.filter(out_trade_no=out_trade_no).first()
    if order is None:
        return _refusal("ORDER_NOT_EXIST", "订单不存在", 404)
    return _answer(transaction_of(order))


@csrf_exempt
@require_POST
def close(request: HttpRequest, out_trade_no: str) -> HttpResponse:
    """`POST /v3/pay/transactions/out-trade-no/{no}/close`: nobody can pay the order any more."""
    if not _is_merchants(request):
        return _refusal("SIGN_ERROR", "签名错误", 401)
    if not payments.close(out_trade_no):
        return _refusal("ORDER_PAID", "订单已支付", 400)
    return _answer(None, 204)


@csrf_exempt
def gateway(request: HttpRequest) -> HttpResponse:
    """`/gateway.do`: the signed redirect (or form) that takes the payer's browser to the page of the bank."""
    given = request.POST if request.method == "POST" else request.GET
    fields = {key: str(value) for key, value in given.items()}
    if any(len(given.getlist(key)) != 1 for key in given) or not signing.rsa2_request_is_merchants(fields):
        return _wrong(request, "验签失败，未创建订单")
    if fields.get("method") != METHOD or fields.get("app_id") != settings.CASHIER_APP_ID:
        return _wrong(request, "接口或应用编号不正确")
    try:
        asked = json.loads(fields["biz_content"])
        amount = str(asked["total_amount"])
        if not re.fullmatch(r"\d{1,11}\.\d{2}", amount):
            return _wrong(request, "金额格式不正确")
        order = payments.open_order(
            payments.NewOrder(
                out_trade_no=str(asked["out_trade_no"]),
                way=WAYS[asked.get("enable_pay_channels", "corporateBank")],
                amount_fen=int(amount.replace(".", "")),
                subject=str(asked["subject"]),
                payee_account=str(asked.get("passback_params", "")),
                notify_url=fields["notify_url"],
                expires_at=_moment(str(asked.get("time_expire", ""))),
                bank=str(asked.get("default_bank", "中国建设银行")),
                return_url=fields.get("return_url", ""),
                payer_name=str(asked.get("ext_user_info", {}).get("name", "")),
            )
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return _wrong(request, "参数错误")
    except payments.OrderConflict as conflict:
        return _wrong(request, str(conflict))
    return redirect("bank", token=order.token)


def _wrong(request: HttpRequest, text: str) -> HttpResponse:
    return render(request, "message.html", {"title": "无法打开支付页面", "text": text, "tone": "bad"}, status=400)
