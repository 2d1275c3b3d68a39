"""The items of each centre, checked before the first request. `hpf.site` installs them; everybody else asks here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hpf.access.tenancy import current_centre
from hpf.engine.declare import Enquiry, Item, Redirect, Service


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A service as one centre offers it.

    `serial` is the two digits of the item in a case number; `entry` the label of the button that opens the declaration
    interface; `situation` the 情形 it is found under; `add` and `send` the labels of the buttons that take a line
    into the list and submit it.
    """

    service: Service
    serial: str = "00"
    entry: str = "进入"
    situation: str = ""
    add: str = "保存"
    send: str = "提交"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What one centre offers, in the order of its menu."""

    centre: str
    portal: str
    offers: tuple[Offer, ...]

    def offer(self, code: str) -> Offer:
        """The offer of a service by its code. Raises `NotOffered`."""
        for offer in self.offers:
            if offer.service.code == code:
                return offer
        raise NotOffered(code)


class NotOffered(LookupError):
    """The centre does not offer this service."""


_installed: dict[str, Catalogue] = {}


def install(catalogues: Mapping[str, Catalogue]) -> None:
    """Called once by `hpf.site` when the process starts."""
    _installed.clear()
    _installed.update(catalogues)


def installed() -> Mapping[str, Catalogue]:
    """The catalogues of all centres by code."""
    return _installed


def catalogue() -> Catalogue:
    """The catalogue of the centre this request or job is for."""
    return _installed[current_centre().code]


def item_of(code: str) -> Item[Any, Any, Any]:
    """The submitted item of this code in the current centre. Raises `NotOffered` also for enquiries and redirects."""
    service = catalogue().offer(code).service
    if isinstance(service, Enquiry | Redirect):
        raise NotOffered(code)
    return service
