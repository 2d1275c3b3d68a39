"""Signatures as the two payment networks make them, from the network's side.

Written apart from the centre's own client on purpose: two implementations that agree, and both are held against the
public SDKs in the tests.

WeChat Pay v3: `Authorization: WECHATPAY2-SHA256-RSA2048 …` over `METHOD\\nURL\\ntimestamp\\nnonce\\nbody\\n` for
requests, `Wechatpay-*` headers over `timestamp\\nnonce\\nbody\\n` for answers and notices; a notice's resource is
sealed with AES-256-GCM. Alipay RSA2: SHA256 with RSA over the parameters sorted and joined as `key=value&…`.
"""

import base64
import json
import re
import secrets
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sandbox import settings

SCHEME = "WECHATPAY2-SHA256-RSA2048"
MAX_AGE_SECONDS = 300


def sign(text: str, *, forged: bool = False) -> str:
    """The platform's signature in base64; a forged one is made with a key nobody knows."""
    key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if forged
        else load_pem_private_key(settings.CASHIER_PLATFORM_KEY.encode(), None)
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()


def is_merchants(text: str, signature: str) -> bool:
    """Whether the merchant signed this text."""
    key = load_pem_public_key(settings.CASHIER_MERCHANT_PUBLIC_KEY.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(base64.b64decode(signature), text.encode(), padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def v3_request_is_merchants(method: str, url: str, body: str, authorization: str) -> bool:
    """Whether a v3 request is fresh and signed by the merchant; `url` is path and query as they were sent."""
    scheme, _, rest = authorization.partition(" ")
    fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    timestamp = fields.get("timestamp", "")
    if scheme != SCHEME or fields.get("mchid") != settings.CASHIER_MCHID or not timestamp.isdecimal():
        return False
    if abs(time.time() - int(timestamp)) > MAX_AGE_SECONDS:
        return False
    text = "\n".join([method, url, timestamp, fields.get("nonce_str", ""), body, ""])
    return is_merchants(text, fields.get("signature", ""))


def v3_headers(body: str, *, forged: bool = False) -> dict[str, str]:
    """The headers that sign an answer or a notice."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16).upper()
    return {
        "Wechatpay-Serial": settings.CASHIER_PLATFORM_SERIAL,
        "Wechatpay-Signature-Type": SCHEME,
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": sign(f"{timestamp}\n{nonce}\n{body}\n", forged=forged),
    }


def v3_seal(resource: Mapping[str, object]) -> dict[str, str]:
    """A notice's resource, sealed with the merchant's API v3 key."""
    nonce, associated = secrets.token_hex(6), "transaction"
    plain = json.dumps(resource, ensure_ascii=False).encode()
    sealed = AESGCM(settings.CASHIER_API_V3_KEY.encode()).encrypt(nonce.encode(), plain, associated.encode())
    return {
        "original_type": "transaction",
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated,
        "nonce": nonce,
    }


def rsa2_text(fields: Mapping[str, str], *leave_out: str) -> str:
    """The text that Alipay signs: parameters with a value, sorted, as `key=value` joined by `&`."""
    return "&".join(f"{key}={fields[key]}" for key in sorted(fields) if key not in leave_out and fields[key] != "")


def rsa2_request_is_merchants(fields: Mapping[str, str]) -> bool:
    """Whether gateway parameters are signed by the merchant (everything but `sign` is covered)."""
    return fields.get("sign_type") == "RSA2" and is_merchants(rsa2_text(fields, "sign"), fields.get("sign", ""))


def rsa2_notice(fields: Mapping[str, str], *, forged: bool = False) -> dict[str, str]:
    """Notice parameters with `sign` and `sign_type` (neither is covered, as Alipay has it)."""
    return {**fields, "sign_type": "RSA2", "sign": sign(rsa2_text(fields, "sign", "sign_type"), forged=forged)}
