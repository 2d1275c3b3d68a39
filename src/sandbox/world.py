"""The demo world as the portal sees it: employers, their handlers, and the items it lists."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

import yaml

from sandbox import settings


@dataclass(frozen=True)
class Handler:
    """A legal-person account of the portal: who logs in, and for which employer."""

    login: str
    name: str
    id_no: str
    mobile: str
    employer_code: str
    legal_name: str
    credit_code: str


@dataclass(frozen=True)
class PortalItem:
    """An item of the portal's list; `code` is the last part of the deep link into the hall."""

    code: str
    group: str
    title: str
    situation: str


@dataclass(frozen=True)
class World:
    """The whole file, read once."""

    clock: datetime
    password: str
    handlers: dict[str, Handler]
    items: tuple[PortalItem, ...]


@cache
def world() -> World:
    """The demo world named by the settings."""
    told = yaml.safe_load(settings.WORLD.read_text(encoding="utf-8"))
    handlers = {
        person["login"]: Handler(
            login=person["login"],
            name=person["name"],
            id_no=person["id_no"],
            mobile=person["mobile"],
            employer_code=employer["code"],
            legal_name=employer["name"],
            credit_code=employer["credit_code"],
        )
        for employer in told["employers"]
        for person in employer["handlers"]
    }
    return World(
        clock=told["clock"],
        password=told["portal_password"],
        handlers=handlers,
        items=tuple(PortalItem(**item) for item in told["portal_items"]),
    )
