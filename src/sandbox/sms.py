"""The SMS gateway and the telephones behind it: takes messages, keeps them, reports what became of each.

A message is taken once by the sender's own number. Reports go out in batches, signed, by the thread that delivers the
cashier's notices; the switches decide when, how often, in which order and with which key. Numbers that end in 4004
belong to nobody.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import requests
from django.db import transaction
from django.db.models import F

from sandbox import settings, switches
from sandbox.clock import business_now, rfc3339
from sandbox.models import Text, TextReport

log = logging.getLogger(__name__)
SCHEME = "SMS-HMAC-SHA256"
MAX_AGE_SECONDS = 300
TIMEOUT_SECONDS = (3, 10)
BATCH = 500
UNKNOWN = "空号"
WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given_up"


@dataclass(frozen=True)
class Asked:
    """One message as it was handed over."""

    message_id: str
    to: str
    body: str


def request_is_senders(method: str, path: str, body: str, authorization: str) -> bool:
    """Whether a request is fresh and signed by the centre."""
    scheme, _, rest = authorization.partition(" ")
    fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    stamp = fields.get("timestamp", "")
    if scheme != SCHEME or fields.get("app") != settings.SMS_APP_ID or not stamp.isdecimal():
        return False
    if abs(time.time() - int(stamp)) > MAX_AGE_SECONDS:
        return False
    text = "\n".join([method, path, stamp, fields.get("nonce", ""), body, ""])
    return hmac.compare_digest(_signature(text), fields.get("signature", ""))


def take(messages: Sequence[Asked], report_url: str) -> dict[str, str]:
    """Keep the messages that are new and plan their reports; the gateway's number of each by the sender's."""
    mood = switches.all_values()
    with transaction.atomic():
        found = Text.objects.filter(message_id__in=[message.message_id for message in messages])
        known = dict(found.values_list("message_id", "gateway_id"))
        fresh = {message.message_id: message for message in messages if message.message_id not in known}
        made = Text.objects.bulk_create(_text(asked, report_url, mood) for asked in fresh.values())
        TextReport.objects.bulk_create(report for text in made for report in _reports(text, mood))
    return known | {text.message_id: text.gateway_id for text in made}


def _text(asked: Asked, report_url: str, mood: Mapping[str, int]) -> Text:
    unknown = asked.to.endswith("4004") or mood["sms_unknown"] > 0
    return Text(
        message_id=asked.message_id,
        gateway_id=secrets.token_hex(12),
        to=asked.to,
        body=asked.body,
        accepted_at=business_now(),
        report_url=report_url,
        delivered=not unknown,
        reason=UNKNOWN if unknown else "",
    )


def _reports(text: Text, mood: Mapping[str, int]) -> Iterable[TextReport]:
    """What will be told: the end alone, or first that the telephone was off; in another order on command."""
    said = [(text.delivered, text.reason)]
    if mood["sms_retried"]:
        said.insert(0, (False, "关机"))
    if mood["sms_reorder"]:
        said.reverse()
    for place, (delivered, reason) in enumerate(said):
        yield TextReport(
            text=text,
            delivered=delivered,
            reason=reason,
            due_at=time.time() + mood["sms_late"] + 0.2 * place,
            held=mood["sms_late"] > 0,
            sends_left=2 if mood["sms_twice"] else 1,
        )


def release() -> int:
    """Let every held report go now; how many."""
    return TextReport.objects.filter(state=WAITING, held=True).update(due_at=time.time(), held=False)


def is_idle() -> bool:
    """Whether no report is on its way; what is held on command does not count."""
    return not TextReport.objects.filter(state=WAITING, held=False).exists()


def deliver_due() -> int:
    """Report everything that is due, in batches by address; how many reports were tried."""
    tried = 0
    while batch := _next_batch():
        _post(batch[0].text.report_url, batch)
        tried += len(batch)
    return tried


def _next_batch() -> list[TextReport]:
    """What goes out together: to one address, and of one text one report at a time, so that their order is seen."""
    due = TextReport.objects.filter(state=WAITING, due_at__lte=time.time()).select_related("text")
    oldest = due.order_by("due_at", "id").first()
    if oldest is None:
        return []
    batch: dict[int, TextReport] = {}
    for report in due.filter(text__report_url=oldest.text.report_url).order_by("due_at", "id")[:BATCH]:
        batch.setdefault(report.text.pk, report)
    return list(batch.values())


def _post(url: str, batch: Sequence[TextReport]) -> None:
    told = [
        {
            "id": report.text.message_id,
            "gateway_id": report.text.gateway_id,
            "status": "delivered" if report.delivered else "failed",
            "reason": report.reason,
            "at": rfc3339(report.text.accepted_at),
        }
        for report in batch
    ]
    body = json.dumps({"reports": told}, ensure_ascii=False)
    headers = report_headers(body, forged=switches.on("sms_forged"))
    try:
        answer = requests.post(url, data=body.encode(), headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        said, taken = f"{answer.status_code} {answer.text[:160]}", answer.status_code == 200
    except requests.RequestException as problem:
        said, taken = type(problem).__name__, False
    for report in batch if not taken else ():
        _later(report, said)
    mine = TextReport.objects.filter(pk__in=[report.pk for report in batch]) if taken else TextReport.objects.none()
    mine.filter(sends_left__gt=1).update(sends_left=F("sends_left") - 1, held=False, last_answer=said)
    once = [report.pk for report in batch if taken and report.sends_left == 1]
    TextReport.objects.filter(pk__in=once).update(state=DELIVERED, sends_left=0, held=False, last_answer=said)


def _later(report: TextReport, said: str) -> None:
    waits: tuple[int, ...] = settings.NOTICE_RETRY_SECONDS
    mine = TextReport.objects.filter(pk=report.pk)
    if report.attempts >= len(waits):
        log.warning("report %s given up: %s", report.pk, said)
        mine.update(state=GIVEN_UP, last_answer=said)
    else:
        again = time.time() + waits[report.attempts]
        mine.update(attempts=F("attempts") + 1, due_at=again, held=False, last_answer=said)


def report_headers(body: str, *, forged: bool = False) -> dict[str, str]:
    """The headers that sign a batch of reports; forged ones are signed with a secret nobody knows."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    signature = _signature(f"{stamp}\n{nonce}\n{body}\n", secrets.token_hex(16) if forged else settings.SMS_SECRET)
    return {
        "Sms-Timestamp": stamp,
        "Sms-Nonce": nonce,
        "Sms-Signature": signature,
        "Content-Type": "application/json",
    }


def _signature(text: str, secret: str = "") -> str:
    return hmac.new((secret or settings.SMS_SECRET).encode(), text.encode(), hashlib.sha256).hexdigest()
