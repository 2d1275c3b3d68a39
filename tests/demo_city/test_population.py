"""The people of the demo city: lawful, the same each time, and with those among them that each rule needs."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from random import Random

import pytest

from hpf.kernel.credit import CreditCode
from hpf.kernel.identity import check_id, upgrade_15
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties.facts import MembershipStatus
from hpf.policy import book
from hpf.site.demo_city.citizens import NEWCOMER_SERIALS, TOWN_SERIALS
from hpf.site.demo_city.notables import NOTABLES
from hpf.site.demo_city.people import FIRST_MONTH, LAST_MONTH, Population, Resident
from hpf.site.demo_city.workplaces import Workplace, employers
from hpf.site.demo_city.world import read_world

TODAY = date(2026, 11, 2)
RULES = book.load("hangzhou").at(TODAY)
AMOUNTS = book.load("hangzhou").on(FIRST_MONTH)


def _city() -> tuple[list[Workplace], list[Resident]]:
    draw = Random(1)
    places = [place for place, _ in employers(read_world(), RULES, draw)]
    places = [replace(place, people=min(place.people, 1_500)) for place in places]
    return places, list(Population(AMOUNTS, RULES, draw, TODAY).of(places))


@pytest.fixture(scope="module")
def city() -> tuple[list[Workplace], list[Resident]]:
    """The demo city with its largest employers cut to 1,500 people."""
    return _city()


def test_it_is_the_same_city_each_time(city: tuple[list[Workplace], list[Resident]]) -> None:
    assert _city() == city


def test_every_credit_code_is_valid_and_nobody_has_anothers() -> None:
    rows = [row for _, row in employers(read_world(), RULES, Random(1))]
    assert len({CreditCode(row.credit_code) for row in rows}) == len(rows) == 313
    assert {row.credit_code[:2] for row in rows} >= {"91", "12", "11", "92"}


def test_every_id_is_valid_and_nobody_has_anothers(city: tuple[list[Workplace], list[Resident]]) -> None:
    people = [resident.row for resident in city[1]]
    numbers = [upgrade_15(one.id_no) if len(one.id_no) == 15 else one.id_no for one in people]
    assert [one for one, no in zip(people, numbers, strict=True) if check_id(one.id_type, no, TODAY) is not None] == []
    assert len(set(numbers)) == len(numbers)
    assert not set(TOWN_SERIALS) & set(NEWCOMER_SERIALS)


def test_each_employer_has_its_people(city: tuple[list[Workplace], list[Resident]]) -> None:
    places, people = city
    counts = Counter(
        (membership.ref, membership.status)
        for resident in people
        for account in resident.row.accounts
        for membership in account.memberships
    )
    for place in places:
        assert counts[place.ref, MembershipStatus.NORMAL] == place.people
        assert counts[place.ref, MembershipStatus.SEALED] == place.sealed
    assert counts["E04/SUBSIDY", MembershipStatus.NORMAL] == 96
    assert sum(count for (_, status), count in counts.items() if status is MembershipStatus.MOVED) > 50


def test_terms_follow_the_policy_book(city: tuple[list[Workplace], list[Resident]]) -> None:
    district = {place.ref: place.branch.district for place in city[0]}
    marks = Counter[str]()
    for resident in city[1]:
        for account in resident.row.accounts:
            for membership in account.memberships:
                [spell] = membership.spells
                floor = AMOUNTS.base_floor(district[str(membership.ref).partition("/")[0]])
                assert floor is not None and AMOUNTS.base_cap is not None
                assert floor.fen <= spell.base_fen <= AMOUNTS.base_cap.fen
                marks["floor"] += spell.base_fen == floor.fen
                marks["cap"] += spell.base_fen == AMOUNTS.base_cap.fen
                marks["all"] += 1
                personal = Rate(spell.personal_rate)
                parts = AMOUNTS.deposit(Money(spell.base_fen), Rate(spell.employer_rate), personal)
                assert spell.employer_fen == parts.employer.fen
                assert spell.personal_fen == (0 if spell.exempt else parts.personal.fen)
    assert 4 < 100 * marks["floor"] / marks["all"] < 9
    assert 2 < 100 * marks["cap"] / marks["all"] < 6


def test_nobody_is_normal_twice_or_paid_for_twice(city: tuple[list[Workplace], list[Resident]]) -> None:
    for resident in city[1]:
        for account in resident.row.accounts:
            assert sum(one.status is MembershipStatus.NORMAL for one in account.memberships) <= 1
            spells = sorted(
                (spell for one in account.memberships for spell in one.spells), key=lambda one: one.first_month
            )
            for before, after in pairwise(spells):
                assert before.last_month is not None
                assert before.last_month < after.first_month
            for spell in spells:
                assert spell.last_month is None or spell.first_month <= spell.last_month


def test_the_months_of_the_books_have_joiners_and_leavers(city: tuple[list[Workplace], list[Resident]]) -> None:
    spells = [
        spell
        for resident in city[1]
        for account in resident.row.accounts
        for membership in account.memberships
        for spell in membership.spells
    ]
    for month in Month.between(FIRST_MONTH + 1, LAST_MONTH):
        assert sum(spell.first_month == int(month) for spell in spells) > 5
        assert sum(spell.last_month == int(month - 1) for spell in spells) > 5


def test_what_was_paid_before_is_not_more_than_what_was_due(city: tuple[list[Workplace], list[Resident]]) -> None:
    kept = [fen for resident in city[1] for _, fen in resident.opening]
    assert min(kept) == 0
    newcomers = [
        fen
        for resident in city[1]
        for account, (_, fen) in zip(resident.row.accounts, resident.opening, strict=True)
        if min(spell.first_month for one in account.memberships for spell in one.spells) >= int(FIRST_MONTH)
    ]
    assert newcomers
    assert not any(newcomers)


def test_the_people_worth_having_are_there(city: tuple[list[Workplace], list[Resident]]) -> None:
    by_id = {resident.row.id_no: resident.row for resident in city[1]}
    for notable in NOTABLES:
        row = by_id[notable.id_no]
        [membership] = row.accounts[0].memberships
        assert (row.name, membership.ref, row.accounts[0].frozen) == (notable.name, notable.at, notable.frozen)
        assert (membership.sealed_month is None) == (notable.sealed is None)
    names = {notable.name for notable in NOTABLES}
    assert any(len(name) == 11 for name in names)
    assert {"田𠮷", "王䶮"} <= names
    assert {notable.id_no[:2] for notable in NOTABLES} >= {"81", "82", "83"}
    assert {notable.base.fen for notable in NOTABLES if notable.base} >= {266_000, 266_001, 4_215_099, 4_215_100}
