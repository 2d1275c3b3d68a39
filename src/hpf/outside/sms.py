"""The operators' SMS gateway: messages handed over in batches, what became of each told by signed reports.

JSON over HTTPS, signed on both sides with a shared secret as such gateways do (HMAC-SHA256 over method, path, time,
nonce and body). A message carries our own number, so that the gateway takes it once however often it is handed over.
Signatures use real time, given by `wall`. Numbers and texts are in no error and no log.
"""

import hashlib
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from hpf.access.tenancy import current_centre
from hpf.kernel.text import words_of
from hpf.notices.facts import GatewayUnavailable, Outgoing, Reply, Report

SCHEME = "SMS-HMAC-SHA256"
MAX_AGE_SECONDS = 300
TIMEOUT_SECONDS = (3, 20)
PATH = "/sms/v1/messages"


class ForgedReports(Exception):
    """The reports are not the gateway's or not fresh. Answer 401 and change nothing."""


class UnreadableReports(Exception):
    """The gateway's own reports, but not of the form agreed. Answer 400 and change nothing."""


@dataclass(frozen=True)
class Contract:
    """Our contract with the gateway; `report_url` is where it reports to."""

    base_url: str
    app_id: str
    secret: str
    report_url: str


class SmsGateway:
    """The gateway as a centre sees it: a `hpf.notices.facts.Gateway`."""

    def __init__(self, contract: Contract, wall: Callable[[], float] = time.time) -> None:
        self._contract, self._wall = contract, wall

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Reply]:
        """Hand messages over in one request; one reply for each. Raises GatewayUnavailable."""
        told = [{"id": message.ref, "to": message.mobile, "text": message.text} for message in messages]
        body = json.dumps({"report_url": self._contract.report_url, "messages": told}, ensure_ascii=False)
        url = self._contract.base_url + PATH
        signed = self._signed("POST", urlsplit(url).path, body)
        authorization = f'{SCHEME} app="{self._contract.app_id}",' + ",".join(f'{k}="{v}"' for k, v in signed.items())
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        try:
            answer = requests.post(
                url, data=body.encode(), headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as problem:
            raise GatewayUnavailable(type(problem).__name__) from problem
        if answer.status_code != 200:
            raise GatewayUnavailable(f"HTTP {answer.status_code}")
        try:
            replies = [_reply(one) for one in json.loads(answer.content)["results"]]
        except (KeyError, TypeError, ValueError) as problem:
            raise GatewayUnavailable(f"unreadable: {type(problem).__name__}") from problem
        if sorted(reply.ref for reply in replies) != sorted(message.ref for message in messages):
            raise GatewayUnavailable("the answer is not about what was handed over")
        return replies

    def verify_reports(self, headers: Mapping[str, str], body: bytes) -> list[Report]:
        """What became of messages, after signature and age were checked. Raises ForgedReports, UnreadableReports."""
        said = {name.lower(): text for name, text in headers.items()}
        try:
            stamp, nonce, signature = (said[f"sms-{name}"] for name in ("timestamp", "nonce", "signature"))
            expected = self._signature(f"{stamp}\n{nonce}\n{body.decode()}\n")
            if not hmac.compare_digest(expected.encode(), signature.encode()):
                raise ForgedReports("the signature does not fit")
            if abs(self._wall() - int(stamp)) > MAX_AGE_SECONDS:
                raise ForgedReports("signed too long ago")
        except (KeyError, ValueError) as problem:
            raise ForgedReports(f"unreadable: {type(problem).__name__}") from problem
        try:
            return [_report(one) for one in json.loads(body)["reports"]]
        except (KeyError, TypeError, ValueError) as problem:
            raise UnreadableReports(type(problem).__name__) from problem

    def _signed(self, method: str, path: str, body: str) -> dict[str, str]:
        stamp, nonce = str(int(self._wall())), secrets.token_hex(16)
        signature = self._signature(f"{method}\n{path}\n{stamp}\n{nonce}\n{body}\n")
        return {"timestamp": stamp, "nonce": nonce, "signature": signature}

    def _signature(self, text: str) -> str:
        return hmac.new(self._contract.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def from_settings() -> SmsGateway | None:
    """The gateway of this installation, reporting to the present centre; None where address or secret is not set."""
    told: dict[str, str] = settings.HPF_SMS
    if not (told["base_url"] and told["secret"]):
        return None
    report_url = f"{settings.PUBLIC_URL}/callbacks/sms/{current_centre().code}"
    return SmsGateway(Contract(told["base_url"].rstrip("/"), told["app_id"], told["secret"], report_url))


def _reply(told: Any) -> Reply:
    taken = {"accepted": True, "refused": False}[told["status"]]
    refused = "" if taken else str(told.get("reason") or "网关拒绝发送")
    return Reply(str(told["id"]), str(told.get("gateway_id", "")), refused)


def _report(told: Any) -> Report:
    delivered = {"delivered": True, "failed": False}[told["status"]]
    reason = "" if delivered else words_of(str(told.get("reason") or "")) or "未送达"
    return Report(str(uuid.UUID(str(told["id"]))), delivered, reason)
