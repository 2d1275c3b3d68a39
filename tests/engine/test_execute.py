"""From submission to opened accounts: what becomes of each row, when, and in which business month."""

import uuid
from collections.abc import Callable

import pytest
from tests.engine.hall import (
    ELSEWHERE,
    OFFER,
    Hall,
    at,
    case_now,
    city,
    due_in,
    labelled,
    person,
    rows_of,
    state,
    upload_materials,
    verdicts,
)
from tests.parties.builders import employer, key, normal, sealed
from tests.parties.builders import person as known

from hpf.dues.changes import close_month
from hpf.engine import readers
from hpf.engine.execute.execute import StillBusy, execute
from hpf.engine.facts import Case, CaseState
from hpf.engine.intake.direct import Sent, submit_rows
from hpf.engine.jobs import SYSTEM
from hpf.kernel.clock import FixedClock
from hpf.kernel.month import Month
from hpf.parties import changes as parties
from hpf.parties import readers as standings
from hpf.parties.facts import Fund, MembershipStatus, Sealing
from hpf.runs.schedule import RUNS

BATCH = next(run for run in RUNS if run.code == "next_day")


def _play(clock: FixedClock, until: str, drain: Callable[[], int]) -> None:
    """Lets the clock run, with the next-day batches that fall due on the way."""
    for due_at in BATCH.due_times(clock.now(), at(until)):
        clock.move_to(due_at)
        BATCH.start(due_at)
        drain()
    clock.move_to(at(until))


def _months(case: Case) -> tuple[str, str]:
    now = case_now(case)
    return str(now.declared_month), str(now.processed_month)


GOLDEN = [
    # submitted, first looked at afterwards, 申报业务年月, 处理成功业务年月
    ("2026-11-20 16:59", "2026-11-20 17:00", "2026-11", "2026-11"),
    ("2026-11-20 17:00", "2026-11-21 06:00", "2026-11", "2026-12"),
    ("2026-12-18 16:59", "2026-12-18 17:00", "2026-12", "2026-12"),
    ("2026-12-18 17:30", "2026-12-19 06:00", "2026-12", "2027-01"),
    ("2026-12-19 10:00", "2026-12-19 10:00", "2027-01", "2027-01"),
]


@pytest.mark.req("HZ-1.2-01", "HZ-1.2-02", "HZ-1.2-03", "HZ-1.2-13", "HZ-1.2-14", "HZ-2.4.2-13")
@pytest.mark.parametrize(("submitted", "seen", "declared", "processed"), GOLDEN, ids=[row[0] for row in GOLDEN])
def test_where_an_opening_falls(
    hall: Hall, clock: FixedClock, drain: Callable[[], int], submitted: str, seen: str, declared: str, processed: str
) -> None:
    clock.move_to(at(submitted))
    case = hall.submitted(person(1))
    drain()
    _play(clock, seen, drain)
    assert state(case) is CaseState.CONCLUDED
    assert _months(case) == (declared, processed)
    assert case_now(case).crossed_month == (declared != processed)
    assert due_in(processed) == [(hall.account_id, 131200)]
    assert due_in(str(Month.parse(processed) - 1)) == []


@pytest.mark.req("HZ-2.4.1-46", "HZ-2.4.1-48", "HZ-2.4.2-07", "HZ-2.4.2-08")
def test_good_rows_go_through_beside_bad_ones(hall: Hall, clock: FixedClock, drain: Callable[[], int]) -> None:
    other = Hall(city([employer("C")])["C"], clock)
    case = hall.submitted(person(1), person(2), person(3))
    assert case_now(case).pending == 3
    faster = other.submitted(person(2))
    execute(faster.id, SYSTEM, clock)
    drain()
    assert verdicts(case) == ["成功", ELSEWHERE, "成功"]
    now = case_now(case)
    assert (now.succeeded, now.failed, now.pending, now.state) == (2, 1, 0, CaseState.CONCLUDED)
    assert [row.result.get("customer_no", "") != "" for row in rows_of(case)] == [True, False, True]
    assert len(due_in("2026-11")) == 3


def test_a_case_without_a_good_row_has_failed(hall: Hall, clock: FixedClock, drain: Callable[[], int]) -> None:
    other = Hall(city([employer("C")])["C"], clock)
    case = hall.submitted(person(1))
    execute(other.submitted(person(1)).id, SYSTEM, clock)
    drain()
    assert (state(case), verdicts(case)) == (CaseState.FAILED, [ELSEWHERE])
    assert case_now(case).processed_at == clock.now()


@pytest.mark.req("HZ-2.4.1-41")
def test_after_the_other_employer_has_sealed_the_same_row_is_taken(hall: Hall, clock: FixedClock) -> None:
    other = city([employer("C")], [known(1, normal("C"))])["C"]
    draft = hall.enter()
    assert hall.save(draft, person(1)) == [ELSEWHERE]
    membership = standings.standings(other, Fund.HPF, [key(1)])[0].here
    assert membership is not None
    parties.seal_accounts(SYSTEM, clock.now(), [Sealing(membership.membership_id, Month(2026, 11), "03")])
    assert hall.save(draft, person(1)) == []


@pytest.mark.req("HZ-2.3-02", "HZ-2.4.1-01")
@pytest.mark.parametrize(
    ("where", "kind", "memberships"),
    [("A", "启封", ["normal"]), ("B", "调入", ["normal", "sealed"]), ("", "设立", ["normal"])],
)
def test_a_sealed_person_gets_no_second_account(
    centre: object, clock: FixedClock, drain: Callable[[], int], where: str, kind: str, memberships: list[str]
) -> None:
    refs = city([employer("A"), employer("B")], [known(1, sealed(where))] if where else [])
    hall = Hall(refs["A"], clock)
    case = hall.submitted(person(1))
    assert rows_of(case)[0].worked["kind"] == kind
    drain()
    (row,) = rows_of(case)
    assert (row.state.label, row.worked["kind"]) == ("成功", kind)
    found = [standings.standings(refs[name], Fund.HPF, [key(1)])[0] for name in ("A", "B")]
    assert len({standing.account_id for standing in found}) == 1
    assert sorted(s.here.status.value for s in found if s.here) == memberships


@pytest.mark.req("HZ-1.2-15")
def test_two_employers_open_the_same_sealed_person_in_the_evening(
    centre: object, clock: FixedClock, drain: Callable[[], int]
) -> None:
    refs = city([employer("A"), employer("B"), employer("C")], [known(1, sealed("C"))])
    a, b = Hall(refs["A"], clock), Hall(refs["B"], clock)
    late_draft = b.enter()
    assert b.save(late_draft, person(1)) == []
    b.ready(late_draft)
    clock.move_to(at("2026-11-20 17:10"))
    first = a.submitted(person(1))
    clock.move_to(at("2026-11-20 17:20"))
    second = b.submit(late_draft)
    drain()
    assert (state(first), state(second)) == (CaseState.QUEUED, CaseState.QUEUED)
    _play(clock, "2026-11-21 06:00", drain)
    assert (verdicts(first), verdicts(second)) == (["成功"], [ELSEWHERE])
    assert _months(first) == ("2026-11", "2026-12")
    assert (state(second), case_now(second).processed_month) == (CaseState.FAILED, None)


@pytest.mark.req("HZ-1.2-15")
def test_the_batch_goes_by_the_time_of_declaration_and_not_by_number(
    centre: object, clock: FixedClock, drain: Callable[[], int]
) -> None:
    refs = city([employer("A"), employer("B")])
    late = Hall(refs["B"], FixedClock(at("2026-11-18 17:20"))).submitted(person(1))
    early = Hall(refs["A"], FixedClock(at("2026-11-18 17:10"))).submitted(person(1))
    assert late.id < early.id
    clock.move_to(at("2026-11-18 18:00"))
    _play(clock, "2026-11-19 06:00", drain)
    assert (verdicts(early), verdicts(late)) == (["成功"], [ELSEWHERE])


@pytest.mark.req("HZ-1.2-14")
def test_the_batch_leaves_what_was_declared_after_its_hour(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    clock.move_to(at("2026-11-18 17:10"))
    first = hall.submitted(person(1))
    clock.move_to(at("2026-11-19 17:10"))  # the batch of the morning runs late
    second = hall.submitted(person(2))
    BATCH.start(at("2026-11-19 06:00"))
    drain()
    assert (state(first), state(second)) == (CaseState.CONCLUDED, CaseState.QUEUED)


def test_a_person_who_moved_is_history_at_the_old_employer_the_day_after(
    centre: object, clock: FixedClock, drain: Callable[[], int]
) -> None:
    refs = city([employer("A"), employer("C")], [known(1, sealed("C"))])
    Hall(refs["A"], clock).submitted(person(1))
    drain()
    _play(clock, "2026-11-17 06:00", drain)
    here = standings.standings(refs["C"], Fund.HPF, [key(1)])[0].here
    assert here is not None
    assert here.status is MembershipStatus.MOVED


@pytest.mark.req("HZ-2.4.2-13")
def test_nothing_is_processed_into_a_month_whose_dues_are_made(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    clock.move_to(at("2026-11-20 16:00"))
    case = hall.submitted(person(1))
    close_month(SYSTEM, clock.now(), Month(2026, 11))
    drain()
    assert _months(case) == ("2026-11", "2026-12")
    assert (due_in("2026-11"), due_in("2026-12")) == ([], [(hall.account_id, 131200)])


def test_limits_are_those_of_the_day_of_declaration_and_amounts_those_of_the_month_of_processing(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    earlier = FixedClock(at("2026-06-18 17:30"))
    case = Hall(hall.account_id, earlier).submitted(person(1, wage="50000"))
    assert rows_of(case)[0].worked["base"] == "40694.00"
    execute(case.id, SYSTEM, FixedClock(at("2026-06-19 06:00")))
    assert (_months(case), rows_of(case)[0].worked["base"]) == (("2026-06", "2026-07"), "42151.00")


@pytest.mark.req("HZ-2.4.1-55")
def test_the_result_of_the_message_subscription_is_kept_with_the_row(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    phone = {"phone": "13800001111", "sms": "Y"}
    case = hall.submitted(person(1, **phone), person(2, **phone), person(3))
    drain()
    assert [row.result["sms"] for row in rows_of(case)] == [
        "订阅成功", "订阅失败：该号码已被其他职工订阅", "未订阅",
    ]  # fmt: skip


@pytest.mark.req("HZ-2.4.1-42")
def test_a_person_waiting_in_another_case_of_ours_is_registered_already(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    clock.move_to(at("2026-11-18 17:10"))
    case = hall.submitted(person(1))
    draft = hall.enter()
    assert hall.save(draft, person(1)) == ["已有登记记录"]
    assert hall.save(draft, person(2)) == []
    _play(clock, "2026-11-19 06:00", drain)
    assert state(case) is CaseState.CONCLUDED


@pytest.mark.req("HZ-1.2-15", "HZ-2.4.1-42")
def test_of_two_cases_of_one_employer_the_earlier_opens_the_person(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    clock.move_to(at("2026-11-18 17:10"))
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    early = _sent_by_program(hall, person(1))
    clock.move_to(at("2026-11-18 17:20"))
    late = hall.submit(draft)
    _play(clock, "2026-11-19 06:00", drain)
    assert (verdicts(early), verdicts(late)) == (["成功"], ["已有登记记录"])


def _sent_by_program(hall: Hall, *rows: dict[str, str]) -> Case:
    """A case that a program sends beside the list in the hall."""
    key = str(uuid.uuid4())
    upload_materials(hall.desk, key)
    return submit_rows(hall.desk, OFFER, Sent(key, rows, declared=True))[0]


def test_another_case_of_a_held_account_comes_back_later(hall: Hall, clock: FixedClock) -> None:
    case = hall.submitted(person(1))
    parties.hold(hall.account_id, case.id + 1)
    with pytest.raises(StillBusy):
        execute(case.id, SYSTEM, clock)
    assert case_now(case).pending == 1
    parties.release(hall.account_id, case.id + 1)
    assert execute(case.id, SYSTEM, clock).state is CaseState.CONCLUDED


def test_executing_a_finished_case_again_changes_nothing(
    hall: Hall, clock: FixedClock, drain: Callable[[], int]
) -> None:
    case = hall.submitted(person(1))
    drain()
    before = (case_now(case), rows_of(case), readers.timeline(case.id), due_in("2026-11"))
    clock.move_to(at("2026-11-17 10:00"))
    execute(case.id, SYSTEM, clock)
    assert (case_now(case), rows_of(case), readers.timeline(case.id), due_in("2026-11")) == before


def test_imported_rows_are_opened_like_typed_ones(hall: Hall, clock: FixedClock, drain: Callable[[], int]) -> None:
    draft = hall.enter()
    hall.upload(draft, [labelled(1), labelled(2, wage="100")])
    hall.ready(draft)
    case = hall.submit(draft)
    drain()
    assert due_in("2026-11") == [(hall.account_id, 42600), (hall.account_id, 131200)]
    assert verdicts(case) == ["成功", "成功"]
