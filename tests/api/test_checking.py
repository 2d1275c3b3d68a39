"""A program hands in, a person checks in the hall: the program sees the state, and is told of each move."""

from collections.abc import Callable

import pytest
from tests.api.stage import Caller, caller, roster
from tests.checking import CHECKER, MAKER, OUTSIDER, Office, employer, login
from tests.engine.hall import city, person

from hpf.access.tokens import Scope, issue
from hpf.engine import checking
from hpf.engine.checking import CheckRefused
from hpf.engine.happenings import happenings
from hpf.kernel.clock import FixedClock
from hpf.parties import readers as parties

KEY = "payroll-2026-11"


@pytest.fixture
def account_id(centre: object, clock: FixedClock) -> int:
    """An employer that checks everything."""
    return city([employer("A", 0, MAKER, CHECKER)])["A"]


def _office(account_id: int) -> Office:
    return Office(parties.employer_account(account_id).employer_id)


def test_a_case_by_api_waits_for_a_person(account_id: int, clock: FixedClock, drain: Callable[[], int]) -> None:
    program = caller(account_id)
    case = program.submitted(roster(), KEY, [person(1)])["case"]
    assert (case["state"], case["state_label"], case["needs_check"]) == ("awaiting_check", "待单位复核", True)
    assert (case["checked_by"], case["checked_at"], case["is_final"], drain()) == ("", None, False, 0)
    assert program.get("cases?state=awaiting_check")["total"] == 1
    office = _office(account_id)
    checking.pass_check(office.actor(CHECKER), clock.now(), case["no"])
    drain()
    now = program.get(f"cases/{case['no']}")
    assert (now["state"], now["checked_by"]) == ("concluded", CHECKER)
    assert now["checked_at"] == now["declared_at"]
    told = [(one.event, one.state.value) for one in happenings(0, [office.employer_id])]
    assert told[:3] == [("submitted", "submitted"), ("ask_check", "awaiting_check"), ("checked", "submitted")]
    assert [event["event"] for event in now["events"]] == [event for event, _ in told]


def test_the_agent_behind_a_token_does_not_check_what_it_sent(account_id: int, clock: FixedClock) -> None:
    office = _office(account_id)
    _, secret = issue(login(CHECKER), "hangzhou", office.employer_id, "薪资系统", tuple(Scope))
    program = Caller(account_id, secret)
    program.materials(roster(), KEY)
    answer = program.submit(roster(), KEY, [person(1)])
    assert answer.status_code == 422 and "没有经办权限" in answer.content.decode(), "the agent may check only"
    _, secret = issue(login(OUTSIDER), "hangzhou", office.employer_id, "薪资系统", tuple(Scope))
    answer = Caller(account_id, secret).submit(roster(), KEY, [person(1)])
    assert answer.status_code == 403 and "agent_left" in answer.content.decode(), "it is the employer's agent no more"
    _, secret = issue(login(MAKER), "hangzhou", office.employer_id, "薪资系统", tuple(Scope))
    case = Caller(account_id, secret).submitted(roster(), "payroll-2026-12", [person(1)])["case"]
    with pytest.raises(CheckRefused, match="不能复核本人经办的办件"):
        checking.pass_check(office.actor(MAKER), clock.now(), case["no"])
    assert checking.withdraw(office.actor(MAKER), clock.now(), case["no"]).state.value == "cancelled"
