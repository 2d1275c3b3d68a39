"""Which items the centre reviews is a list of the centre's: what is not on it is carried out at once (HH-0-02)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from tests.engine.hall import upload_materials
from tests.parties.builders import city, employer, id_no

from hpf.access.actor import Actor
from hpf.access.tenancy import in_centre
from hpf.centres import heihe
from hpf.engine import readers
from hpf.engine.catalogue import install
from hpf.engine.declare import ItemRules
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import CaseState
from hpf.engine.intake import drafts, submit
from hpf.engine.intake.drafts import Desk
from hpf.items.account import opening_reviewed
from hpf.kernel.clock import FixedClock
from hpf.parties import readers as parties
from hpf.policy.amending import with_one_more
from hpf.policy.book import Rules, load
from hpf.policy.facts import Change
from hpf.site.catalogue import CATALOGUES

ITEM = opening_reviewed.ITEM


@pytest.fixture
def desk(_opening_is_offered: None, db: None, clock: FixedClock) -> Iterator[Desk]:
    """The desk of an employer's agent in Heihe."""
    install({one.centre: one for one in CATALOGUES})
    with in_centre("heihe"):
        account_id = city([employer("A")], [], "heihe").employer_account_ids["A"]
        account, now, book = parties.employer_account(account_id), clock.now(), load("heihe")
        rules = ItemRules(book, now.date(), book.calendar.business_month(now))
        yield Desk(Actor.agent(1, "陈思远", account.employer_id), now, Judging(ITEM, account, rules))


@pytest.mark.req("HH-0-02")
@pytest.mark.parametrize(
    ("reviewed", "way"),
    [
        ([], ["submitted", "start", "finish"]),
        ([ITEM.code], ["submitted", "ask_review"]),
    ],
)
def test_what_is_not_reviewed_shows_no_review_and_its_result_at_once(
    desk: Desk, drain: Callable[[], int], reviewed: list[str], way: list[str]
) -> None:
    rules = desk.judging.rules
    book = Rules(with_one_more(rules.book.book, Change("items_under_review", date(2020, 1, 1), reviewed)))
    desk = replace(desk, judging=replace(desk.judging, rules=ItemRules(book, rules.day, rules.month)))
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, ITEM, "")
    row = {
        "id_type": "01", "id_no": id_no(1), "name": "王小明", "arrival": "transfer", "first_work": "2015-07-01",
        "retire": "M60", "base": "8000", "phone": "13800001111",
    }  # fmt: skip
    assert drafts.save_row(desk, draft.id, draft.visit, row).refused == ()
    assert drafts.confirm(desk, draft.id, draft.visit) == []
    upload_materials(desk, draft.submit_key, [row])
    offer = heihe.CATALOGUE.offer(ITEM.code)
    case = submit.submit(desk, offer, draft.id, draft.visit, draft.submit_key)
    drain()
    assert [entry.event for entry in readers.timeline(case.id)] == way
    seen = {entry.state for entry in readers.timeline(case.id)}
    assert (CaseState.AWAITING_REVIEW in seen) is bool(reviewed)
    assert readers.case_by_id(case.id).state is (CaseState.AWAITING_REVIEW if reviewed else CaseState.CONCLUDED)
