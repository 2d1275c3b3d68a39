"""The demo's first day: a city of forty thousand people with four months behind it, loaded in seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from random import Random

from django.db import transaction

from hpf.access import changes as access
from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.kernel.clock import TZ
from hpf.ledger import changes as books
from hpf.ledger import load as ledger
from hpf.parties import load as parties
from hpf.parties import readers
from hpf.policy import book
from hpf.site.demo_city.history import close_months
from hpf.site.demo_city.people import FIRST_MONTH, Population, Resident
from hpf.site.demo_city.workplaces import Workplace, employers
from hpf.site.demo_city.world import read_world

CENTRE = "hangzhou"
SEED = 330100
PASSWORD = "demo"
STAFF: Mapping[str, tuple[str, frozenset[Role]]] = {
    "teller": ("陆知秋", frozenset({Role.TELLER, Role.REVIEWER})),
    "batch": ("盛怀谷", frozenset({Role.ADMIN, Role.ACCOUNTANT, Role.AUDITOR})),
}
"""Logins of the desk: name and roles; the password of all is `PASSWORD`."""

FIRST_MOMENT = read_world().clock
"""Where the demo's clock begins: October is closed, November is open (domain-values A14)."""

_ACTOR = Actor.system("demo")


def is_empty() -> bool:
    """Whether nobody is registered yet."""
    with in_centre(CENTRE):
        return not readers.has_employers()


def seed_demo() -> None:
    """Load the demo city into an empty centre: employers, people, older balances, four months of dues, staff."""
    world, rules, draw = read_world(), book.load(CENTRE, "demo"), Random(SEED)
    today = FIRST_MOMENT.date()
    with in_centre(CENTRE), transaction.atomic():
        registered = list(employers(world, rules.at(today), draw))
        places = [place for place, _ in registered]
        population = list(Population(rules.on(FIRST_MONTH), rules.at(today), draw, today).of(places))
        loaded = parties.city((row for _, row in registered), (one.row for one in population), rules.at(today))
        _open_books(places, population, loaded)
        close_months(_ACTOR, rules, places, loaded.employer_account_ids)
        books.close_day(_ACTOR, FIRST_MOMENT, today - timedelta(days=1))
        for login, (name, roles) in STAFF.items():
            access.give_roles(login, name, PASSWORD, CENTRE, roles)


def _open_books(places: Iterable[Workplace], population: Iterable[Resident], loaded: parties.Loaded) -> None:
    """Older balances as one opening movement each, on the eve of the first month, by the branches' bank accounts."""
    bank_of = {place.ref: place.branch.bank_account for place in places}
    rows: dict[str, list[ledger.OpeningRow]] = defaultdict(list)
    opening = (one for resident in population for one in resident.opening)
    for account_id, (ref, fen) in zip(loaded.account_ids, opening, strict=True):
        if fen:
            keeper = loaded.employer_account_ids[ref]
            rows[bank_of[ref.partition("/")[0]]].append(ledger.OpeningRow(keeper, account_id, 0, fen))
    eve = datetime.combine(FIRST_MONTH.first_day - timedelta(days=1), time(18), TZ)
    for bank_account, of_branch in rows.items():
        ledger.opening_balances(_ACTOR, eve, of_branch, bank_account)
