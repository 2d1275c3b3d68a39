"""The list before submission (待确认记录): what stays, what goes, who may touch it, what it says when it refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.engine.hall import BEFORE_60S, Hall, city, labelled, person
from tests.parties.builders import employer, id_no

from hpf.engine import readers
from hpf.engine.facts import Intake
from hpf.engine.intake import drafts
from hpf.engine.intake.drafts import DraftRefusals, DraftRefused
from hpf.kernel.clock import FixedClock
from hpf.kernel.refusal import Refusal


def refuses(refusal: Refusal, work: Callable[[], Any]) -> str:
    """That `work` is refused with this refusal alone; its text."""
    with pytest.raises(DraftRefused) as refused:
        work()
    (only,) = refused.value.refused
    assert only.code == refusal.code
    return only.text


@pytest.mark.req("HZ-2.4.1-08")
def test_typed_rows_wait_for_the_next_visit(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    assert hall.save(draft, person(1, name="张三")) == []
    assert hall.save(draft, person(2, name="李四")) == []
    clock.move_to(clock.now() + timedelta(days=5))
    again = hall.enter()
    assert (again.rows, again.intake, again.expires_at) == (2, Intake.TYPED, None)
    assert hall.names(again) == ["张三", "李四"]
    assert (again.edited_by, again.edited_at) == ("陈思远", draft.edited_at)


def test_a_refused_row_is_not_kept_and_says_everything_that_is_wrong(hall: Hall) -> None:
    draft = hall.enter()
    assert hall.save(draft, person(1, name="张3", wage="0")) == ["存在非法字符，不得提交", "月均工资应大于0"]
    assert (hall.enter().rows, hall.enter().intake) == (0, None)


def test_a_row_for_a_person_of_the_centre_is_kept(hall: Hall) -> None:
    draft = hall.enter()
    verdict = drafts.save_row(hall.desk, draft.id, draft.visit, person(1, **BEFORE_60S))
    assert verdict.refused == ()
    assert verdict.referral is not None
    assert verdict.referral.text == "职工已超过法定退休年龄"
    assert hall.enter().rows == 1


@pytest.mark.req("HZ-2.4.1-56")
def test_the_same_person_twice_is_refused_also_under_another_spelling(hall: Hall) -> None:
    draft = hall.enter()
    assert hall.save(draft, person(1)) == []
    assert hall.save(draft, person(1, id_no=f" {id_no(1)} ")) == ["同一职工在清册中重复"]
    assert hall.save(draft, person(1, wage="9000"), no=1) == []


@pytest.mark.req("HZ-2.4.1-15")
def test_imported_rows_go_with_the_visit_and_free_the_list(hall: Hall) -> None:
    draft = hall.enter()
    assert hall.upload(draft, [labelled(1), labelled(2)]).good == 2
    fresh = hall.enter()
    assert (fresh.rows, fresh.intake, fresh.expires_at) == (0, None, None)
    assert hall.save(fresh, person(3)) == []


def test_imported_rows_survive_a_reload_a_lost_connection_and_a_new_login(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.upload(draft, [labelled(1)])
    clock.move_to(clock.now() + timedelta(minutes=29, seconds=59))
    assert hall.enter(draft.visit).rows == 1


@pytest.mark.req("HZ-2.4.1-50")
@pytest.mark.parametrize(("minutes", "in_time"), [(29, True), (30, False), (31, False)])
def test_imported_rows_last_thirty_minutes(hall: Hall, clock: FixedClock, minutes: int, in_time: bool) -> None:
    draft = hall.enter()
    hall.upload(draft, [labelled(1)])
    hall.ready(draft)
    clock.move_to(clock.now() + timedelta(minutes=minutes))
    if in_time:
        assert hall.submit(draft).total == 1
        return
    assert refuses(DraftRefusals.EXPIRED, lambda: hall.submit(draft)) == "导入已超过30分钟，导入的记录已失效"
    assert hall.enter(draft.visit).rows == 0
    assert hall.upload(draft, [labelled(1)]).good == 1


def test_typed_rows_know_no_thirty_minutes(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    hall.ready(draft)
    clock.move_to(clock.now() + timedelta(hours=3))
    assert hall.submit(draft).total == 1


def test_a_second_workbook_adds_and_restarts_the_clock(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.upload(draft, [labelled(1)])
    clock.move_to(clock.now() + timedelta(minutes=20))
    report = hall.upload(draft, [labelled(1), labelled(2)])
    assert (report.total, report.good, report.bad) == (2, 1, 1)
    reloaded = hall.enter(draft.visit)
    assert (reloaded.rows, reloaded.expires_at) == (2, clock.now() + timedelta(minutes=30))


def test_a_second_workbook_without_a_good_row_changes_nothing(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.upload(draft, [labelled(1)])
    before = hall.enter(draft.visit).expires_at
    clock.move_to(clock.now() + timedelta(minutes=20))
    assert hall.upload(draft, [labelled(1)]).good == 0
    assert hall.upload(draft, b"no workbook").head_problem
    reloaded = hall.enter(draft.visit)
    assert (reloaded.rows, reloaded.expires_at) == (1, before)


def test_typed_rows_exclude_a_workbook_until_the_list_is_empty(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    again = hall.enter()
    refuses(DraftRefusals.OTHER_MODE_TYPED, lambda: hall.upload(again, [labelled(2)]))
    drafts.delete_rows(hall.desk, again.id, again.visit, [1])
    assert hall.upload(again, [labelled(2)]).good == 1


def test_imported_rows_exclude_typing_until_the_list_is_empty(hall: Hall) -> None:
    draft = hall.enter()
    hall.upload(draft, [labelled(1), labelled(2)])
    refuses(DraftRefusals.OTHER_MODE_IMPORTED, lambda: hall.save(draft, person(3)))
    drafts.delete_rows(hall.desk, draft.id, draft.visit, [1, 2])
    assert hall.save(draft, person(3)) == []


@pytest.mark.req("HZ-2.4.1-39")
def test_a_deleted_imported_row_comes_back_with_the_file(hall: Hall) -> None:
    draft = hall.enter()
    book = hall.workbook([labelled(1, name="张三"), labelled(2, name="李四")])
    hall.upload(draft, book)
    assert drafts.delete_rows(hall.desk, draft.id, draft.visit, [1]) == 1
    assert hall.names(draft) == ["李四"]
    assert hall.upload(draft, book).good == 1
    assert hall.names(draft) == ["李四", "张三"]


@pytest.mark.req("HZ-2.4.1-19", "HZ-2.4.1-37")
def test_a_saved_row_can_be_changed_except_name_and_number(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    changed = {"arrival": "first_job", "wage": "9000.5", "phone": "13800001111", "sms": "Y"}
    assert hall.save(draft, person(1, **changed), no=1) == []
    (row,) = readers.draft_rows(draft.id)
    assert {key: row.data[key] for key in changed} == {**changed, "wage": "9000.50"}
    assert row.worked["base"] == "9000.50"
    refuses(DraftRefusals.FIXED_FIELD, lambda: hall.save(draft, person(1, name="王大明"), no=1))
    refuses(DraftRefusals.FIXED_FIELD, lambda: hall.save(draft, person(1, id_no=id_no(2)), no=1))
    assert hall.names(draft) == ["王小明"]


@pytest.mark.req("HZ-2.4.1-38")
def test_a_wrong_name_is_deleted_and_entered_again(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1, name="王晓明"))
    drafts.delete_rows(hall.desk, draft.id, draft.visit, [1])
    assert hall.save(draft, person(1, name="王小明")) == []
    assert hall.names(draft) == ["王小明"]


def test_a_changed_row_is_refused_as_a_new_one_would_be(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    assert hall.save(draft, person(1, wage="-1"), no=1) == ["月均工资应大于0"]
    (row,) = readers.draft_rows(draft.id)
    assert row.data["wage"] == "8200.00"


def test_a_row_that_somebody_deleted_cannot_be_changed(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    refuses(DraftRefusals.NO_SUCH_ROW, lambda: hall.save(draft, person(1), no=2))
    assert drafts.delete_rows(hall.desk, draft.id, draft.visit, [2]) == 0


@pytest.mark.req("HZ-2.4.1-20")
def test_confirming_takes_every_row_and_any_change_opens_the_list_again(hall: Hall) -> None:
    draft = hall.enter()
    for serial in (1, 2, 3):
        hall.save(draft, person(serial))
    assert drafts.confirm(hall.desk, draft.id, draft.visit) == []
    assert hall.enter(draft.visit).confirmed
    hall.save(draft, person(1, wage="9000"), no=1)
    assert not hall.enter(draft.visit).confirmed
    hall.ready(draft)
    assert hall.submit(draft).total == 3


def test_confirming_judges_afresh(hall: Hall, clock: FixedClock, drain: Callable[[], int]) -> None:
    draft = hall.enter()
    hall.save(draft, person(1, name="王小明"))
    other = Hall(city([employer("C")])["C"], clock)
    other.submitted(person(1, name="王大明"))
    drain()
    (bad,) = drafts.confirm(hall.desk, draft.id, draft.visit)
    assert [r.text for r in bad.refused] == ["存在正常缴存账户", "姓名与系统登记不符"]
    assert not hall.enter(draft.visit).confirmed
    assert readers.draft_totals(draft.id, ["total"]) == {"bad": 1, "total": 131200}


def test_an_empty_list_cannot_be_confirmed(hall: Hall) -> None:
    draft = hall.enter()
    refuses(DraftRefusals.EMPTY, lambda: drafts.confirm(hall.desk, draft.id, draft.visit))


def test_the_older_of_two_windows_can_do_nothing_more(hall: Hall) -> None:
    first, second = hall.enter(), hall.enter()
    for work in (
        lambda: hall.save(first, person(1)),
        lambda: hall.upload(first, [labelled(1)]),
        lambda: hall.upload(first, b"no workbook"),
        lambda: drafts.delete_rows(hall.desk, first.id, first.visit, [1]),
        lambda: drafts.confirm(hall.desk, first.id, first.visit),
        lambda: drafts.declare(hall.desk, first.id, first.visit, {}),
        lambda: hall.enter(first.visit),
    ):
        refuses(DraftRefusals.LEFT, work)
    assert hall.save(second, person(1)) == []


def test_another_employers_draft_is_as_good_as_none(hall: Hall, clock: FixedClock) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    stranger = Hall(city([employer("C")])["C"], clock)
    for work in (
        lambda: stranger.save(draft, person(2)),
        lambda: stranger.upload(draft, [labelled(2)]),
        lambda: drafts.delete_rows(stranger.desk, draft.id, draft.visit, [1]),
        lambda: drafts.confirm(stranger.desk, draft.id, draft.visit),
        lambda: stranger.submit(draft),
    ):
        refuses(DraftRefusals.LEFT, work)
    assert hall.names(draft) == ["王小明"]


def test_a_draft_of_an_older_version_can_be_read_and_deleted_only(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE engine_draft SET item_version = item_version - 1")
    draft = hall.enter()
    assert hall.names(draft) == ["王小明"]
    for work in (
        lambda: hall.save(draft, person(2)),
        lambda: drafts.confirm(hall.desk, draft.id, draft.visit),
        lambda: hall.submit(draft),
    ):
        refuses(DraftRefusals.OLD_VERSION, work)
    assert drafts.delete_rows(hall.desk, draft.id, draft.visit, [1]) == 1
    assert hall.save(draft, person(1)) == []
