"""The unified cashier (统一收银台): an employer's money by corporate or personal e-bank or by QR code (HZ-2.8.2.1).

A thin client in the formats of the payment networks: orders by code, queries and closing in WeChat Pay API v3
(RSA-SHA256, AES-256-GCM), the bank's page and its notices in Alipay's RSA2. It only says what the cashier said:
whoever asks compares the amount with its own order, to the fen, and applies each payment once, however often it is
told.

Signatures use real time, given by `wall`; everything on a receipt is the cashier's business time.
"""

import base64
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings

from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.outside.facts import (
    Answer,
    CashierRefused,
    CashierUnavailable,
    Contract,
    ForgedNotice,
    PaymentNotice,
    PaymentRequest,
    PaymentStart,
    PaymentState,
    StaleNotice,
    Way,
)

SCHEME = "WECHATPAY2-SHA256-RSA2048"
MAX_AGE_SECONDS = 300
TIMEOUT_SECONDS = (3, 10)


class Cashier:
    """The cashier as the centre sees it. Every call that asks it raises CashierUnavailable or CashierRefused."""

    def __init__(self, contract: Contract, wall: Callable[[], float] = time.time) -> None:
        """Read the keys once."""
        ours = load_pem_private_key(contract.merchant_key.encode(), None)
        theirs = load_pem_public_key(contract.platform_public_key.encode())
        if not isinstance(ours, rsa.RSAPrivateKey) or not isinstance(theirs, rsa.RSAPublicKey):
            raise TypeError("the cashier's keys must be RSA keys")
        self._contract, self._wall, self._ours, self._theirs = contract, wall, ours, theirs

    def create_payment(self, asked: PaymentRequest) -> PaymentStart:
        """Start a payment; asking again for the same order gives the same one.

        The bank's page is a signed address that needs no call (HZ-2.8.2.1-17 to -21); a code is made by the cashier and
        payable by both wallets (-22, -23).
        """
        if asked.way is Way.QR:
            return PaymentStart(qr_text=self._code(asked))
        fields = {
            "app_id": self._contract.app_id,
            "method": "alipay.trade.page.pay",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": datetime.fromtimestamp(self._wall(), TZ).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "notify_url": asked.notify_url,
            "return_url": asked.return_url,
            "biz_content": _compact(
                {
                    "out_trade_no": asked.order_no,
                    "total_amount": asked.amount.plain,
                    "subject": asked.subject,
                    "product_code": "FAST_INSTANT_TRADE_PAY",
                    "time_expire": asked.expires.astimezone(TZ).strftime("%Y-%m-%d %H:%M:%S"),
                    "passback_params": asked.payee_account,
                    "enable_pay_channels": asked.way.value,
                    "default_bank": asked.bank,
                    "ext_user_info": {"name": asked.payer_name},
                }
            ),
        }
        fields["sign"] = self._sign(_joined(fields, "sign"))
        return PaymentStart(pay_url=f"{self._contract.base_url}/gateway.do?{urlencode(fields)}")

    def query(self, order_no: str) -> PaymentNotice | None:
        """Where an order stands, None when the cashier has not seen it: finds the payment whose notice was lost.

        Raises CashierUnavailable; CashierRefused for this one order, so that others can still be asked for.
        """
        path = f"/v3/pay/transactions/out-trade-no/{order_no}?mchid={self._contract.mchid}"
        status, told = self._call("GET", path, None)
        if status not in (200, 404):
            raise CashierRefused(str(told.get("message", "")))
        return self._payment("", told) if status == 200 else None

    def close(self, order_no: str) -> bool:
        """Make sure nobody can pay the order any more. False when it has been paid already: ask `query`."""
        path = f"/v3/pay/transactions/out-trade-no/{order_no}/close"
        status, told = self._call("POST", path, {"mchid": self._contract.mchid})
        if status == 400 and told.get("code") != "ORDER_PAID":
            raise CashierRefused(str(told.get("message", "")))
        return status == 204

    def verify_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice:
        """What a notice says, after its signature, age and addressee were checked. Raises ForgedNotice, StaleNotice."""
        try:
            text = body.decode()
            if _is_v3(headers):
                return self._v3_notice(headers, text)
            return self._rsa2_notice(text)
        except (KeyError, TypeError, ValueError) as problem:
            raise ForgedNotice(f"unreadable: {type(problem).__name__} {problem}") from problem

    @staticmethod
    def answer(headers: Mapping[str, str], *, taken: bool) -> Answer:
        """What to answer to a notice, in its network's words; not taken makes the cashier try again."""
        if _is_v3(headers):
            body = _compact({"code": "SUCCESS" if taken else "FAIL", "message": "成功" if taken else "失败"})
            return Answer(200 if taken else 500, "application/json", body)
        return Answer(200 if taken else 500, "text/plain", "success" if taken else "failure")

    def _code(self, asked: PaymentRequest) -> str:
        status, told = self._call(
            "POST",
            "/v3/pay/transactions/native",
            {
                "appid": self._contract.app_id,
                "mchid": self._contract.mchid,
                "description": asked.subject,
                "out_trade_no": asked.order_no,
                "time_expire": asked.expires.astimezone(TZ).replace(microsecond=0).isoformat(),
                "attach": asked.payee_account,
                "notify_url": asked.notify_url,
                "amount": {"total": asked.amount.fen, "currency": "CNY"},
            },
        )
        if status != 200:
            raise CashierRefused(str(told.get("message", "")))
        return str(told["code_url"])

    def _call(self, method: str, path: str, told: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """One signed request; status and body, the body trusted only when a success is signed by the cashier."""
        body = "" if told is None else _compact(told)
        url = self._contract.base_url + path
        signed_path = urlsplit(url).path + (f"?{urlsplit(url).query}" if urlsplit(url).query else "")
        timestamp, nonce = str(int(self._wall())), secrets.token_hex(16).upper()
        signature = self._sign(f"{method}\n{signed_path}\n{timestamp}\n{nonce}\n{body}\n")
        authorization = (
            f'{SCHEME} mchid="{self._contract.mchid}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{timestamp}",serial_no="{self._contract.merchant_serial}"'
        )
        headers = {"Authorization": authorization, "Accept": "application/json", "Content-Type": "application/json"}
        try:
            answer = requests.request(
                method, url, data=body.encode(), headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            if answer.status_code >= 500 or answer.status_code in {401, 403, 429}:
                raise CashierUnavailable(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            if answer.status_code < 300:
                self._check_v3(answer.headers, answer.content.decode())
            return answer.status_code, json.loads(answer.content or b"{}")
        except (requests.RequestException, ForgedNotice, StaleNotice, KeyError, ValueError) as problem:
            raise CashierUnavailable(f"{method} {path}: {type(problem).__name__} {problem}") from problem

    def _v3_notice(self, headers: Mapping[str, str], text: str) -> PaymentNotice:
        self._check_v3(headers, text)
        told = json.loads(text)
        sealed = told["resource"]
        try:
            plain = AESGCM(self._contract.api_v3_key.encode()).decrypt(
                sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
            )
        except InvalidTag as problem:
            raise ForgedNotice("resource does not open with our key") from problem
        return self._payment(str(told["id"]), json.loads(plain))

    def _payment(self, notice_id: str, told: Mapping[str, Any]) -> PaymentNotice:
        """A v3 transaction, from a query or a notice."""
        if told["mchid"] != self._contract.mchid:
            raise ForgedNotice("for another merchant")
        states = {"SUCCESS": PaymentState.PAID, "PAYERROR": PaymentState.FAILED, "CLOSED": PaymentState.CLOSED}
        state = states.get(told["trade_state"], PaymentState.WAITING)
        payer = told.get("payer", {})
        return PaymentNotice(
            notice_id=notice_id,
            order_no=str(told["out_trade_no"]),
            state=state,
            amount=Money(told["amount"]["total"]) if "amount" in told else None,
            transaction_id=str(told.get("transaction_id", "")),
            paid_at=datetime.fromisoformat(told["success_time"]) if state is PaymentState.PAID else None,
            payee_account=str(told.get("attach", "")),
            payer_name=str(payer.get("name", "")),
            payer_bank=str(payer.get("bank", "")),
            payer_account=str(payer.get("account", "")),
            reason=str(told.get("trade_state_desc", "")) if state is PaymentState.FAILED else "",
        )

    def _rsa2_notice(self, text: str) -> PaymentNotice:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
        told = dict(pairs)
        if len(told) != len(pairs) or told["sign_type"] != "RSA2":
            raise ForgedNotice("parameters repeated or not RSA2")
        self._check(_joined(told, "sign", "sign_type"), told["sign"])
        if (told["app_id"], told["seller_id"]) != (self._contract.app_id, self._contract.mchid):
            raise ForgedNotice("for another merchant")
        self._check_age(_chinese(told["notify_time"]).timestamp())
        paid = told["trade_status"] in {"TRADE_SUCCESS", "TRADE_FINISHED"}
        unpaid = PaymentState.FAILED if "fail_reason" in told else PaymentState.CLOSED
        if not re.fullmatch(r"[0-9]{1,13}\.[0-9]{2}", told["total_amount"]):
            raise ForgedNotice("amount not in yuan with two decimals")
        return PaymentNotice(
            notice_id=told["notify_id"],
            order_no=told["out_trade_no"],
            state=PaymentState.PAID if paid else unpaid,
            amount=Money.parse(told["total_amount"]),
            transaction_id=told.get("trade_no", ""),
            paid_at=_chinese(told["gmt_payment"]) if paid else None,
            payee_account=told.get("passback_params", ""),
            payer_name=told.get("buyer_name", ""),
            payer_bank=told.get("buyer_bank", ""),
            payer_account=told.get("buyer_logon_id", ""),
            reason=told.get("fail_reason", ""),
        )

    def _check_v3(self, headers: Mapping[str, str], body: str) -> None:
        said = {name.lower(): text for name, text in headers.items()}
        if said["wechatpay-serial"] != self._contract.platform_serial:
            raise ForgedNotice("signed with an unknown key")
        timestamp = said["wechatpay-timestamp"]
        self._check(f"{timestamp}\n{said['wechatpay-nonce']}\n{body}\n", said["wechatpay-signature"])
        self._check_age(int(timestamp))

    def _check_age(self, signed_at: float) -> None:
        if abs(self._wall() - signed_at) > MAX_AGE_SECONDS:
            raise StaleNotice(f"signed {self._wall() - signed_at:.0f} seconds ago")

    def _check(self, text: str, signature: str) -> None:
        try:
            self._theirs.verify(base64.b64decode(signature, validate=True), text.encode(), padding.PKCS1v15(), SHA256())
        except InvalidSignature as problem:
            raise ForgedNotice("signature does not fit") from problem

    def _sign(self, text: str) -> str:
        return base64.b64encode(self._ours.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()


def from_settings() -> Cashier:
    """The cashier of this installation, from `settings.HPF_CASHIER` (the arguments of `Contract.load`)."""
    told: dict[str, Any] = settings.HPF_CASHIER
    return Cashier(Contract.load(**told))


def _is_v3(headers: Mapping[str, str]) -> bool:
    return any(name.lower() == "wechatpay-signature" for name in headers)


def _joined(fields: Mapping[str, str], *leave_out: str) -> str:
    """The text that RSA2 signs: parameters with a value, sorted, as `key=value` joined by `&`."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name not in leave_out and fields[name])


def _compact(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _chinese(stamp: str) -> datetime:
    """Alipay's way of writing a moment; raises ValueError."""
    return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=TZ)
