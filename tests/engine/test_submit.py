"""Submission: everything that is missing is told at once, and a form counts once however often it is sent."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from tests.engine.hall import OFFER, Hall, at, case_now, city, labelled, person, rows_of, state, upload_materials
from tests.engine.test_drafts import refuses
from tests.parties.builders import employer
from tests.server import Clone

from hpf.access.tenancy import in_centre
from hpf.engine import readers
from hpf.engine.facts import Case, CaseState, Draft
from hpf.engine.intake import drafts, submit
from hpf.engine.intake.drafts import DraftRefusals, DraftRefused
from hpf.engine.intake.submit import SubmitRefusals
from hpf.kernel.clock import FixedClock


def _missing(hall: Hall, draft: Draft) -> list[str]:
    with pytest.raises(DraftRefused) as refused:
        hall.submit(draft)
    return [r.text for r in refused.value.refused]


SEAL = "缺少材料：个人账户设立（启封）清册（加盖公章）"


@pytest.mark.req("HZ-2.4.1-51", "HZ-2.4.1-52")
def test_everything_that_is_missing_is_told_at_once(hall: Hall) -> None:
    draft = hall.enter()
    assert _missing(hall, draft) == ["清册中没有记录", "请阅读并勾选声明", SEAL]
    hall.save(draft, person(1))
    assert _missing(hall, draft) == ["清册尚未确认", "请阅读并勾选声明", SEAL]
    drafts.confirm(hall.desk, draft.id, draft.visit)
    assert _missing(hall, draft) == ["请阅读并勾选声明", SEAL]
    drafts.declare(hall.desk, draft.id, draft.visit, {})
    assert _missing(hall, draft) == [SEAL]
    upload_materials(hall.desk, draft.submit_key)
    assert hall.submit(draft).total == 1


def test_a_row_added_after_confirming_has_to_be_confirmed_again(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    hall.save(draft, person(2))
    assert _missing(hall, draft) == ["清册尚未确认", "请阅读并勾选声明"]


def test_what_a_case_says_of_itself(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.save(draft, person(1, name="张三"))
    hall.save(draft, person(2, name="李四", wage="1000"))
    hall.ready(draft)
    case = hall.submit(draft)
    assert case.no.startswith("2026111611")
    assert (case.declared_at, case.declared_by, case.channel) == (clock.now(), "陈思远", "online")
    assert (str(case.declared_month), case.state, case.amount_fen) == ("2026-11", CaseState.SUBMITTED, 173800)
    assert (case.total, case.succeeded, case.failed, case.pending) == (2, 0, 0, 2)
    assert [(row.row_no, row.data["name"]) for row in rows_of(case)] == [(1, "张三"), (2, "李四")]
    assert [event.event for event in readers.timeline(case.id)] == ["submitted"]
    assert case.employer_id == hall.desk.judging.applicant.employer_id
    assert readers.case(case.no, case.employer_id) == case
    with pytest.raises(readers.NoSuchCase):
        readers.case(case.no, case.employer_id + 1)


def test_a_form_sent_twice_is_one_case(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    first = hall.submit(draft)
    assert hall.submit(draft) == first
    assert len(rows_of(first)) == 1


def test_after_submission_the_list_is_empty_and_the_old_page_says_so(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    hall.submit(draft)
    refuses(DraftRefusals.LEFT, lambda: hall.save(draft, person(2)))
    fresh = hall.enter()
    assert (fresh.rows, fresh.submit_key == draft.submit_key) == (0, False)


def test_a_used_key_does_not_pass_for_another_list(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    hall.submit(draft)
    fresh = hall.enter()
    hall.save(fresh, person(2))
    hall.ready(fresh)
    send = lambda: submit.submit(hall.desk, OFFER, fresh.id, fresh.visit, draft.submit_key)  # noqa: E731
    refuses(SubmitRefusals.OTHER_CONTENT, send)
    assert hall.names(fresh) == ["王小明"]


def test_a_strangers_key_gives_nothing_away(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    hall.submit(draft)
    stranger = Hall(city([employer("C")])["C"], clock)
    refuses(DraftRefusals.LEFT, lambda: stranger.submit(draft))


def test_two_clicks_at_the_same_moment_are_one_case(committed_centre: Clone, clock: FixedClock) -> None:
    hall = Hall(city([employer("A")])["A"], clock)
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    start, cases = threading.Barrier(4), list[Case]()

    def click() -> None:
        with in_centre("hangzhou"):
            start.wait()
            cases.append(hall.submit(draft))
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join(timeout=30)
    assert len(cases) == 4
    assert len({case.no for case in cases}) == 1


@pytest.mark.req("HZ-1.2-07", "HZ-1.2-13", "HZ-1.2-17")
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-18 02:00:00", CaseState.CONCLUDED),
        ("2026-11-18 16:59:59.999999", CaseState.CONCLUDED),
        ("2026-11-18 17:00:00", CaseState.QUEUED),
        ("2026-11-18 23:59:59", CaseState.QUEUED),
        ("2026-11-19 00:00:00", CaseState.CONCLUDED),
        ("2026-11-21 16:59:59", CaseState.CONCLUDED),  # a Saturday
        ("2026-11-22 17:00:00", CaseState.QUEUED),  # a Sunday
    ],
)
def test_from_five_o_clock_on_a_case_is_accepted_only(
    hall: Hall, clock: FixedClock, drain: Callable[[], int], moment: str, expected: CaseState
) -> None:
    clock.move_to(at(moment))
    case = hall.submitted(person(1))
    drain()
    assert state(case) is expected
    assert case_now(case).pending == (1 if expected is CaseState.QUEUED else 0)


def test_imported_rows_are_submitted_like_typed_ones(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.upload(draft, [labelled(1, name="张三"), labelled(2, name="李四")])
    clock.move_to(clock.now() + timedelta(minutes=10))
    hall.ready(draft)
    case = hall.submit(draft)
    assert [row.data["name"] for row in rows_of(case)] == ["张三", "李四"]
