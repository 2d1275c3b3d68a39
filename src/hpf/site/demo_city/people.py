"""Who works where, since when and on what terms, and what was on the account when the books of the demo begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import NamedTuple

from hpf.kernel.identity import IdNumber, IdType, Sex, upgrade_15
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties import load
from hpf.parties.facts import Fund, MembershipStatus, OpenKind, RetireCategory
from hpf.policy.parameters import DayRules, MonthRules
from hpf.site.demo_city import names
from hpf.site.demo_city.citizens import TOWN_SERIALS, Citizens
from hpf.site.demo_city.notables import NOTABLES, Notable
from hpf.site.demo_city.workplaces import SUBSIDY_RATE, Workplace, subsidy_ref

FIRST_MONTH = Month(2026, 7)
"""The first month whose due is in the demo's books; what was paid before is one opening movement."""

LAST_MONTH = Month(2026, 10)
"""The last month that is closed."""

_LARGE = 1_000
"""Employers of this size have given people to the others."""

_NOTHING = Rate(Decimal(0))


class Town(NamedTuple):
    """What is a city's own: the people worth having, where people come from, where their telephone numbers begin."""

    notables: Sequence[Notable]
    places: Sequence[str]
    phones_from: int


HANGZHOU = Town(NOTABLES, names.PEOPLE_PLACES, 10_000_000)


class Employment(NamedTuple):
    """Somebody's work: months of the books (`sealed` is None while it lasts), the base, whether exempt."""

    place: Workplace
    opened: Month
    sealed: Month | None
    reason: str
    base: Money
    exempt: bool = False


class Resident(NamedTuple):
    """A person as loaded, and per account of theirs the ref of the keeper and the opening balance in fen."""

    row: load.PersonRow
    opening: Sequence[tuple[str, int]]


class Population:
    """Draws the people of all workplaces."""

    def __init__(self, amounts: MonthRules, rules: DayRules, draw: Random, today: date, town: Town = HANGZHOU) -> None:
        """`amounts` are those of the demo's months, `rules` those of `today`."""
        self._amounts, self._rules, self._draw, self._notables = amounts, rules, draw, town.notables
        taken = [upgrade_15(one.id_no) if len(one.id_no) == 15 else one.id_no for one in town.notables]
        self._citizens = Citizens(draw, TOWN_SERIALS, town.phones_from, today, taken, town.places)

    def of(self, places: Iterable[Workplace]) -> Iterator[Resident]:
        """Everybody, workplace by workplace: notables first, then drawn people up to the workplace's figures."""
        places = list(places)
        former = [place for place in places if place.people >= _LARGE]
        for place in places:
            known = [notable for notable in self._notables if notable.at == place.ref]
            yield from (self._notable(notable, place) for notable in known)
            normal = sum(notable.sealed is None for notable in known)
            yield from (self._worker(place, former) for _ in range(place.people - normal))
            yield from (self._leaver(place) for _ in range(place.sealed - (len(known) - normal)))

    def _worker(self, place: Workplace, larger: Sequence[Workplace]) -> Resident:
        """Somebody normal; one in fifty came in the last three months, one in forty from another employer."""
        citizen = self._citizens.one()
        opened = self._month_of_opening(citizen.born)
        if place.people >= 20 and self._draw.randrange(50) == 0:
            opened = FIRST_MONTH + self._draw.randint(1, 3)
        work = Employment(place, opened, None, "", self._base(place))
        former = self._draw.choice(larger) if larger else place
        before = None
        if former is not place and self._draw.randrange(40) == 0:
            since = max(opened - self._draw.randint(6, 60), Month.of(citizen.born) + 18 * 12)
            if since < opened:
                before = Employment(former, since, opened, "02", self._base(former))
        sms = citizen.mobile != "" and self._draw.randrange(2) == 1
        owner = load.PersonRow(citizen.name, citizen.id_no, (), citizen.mobile, sms)
        return self._resident(owner, citizen.sex, work, before)

    def _leaver(self, place: Workplace) -> Resident:
        """Somebody who was sealed, half of them in the months of the demo's books."""
        citizen = self._citizens.one()
        opened = self._month_of_opening(citizen.born) - 1
        recent = FIRST_MONTH + self._draw.randint(1, 3)
        sealed = recent if self._draw.randrange(2) else opened + 1 + self._draw.randrange(max(FIRST_MONTH - opened, 1))
        work = Employment(place, opened, sealed, self._draw.choice(("02", "03", "03", "04")), self._base(place))
        return self._resident(load.PersonRow(citizen.name, citizen.id_no, (), citizen.mobile), citizen.sex, work, None)

    def _notable(self, notable: Notable, place: Workplace) -> Resident:
        """One of the people worth having."""
        sealed = Month.from_int(notable.sealed) if notable.sealed else None
        base = notable.base or self._base(place)
        work = Employment(place, Month.from_int(notable.opened), sealed, notable.reason, base, notable.exempt)
        old = len(notable.id_no) == 15
        sex = IdNumber(IdType.RESIDENT, upgrade_15(notable.id_no) if old else notable.id_no).sex
        owner = load.PersonRow(notable.name, notable.id_no, (), id_type=notable.id_type, deceased=notable.deceased)
        return self._resident(owner, sex or Sex.MALE, work, None, frozen=notable.frozen)

    def _resident(
        self, owner: load.PersonRow, sex: Sex, work: Employment, before: Employment | None, *, frozen: bool = False
    ) -> Resident:
        """The person with one account per fund of the present employer."""
        accounts, opening = [], []
        for fund in work.place.funds:
            memberships = [self._membership(fund, work)]
            since = work.opened
            if before is not None and fund is Fund.HPF:
                memberships.append(self._membership(fund, before, left=True))
                since = before.opened
            opened_on = since.first_day.replace(day=self._draw.randint(1, 20))
            accounts.append(load.PersonalAccountRow(opened_on, memberships, fund, frozen))
            opening.append((str(memberships[0].ref), self._carried(memberships)))
        category = RetireCategory(self._rules.retire_category(sex, work.place.unit_type))
        return Resident(owner._replace(accounts=accounts, retire_category=category), opening)

    def _membership(self, fund: Fund, work: Employment, *, left: bool = False) -> load.MembershipRow:
        """The account's relation to that employer, with one spell."""
        rate = work.place.rate if fund is Fund.HPF else SUBSIDY_RATE
        own_rate = _NOTHING if fund is Fund.SUBSIDY else work.place.personal_rate
        personal = _NOTHING if work.exempt else own_rate
        parts = self._amounts.deposit(work.base, rate, personal)
        last = int(work.sealed - 1) if work.sealed else None
        spell = load.SpellRow(
            int(work.opened), work.base.fen, rate.percent, own_rate.percent,
            parts.employer.fen, parts.personal.fen, last, work.exempt,
        )  # fmt: skip
        status = MembershipStatus.MOVED if left else MembershipStatus.SEALED if work.sealed else MembershipStatus.NORMAL
        return load.MembershipRow(
            ref=work.place.ref if fund is Fund.HPF else subsidy_ref(work.place.ref),
            opened_month=int(work.opened),
            spells=[spell],
            status=status,
            kind=self._draw.choice((OpenKind.FIRST_JOB, OpenKind.TRANSFER)),
            sealed_month=int(work.sealed) if work.sealed else None,
            seal_reason=work.reason,
        )

    def _carried(self, memberships: Sequence[load.MembershipRow]) -> int:
        """What is left of the deposits before the books begin, in fen: people have drawn a fifth to nine tenths."""
        left = 0
        for membership in memberships:
            for spell in membership.spells:
                end = Month.from_int(spell.last_month) + 1 if spell.last_month else FIRST_MONTH
                months = min(max(min(end, FIRST_MONTH) - Month.from_int(spell.first_month), 0), 120)
                left += (spell.employer_fen + spell.personal_fen) * months
        return left * self._draw.randint(10, 80) // 100

    def _base(self, place: Workplace) -> Money:
        return self._amounts.clamp(self._citizens.wage(), place.branch.district).amount

    def _month_of_opening(self, born: date) -> Month:
        """Up to fourteen years back, more often lately, nobody under 18."""
        month = FIRST_MONTH - min(self._draw.randrange(168), self._draw.randrange(168))
        return max(month, Month.of(born) + 18 * 12)
