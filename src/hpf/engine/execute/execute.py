"""The journey of a submitted case: lock the employer account, judge again, apply, post, record, commit.

Chunks of at most `CHUNK` rows are one transaction each; between chunks the employer account is held by the case, so
that a month close comes back to it. A case may be executed twice, or after a crash: only rows without a result are
taken up.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError, transaction
from psycopg import errors

from hpf.access.actor import Actor
from hpf.dues import readers as dues
from hpf.engine import models
from hpf.engine.catalogue import item_of
from hpf.engine.declare import Accept, ItemRules
from hpf.engine.execute.apply import Work, apply
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.execute.record import Outcome, record_outcomes, take_pending
from hpf.engine.facts import Case, CaseState, RowState
from hpf.engine.lifecycle.changes import move
from hpf.engine.lifecycle.orders import conclude_orders
from hpf.engine.lifecycle.states import Event
from hpf.engine.readers import case_of
from hpf.kernel.clock import Clock
from hpf.kernel.month import Month
from hpf.kernel.refusal import Refused, Remedy
from hpf.parties import changes as parties
from hpf.parties import readers as party_readers
from hpf.parties.facts import RaceLost
from hpf.policy.readers import current_rules

CHUNK = 1000
TRIES = 5
"""How often a chunk is taken up again after the database refused it: the winner has committed, the loser judges
anew.
"""

WAITING = (CaseState.AWAITING_PAYMENT, CaseState.AWAITING_REVIEW, CaseState.AWAITING_CHECK)
"""States in which there is nothing to execute: the case waits for its money, the centre's review or the employer's."""

SOMEBODY_ELSE_REFUSED = Refused(
    "whole_refused", "同批记录未通过，本笔未办理", None, None, "请更正未通过的记录后重新提交", Remedy.CORRECT
)


class StillBusy(Exception):
    """The employer account is held by another case: the job comes back later."""


def execute(case_id: int, actor: Actor, clock: Clock, *, row_nos: Sequence[int] | None = None) -> Case:
    """Executes a case and returns it as it stands afterwards. Doing it twice changes nothing the second time.

    `row_nos` names referred rows that a person of the centre has approved; without it all pending rows are taken.
    Raises `StillBusy` when another case holds the employer account.
    """
    portion = _begin(case_id, actor, clock.now(), approved=row_nos is not None)
    if portion is None:
        return case_of(models.Case.objects.get(id=case_id))
    while _with_retries(case_id, actor, clock, portion, row_nos):
        pass
    return _finish(case_id, actor, clock.now())


def process_month(rules_month: Month, last_closed: Month | None) -> Month:
    """The business month in which something is processed: never one whose dues are made already (A2)."""
    return rules_month if last_closed is None or last_closed < rules_month else last_closed + 1


def rules_now(case: models.Case, now: datetime) -> ItemRules:
    """The rules for executing a case now: limits of the day of declaration, amounts of the month of processing."""
    book = current_rules()
    month = process_month(book.calendar.business_month(now.date()), dues.last_closed_month())
    return ItemRules(book, case.declared_at.astimezone(now.tzinfo).date(), month)


def _begin(case_id: int, actor: Actor, now: datetime, *, approved: bool) -> int | None:
    """Takes the case up and holds the account; the number of this portion, or None when there is nothing to do."""
    with transaction.atomic():
        case = models.Case.objects.select_for_update().get(id=case_id)
        state = CaseState(case.state)
        if state.is_final or state in WAITING or (state is CaseState.WITH_PERSON and not approved):
            return None
        if parties.lock_employer_account(case.employer_account_id) not in (None, case_id):
            raise StillBusy(case.no)
        if case.total > CHUNK:
            parties.hold(case.employer_account_id, case_id)
        move(actor, now, case, Event.START)
        return case.portions + 1


def _with_retries(case_id: int, actor: Actor, clock: Clock, portion: int, row_nos: Sequence[int] | None) -> bool:
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return _chunk(case_id, actor, clock.now(), portion, row_nos)
        except RaceLost:
            if attempt == TRIES:
                raise
        except OperationalError as error:
            if attempt == TRIES or not isinstance(error.__cause__, errors.DeadlockDetected):
                raise
    raise AssertionError("unreachable")


def _chunk(case_id: int, actor: Actor, now: datetime, portion: int, row_nos: Sequence[int] | None) -> bool:
    """One transaction: at most CHUNK rows (all of them if they stand or fall together). False when none were left."""
    case = models.Case.objects.select_for_update().get(id=case_id)
    parties.lock_employer_account(case.employer_account_id)
    item = item_of(case.item_code)
    whole = item.accept is Accept.WHOLE
    pending = take_pending(case, None if whole else CHUNK, row_nos)
    if not pending:
        return False
    applicant = party_readers.employer_account(case.employer_account_id)
    rules = rules_now(case, now)
    lines = [Line(row.row_no, row.data) for row in pending]
    reviewed = row_nos is not None or CaseState(case.state) is CaseState.ACCEPTED
    verdicts = judge(Judging(item, applicant, rules, case_id), lines, approved=reviewed)
    if whole and any(not v.passes for v in verdicts):
        verdicts = [_held_back(v) for v in verdicts]
    work = Work(actor, now, rules.month, case_of(case), applicant, rules)
    outcomes = _outcomes(work, verdicts)
    record_outcomes(case, outcomes, now, rules.month, portion, rules.book.version)
    return not whole


def _held_back(verdict: Verdict) -> Verdict:
    refused = verdict.refused or (verdict.referral or SOMEBODY_ELSE_REFUSED,)
    return Verdict(verdict.line, verdict.row, verdict.worked, refused, None, ())


def _outcomes(work: Work, verdicts: Sequence[Verdict]) -> list[Outcome]:
    effects = [(v.line.no, effect) for v in verdicts if v.passes for effect in v.effects]
    results = apply(work, effects)
    return [
        Outcome(
            row_no=v.line.no,
            state=RowState.SUCCEEDED
            if v.passes
            else RowState.REFERRED
            if v.referral and not v.refused
            else RowState.FAILED,
            worked=v.stored_worked(),
            refused=v.refused or ((v.referral,) if v.referral else ()),
            result=results.get(v.line.no, {}),
        )
        for v in verdicts
    ]


def _finish(case_id: int, actor: Actor, now: datetime) -> Case:
    with transaction.atomic():
        case = models.Case.objects.select_for_update().get(id=case_id)
        state, done = CaseState(case.state), case.succeeded + case.failed == case.total
        if state is CaseState.WITH_PERSON and done:  # somebody else's decision has put it back there meanwhile
            move(actor, now, case, Event.START)
        elif state not in (CaseState.IN_PROCESS, CaseState.ACCEPTED):
            return case_of(case)
        parties.release(case.employer_account_id, case_id)
        if not done:
            move(actor, now, case, Event.AWAIT_PERSON, f"{case.referred}笔由中心人工处理")
        elif case.succeeded == 0:
            move(actor, now, case, Event.FAIL)
        elif (order := dues.order_of_case(case_id)) is not None:
            move(actor, now, case, Event.AWAIT_PAYMENT)
            conclude_orders(actor, now, [order])  # the money may have come since the order was made
            case.refresh_from_db()
        else:
            move(actor, now, case, Event.FINISH)
        return case_of(case)
