"""The employer's own check (单位内部复核): passing, sending back, taking back a case that a second agent has to check.

Until it is passed nothing has been declared to the centre: no daily cut-off, no review, nothing executed. Whoever moves
the case first has moved it; the second is told by whom and how.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.access.partitions import ensure_years
from hpf.engine import duties, listings, models
from hpf.engine.catalogue import item_of
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.execute.record import year_of
from hpf.engine.facts import Case, CaseRow, CaseState
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.submit import amount_of, desk_at, set_out
from hpf.engine.lifecycle.changes import move
from hpf.engine.lifecycle.states import Event
from hpf.engine.readers import NoSuchCase, case_of, timeline
from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy
from hpf.parties import readers as parties
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.readers import current_rules

REASON_CHARACTERS = 300
_DONE = {
    Event.CHECKED.name.lower(): "复核通过",
    Event.SEND_BACK.name.lower(): "退回",
    Event.WITHDRAW.name.lower(): "撤回",
}


class CheckRefusals(Refusal):
    """Why a verb of the employer's own check is refused."""

    NOT_WAITING = Reason("该办件不在待单位复核状态，当前状态为“{state}”", None, "请刷新页面查看", Remedy.LATER)
    ALREADY = Reason("该办件已由{name}{done}，当前状态为“{state}”", None, "本次操作没有处理", Remedy.LATER)
    OWN_CASE = Reason("不能复核本人经办的办件", None, "请由本单位其他有复核权限的人员复核")
    MAY_NOT_CHECK = Reason("您在本单位没有复核权限", None, "请由本单位有复核权限的人员复核")
    NOT_MAKER = Reason("只有经办人本人可以撤回", None, "需要修改的，请由复核人退回")
    NO_REASON = Reason("请填写退回原因", "reason", "经办人将看到此原因")
    LONG_REASON = Reason("退回原因不能超过{most}个字", "reason", "请删减后再退回")


class CheckRefused(Exception):
    """The verb is refused; `refused` says why, in words for the user."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.text)
        self.refused = refused


def pass_check(actor: Actor, at: datetime, case_no: str) -> Case:
    """复核通过: from here the case goes on exactly as one that is handed in at this moment.

    Raises `CheckRefused`, and `NoSuchCase` for another employer's.
    """
    with transaction.atomic():
        case = _waiting(actor, case_no)
        account = _check_checker(actor, case)
        desk = _desk(actor, at, case, account)
        _declare_now(desk, case)
        move(actor, at, case, Event.CHECKED, f"复核人 {actor.name}")
        set_out(desk, case)
        return case_of(case)


def send_back(actor: Actor, at: datetime, case_no: str, reason: str) -> Case:
    """退回经办人, with the reason that the maker reads. Raises `CheckRefused` and `NoSuchCase`."""
    why = reason.strip()
    with transaction.atomic():
        case = _waiting(actor, case_no)
        _check_checker(actor, case)
        if not why:
            raise CheckRefused(CheckRefusals.NO_REASON.refuse())
        if len(why) > REASON_CHARACTERS:
            raise CheckRefused(CheckRefusals.LONG_REASON.refuse(most=REASON_CHARACTERS))
        case.result = {**case.result, "return_reason": why, "returned_by": actor.name}
        case.save(update_fields=["result"])
        move(actor, at, case, Event.SEND_BACK, why)
        return case_of(case)


def withdraw(actor: Actor, at: datetime, case_no: str) -> Case:
    """撤回 by the maker. Raises `CheckRefused` and `NoSuchCase`."""
    with transaction.atomic():
        case = _waiting(actor, case_no)
        if not is_maker(actor.user_id, case_of(case), parties.employer_account(case.employer_account_id)):
            raise CheckRefused(CheckRefusals.NOT_MAKER.refuse())
        move(actor, at, case, Event.WITHDRAW)
        return case_of(case)


def is_maker(user_id: int | None, case: Case, account: EmployerAccountFacts) -> bool:
    """Whether this login has made the case, or belongs to the agent who has."""
    if user_id is not None and user_id == case.declared_by_user_id:
        return True
    maker = duties.agent_of(case.declared_by_user_id, account)
    return maker is not None and maker == duties.agent_of(user_id, account)


def present_verdicts(
    actor: Actor, at: datetime, case: Case, account: EmployerAccountFacts, rows: Sequence[CaseRow]
) -> dict[int, Verdict]:
    """What would be said of these rows of a case that waits, if it were passed at this moment; by row number."""
    item = item_of(case.item_code)
    judging = replace(desk_at(actor, at, item, account, current_rules()).judging, case_id=case.id)
    return {v.line.no: v for v in judge(judging, [Line(row.row_no, row.data) for row in rows])}


def _waiting(actor: Actor, case_no: str) -> models.Case:
    """The case, locked. Raises `CheckRefused` when it no longer waits, `NoSuchCase` for another employer's."""
    found = models.Case.objects.select_for_update().filter(no=case_no).first()
    if found is None or found.employer_id != actor.employer_id:
        raise NoSuchCase(case_no)
    state = CaseState(found.state)
    if state is not CaseState.AWAITING_CHECK:
        done = next((e for e in reversed(timeline(found.id)) if e.event in _DONE), None)
        if done is None:
            raise CheckRefused(CheckRefusals.NOT_WAITING.refuse(state=state.label))
        raise CheckRefused(CheckRefusals.ALREADY.refuse(name=done.actor, done=_DONE[done.event], state=state.label))
    return found


def _check_checker(actor: Actor, case: models.Case) -> EmployerAccountFacts:
    """The account of a case that this agent may check."""
    account = parties.employer_account(case.employer_account_id)
    if is_maker(actor.user_id, case_of(case), account):
        raise CheckRefused(CheckRefusals.OWN_CASE.refuse())
    checker = duties.agent_of(actor.user_id, account)
    if checker is None or not account.may_check(checker):
        raise CheckRefused(CheckRefusals.MAY_NOT_CHECK.refuse())
    return account


def _desk(actor: Actor, at: datetime, case: models.Case, account: EmployerAccountFacts) -> Desk:
    """Where the case stands as if it were handed in now."""
    desk = desk_at(actor, at, item_of(case.item_code), account, current_rules())
    return replace(desk, judging=replace(desk.judging, case_id=case.id))


def _declare_now(desk: Desk, case: models.Case) -> None:
    """The case is declared at this moment, by the rules of this moment; its rows move to the year of declaration."""
    before, rules = year_of(case), desk.judging.rules
    case.checked_by, case.checked_by_user_id, case.checked_at = desk.actor.name, desk.actor.user_id, desk.at
    case.declared_at = desk.at
    case.declared_month = int(rules.book.calendar.business_month(desk.at.date()))
    case.policy_version = rules.book.version
    case.save(
        update_fields=["checked_by", "checked_by_user_id", "checked_at", "declared_at", "declared_month",
                       "policy_version"]
    )  # fmt: skip
    if year_of(case) != before:
        ensure_years("engine_case_row", [year_of(case)])
        sql = "UPDATE engine_case_row SET year = %s WHERE year = %s AND case_id = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [year_of(case), before, case.id])
    if desk.judging.item.code in rules.today.items_under_review:
        _work_out(desk, case)


def _work_out(desk: Desk, case: models.Case) -> None:
    """What the centre's reviewer will read beside the rows is worked out afresh; otherwise execution does it."""
    rows = listings.every_row_of_case(case_of(case))
    verdicts = [v for v in judge(desk.judging, [Line(row.row_no, row.data) for row in rows]) if v.worked is not None]
    worked = [(v.line.no, v.stored_worked()) for v in verdicts]
    sql = """
        UPDATE engine_case_row r SET worked = l.worked FROM json_to_recordset(%s) AS l(no int, worked jsonb)
         WHERE r.year = %s AND r.case_id = %s AND r.row_no = l.no
    """
    with connection.cursor() as cursor:
        lines = json.dumps([{"no": no, "worked": texts} for no, texts in worked], ensure_ascii=False)
        cursor.execute(sql, [lines, year_of(case), case.id])
    if len(worked) == case.total:
        case.amount_fen = amount_of(desk.judging.item, [texts for _, texts in worked])
        case.save(update_fields=["amount_fen"])
