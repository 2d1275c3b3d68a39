"""The demo world as the portal sees it: employers, their handlers, and the items it lists."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

import yaml

from sandbox import settings

FIRST_CITY = "hangzhou"
"""The centre of employers and items for which the file names none."""

_ONLY = {
    "centre": FIRST_CITY,
    "title": "浙江政务服务网",
    "city": "杭州市",
    "department": "杭州住房公积金管理中心",
    "hotline": "400-888-4636",
}
"""The portal of a world that tells of no other."""


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
    """An item of the portal's list; `code` is the last part of the deep link into the hall of its `centre`."""

    code: str
    group: str
    title: str
    situation: str
    centre: str = FIRST_CITY


@dataclass(frozen=True)
class Portal:
    """Where a centre is found: the portal's title, the city and the department to choose, whom to call."""

    centre: str
    title: str
    city: str
    department: str
    hotline: str


@dataclass(frozen=True)
class World:
    """The whole file, read once."""

    clock: datetime
    password: str
    handlers: dict[str, Handler]
    items: tuple[PortalItem, ...]
    portals: tuple[Portal, ...]


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
        portals=tuple(Portal(**portal) for portal in told.get("portals", [_ONLY])),
    )
