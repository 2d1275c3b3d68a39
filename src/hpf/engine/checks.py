"""What is checked before the first request: the process refuses to start on a catalogue that cannot work."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_type_hints

from django.core.checks import CheckMessage, Error

from hpf.engine.catalogue import Catalogue, installed
from hpf.engine.declare import Enquiry, Item, Redirect, facts_asked, fields_of
from hpf.engine.execute.facts import READERS
from hpf.kernel.refusal import Refusal, Remedy
from hpf.notices.facts import EntryKind
from hpf.policy.book import load


def check_catalogues(**kwargs: Any) -> list[CheckMessage]:
    """Registered with Django's system checks by `hpf.site`."""
    return [message for catalogue in installed().values() for message in check_catalogue(catalogue)]


def check_catalogue(catalogue: Catalogue) -> Iterator[CheckMessage]:
    """Duplicate codes and serials, targets that are not offered, items that cannot be judged."""
    codes = Counter(offer.service.code for offer in catalogue.offers)
    for code in (code for code, n in codes.items() if n > 1):
        yield _error("E001", catalogue, code, "is offered twice", "remove one line of the centre's declaration")
    serials = Counter(offer.serial for offer in catalogue.offers if isinstance(offer.service, Item))
    for serial in (serial for serial, n in serials.items() if n > 1):
        yield _error("E002", catalogue, serial, "numbers the cases of two items", "give each item its own two digits")
    for offer in catalogue.offers:
        service = offer.service
        if isinstance(service, Redirect) and service.to not in codes:
            yield _error("E003", catalogue, service.code, f"points to {service.to}, which is not offered", "offer it")
        elif isinstance(service, Enquiry) and service.of and service.of not in codes:
            yield _error("E004", catalogue, service.code, f"shows cases of {service.of}, not offered", "offer it")
        elif isinstance(service, Item):
            yield from _check_item(catalogue, service)
    leaves = load(catalogue.centre).book.leaves
    for name in (f"inbox.{kind.value}" for kind in EntryKind):
        if name not in leaves:
            yield _error("E011", catalogue, name, "is no text of the inbox", "add it to the centre's pack")


def _check_item(catalogue: Catalogue, item: Item[Any, Any, Any]) -> Iterator[CheckMessage]:
    try:
        specs = fields_of(item.row)
        asked = facts_asked(item.facts)
    except TypeError as error:
        yield _error("E005", catalogue, item.code, str(error), "declare rows and facts with engine.declare")
        return
    keys = {spec.key for spec in specs}
    for refusal in _texts(item.refusals):
        if not refusal.reason.text:
            yield _error(
                "E006", catalogue, item.code, f"refusal {refusal.code} has no text", "write what the user reads"
            )
        if refusal.reason.field not in keys | {None}:
            yield _error(
                "E007", catalogue, item.code, f"refusal {refusal.code} names no field of the row", "mend the name"
            )
    for fact in asked.values():
        if fact not in READERS:
            yield _error("E008", catalogue, item.code, f"{fact.name} has no reader", "bind it in engine.execute.facts")
    yield from _check_book(catalogue, item)
    worked = {field.name for field in fields(get_type_hints(item.work_out)["return"])}
    for key in (shown.key for shown in item.shown if shown.key not in worked):
        yield _error("E010", catalogue, item.code, f"shows {key}, which it does not work out", "mend the key")


def _check_book(catalogue: Catalogue, item: Item[Any, Any, Any]) -> Iterator[CheckMessage]:
    """The centre's policy book has what is asked for by the item's code."""
    leaves = load(catalogue.centre).book.leaves
    names = [f"materials.{item.code}", f"declaration.{item.code}"]
    under_review = {code for _, codes in leaves["items_under_review"].values for code in codes}
    if item.code in under_review or any(one.reason.remedy is Remedy.REVIEW for one in _texts(item.refusals)):
        names.append(f"review_workdays.{item.code}")
    for name in names:
        if name not in leaves:
            yield _error("E009", catalogue, item.code, f"has no leaf {name}", "add it to the centre's pack")


def _texts(refusals: type[Refusal]) -> Iterator[Refusal]:
    yield from refusals


def _error(code: str, catalogue: Catalogue, subject: str, problem: str, hint: str) -> CheckMessage:
    return Error(f"{catalogue.centre}: {subject} {problem}", hint=hint, id=f"hpf.{code}")
