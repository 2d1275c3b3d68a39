"""单位内部复核: nothing is declared before a second agent has checked; then it is as if it had been handed in then."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from tests.checking import BOTH, CHECKER, MAKER, OUTSIDER, Office, agent, employer, login
from tests.dues import builders as money
from tests.engine.hall import (
    ELSEWHERE,
    OFFER,
    Hall,
    at,
    case_now,
    city,
    due_in,
    person,
    rows_of,
    state,
    upload_materials,
    verdicts,
)
from tests.parties import builders as b
from tests.parties.builders import city as city_of
from tests.parties.builders import id_no
from tests.server import Clone

from hpf.access.actor import Actor, ActorKind, Channel
from hpf.access.tenancy import in_centre
from hpf.centres import hangzhou, heihe
from hpf.dues import readers as dues
from hpf.dues.listings import stream_funds
from hpf.engine import checking, listings, readers, review, worklists
from hpf.engine.catalogue import install
from hpf.engine.checking import CheckRefused
from hpf.engine.declare import ItemRules
from hpf.engine.duties import amount_asked
from hpf.engine.execute.execute import execute
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseState
from hpf.engine.intake import correcting, drafts, submit
from hpf.engine.intake.direct import Sent, submit_rows
from hpf.engine.intake.drafts import Desk, DraftRefused
from hpf.engine.jobs import SYSTEM
from hpf.engine.readers import NoSuchCase
from hpf.engine.review import ReviewRefused
from hpf.items.account import opening_reviewed
from hpf.items.contribution import settlement
from hpf.items.enquiry import voucher
from hpf.kernel.clock import FixedClock
from hpf.kernel.month import Month
from hpf.parties import changes as parties_changes
from hpf.parties import readers as parties
from hpf.policy.book import load
from hpf.runs import month_close, next_day

ONE_PERSON = 131_200
"""Fen of a row of `person`: wage 8,200.00, 8 % and 8 %."""

Drain = Callable[[], int]


class Pair(Hall):
    """Agents who work for one employer account; `who` is at the hall now."""

    who = MAKER

    @property
    def office(self) -> Office:
        """The employer's agents."""
        return Office(parties.employer_account(self.account_id).employer_id)

    @property
    def desk(self) -> Desk:
        """The desk of whoever is there."""
        return replace(super().desk, actor=self.office.actor(self.who))

    def by(self, who: str) -> "Pair":
        """The same hall with another agent."""
        other = Pair(self.account_id, self.clock)
        other.who = who
        return other

    def passes(self, case: Case, who: str = CHECKER) -> Case:
        """复核通过."""
        return checking.pass_check(self.office.actor(who), self.clock.now(), case.no)

    def sends_back(self, case: Case, reason: str = "工资有误", who: str = CHECKER) -> Case:
        """退回经办人."""
        return checking.send_back(self.office.actor(who), self.clock.now(), case.no, reason)


@pytest.fixture
def pair(centre: object, clock: FixedClock) -> Pair:
    """Employer A, which checks everything; a city that knows nobody else."""
    return _pair(clock)


def _pair(clock: FixedClock, check_from_fen: int | None = 0) -> Pair:
    refs = city([employer("A", check_from_fen, MAKER, CHECKER, BOTH), employer("B", None, OUTSIDER)])
    return Pair(refs["A"], clock)


def _events(case: Case) -> list[tuple[str, str]]:
    return [(one.event, one.actor) for one in readers.timeline(case.id)]


def test_nothing_is_declared_before_the_check(pair: Pair, drain: Drain) -> None:
    case = pair.submitted(person(1))
    assert (drain(), case.state, case.is_declared) == (0, CaseState.AWAITING_CHECK, False)
    assert execute(case.id, SYSTEM, pair.clock).state is CaseState.AWAITING_CHECK, "nothing to execute"
    with pytest.raises(NoSuchCase):
        readers.case(case.no, None)
    month = listings.cases_of_item(pair.account_id, OFFER.service.code, Month(2026, 11))
    assert month.total == 0 and due_in("2026-11") == []


def test_after_the_check_it_goes_on_as_if_handed_in_then(pair: Pair, drain: Drain) -> None:
    case = pair.submitted(person(1), person(2))
    pair.clock.move_to(at("2026-11-17 10:00"))
    checked = pair.passes(case)
    assert (checked.state, checked.declared_at, checked.checked_at) == (
        CaseState.SUBMITTED, at("2026-11-17 10:00"), at("2026-11-17 10:00"),
    )  # fmt: skip
    assert (checked.declared_by, checked.checked_by, checked.handlers) == (
        MAKER,
        CHECKER,
        f"{MAKER}（复核：{CHECKER}）",
    )
    drain()
    assert (state(case), verdicts(case), len(due_in("2026-11"))) == (CaseState.CONCLUDED, ["成功", "成功"], 2)
    assert _events(case)[:3] == [("submitted", MAKER), ("ask_check", MAKER), ("checked", CHECKER)]
    assert readers.case(case.no, None).no == case.no


def test_the_daily_cut_off_is_that_of_the_check(pair: Pair, drain: Drain) -> None:
    late = pair.submitted(person(1))
    pair.clock.move_to(at("2026-11-16 17:00"))
    early = pair.submitted(person(2))
    assert pair.passes(late).state is CaseState.QUEUED
    pair.clock.move_to(at("2026-11-17 09:00"))
    next_day.step(at("2026-11-17 06:00"), pair.clock.now(), {})
    assert (state(late), state(early)) == (CaseState.CONCLUDED, CaseState.AWAITING_CHECK)
    assert pair.passes(early).state is CaseState.SUBMITTED, "handed in after five, checked in the morning"
    drain()
    assert state(early) is CaseState.CONCLUDED


def test_the_business_month_is_that_of_the_check_and_month_close_does_not_wait(pair: Pair, drain: Drain) -> None:
    case = pair.submitted(person(1))
    pair.clock.move_to(at("2026-11-21 01:00"))
    progress = month_close.step(at("2026-11-20 23:59"), pair.clock.now(), {})
    while not progress.finished:
        assert not progress.held
        progress = month_close.step(at("2026-11-20 23:59"), pair.clock.now(), progress.position)
    pair.clock.move_to(at("2026-11-23 09:00"))
    assert pair.passes(case).declared_month == Month(2026, 12)
    drain()
    now = case_now(case)
    assert (now.processed_month, now.crossed_month) == (Month(2026, 12), False)
    assert (due_in("2026-11"), len(due_in("2026-12"))) == ([], 1)


def test_rows_go_with_their_case_into_another_year(pair: Pair, drain: Drain) -> None:
    pair.clock.move_to(at("2026-12-31 16:00"))
    case = pair.submitted(person(1))
    pair.clock.move_to(at("2027-01-04 09:00"))
    checked = pair.passes(case)
    assert checked.declared_at.year == 2027 and len(rows_of(checked)) == 1
    drain()
    assert verdicts(checked) == ["成功"] and readers.case_by_id(case.id).state is CaseState.CONCLUDED


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (None, CaseState.SUBMITTED), (0, CaseState.AWAITING_CHECK), (ONE_PERSON + 1, CaseState.SUBMITTED),
        (ONE_PERSON, CaseState.AWAITING_CHECK), (ONE_PERSON - 1, CaseState.AWAITING_CHECK),
    ],
)  # fmt: skip
def test_the_limit_is_held_against_the_amount_of_the_case(
    centre: object, clock: FixedClock, limit: int | None, expected: CaseState
) -> None:
    case = _pair(clock, limit).submitted(person(1))
    assert (case.amount_fen, case.state) == (ONE_PERSON, expected)


@pytest.mark.parametrize(("limit", "needed"), [(None, False), (0, True), (1, False)])
def test_items_without_an_amount_are_checked_where_everything_is(
    centre: object, clock: FixedClock, limit: int | None, needed: bool
) -> None:
    account = parties.employer_account(_pair(clock, limit).account_id)
    assert account.needs_check(amount_asked(voucher.ITEM, 0)) is needed


def test_a_case_is_never_checked_by_its_maker(pair: Pair) -> None:
    case = pair.by(BOTH).submitted(person(1))
    again = Actor.agent(login(BOTH, 2), BOTH, pair.office.employer_id)
    for actor in (pair.office.actor(BOTH), again):
        with pytest.raises(CheckRefused, match="不能复核本人经办的办件"):
            checking.pass_check(actor, pair.clock.now(), case.no)
        with pytest.raises(CheckRefused, match="不能复核本人经办的办件"):
            checking.send_back(actor, pair.clock.now(), case.no, "看错了")
    assert pair.passes(case).state is CaseState.SUBMITTED


def test_duties_are_kept(pair: Pair) -> None:
    case = pair.by(BOTH).submitted(person(1))
    with pytest.raises(CheckRefused, match="您在本单位没有复核权限"):
        pair.passes(case, MAKER)
    outsider = Actor.agent(login(OUTSIDER), OUTSIDER, pair.office.employer_id + 1)
    with pytest.raises(NoSuchCase):
        checking.pass_check(outsider, pair.clock.now(), case.no)
    with pytest.raises(CheckRefused, match="您在本单位没有复核权限"):
        pair.passes(case, OUTSIDER)  # acting for A in words only: the register knows of no such agent
    with pytest.raises(DraftRefused, match="您在本单位没有经办权限"):
        pair.by(CHECKER).submitted(person(2))
    assert pair.by(MAKER).enter().rows == 1, "the list is as it was"


def test_sent_back_with_its_rows_and_papers(pair: Pair) -> None:
    case = pair.submitted(person(1), person(2))
    with pytest.raises(CheckRefused, match="请填写退回原因"):
        pair.sends_back(case, "  ")
    with pytest.raises(CheckRefused, match="不能超过300个字"):
        pair.sends_back(case, "长" * 301)
    back = pair.sends_back(case, "工资有误")
    assert (back.state, back.result["return_reason"], back.gives_back) == (CaseState.RETURNED, "工资有误", True)
    draft = pair.enter()
    assert correcting.take_again(pair.desk, draft.id, draft.visit, back) == 2
    assert pair.names(draft) == ["王小明", "王小明"]
    assert [row.data["id_no"] for row in readers.draft_rows(draft.id)] == [id_no(1), id_no(2)]
    with pytest.raises(CheckRefused, match=f"已由{CHECKER}退回"):
        pair.passes(case, BOTH)


def test_the_maker_takes_it_back(pair: Pair) -> None:
    case = pair.submitted(person(1))
    with pytest.raises(CheckRefused, match="只有经办人本人可以撤回"):
        checking.withdraw(pair.office.actor(BOTH), pair.clock.now(), case.no)
    taken = checking.withdraw(pair.office.actor(MAKER), pair.clock.now(), case.no)
    assert (taken.state, taken.gives_back) == (CaseState.CANCELLED, True)
    with pytest.raises(CheckRefused, match=f"已由{MAKER}撤回"):
        pair.passes(case)
    draft = pair.enter()
    assert correcting.take_again(pair.desk, draft.id, draft.visit, taken) == 1


def test_a_waiting_case_keeps_its_people_to_itself_but_comes_after_what_is_declared(
    centre: object, clock: FixedClock
) -> None:
    pair = _pair(clock, 2 * ONE_PERSON)
    waiting = pair.submitted(person(1), person(3))
    assert len(pair.save(pair.enter(), person(1))) == 1
    clock.move_to(at("2026-11-16 11:00"))
    declared = pair.submitted(person(2))
    code, account = OFFER.service.code, pair.account_id
    ids = {None: {id_no(1), id_no(2), id_no(3)}, declared.id: set(), waiting.id: {id_no(2)}}
    for case_id, expected in ids.items():
        assert readers.ids_in_process(code, account, case_id) == expected
    clock.move_to(at("2026-11-16 11:01"))
    pair.passes(waiting)
    assert readers.ids_in_process(code, account, waiting.id) == {id_no(2)}
    assert readers.ids_in_process(code, account, declared.id) == set()


def test_what_would_be_refused_now_is_seen_before_the_check(pair: Pair, drain: Drain) -> None:
    case = pair.submitted(person(1), person(2))
    rival = parties.employer_account_by_no(_other_account_no(pair))
    parties_changes.open_accounts(b.ACTOR, pair.clock.now(), [b.opening(2, rival.id)])
    account = parties.employer_account(pair.account_id)
    told = checking.present_verdicts(pair.office.actor(CHECKER), pair.clock.now(), case, account, rows_of(case))
    assert {no: [r.text for r in v.refused] for no, v in told.items()} == {1: [], 2: [ELSEWHERE]}
    pair.passes(case)
    drain()
    assert verdicts(case) == ["成功", ELSEWHERE]


def _other_account_no(pair: Pair) -> str:
    found = parties.employer_accounts(range(pair.account_id - 5, pair.account_id + 6))
    return next(one.account_no for one in found if one.id != pair.account_id)


def test_when_the_switch_goes_off_what_waits_is_still_not_checked_by_its_maker(pair: Pair) -> None:
    case = pair.submitted(person(1))
    account = parties.employer_account(pair.account_id)
    off = replace(account.checking, check_from=None)
    maker, checker, _ = (one.id for one in account.agents)
    at_now, employer_id = pair.clock.now(), account.employer_id
    assert parties_changes.set_checking(pair.office.actor(MAKER), at_now, employer_id, maker, off) is False
    request = parties.checking_request(employer_id)
    assert request is not None
    parties_changes.confirm_checking(pair.office.actor(CHECKER), at_now, employer_id, checker, request.id)
    assert pair.submitted(person(2)).state is CaseState.SUBMITTED
    with pytest.raises(CheckRefused, match="不能复核本人经办的办件"):
        pair.passes(case, MAKER)
    assert pair.passes(case, BOTH).state is CaseState.SUBMITTED


def test_a_program_is_a_maker_too(pair: Pair) -> None:
    upload_key = "5a0e8b1c-3a57-4f0e-9a40-111111111111"
    program = replace(pair.desk, actor=Actor(ActorKind.AGENT, None, "薪资系统（接口）", Channel.ONLINE,
                                             employer_id=pair.office.employer_id))  # fmt: skip
    upload_materials(program, upload_key)
    case, _ = submit_rows(program, OFFER, Sent(upload_key, [person(1)], declared=True))
    assert case.state is CaseState.AWAITING_CHECK
    with pytest.raises(CheckRefused, match="只有经办人本人可以撤回"):
        checking.withdraw(pair.office.actor(BOTH), pair.clock.now(), case.no)
    assert listings.cases_to_check(pair.office.employer_id, login(BOTH)).total == 1
    assert pair.passes(case, BOTH).state is CaseState.SUBMITTED


def test_the_list_of_what_waits_for_me(pair: Pair) -> None:
    mine = pair.by(BOTH).submitted(person(1))
    theirs = pair.submitted(person(2))
    employer_id = pair.office.employer_id
    assert [one.no for one in listings.cases_to_check(employer_id, login(BOTH)).items] == [theirs.no]
    assert [one.no for one in listings.cases_to_check(employer_id, login(CHECKER)).items] == [mine.no, theirs.no]
    assert listings.cases_to_check(employer_id + 1, login(CHECKER)).total == 0


# races


def _at_once(*verbs: Callable[[], object]) -> list[str]:
    """Each verb in a thread and on a connection of its own; what those that were refused were told."""
    told: list[str] = []

    def run(verb: Callable[[], object]) -> None:
        try:
            with in_centre("hangzhou"):
                verb()
        except CheckRefused as refused:
            told.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return told


def test_of_two_checkers_one_wins_and_the_other_is_told(committed_centre: Clone, clock: FixedClock) -> None:
    pair = _pair(clock)
    case = pair.submitted(*(person(n) for n in range(20)))
    one, other = pair.office.actor(CHECKER), pair.office.actor(BOTH)
    now = clock.now()
    told = _at_once(
        lambda: checking.pass_check(one, now, case.no), lambda: checking.send_back(other, now, case.no, "人数不对")
    )
    events = [event for event, _ in _events(case)]
    assert len(told) == 1 and (f"已由{CHECKER}复核通过" in told[0] or f"已由{BOTH}退回" in told[0])
    assert events.count("checked") + events.count("send_back") == 1


def test_passed_twice_at_once_it_is_declared_once(committed_centre: Clone, clock: FixedClock) -> None:
    pair = _pair(clock)
    case = pair.submitted(person(1))
    actors = [pair.office.actor(name) for name in (CHECKER, BOTH, CHECKER)]
    told = _at_once(*(lambda who=who: checking.pass_check(who, clock.now(), case.no) for who in actors))
    assert len(told) == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM public.procrastinate_jobs WHERE args ->> 'function' LIKE %s", ["%execute_case"]
        )
        assert cursor.fetchone()[0] == 1


def test_taken_back_while_it_is_passed(committed_centre: Clone, clock: FixedClock) -> None:
    pair = _pair(clock)
    case = pair.submitted(person(1))
    maker, checker = pair.office.actor(MAKER), pair.office.actor(CHECKER)
    told = _at_once(
        lambda: checking.withdraw(maker, clock.now(), case.no),
        lambda: checking.pass_check(checker, clock.now(), case.no),
    )
    assert len(told) == 1
    assert case_now(case).state in (CaseState.CANCELLED, CaseState.SUBMITTED)


# other kinds of items


def test_the_order_of_a_payment_is_made_after_the_check(centre: object, clock: FixedClock, drain: Drain) -> None:
    install({"hangzhou": hangzhou.CATALOGUE})
    refs = money.town({"A": [[money.terms(64_000)]]}).employer_account_ids
    money.close()
    clock.move_to(money.AT)
    account = parties.employer_account(refs["A"])
    _agents_of(account.employer_id)
    account = parties.employer_account(refs["A"])
    office = Office(account.employer_id)
    rules = ItemRules(load("hangzhou"), clock.now().date(), Month(2026, 12))
    desk = Desk(office.actor(MAKER), clock.now(), Judging(settlement.ITEM, account, rules))
    due = next(iter(stream_funds([account.id])))
    draft = drafts.enter(desk.actor, desk.at, account.id, settlement.ITEM, "")
    assert drafts.select_rows(desk, draft.id, draft.visit, [{"due_code": due.code}])[0].passes
    draft = drafts.enter(desk.actor, desk.at, account.id, settlement.ITEM, draft.visit)
    drafts.declare(desk, draft.id, draft.visit, {})
    upload_materials(desk, draft.submit_key)
    offer = hangzhou.CATALOGUE.offer(settlement.ITEM.code)
    case = submit.submit(desk, offer, draft.id, draft.visit, draft.submit_key)
    assert (case.state, case.amount_fen, drain()) == (CaseState.AWAITING_CHECK, due.amount.fen, 0)
    assert dues.order_of_case(case.id) is None and dues.due(due.id, account.id).payable
    checking.pass_check(office.actor(CHECKER), clock.now(), case.no)
    drain()
    assert readers.case_by_id(case.id).state is CaseState.AWAITING_PAYMENT
    order = dues.order_of_case(case.id)
    assert order is not None and order.amount == due.amount


def _agents_of(employer_id: int) -> None:
    """The employer gets a maker and a checker, and checks everything."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parties_employer SET check_from_fen = 0 WHERE id = %s", [employer_id])
        for name in (MAKER, CHECKER):
            one = agent(name)
            cursor.execute(
                "INSERT INTO parties_agent (employer_id, name, id_type, id_no, mobile, may_make, may_check)"
                " VALUES (%s, %s, '01', %s, '', %s, %s)",
                [employer_id, one.name, one.id_no, one.may_make, one.may_check],
            )


def test_the_centre_reviews_what_the_employer_has_checked(db: None, clock: FixedClock) -> None:
    install({"heihe": heihe.CATALOGUE})
    offer = heihe.CATALOGUE.offer(opening_reviewed.ITEM.code)
    with in_centre("heihe"):
        account_id = city_of([employer("A", 0, MAKER, CHECKER)], [], "heihe").employer_account_ids["A"]
        account, now, book = parties.employer_account(account_id), clock.now(), load("heihe")
        office = Office(account.employer_id)
        rules = ItemRules(book, now.date(), book.calendar.business_month(now))
        desk = Desk(office.actor(MAKER), now, Judging(opening_reviewed.ITEM, account, rules))
        draft = drafts.enter(desk.actor, now, account_id, opening_reviewed.ITEM, "")
        row = {"id_type": "01", "id_no": id_no(1), "name": "王小明", "arrival": "transfer", "first_work": "2015-07-01",
               "retire": "M60", "base": "8000", "phone": "13800001111"}  # fmt: skip
        assert drafts.save_row(desk, draft.id, draft.visit, dict(row)).refused == ()
        assert drafts.confirm(desk, draft.id, draft.visit) == []
        upload_materials(desk, draft.submit_key, [row])
        case = submit.submit(desk, offer, draft.id, draft.visit, draft.submit_key)
        assert (case.state, case.due_on) == (CaseState.AWAITING_CHECK, None)
        assert worklists.reviews().total == 0
        with pytest.raises(ReviewRefused):
            review.cancel_case(desk.actor, now, case.no)
        clock.move_to(at("2026-12-07 10:00"))
        checked = checking.pass_check(office.actor(CHECKER), clock.now(), case.no)
        assert (checked.state, checked.declared_month) == (CaseState.AWAITING_REVIEW, Month(2026, 12))
        assert checked.due_on is not None and checked.due_on > date(2026, 12, 7)
        assert [one.no for one in worklists.reviews().items] == [case.no]
        assert rows_of(checked)[0].worked["effective_month"] == "2026-12"
