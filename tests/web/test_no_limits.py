"""A city that names no limits: they are switched off one by one at the desk, and everything else goes on (HH-0-04)."""

from datetime import date

import pytest
from django.test import Client
from tests import personas
from tests.hall import Roster, text_of
from tests.parties import builders as b
from tests.reviewing import CENTRE, OPENING, applied, city, person

from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.engine import listings, readers
from hpf.kernel.clock import FixedClock
from hpf.kernel.money import Money
from hpf.policy import changes
from hpf.policy import readers as policy
from hpf.policy.facts import Change
from hpf.policy.proposals import Proposal

FROM = date(2026, 12, 1)
ONE, OTHER = (Actor.staff(number, name, frozenset({Role.POLICY})) for number, name in ((71, "章程"), (72, "季度")))


@pytest.fixture
def agent(centre: object, clock: FixedClock) -> Client:
    """The agent of an employer in Heihe."""
    city()
    return personas.login(personas.AGENT)


def switch_off(clock: FixedClock, *leaves: str) -> None:
    """Two people decide that the centre has no such limit; the clock stands where that holds."""
    with in_centre(CENTRE):
        for leaf in leaves:
            proposal = Proposal(Change(leaf, FROM, None), "手册未规定限额")
            number = changes.propose(ONE, clock.now(), proposal, None)
            changes.approve(OTHER, clock.now(), number, policy.last_approved(leaf), lambda _: None)
    clock.move_to(b.AT.replace(year=2026, month=12, day=2))


def told(agent: Client, base: str) -> str:
    """What entering somebody with this base says; empty when the row is taken."""
    answer = Roster(agent, OPENING).enter().send("list/save/", person(1, "李一", base=base))
    return "" if answer.status_code == 302 else text_of(answer)


@pytest.mark.req("HH-0-04")
def test_without_cap_and_floor_any_base_is_taken_and_opened(agent: Client, clock: FixedClock) -> None:
    switch_off(clock, "base_cap", "base_floor.city", "base_floor.county")
    words = text_of(Roster(agent, OPENING).enter().page())
    assert "最低缴存基数" not in words and "最高缴存基数" not in words
    assert told(agent, "0.00")
    no = applied(agent, person(1, "李一", base="100.00"), person(2, "钱二", base="999999.00"))
    with in_centre(CENTRE):
        rows = listings.every_row_of_case(readers.case(no, None))
        assert [Money.parse(row.worked["total"]).plain for row in rows] == ["16.00", "159999.84"]


@pytest.mark.req("HH-0-04")
@pytest.mark.parametrize(
    ("leaf", "base", "why"),
    [
        ("base_cap", "2009.99", "缴存基数应为2,010.00元以上"),
        ("base_cap", "30000.00", ""),
        ("base_floor.city", "21300.01", "缴存基数应为21,300.00元以下"),
        ("base_floor.city", "10.00", ""),
    ],
)
def test_one_limit_without_the_other(agent: Client, clock: FixedClock, leaf: str, base: str, why: str) -> None:
    switch_off(clock, leaf)
    said = told(agent, base)
    assert (why in said) if why else not said


def test_until_then_the_limits_hold(agent: Client, clock: FixedClock) -> None:
    assert "缴存基数应为2,010.00元至21,300.00元" in told(agent, "30000.00")
