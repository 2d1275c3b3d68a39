"""Reads demo/world.yaml, which the centre's demo and the simulated outside world share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from hpf.kernel.clock import in_china
from hpf.parties.facts import Fund, Method

FIRST_CITY = "hangzhou"
"""The city of employers for which the file names none."""


@dataclass(frozen=True)
class Handler:
    """A person who logs in at the portal for an employer; `duties` are 经办, 复核 where the employer checks."""

    login: str
    name: str
    id_no: str
    mobile: str
    duties: tuple[str, ...] = ("经办",)


@dataclass(frozen=True)
class DemoEmployer:
    """An employer of domain-values A14; rates in percent, `branch` by name.

    `check_from`: from how many yuan on its cases need a second handler (单位内部复核), None: never.
    """

    code: str
    name: str
    credit_code: str
    unit_type: str
    people: int
    sealed: int
    rate: int
    personal_rate: int
    funds: tuple[Fund, ...]
    method: Method
    branch: str
    payday: int
    handlers: tuple[Handler, ...]
    check_from: int | None


@dataclass(frozen=True)
class Bureau:
    """A payroll bureau: its handlers act for `clients` employers."""

    code: str
    name: str
    clients: int
    handlers: tuple[Handler, ...]


@dataclass(frozen=True)
class World:
    """The first moment, and everybody who is registered with the centre then."""

    clock: datetime
    employers: tuple[DemoEmployer, ...]
    bureaus: tuple[Bureau, ...]


def read_world(centre: str = FIRST_CITY) -> World:
    """What the demo world of this checkout, or the file that HPF_WORLD names, tells of that centre."""
    checkout = Path(__file__).resolve().parents[4]
    path = Path(os.environ.get("HPF_WORLD") or checkout / "demo" / "world.yaml")
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    here = [one for one in told["employers"] if one.get("centre", FIRST_CITY) == centre]
    registered = [one for one in here if one.get("registered", True)]
    return World(
        clock=in_china(told["clock"]),
        employers=tuple(_employer(one) for one in registered if "clients" not in one),
        bureaus=tuple(
            Bureau(one["code"], one["name"], one["clients"], _handlers(one)) for one in registered if "clients" in one
        ),
    )


def _employer(told: dict[str, Any]) -> DemoEmployer:
    return DemoEmployer(
        code=told["code"],
        name=told["name"],
        credit_code=told["credit_code"],
        unit_type=told["unit_type"],
        people=told["people"],
        sealed=told.get("sealed", 0),
        rate=told["rate"],
        personal_rate=told.get("personal_rate", told["rate"]),
        funds=tuple(Fund(fund) for fund in told["funds"]),
        method=Method.COLLECTION if told["method"] == Method.COLLECTION.label else Method.SELF,
        branch=told["branch"],
        payday=told["payday"],
        handlers=_handlers(told),
        check_from=told.get("check_from"),
    )


def _handlers(told: dict[str, Any]) -> tuple[Handler, ...]:
    return tuple(
        Handler(**{**handler, "duties": tuple(handler.get("duties", ("经办",)))}) for handler in told["handlers"]
    )
