"""Rows that a person of the centre decides: the others are final meanwhile, and every decision is one portion."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.engine.hall import BEFORE_60S, ELSEWHERE, Hall, at, case_now, city, due_in, person, rows_of, state, verdicts
from tests.parties.builders import employer

from hpf.access.actor import Actor, Role
from hpf.engine import listings, readers
from hpf.engine.execute.by_person import approve_rows, refuse_rows
from hpf.engine.facts import Case, CaseState
from hpf.kernel.clock import FixedClock

TELLER = Actor.staff(9, "周静", frozenset({Role.TELLER}))


def _with_person(hall: Hall, drain: Callable[[], int]) -> Case:
    """A case of four rows, two of which need a person (the second and the third)."""
    case = hall.submitted(person(1), person(3, **BEFORE_60S), person(5, **BEFORE_60S), person(7))
    drain()
    return case


RETIRED = "职工已超过法定退休年龄"


@pytest.mark.req("HZ-2.4.2-06", "HZ-2.4.2-08")
def test_rows_that_need_a_person_wait_while_the_others_are_final(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    clock.move_to(at("2026-11-18 10:00"))
    case = _with_person(hall, drain)
    assert verdicts(case) == ["成功", RETIRED, RETIRED, "成功"]
    now = case_now(case)
    assert (now.state, now.succeeded, now.pending, now.referred) == (CaseState.WITH_PERSON, 2, 2, 2)
    assert [c.no for c in listings.cases_with_person().items] == [case.no]
    assert len(due_in("2026-11")) == 2

    clock.move_to(at("2026-11-19 10:00"))
    approve_rows(TELLER, case.id, [2], clock)
    assert (verdicts(case), state(case)) == (["成功", "成功", RETIRED, "成功"], CaseState.WITH_PERSON)
    clock.move_to(at("2026-11-23 10:00"))
    refuse_rows(TELLER, case.id, [3], "材料不清晰", clock)
    assert (verdicts(case), state(case)) == (["成功", "成功", "材料不清晰", "成功"], CaseState.CONCLUDED)
    assert [(portion, rows) for portion, _, rows in listings.portions_of_case(case_now(case))] == [(1, 2), (2, 1)]
    assert [row.portion for row in rows_of(case)] == [1, 2, None, 1]
    assert rows_of(case)[2].worked["base"] == "8200.00"


@pytest.mark.req("HZ-2.4.2-13")
def test_a_person_who_decides_after_the_cut_off_decides_for_the_next_month(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    clock.move_to(at("2026-11-18 10:00"))
    case = hall.submitted(person(1, **BEFORE_60S))
    drain()
    assert (state(case), case_now(case).processed_at) == (CaseState.WITH_PERSON, None)
    clock.move_to(at("2026-11-23 10:00"))
    approve_rows(TELLER, case.id, [1], clock)
    now = case_now(case)
    assert (now.state, str(now.declared_month), str(now.processed_month)) == (
        CaseState.CONCLUDED, "2026-11", "2026-12",
    )  # fmt: skip
    events = [(event.event, event.actor) for event in readers.timeline(case.id)]
    assert events[-2:] == [("start", "周静"), ("finish", "周静")]


def test_an_approved_row_is_judged_once_more(hall: Hall, clock: FixedClock, drain: Callable[[], int]) -> None:
    case = hall.submitted(person(1, **BEFORE_60S))
    drain()
    other = Hall(city([employer("C")])["C"], clock)
    theirs = other.submitted(person(1, **BEFORE_60S))
    drain()
    approve_rows(TELLER, theirs.id, [1], clock)
    approve_rows(TELLER, case.id, [1], clock)
    assert (verdicts(theirs), verdicts(case)) == (["成功"], [ELSEWHERE])
    assert state(case) is CaseState.FAILED


def test_deciding_twice_is_deciding_once(hall: Hall, clock: FixedClock, drain: Callable[[], int]) -> None:
    case = _with_person(hall, drain)
    for _ in range(2):
        approve_rows(TELLER, case.id, [2], clock)
        refuse_rows(TELLER, case.id, [3], "材料缺失", clock)
    refuse_rows(TELLER, case.id, [2], "材料缺失", clock)
    approve_rows(TELLER, case.id, [3], clock)
    approve_rows(TELLER, case.id, [1], clock)
    assert verdicts(case) == ["成功", "成功", "材料缺失", "成功"]
    assert len(due_in("2026-11")) == 3


def test_two_people_decide_about_one_case_at_the_same_moment(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    case = _with_person(hall, drain)
    colleague = Between(lambda: approve_rows(TELLER, case.id, [3], clock))
    with connection.execute_wrapper(colleague):
        approve_rows(TELLER, case.id, [2], clock)
    assert (verdicts(case), state(case)) == (["成功"] * 4, CaseState.CONCLUDED)


class Between:
    """Does something at the moment when a case has been taken up and its first chunk is about to begin."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work, self._locks = work, 0

    def __call__(self, send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._locks += '"engine_case"' in sql and "FOR UPDATE" in sql
        if self._locks == 2:
            self._locks += 1
            self._work()
        return send(sql, params, many, context)


def test_a_refusal_by_a_person_needs_its_reason(hall: Hall, clock: FixedClock, drain: Callable[[], int]) -> None:
    case = hall.submitted(person(1, **BEFORE_60S))
    drain()
    with pytest.raises(ValueError, match="reason"):
        refuse_rows(TELLER, case.id, [1], "  ", clock)
    refuse_rows(TELLER, case.id, [1], "不符合办理条件", clock)
    assert (verdicts(case), state(case)) == (["不符合办理条件"], CaseState.FAILED)
