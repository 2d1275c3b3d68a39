"""The second factor of the centre's staff: one-time codes of an authenticator (TOTP, RFC 6238) and recovery codes.

Tables and arithmetic are allauth's. The house adds what it leaves open: a code counts once over all processes, and
secrets lie encrypted. Codes go by real time, as the telephones that make them do.
"""

import base64
from collections.abc import Collection
from urllib.parse import quote, urlencode

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from hpf.access.models import User
from hpf.kernel.text import clean

DEMO_SECRET = "HPFDEMOHPFDEMOHPFDEMOHPFDEMOHPFD"
"""What the demo's staff have in their telephones: known to everybody, so that the demo can be walked."""
_TOTP, _RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


class WrongCode(ValueError):
    """The code does not belong to the secret, or not to this moment."""


class SealedSecrets(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """MFA_ADAPTER: secrets are kept encrypted with a key made from the installation's own."""

    def encrypt(self, text: str) -> str:
        """As stored."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The inverse of `encrypt`. Raises cryptography's InvalidToken when HPF_SECRET_KEY has changed."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Fernet:
    key = salted_hmac("hpf.access.second_factor", "secrets", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def new_secret() -> str:
    """A secret of 160 bits in base 32."""
    return str(generate_totp_secret())


def address_of(secret: str, username: str, issuer: str) -> str:
    """What the QR code says to an authenticator."""
    label = quote(f"{issuer}:{username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def set_up(user_id: int, secret: str, code: str) -> None:
    """The secret is this login's from now on, with new recovery codes. Raises WrongCode and changes nothing."""
    counter = _counter_of(secret, code)
    if counter is None:
        raise WrongCode
    with transaction.atomic():
        plant(user_id, secret)
        _used(Authenticator.objects.get(user_id=user_id, type=_TOTP), counter)


def plant(user_id: int, secret: str) -> None:
    """Like `set_up` for who needs no proof: the demo and tests."""
    with transaction.atomic():
        forget(user_id)
        user = User.objects.get(pk=user_id)
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)


def check(user_id: int, code: str) -> bool:
    """Whether the code is good, once: one of the authenticator not used before, or a recovery code.

    Nothing is when the installation's key has changed since: then the second factor has to be set up anew.
    """
    try:
        return _check(user_id, code)
    except InvalidToken:
        return False


def _check(user_id: int, code: str) -> bool:
    with transaction.atomic():
        rows = {row.type: row for row in Authenticator.objects.select_for_update().filter(user_id=user_id)}
        if _TOTP not in rows:
            return False
        row = rows[_TOTP]
        counter = _counter_of(_secret(row), code)
        if counter is not None and counter > row.data.get("counter", -1):
            _used(row, counter)
            return True
        return _RECOVERY in rows and bool(RecoveryCodes(rows[_RECOVERY]).validate_code(clean(code)))


def recovery_codes(user_id: int) -> list[str]:
    """The recovery codes that are left."""
    row = Authenticator.objects.filter(user_id=user_id, type=_RECOVERY).first()
    return [] if row is None else list(RecoveryCodes(row).get_unused_codes())


def forget(user_id: int) -> None:
    """Nothing is set up any more: the next login begins anew."""
    Authenticator.objects.filter(user_id=user_id).delete()


def holders(user_ids: Collection[int]) -> frozenset[int]:
    """Those of the logins that have a second factor."""
    found = Authenticator.objects.filter(user_id__in=list(user_ids), type=_TOTP)
    return frozenset(found.values_list("user_id", flat=True))


def next_code(user_id: int, secret: str) -> str:
    """The code a telephone with this secret shows, or the next one it will show when this one is used up."""
    row = Authenticator.objects.filter(user_id=user_id, type=_TOTP).first()
    used = -1 if row is None else row.data.get("counter", -1)
    now = list(yield_hotp_counters_from_time())
    counter = next((one for one in now[settings.MFA_TOTP_TOLERANCE :] if one > used), now[-1])
    return str(format_hotp_value(hotp_value(secret, counter)))


def _secret(row: Authenticator) -> str:
    return SealedSecrets().decrypt(row.data["secret"])


def _counter_of(secret: str, code: str) -> int | None:
    """The step of time a code belongs to, near the present one."""
    typed = "".join(clean(code).split())
    for counter in yield_hotp_counters_from_time():
        if typed == format_hotp_value(hotp_value(secret, counter)):
            return int(counter)
    return None


def _used(row: Authenticator, counter: int) -> None:
    row.data["counter"] = counter
    row.save(update_fields=["data"])
    row.record_usage()
