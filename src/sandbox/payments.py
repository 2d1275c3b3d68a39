"""What happens to an order at the cashier: opened, paid, refused, closed. Each is one transaction and happens once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sandbox import notices, switches
from sandbox.clock import business_now
from sandbox.models import BankEntry, Order, OrderState

QR, B2B, B2C = "QR", "B2B", "B2C"
QR_LIMIT_FEN = 5_000_000


class OrderConflict(Exception):
    """The merchant's order number is in use for something else, or the order cannot be opened."""


class NotPayable(Exception):
    """The order cannot be paid; the text says why, in Chinese."""


@dataclass(frozen=True)
class NewOrder:
    """What the merchant asks for. `amount_fen` > 0; `payee_account` is the centre's account that gets the money."""

    out_trade_no: str
    way: str
    amount_fen: int
    subject: str
    payee_account: str
    notify_url: str
    expires_at: datetime | None
    bank: str = ""
    return_url: str = ""
    payer_name: str = ""


@dataclass(frozen=True)
class Payer:
    """Who paid, as the receipt will name it; `account` is masked."""

    name: str
    bank: str
    account: str


def open_order(new: NewOrder) -> Order:
    """The order under this number: made now, or the same one again. Raises OrderConflict."""
    if new.amount_fen <= 0 or (new.way == QR and new.amount_fen > QR_LIMIT_FEN):
        raise OrderConflict("订单金额不在允许的范围内")
    order, made = Order.objects.get_or_create(
        out_trade_no=new.out_trade_no,
        defaults={
            "token": secrets.token_urlsafe(16),
            "way": new.way,
            "bank": new.bank,
            "subject": new.subject,
            "payee_account": new.payee_account,
            "amount_fen": new.amount_fen,
            "created_at": business_now(),
            "expires_at": new.expires_at,
            "notify_url": new.notify_url,
            "return_url": new.return_url,
            "payer_name": new.payer_name,
        },
    )
    if order.state == OrderState.CLOSED and not switches.on("pay_after_expiry"):
        raise OrderConflict("该订单已关闭")
    if not made and (order.way, order.amount_fen, order.payee_account) != (new.way, new.amount_fen, new.payee_account):
        raise OrderConflict("商户订单号重复，且内容与原订单不一致")
    return order


def close(out_trade_no: str) -> bool:
    """Close an order for the merchant; a number not seen yet is remembered as closed. False when it was paid before."""
    unseen = {"token": secrets.token_urlsafe(16), "amount_fen": 0, "created_at": business_now()}
    Order.objects.get_or_create(out_trade_no=out_trade_no, defaults={**unseen, "state": OrderState.CLOSED})
    Order.objects.filter(out_trade_no=out_trade_no, state=OrderState.NOTPAY).update(state=OrderState.CLOSED)
    return not Order.objects.filter(out_trade_no=out_trade_no, state=OrderState.SUCCESS).exists()


def obstacle(order: Order) -> str:
    """Why the order cannot be paid now, in Chinese; empty when it can."""
    if order.state == OrderState.SUCCESS:
        return "该订单已支付，请勿重复付款"
    if order.state == OrderState.PAYERROR:
        return "该订单支付失败，请回到商户页面重新发起"
    if switches.on("pay_after_expiry"):
        return ""
    if order.state == OrderState.CLOSED:
        return "该订单已关闭"
    if order.expires_at is not None and order.expires_at <= business_now():
        return "该订单已超过付款期限"
    return ""


def pay(order: Order, by: str, payer: Payer) -> None:
    """Take the money: the order is paid, the bank books it, a notice goes out. Raises NotPayable."""
    if reason := obstacle(order):
        raise NotPayable(reason)
    now = business_now()
    with transaction.atomic():
        open_states = Q(state=OrderState.NOTPAY) | Q(state=OrderState.CLOSED)
        won = Order.objects.filter(open_states, pk=order.pk).update(
            state=OrderState.SUCCESS,
            transaction_id=f"42{now:%Y%m%d}{secrets.randbelow(10**16):016d}",
            paid_by=by,
            paid_at=now,
            payer_name=payer.name,
            payer_bank=payer.bank,
            payer_account=payer.account,
        )
        if not won:
            raise NotPayable("该订单已支付，请勿重复付款")
        BankEntry.objects.create(
            account=order.payee_account,
            booked_on=now.date(),
            order=order,
            amount_fen=order.amount_fen,
            payer_name=payer.name,
        )
        notices.enqueue(order)


def refuse(order: Order, reason: str) -> None:
    """The bank refuses for good: the order failed, and a notice says so. An order that is not open stays as it is."""
    with transaction.atomic():
        if Order.objects.filter(pk=order.pk, state=OrderState.NOTPAY).update(
            state=OrderState.PAYERROR, paid_by="bank", reason=reason
        ):
            notices.enqueue(order)
