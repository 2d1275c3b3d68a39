"""单位内部复核: what holds at once, what waits for another agent, and what cannot be set at all."""

import threading

import pytest
from django.db import connection
from tests.parties import builders as b
from tests.server import Clone

from hpf.access.actor import Actor
from hpf.access.tenancy import in_centre
from hpf.kernel.money import Money
from hpf.parties import changes, load, readers
from hpf.parties.facts import Checking, Duties
from hpf.parties.refusals import CheckingRefused

BOTH, MAKES, CHECKS, NOTHING = Duties(True, True), Duties(True, False), Duties(False, True), Duties(False, False)
THOUSAND = Money(100_000)


class Office:
    """An employer with so many agents."""

    def __init__(self, agents: int) -> None:
        names = ("陈思远", "吴佳宁", "沈桂英")[:agents]
        rows = [load.AgentRow(name, b.id_no(n, born="19700101"), "") for n, name in enumerate(names)]
        account_id = b.city([b.employer("A")._replace(agents=rows)], []).employer_account_ids["A"]
        self.employer_id = readers.employer_account(account_id).employer_id
        self.account_id = account_id
        self.agents = [one.id for one in readers.agents(self.employer_id)]

    def checking(self, check_from: Money | None, *duties: Duties) -> Checking:
        """Settings with these duties, in the order of the agents."""
        return Checking(check_from, dict(zip(self.agents, duties, strict=True)))

    def set(self, by: int, check_from: Money | None, *duties: Duties) -> bool:
        """The settings asked for by an agent, counted from 0."""
        actor = Actor.agent(by + 1, "经办人", self.employer_id)
        return changes.set_checking(actor, b.AT, self.employer_id, self.agents[by], self.checking(check_from, *duties))

    def confirm(self, by: int, request_id: int | None = None) -> None:
        """The change that waits, or another, confirmed by an agent."""
        waits = readers.checking_request(self.employer_id)
        number = request_id if request_id is not None else waits.id if waits else 0
        actor = Actor.agent(by + 1, "经办人", self.employer_id)
        changes.confirm_checking(actor, b.AT, self.employer_id, self.agents[by], number)

    @property
    def present(self) -> Checking:
        """What holds."""
        return readers.employer_account(self.account_id).checking


def trail() -> list[str]:
    """The verbs in the trail, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT verb FROM trail_entry WHERE verb LIKE 'checking.%%' ORDER BY id", [])
        return [verb for (verb,) in cursor.fetchall()]


def test_an_employer_with_one_agent_cannot_switch_it_on(centre: object) -> None:
    with pytest.raises(CheckingRefused, match="只登记了一名经办人") as refusal:
        Office(1).set(0, Money.ZERO, BOTH)
    assert "柜面增加经办人" in refusal.value.refused.hint


def test_switching_on_and_tightening_holds_at_once(centre: object) -> None:
    office = Office(2)
    assert office.present.check_from is None
    assert office.set(0, THOUSAND, BOTH, BOTH)
    assert office.set(1, Money.ZERO, MAKES, CHECKS) is True, "a lower amount, duties less"
    assert office.present == office.checking(Money.ZERO, MAKES, CHECKS)
    assert readers.checking_request(office.employer_id) is None and trail() == ["checking.set", "checking.set"]


@pytest.mark.parametrize(
    ("check_from", "duties"), [(None, (MAKES, CHECKS)), (Money(100_001), (MAKES, CHECKS)), (THOUSAND, (BOTH, CHECKS))]
)
def test_loosening_waits_for_another_agent(
    centre: object, check_from: Money | None, duties: tuple[Duties, Duties]
) -> None:
    office = Office(2)
    office.set(0, THOUSAND, MAKES, CHECKS)
    assert office.set(0, check_from, *duties) is False
    assert office.present == office.checking(THOUSAND, MAKES, CHECKS), "nothing has changed yet"
    with pytest.raises(CheckingRefused, match="不能确认本人提出的修改"):
        office.confirm(0)
    office.confirm(1)
    assert office.present == office.checking(check_from, *duties)
    assert readers.checking_request(office.employer_id) is None
    assert trail() == ["checking.set", "checking.asked", "checking.confirmed"]


def test_only_the_change_that_was_seen_is_confirmed(centre: object) -> None:
    office = Office(2)
    office.set(0, THOUSAND, BOTH, BOTH)
    office.set(0, Money(200_000), BOTH, BOTH)
    seen = readers.checking_request(office.employer_id)
    assert seen is not None and (seen.asked_by_name, seen.wanted.check_from) == ("陈思远", Money(200_000))
    office.set(0, None, BOTH, BOTH)
    with pytest.raises(CheckingRefused, match="新的设置代替"):
        office.confirm(1, seen.id)
    office.set(1, Money(50_000), BOTH, BOTH)  # tightened meanwhile: what waited is about other settings
    with pytest.raises(CheckingRefused, match="新的设置代替"):
        office.confirm(1)
    assert office.present.check_from == Money(50_000)


def test_a_change_can_be_taken_back(centre: object) -> None:
    office = Office(2)
    office.set(0, THOUSAND, BOTH, BOTH)
    office.set(0, None, BOTH, BOTH)
    waits = readers.checking_request(office.employer_id)
    assert waits is not None
    changes.drop_checking_request(b.ACTOR, b.AT, office.employer_id, waits.id)
    with pytest.raises(CheckingRefused):
        changes.drop_checking_request(b.ACTOR, b.AT, office.employer_id, waits.id)
    assert office.present.check_from == THOUSAND and trail()[-1] == "checking.dropped"


@pytest.mark.parametrize(
    ("duties", "why"),
    [
        ((CHECKS, CHECKS), "至少须有一名经办人员"),
        ((MAKES, MAKES), "陈思远经办的办件没有其他人员可以复核"),
        ((MAKES, NOTHING), "陈思远经办的办件没有其他人员可以复核"),
        ((BOTH, MAKES), "陈思远经办的办件没有其他人员可以复核"),
    ],
)
def test_every_case_finds_somebody_to_check_it(centre: object, duties: tuple[Duties, Duties], why: str) -> None:
    with pytest.raises(CheckingRefused, match=why):
        Office(2).set(0, Money.ZERO, *duties)


def test_agents_who_came_or_went_meanwhile_are_noticed(centre: object) -> None:
    office, other = Office(2), [999, 998]
    with pytest.raises(CheckingRefused, match="名单已有变化"):
        changes.set_checking(
            b.ACTOR, b.AT, office.employer_id, office.agents[0],
            Checking(Money.ZERO, dict.fromkeys(other, BOTH)),
        )  # fmt: skip
    with pytest.raises(CheckingRefused, match="设置没有变化"):
        office.set(0, None, MAKES, MAKES)


def test_two_agents_who_confirm_and_tighten_at_once_leave_one_result(committed_centre: Clone) -> None:
    office = Office(3)
    office.set(0, THOUSAND, BOTH, BOTH, BOTH)
    office.set(0, None, BOTH, BOTH, BOTH)
    told: list[str] = []

    def run(verb: str) -> None:
        try:
            with in_centre("hangzhou"):
                office.confirm(1) if verb == "confirm" else office.set(2, Money.ZERO, BOTH, BOTH, BOTH)
        except CheckingRefused:
            told.append(verb)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in ("confirm", "tighten")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert office.present.check_from == Money.ZERO
    assert told in ([], ["confirm"]), "confirmed first and tightened again, or too late to be confirmed"
