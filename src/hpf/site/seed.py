"""The demo's first day: two cities, one of forty thousand people, with four months behind them, loaded in seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from django.db import transaction

from hpf.access import changes as access
from hpf.access import second_factor
from hpf.access.actor import Actor, Role
from hpf.access.readers import known_logins
from hpf.access.tenancy import in_centre
from hpf.kernel.clock import TZ
from hpf.ledger import changes as books
from hpf.ledger import load as ledger
from hpf.parties import load as parties
from hpf.parties import readers
from hpf.policy import book
from hpf.site.demo_city import heihe, history
from hpf.site.demo_city.people import FIRST_MONTH, HANGZHOU, Population, Resident, Town
from hpf.site.demo_city.workplaces import Workplace, employers
from hpf.site.demo_city.world import read_world

PASSWORD = "demo"


@dataclass(frozen=True)
class City:
    """A centre of the demo: the seed of its chance, the people of its town, how its months went.

    `staff` are the logins of the desk, with name and role; the password of all is `PASSWORD`, their second factor
    that of `second_factor.DEMO_SECRET`.
    """

    centre: str
    seed: int
    town: Town
    close_months: Callable[[Actor, book.Rules, Sequence[Workplace], Mapping[Hashable, int]], None]
    staff: Mapping[str, tuple[str, Role]]


_POSTS = {
    "teller": Role.TELLER, "reviewer": Role.REVIEWER, "reviewer2": Role.REVIEWER, "accountant": Role.ACCOUNTANT,
    "batch": Role.BATCH, "admin": Role.ADMIN, "auditor": Role.AUDITOR, "policy": Role.POLICY, "policy2": Role.POLICY,
}  # fmt: skip


def _staff(prefix: str, names: str) -> Mapping[str, tuple[str, Role]]:
    """One login per role, two for what takes two people: reviewing, and deciding about policy."""
    posts = zip(_POSTS.items(), names.split(), strict=True)
    return {f"{prefix}{login}": (name, role) for (login, role), name in posts}


CITIES = (
    City(
        centre="hangzhou",
        seed=330100,
        town=HANGZHOU,
        close_months=history.close_months,
        staff=_staff("", "陆知秋 程思齐 闻人静 金满仓 盛怀谷 顾守正 严明镜 章程远 季度衡"),
    ),
    City(
        centre="heihe",
        seed=231100,
        town=heihe.TOWN,
        close_months=heihe.close_months,
        staff=_staff("hh-", "白晓北 林江雪 关山月 钱进之 佟立春 赫连成 安如松 文有据 宋令仪"),
    ),
)
CENTRE = CITIES[0].centre

FIRST_MOMENT = read_world().clock
"""Where the demo's clock begins: October is closed, November is open (domain-values A14)."""

_ACTOR = Actor.system("demo")


def is_empty(centre: str = CENTRE) -> bool:
    """Whether nobody is registered there yet."""
    with in_centre(centre):
        return not readers.has_employers()


def seed_demo() -> None:
    """Load the demo cities into their centres, those that are empty; one made earlier gets the staff it lacks."""
    for city in CITIES:
        if is_empty(city.centre):
            _seed(city)
        with transaction.atomic():
            _hire(city)


def _seed(city: City) -> None:
    """Employers, people, older balances, four months of dues."""
    world, rules, draw = read_world(city.centre), book.load(city.centre, "demo"), Random(city.seed)
    today = FIRST_MOMENT.date()
    with in_centre(city.centre), transaction.atomic():
        registered = list(employers(world, rules.at(today), draw))
        places = [place for place, _ in registered]
        population = list(Population(rules.on(FIRST_MONTH), rules.at(today), draw, today, city.town).of(places))
        loaded = parties.city((row for _, row in registered), (one.row for one in population), rules.at(today))
        _open_books(places, population, loaded)
        city.close_months(_ACTOR, rules, places, loaded.employer_account_ids)
        books.close_day(_ACTOR, FIRST_MOMENT, today - timedelta(days=1))


def _hire(city: City) -> None:
    """The staff that is not there yet; who is keeps password, posts and second factor as they have become."""
    known = known_logins(city.staff)
    for login, (name, role) in city.staff.items():
        if login not in known:
            user_id = access.give_roles(login, name, PASSWORD, city.centre, frozenset({role}))
            second_factor.plant(user_id, second_factor.DEMO_SECRET)


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
