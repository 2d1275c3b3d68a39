"""The moves of a case as one table, and what returning leaves behind for the next try."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import pytest
from tests.engine.hall import upload_materials
from tests.parties.builders import city, employer, id_no

from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.centres import heihe
from hpf.documents import readers as documents
from hpf.engine import listings, readers, review
from hpf.engine.catalogue import install
from hpf.engine.declare import ItemRules
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseState
from hpf.engine.intake import correcting, drafts, submit
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.engine.lifecycle.states import MOVES, Event, IllegalMove, after
from hpf.engine.review import ReviewRefused
from hpf.items.account import opening_reviewed
from hpf.kernel.clock import FixedClock
from hpf.parties import readers as parties
from hpf.policy.book import load
from hpf.site.catalogue import CATALOGUES

OFFER = heihe.CATALOGUE.offer(opening_reviewed.ITEM.code)
FIRST, SECOND = (Actor.staff(n, name, frozenset({Role.REVIEWER})) for n, name in ((91, "程思齐"), (92, "闻人静")))


@pytest.mark.req("HH-3.4-15", "HH-3.4-16")
def test_only_the_moves_of_the_table_are_possible() -> None:
    """From 待审核 three ways lead on; 取消 is one of them and possible nowhere else (E12)."""
    for state, event in product(CaseState, Event):
        if (state, event) not in MOVES:
            with pytest.raises(IllegalMove):
                after(state, event)
    waiting = {event: to for (state, event), to in MOVES.items() if state is CaseState.AWAITING_REVIEW}
    assert waiting == {
        Event.PASS: CaseState.ACCEPTED, Event.RETURN: CaseState.RETURNED, Event.CANCEL: CaseState.CANCELLED,
    }  # fmt: skip
    assert [state for state, event in MOVES if event is Event.CANCEL] == [CaseState.AWAITING_REVIEW]
    assert not [state for state, _ in MOVES if state.is_final]  # late money for a void order stays with the purse


@pytest.fixture(autouse=True)
def _all_items_are_offered(_opening_is_offered: None) -> None:
    install({one.centre: one for one in CATALOGUES})


@pytest.fixture
def desk(db: None, clock: FixedClock) -> Iterator[Desk]:
    """The desk of an employer's agent in Heihe, with its case of two people waiting for review."""
    with in_centre("heihe"):
        account_id = city([employer("A")], [], "heihe").employer_account_ids["A"]
        account, now, book = parties.employer_account(account_id), clock.now(), load("heihe")
        rules = ItemRules(book, now.date(), book.calendar.business_month(now))
        actor = Actor.agent(1, "陈思远", account.employer_id)
        yield Desk(actor, now, Judging(opening_reviewed.ITEM, account, rules))


def _submitted(desk: Desk, *rows: dict[str, str]) -> Case:
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, "")
    for row in rows:
        assert drafts.save_row(desk, draft.id, draft.visit, dict(row)).refused == ()
    assert drafts.confirm(desk, draft.id, draft.visit) == []
    upload_materials(desk, draft.submit_key, rows)
    return submit.submit(desk, OFFER, draft.id, draft.visit, draft.submit_key)


def _person(serial: int, **more: str) -> dict[str, str]:
    return {
        "id_type": "01", "id_no": id_no(serial), "name": "王小明", "arrival": "transfer", "first_work": "2015-07-01",
        "retire": "M60", "base": "8000", "phone": "13800001111", **more,
    }  # fmt: skip


def test_a_returned_case_comes_back_with_rows_and_papers_and_keeps_its_own(desk: Desk) -> None:
    case = _submitted(desk, _person(1), _person(3))
    with pytest.raises(ReviewRefused, match="请填写退回原因"):
        review.return_case(FIRST, desk.at, case.id, "  ")
    review.mark_rows(FIRST, desk.at, case.id, [(2, False, "复印件")])
    case = review.return_case(FIRST, desk.at, case.id, "征信授权书非签字原件")
    assert (case.state, case.result["return_reason"], case.result["rows"]) == (
        CaseState.RETURNED, "征信授权书非签字原件", {"2": "复印件"},
    )  # fmt: skip
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, "")
    assert correcting.take_again(desk, draft.id, draft.visit, case) == 2
    assert correcting.take_again(desk, draft.id, draft.visit, case) == 0
    papers, copies = (documents.materials_of(MATERIALS_OF, key) for key in (case.submit_key, draft.submit_key))
    assert [(one.name, one.file_name, one.sha256) for one in papers] == [
        (one.name, one.file_name, one.sha256) for one in copies
    ]
    assert all(one.handed_in for one in papers) and not any(one.handed_in for one in copies)
    assert [row.data["id_no"] for row in readers.draft_rows(draft.id)] == [id_no(1), id_no(3)]
    assert [row.data["id_no"] for row in listings.every_row_of_case(case)] == [id_no(1), id_no(3)]


def test_a_case_that_was_passed_or_cancelled_gives_nothing_back(desk: Desk, drain: Callable[[], int]) -> None:
    case = _submitted(desk, _person(1))
    review.pass_case(FIRST, desk.at, case.id)
    for verb in (review.pass_case, review.take):
        with pytest.raises(ReviewRefused, match="当前状态为“已受理”"):
            verb(SECOND, desk.at, case.id)
    drain()
    case = readers.case_by_id(case.id)
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, "")
    assert (case.state, correcting.take_again(desk, draft.id, draft.visit, case)) == (CaseState.CONCLUDED, 0)


def test_all_or_nothing_when_another_employer_was_passed_first(desk: Desk, drain: Callable[[], int]) -> None:
    """Both applications name one person; of the second to be passed nobody is opened, and each row says why."""
    rival_id = city([employer("B")._replace(agents=())], [], "heihe").employer_account_ids["B"]
    rival = replace(desk, judging=replace(desk.judging, applicant=parties.employer_account(rival_id)))
    case, late = _submitted(desk, _person(1)), _submitted(rival, _person(1), _person(3))
    for one in (case, late):
        review.pass_case(FIRST, desk.at, one.id)
    drain()
    assert readers.case_by_id(case.id).state is CaseState.CONCLUDED
    assert readers.case_by_id(late.id).state is CaseState.FAILED
    assert [[r.text for r in row.refused] for row in listings.every_row_of_case(late)] == [
        ["该职工已有账户，请办理启封或同城转移"], ["同批记录未通过，本笔未办理"],
    ]  # fmt: skip
    assert parties.employer_account(rival_id).normal_count == 0
