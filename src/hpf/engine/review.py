"""Review by the centre (HH-3.4, HH-0-01): taking a case, findings row by row, passing, returning, cancelling.

Two reviewers at once: whoever moves the case first has moved it; the second is told that it is no longer waiting. A
case that the employer has just cancelled cannot be passed. Whoever may review is the page's business; who has taken
the case is this file's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hpf.access.actor import Actor
from hpf.access.jobs import defer
from hpf.engine import models
from hpf.engine.facts import Case, CaseState
from hpf.engine.jobs import execute_case
from hpf.engine.lifecycle.changes import enter, move
from hpf.engine.lifecycle.states import Event
from hpf.engine.readers import NoSuchCase, case_of
from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy


class ReviewRefusals(Refusal):
    """Why a verb of the review is refused."""

    NOT_WAITING = Reason("该办件当前状态为“{state}”，不能执行此操作", None, "请刷新页面查看最新状态", Remedy.LATER)
    TAKEN = Reason("该办件已由{name}领取", None, "需要处理的，请由其移交，或由您接手", Remedy.LATER)
    NO_REASON = Reason("请填写退回原因", "reason", "可从列表中选择，或直接填写")
    BAD_ROWS = Reason("有{count}笔标记为不合格，不能审核通过", None, "请退回，或更正标记后再通过")
    NO_SUCH_ROW = Reason("办件中没有该记录", None, "请刷新页面后重试")
    OWN_CASE = Reason("不能审核本人申报的办件", None, "请由其他人员审核", Remedy.COUNTER)


class ReviewRefused(Exception):
    """The verb is refused; `refused` says why, in words for the user."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.text)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reviewer found on one row."""

    row_no: int
    good: bool
    reason: str
    actor: str


def take(actor: Actor, at: datetime, case_id: int) -> Case:
    """The reviewer takes the case, so that no second one works on it; again by the same person is harmless."""
    with transaction.atomic():
        case = _waiting(case_id)
        _check_mine(case, actor, free_is_fine=True)
        if case.taken_by_user_id is None:
            _set_taker(case, actor.user_id, actor.name, at)
            enter(actor, at, case, "taken", f"{actor.name}领取")
        return case_of(case)


def hand_over(actor: Actor, at: datetime, case_id: int, user_id: int | None, name: str) -> Case:
    """The taker hands the case to a colleague, or back to the list (`user_id` None)."""
    with transaction.atomic():
        case = _waiting(case_id)
        _check_mine(case, actor, free_is_fine=False)
        _set_taker(case, user_id, name if user_id is not None else "", at if user_id is not None else None)
        enter(actor, at, case, "handed_over", f"移交{name}" if user_id is not None else "退回待办")
        return case_of(case)


def take_over(actor: Actor, at: datetime, case_id: int) -> Case:
    """The reviewer takes the case from a colleague who does not come back to it; the timeline keeps from whom."""
    with transaction.atomic():
        case = _waiting(case_id)
        _check_not_own(case, actor)
        if case.taken_by_user_id != actor.user_id:
            before = case.taken_by
            _set_taker(case, actor.user_id, actor.name, at)
            enter(actor, at, case, "taken", f"{actor.name}接手" + (f"，原由{before}领取" if before else ""))
        return case_of(case)


def mark_rows(actor: Actor, at: datetime, case_id: int, findings: Sequence[tuple[int, bool, str]]) -> None:
    """Findings on rows as (number, good, reason); a bad one needs its reason. Marking again replaces the mark.

    Rows that the case does not have are refused.
    """
    with transaction.atomic():
        case = _waiting(case_id)
        _check_mine(case, actor, free_is_fine=True)
        if any(not good and not reason.strip() for _, good, reason in findings):
            raise ReviewRefused(ReviewRefusals.NO_REASON.refuse())
        if any(not 1 <= no <= case.total for no, _, _ in findings):
            raise ReviewRefused(ReviewRefusals.NO_SUCH_ROW.refuse())
        models.RowFinding.objects.bulk_create(
            [
                models.RowFinding(case=case, row_no=no, good=good, reason=why, actor=actor.name, at=at)
                for no, good, reason in findings
                for why in ["" if good else reason.strip()[:300]]
            ],
            update_conflicts=True,
            unique_fields=["case", "row_no"],
            update_fields=["good", "reason", "actor", "at"],
        )


def findings(case_id: int, row_nos: Collection[int] | None = None) -> dict[int, Finding]:
    """The findings of a case by row number, of all rows or of these."""
    found = models.RowFinding.objects.filter(case_id=case_id)
    if row_nos is not None:
        found = found.filter(row_no__in=list(row_nos))
    return {f.row_no: Finding(f.row_no, f.good, f.reason, f.actor) for f in found}


def pass_case(actor: Actor, at: datetime, case_id: int) -> Case:
    """The review passes; the case is carried out right away (HH-3.4-10). Refused while a row is marked bad."""
    with transaction.atomic():
        case = _waiting(case_id)
        _check_mine(case, actor, free_is_fine=True)
        bad = case.findings.filter(good=False).count()
        if bad:
            raise ReviewRefused(ReviewRefusals.BAD_ROWS.refuse(count=bad))
        move(actor, at, case, Event.PASS)
        defer(execute_case, lock=f"employer-account:{case.employer_account_id}", case_id=case.id)
        return case_of(case)


def return_case(actor: Actor, at: datetime, case_id: int, reason: str) -> Case:
    """Returned with the reason that the employer reads (HH-3.4-14, -17); the reasons of bad rows are added to it."""
    if not reason.strip():
        raise ReviewRefused(ReviewRefusals.NO_REASON.refuse())
    with transaction.atomic():
        case = _waiting(case_id)
        _check_mine(case, actor, free_is_fine=True)
        rows = case.findings.filter(good=False).order_by("row_no").values_list("row_no", "reason")
        case.result = {
            **case.result,
            "return_reason": reason.strip(),
            "rows": {str(no): why for no, why in rows},
        }
        case.save(update_fields=["result"])
        move(actor, at, case, Event.RETURN, reason.strip()[:300])
        return case_of(case)


def cancel_case(actor: Actor, at: datetime, case_no: str) -> Case:
    """The employer ends its own case, only while it waits for review (HH-3.4-15, -16). Another's is not found."""
    with transaction.atomic():
        record = models.Case.objects.filter(no=case_no).first()
        if record is None or record.employer_id != actor.employer_id:
            raise NoSuchCase(case_no)
        case = _waiting(record.id)
        move(actor, at, case, Event.CANCEL, "单位取消")
        return case_of(case)


def _waiting(case_id: int) -> models.Case:
    case = models.Case.objects.select_for_update().get(id=case_id)
    state = CaseState(case.state)
    if state is not CaseState.AWAITING_REVIEW:
        raise ReviewRefused(ReviewRefusals.NOT_WAITING.refuse(state=state.label))
    return case


def _check_mine(case: models.Case, actor: Actor, *, free_is_fine: bool) -> None:
    _check_not_own(case, actor)
    if case.taken_by_user_id is None and free_is_fine:
        return
    if case.taken_by_user_id != actor.user_id:
        raise ReviewRefused(ReviewRefusals.TAKEN.refuse(name=case.taken_by or "其他人员"))


def _check_not_own(case: models.Case, actor: Actor) -> None:
    if case.declared_by_user_id is not None and case.declared_by_user_id == actor.user_id:
        raise ReviewRefused(ReviewRefusals.OWN_CASE.refuse())


def _set_taker(case: models.Case, user_id: int | None, name: str, at: datetime | None) -> None:
    case.taken_by_user_id, case.taken_by, case.taken_at = user_id, name, at
    case.save(update_fields=["taken_by_user_id", "taken_by", "taken_at"])
