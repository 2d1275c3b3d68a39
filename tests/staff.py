"""The centre's staff at the desk, for tests: logged in as in life, with password and a computed one-time code."""

import itertools

from django.test import Client
from tests import personas

from hpf.access import second_factor
from hpf.access.actor import Role
from hpf.access.changes import give_roles

PASSWORD = "a-long-enough-password"
NAME = "陈立"
_serial = itertools.count(1)


def member(*roles: Role, username: str = "", name: str = NAME, centre: str = personas.CENTRE) -> tuple[int, str, str]:
    """A login with these roles and a second factor: its id, its name to log in with, its secret."""
    username = username or "-".join([*(role.value for role in roles), str(next(_serial))])
    user_id = give_roles(username, name, PASSWORD, centre, frozenset(roles))
    secret = second_factor.new_secret()
    second_factor.plant(user_id, secret)
    return user_id, username, secret


def enter(username: str, user_id: int, secret: str, client: Client | None = None) -> Client:
    """A browser that has passed the desk's door."""
    client = client or Client()
    assert client.post("/desk-login", {"username": username, "password": PASSWORD}).status_code == 302
    code = second_factor.next_code(user_id, secret)
    answer = client.post("/desk-login/code", {"code": code})
    assert answer.status_code == 302 and "/desk/" in answer["Location"], answer.content.decode()
    return client


def at_desk(*roles: Role, username: str = "", name: str = NAME, centre: str = personas.CENTRE) -> Client:
    """A browser with a member of staff who holds these roles logged in at the desk."""
    user_id, username, secret = member(*roles, username=username, name=name, centre=centre)
    return enter(username, user_id, secret)
