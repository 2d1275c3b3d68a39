"""What stands around a page: centre, user, employer, menu, messages, the demo's clock. Made once per request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hpf.web.shapes import Notice


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the side menu; `count` is a number that asks for attention."""

    label: str
    href: str
    icon: str = "list"
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Menu entries under a heading; an empty label is the group above all headings."""

    label: str
    entries: Sequence[MenuItem]


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to this page; the last has no `href`."""

    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class EmployerChoice:
    """One employer account that the user may act for."""

    name: str
    account_no: str
    href: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class DemoClock:
    """The simulated moment, and where it can be moved (empty: nowhere)."""

    now: datetime
    href: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything around a page's content: the context value `frame` of base, desk_base and public_base.

    The defaults are what a page shows when nothing is known, such as the page of an error. An empty address hides what
    would lead there. `employers` holds more than one for a payroll bureau. `now` is the centre's clock, for paper.
    """

    centre_name: str = "住房公积金管理中心"
    hotline: str = ""
    hotline_hours: str = ""
    home: str = "/"
    user_name: str = ""
    role_name: str = ""
    logout: str = ""
    account: str = ""
    help: str = ""
    verify: str = ""
    inbox: str = ""
    unread: int = 0
    employer: EmployerChoice | None = None
    employers: Sequence[EmployerChoice] = ()
    menu: Sequence[MenuGroup] = ()
    messages: Sequence[Notice] = ()
    demo: DemoClock | None = None
    now: datetime | None = None
