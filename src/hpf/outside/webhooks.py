"""Messages pushed to an employer's own system: signed, to addresses that cannot be our own network.

The address is looked up once, every answer is judged, and the connection goes to the address that was judged: a name
that answers differently the second time reaches nothing. No redirects, no proxies, and nothing of the answer but its
status is read.
"""

import hashlib
import hmac
import ipaddress
import socket
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter

TIMEOUT_SECONDS = (3, 10)
LONGEST_URL = 500


class ForbiddenAddress(ValueError):
    """The address must not be spoken to; the text says why, in Chinese."""


class NotDelivered(Exception):
    """Nobody answered, or not with 2xx; `status` is None without an answer."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the header HPF-Signature: `t=…,v1=…`, an HMAC-SHA256 over timestamp, full stop and body."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def check_url(url: str, *, loopback: bool) -> SplitResult:
    """The parts of an address that messages may be sent to: https, or http to this machine where `loopback` allows it.

    Does not look the name up. Raises ForbiddenAddress.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ForbiddenAddress("地址格式不正确") from None
    if not host or len(url) > LONGEST_URL or parts.username is not None or not url.isascii() or port == 0:
        raise ForbiddenAddress("地址格式不正确")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http" and host in ("127.0.0.1", "localhost")):
        raise ForbiddenAddress("地址须以 https:// 开头")
    try:
        _judge(ipaddress.ip_address(host), loopback)
    except ForbiddenAddress:
        raise
    except ValueError:
        pass  # a name: judged when it is looked up, at each delivery
    return parts


def send(url: str, headers: dict[str, str], body: bytes, *, loopback: bool) -> int:
    """Posts one message; the status, which is 2xx. Raises ForbiddenAddress, NotDelivered."""
    parts = check_url(url, loopback=loopback)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    address = _address_of(host, port, loopback)
    at = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=f"{at}:{port}").geturl()
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", _Pinned(host))
        try:
            answer = session.post(
                target,
                data=body,
                headers={**headers, "Host": parts.netloc, "Content-Type": "application/json"},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as problem:
            raise NotDelivered(type(problem).__name__) from problem
        status = int(answer.status_code)
        answer.close()
    if not 200 <= status < 300:
        raise NotDelivered(f"HTTP {status}", status)
    return status


class _Pinned(HTTPAdapter):
    """Speaks TLS with an address, for the name that was looked up: its certificate has to be that name's."""

    def __init__(self, host: str) -> None:
        self._host = host
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The pools check the certificate against the name, not the address."""
        super().init_poolmanager(*args, **kwargs, server_hostname=self._host, assert_hostname=self._host)


def _address_of(host: str, port: int, loopback: bool) -> str:
    """The first address of a name, after all of them were judged."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise NotDelivered("the name is not known") from problem
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        _judge(ipaddress.ip_address(address.partition("%")[0]), loopback)
    return addresses[0]


def _judge(address: ipaddress.IPv4Address | ipaddress.IPv6Address, loopback: bool) -> None:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    judged = mapped or address
    if judged.is_loopback and loopback:
        return
    if not judged.is_global or judged.is_multicast:
        raise ForbiddenAddress("地址指向内部网络，不能登记")
