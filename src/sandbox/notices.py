"""Signed notices to the merchant: written with the payment, delivered by one thread, tried again a few times.

The thread delivers the SMS gateway's reports too.
"""

import json
import logging
import secrets
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import requests
from django.db import close_old_connections, transaction
from django.db.models import F

from sandbox import settings, signing, sms, switches
from sandbox.clock import business_now, chinese_stamp, rfc3339
from sandbox.models import Notice, Order, OrderState

log = logging.getLogger(__name__)
WAITING, DELIVERED, GIVEN_UP, DROPPED = "waiting", "delivered", "given_up", "dropped"
TIMEOUT_SECONDS = (3, 10)
_wake = threading.Event()


@dataclass(frozen=True)
class Letter:
    """A notice as it goes over the wire."""

    headers: dict[str, str]
    body: str


def enqueue(order: Order) -> None:
    """Write a notice of the order's present state; the switches decide when, how often and whether it goes out."""
    reorder, late = switches.on("notice_reorder"), switches.value("notice_late")
    Notice.objects.create(
        notice_id=f"EV-{business_now():%Y%m%d%H%M%S}{secrets.randbelow(10**8):08d}",
        order=order,
        due_at=None if reorder else time.time() + late,
        held=reorder or late > 0,
        sends_left=2 if switches.on("notice_twice") else 1,
        state=DROPPED if switches.on("notice_dropped") else WAITING,
    )
    waiting = Notice.objects.filter(state=WAITING, due_at=None).order_by("-id")
    if reorder and len(waiting) > 1:
        _send_in_this_order([notice.pk for notice in waiting])
    transaction.on_commit(_wake.set)


def release() -> int:
    """Let everything that is held go now, the oldest first; how many."""
    keys = list(Notice.objects.filter(state=WAITING, held=True).order_by("id").values_list("pk", flat=True))
    _send_in_this_order(keys)
    _wake.set()
    return len(keys)


def _send_in_this_order(keys: list[int]) -> None:
    now = time.time()
    for place, key in enumerate(keys):
        Notice.objects.filter(pk=key).update(due_at=now + place / 1000, held=False)


def is_idle() -> bool:
    """Whether no notice is on its way; what is held on command does not count."""
    return not Notice.objects.filter(state=WAITING, held=False).exists()


def deliver_due() -> int:
    """One round over the notices that are due, in their order; how many were tried."""
    due = Notice.objects.filter(state=WAITING, due_at__lte=time.time()).select_related("order").order_by("due_at", "id")
    tried = 0
    for notice in due:
        _attempt(notice)
        tried += 1
    return tried


def run_forever(stop: threading.Event, pause_seconds: float = 0.5) -> None:
    """The delivering thread: works until `stop` is set, woken by each payment."""
    while not stop.is_set():
        close_old_connections()
        deliver_due()
        sms.deliver_due()
        _wake.wait(pause_seconds)
        _wake.clear()


def _attempt(notice: Notice) -> None:
    letter = wechat_letter(notice) if notice.order.paid_by == "wechat" else alipay_letter(notice)
    try:
        answer = requests.post(
            notice.order.notify_url,
            data=letter.body.encode(),
            headers=letter.headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        told = f"{answer.status_code} {answer.text[:160]}"
        taken = answer.status_code in {200, 204} and (
            notice.order.paid_by == "wechat" or answer.text.strip() == "success"
        )
    except requests.RequestException as problem:
        told, taken = type(problem).__name__, False
    mine = Notice.objects.filter(pk=notice.pk)
    if taken:
        left = notice.sends_left - 1
        mine.update(state=WAITING if left else DELIVERED, sends_left=left, held=False, last_answer=told)
        return
    waits: tuple[int, ...] = settings.NOTICE_RETRY_SECONDS
    log.warning("notice %s for %s not taken: %s", notice.notice_id, notice.order.out_trade_no, told)
    if notice.attempts >= len(waits):
        mine.update(state=GIVEN_UP, last_answer=told)
    else:
        again = time.time() + waits[notice.attempts]
        mine.update(attempts=F("attempts") + 1, due_at=again, held=False, last_answer=told)


def transaction_of(order: Order, *, surplus_fen: int = 0) -> dict[str, object]:
    """An order as WeChat Pay v3 tells it; the payer's name, bank and account are additions."""
    told: dict[str, object] = {
        "appid": settings.CASHIER_APP_ID,
        "mchid": settings.CASHIER_MCHID,
        "out_trade_no": order.out_trade_no,
        "attach": order.payee_account,
        "trade_type": "NATIVE" if order.way == "QR" else order.way,
        "trade_state": order.state,
        "trade_state_desc": order.reason or order.state_label,
    }
    if order.amount_fen:
        total = order.amount_fen + surplus_fen
        told["amount"] = {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"}
    if order.state == OrderState.SUCCESS and order.paid_at is not None:
        told |= {
            "transaction_id": order.transaction_id,
            "bank_type": "OTHERS",
            "success_time": rfc3339(order.paid_at),
            "payer": {"name": order.payer_name, "bank": order.payer_bank, "account": order.payer_account},
        }
    return told


def wechat_letter(notice: Notice) -> Letter:
    """A v3 notice: JSON with a sealed resource, signed in the headers."""
    surplus = 1 if switches.on("notice_wrong_amount") else 0
    body = json.dumps(
        {
            "id": notice.notice_id,
            "create_time": rfc3339(business_now()),
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS",
            "summary": "支付成功",
            "resource": signing.v3_seal(transaction_of(notice.order, surplus_fen=surplus)),
        },
        ensure_ascii=False,
    )
    headers = signing.v3_headers(body, forged=switches.on("notice_forged"))
    return Letter(headers | {"Content-Type": "application/json"}, body)


def alipay_letter(notice: Notice) -> Letter:
    """An RSA2 notice: a form that carries its own signature. `notify_time` is real time, `gmt_payment` business."""
    order = notice.order
    cents = order.amount_fen + (1 if switches.on("notice_wrong_amount") else 0)
    fields = {
        "notify_id": notice.notice_id,
        "notify_type": "trade_status_sync",
        "notify_time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600)),
        "charset": "utf-8",
        "version": "1.0",
        "app_id": settings.CASHIER_APP_ID,
        "seller_id": settings.CASHIER_MCHID,
        "out_trade_no": order.out_trade_no,
        "trade_status": "TRADE_SUCCESS" if order.state == OrderState.SUCCESS else "TRADE_CLOSED",
        "total_amount": f"{cents // 100}.{cents % 100:02d}",
        "passback_params": order.payee_account,
        "trade_channel": order.way,
    }
    if order.paid_at is not None:
        fields |= {
            "trade_no": order.transaction_id,
            "gmt_payment": chinese_stamp(order.paid_at),
            "buyer_name": order.payer_name,
            "buyer_bank": order.payer_bank,
            "buyer_logon_id": order.payer_account,
        }
    if order.reason:
        fields["fail_reason"] = order.reason
    signed = signing.rsa2_notice(
        {key: text for key, text in fields.items() if text}, forged=switches.on("notice_forged")
    )
    return Letter({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, urlencode(signed))
