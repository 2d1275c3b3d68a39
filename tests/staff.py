"""The centre's staff at the desk, for tests: logged in as in life, with password and one-time code."""

import base64
import hmac
import itertools
import struct
import time
from hashlib import sha1

from django.test import Client
from tests import personas

from hpf.access import second_factor
from hpf.access.actor import Role
from hpf.access.changes import give_roles

PASSWORD = "a-long-enough-password"
NAME = "陈立"
_serial = itertools.count(1)


def totp(secret: str, steps: int = 0) -> str:
    """What an authenticator shows now (RFC 6238), or so many half minutes later; computed without the house's help."""
    counter = int(time.time()) // 30 + steps
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), sha1)
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def member(*roles: Role, username: str = "", name: str = NAME, centre: str = personas.CENTRE) -> tuple[int, str, str]:
    """A login with these roles and a second factor: its id, its name to log in with, its secret."""
    username = username or "-".join([*(role.value for role in roles), str(next(_serial))])
    user_id = give_roles(username, name, PASSWORD, centre, frozenset(roles))
    secret = second_factor.new_secret()
    second_factor.plant(user_id, secret)
    return user_id, username, secret


def enter(username: str, secret: str, client: Client | None = None, back: str = "") -> Client:
    """A browser that has passed the desk's door."""
    client = client or Client()
    assert client.post("/desk-login", {"username": username, "password": PASSWORD, "next": back}).status_code == 302
    answer = client.post("/desk-login/code", {"code": totp(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return client


def at_desk(*roles: Role, username: str = "", name: str = NAME, centre: str = personas.CENTRE) -> Client:
    """A browser with a member of staff who holds these roles logged in at the desk."""
    _, username, secret = member(*roles, username=username, name=name, centre=centre)
    return enter(username, secret)
