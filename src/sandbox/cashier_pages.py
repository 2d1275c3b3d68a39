"""The pages a payer sees: the bank's page, the code, and the wallet that a scan opens."""

from dataclasses import dataclass

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods

from sandbox import payments, switches
from sandbox.models import Order

WALLETS = {"alipay": "支付宝", "wechat": "微信支付"}


@dataclass(frozen=True)
class Account:
    """A simulated account to pay from; amounts in fen."""

    code: str
    label: str
    number: str
    balance_fen: int
    limit_fen: int

    @property
    def balance(self) -> str:
        """As shown."""
        return f"{self.balance_fen // 100:,}.{self.balance_fen % 100:02d}"

    @property
    def limit(self) -> str:
        """As shown."""
        return f"{self.limit_fen // 100:,}.{self.limit_fen % 100:02d}"

    def refusal(self, amount_fen: int) -> str:
        """Why the bank refuses to pay this much from here; empty when it pays."""
        if switches.on("bank_refuses") or amount_fen > self.balance_fen:
            return "账户余额不足"
        return "超过单笔支付限额" if amount_fen > self.limit_fen else ""


CORPORATE = (
    Account("basic", "基本存款账户", "3300 **** **** 8801", 30_000_000_000, 30_000_000_000),
    Account("small", "一般存款账户（余额很少）", "3300 **** **** 8802", 100_000, 30_000_000_000),
    Account("limit", "一般存款账户（单笔限额低）", "3300 **** **** 8803", 30_000_000_000, 100_000),
)
PERSONAL = (
    Account("basic", "借记卡", "6217 **** **** 1208", 50_000_000, 20_000_000),
    Account("small", "借记卡（余额很少）", "6217 **** **** 1209", 100_000, 20_000_000),
    Account("limit", "借记卡（单笔限额低）", "6217 **** **** 1210", 50_000_000, 100_000),
)


@require_http_methods(["GET", "POST"])
def bank(request: HttpRequest, token: str) -> HttpResponse:
    """The e-bank: log in (simulated), choose an account, confirm or cancel. Cancelling leaves the order open."""
    order = get_object_or_404(Order, token=token, way__in=[payments.B2B, payments.B2C])
    if reason := payments.obstacle(order):
        return _end(request, order, "无法支付" if order.state != "SUCCESS" else "订单已支付", reason)
    accounts = CORPORATE if order.way == payments.B2B else PERSONAL
    logged_in = f"bank_{order.token}"
    if request.method == "POST":
        step = request.POST.get("step")
        if step == "login":
            request.session[logged_in] = True
            return redirect("bank", token=token)
        if step == "cancel":
            return _end(request, order, "已取消付款", "订单仍可继续支付，请返回商户页面。")
        chosen = next((account for account in accounts if account.code == request.POST.get("account")), None)
        if step == "pay" and chosen is not None and request.session.get(logged_in):
            return _pay_at_bank(request, order, chosen)
    shown = {"order": order, "accounts": accounts, "logged_in": request.session.get(logged_in, False)}
    return render(request, "cashier/bank.html", shown)


def _pay_at_bank(request: HttpRequest, order: Order, account: Account) -> HttpResponse:
    if refusal := account.refusal(order.amount_fen):
        payments.refuse(order, refusal)
        return _end(request, order, "付款失败", refusal)
    name = order.payer_name or "（付款人）"
    try:
        payments.pay(order, "bank", payments.Payer(name, order.bank, account.number))
    except payments.NotPayable as problem:
        return _end(request, order, "无法支付", str(problem))
    return _end(request, order, "付款成功", "银行已受理，结果将通知商户。")


@require_GET
def code(request: HttpRequest, token: str) -> HttpResponse:
    """The payment code on a page of its own, with a link for those who have no phone at hand."""
    order = get_object_or_404(Order, token=token, way=payments.QR)
    target = request.build_absolute_uri(f"/cashier/q/{order.token}/")
    picture = segno.make(target, error="m").svg_inline(scale=6, border=2, omitsize=True)
    shown = {"order": order, "picture": mark_safe(picture), "target": target, "obstacle": payments.obstacle(order)}
    return render(request, "cashier/code.html", shown)


@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """What opens when the code is scanned: the wallet named by the scanning app or chosen by hand."""
    order = get_object_or_404(Order, token=token, way=payments.QR)
    if reason := payments.obstacle(order):
        return _end(request, order, "无法支付" if order.state != "SUCCESS" else "订单已支付", reason)
    wallet = request.POST.get("wallet", "") or request.GET.get("wallet", "") or _wallet_of(request)
    if wallet not in WALLETS:
        return render(request, "cashier/wallets.html", {"order": order, "wallets": WALLETS.items()})
    if request.method == "POST":
        payer = payments.Payer(f"{WALLETS[wallet]}用户", WALLETS[wallet], "138****2026")
        try:
            payments.pay(order, wallet, payer)
        except payments.NotPayable as problem:
            return _end(request, order, "无法支付", str(problem))
        return _end(request, order, "付款成功", f"{WALLETS[wallet]}已付款，结果将通知商户。")
    return render(request, "cashier/scan.html", {"order": order, "wallet": wallet, "wallet_label": WALLETS[wallet]})


def _wallet_of(request: HttpRequest) -> str:
    """The wallet by its browser's signature, as aggregate codes do."""
    agent = request.headers.get("User-Agent", "")
    return "alipay" if "AlipayClient" in agent else "wechat" if "MicroMessenger" in agent else ""


def _end(request: HttpRequest, order: Order, title: str, text: str) -> HttpResponse:
    shown = {"order": order, "title": title, "text": text, "tone": "good" if "成功" in title else "bad"}
    return render(request, "cashier/end.html", shown)
