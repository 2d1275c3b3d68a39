"""Submission: a confirmed draft becomes a case, once, however often the form is sent.

The key was minted with the draft. The same key with the same content returns the same case; the same key with other
content is refused. The rows move by one INSERT … SELECT, the job that executes them is queued in the same transaction.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.access.jobs import defer
from hpf.access.partitions import ensure_years
from hpf.documents import changes as documents
from hpf.dues.readers import last_closed_month
from hpf.engine import duties, models
from hpf.engine.catalogue import Offer
from hpf.engine.declare import Item, ItemRules
from hpf.engine.execute.execute import process_month
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseState
from hpf.engine.intake.drafts import Desk, DraftRefusals, DraftRefused, drop_lines, locked
from hpf.engine.intake.materials import MATERIALS_OF, DraftRows, missing_materials
from hpf.engine.jobs import execute_case
from hpf.engine.lifecycle.changes import enter, move
from hpf.engine.lifecycle.states import Event
from hpf.engine.readers import case_by_key, case_of
from hpf.kernel.refusal import Reason, Refusal
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.book import Rules

_AT_A_TIME = 2_000
"""Lines fetched at a time while they are summed up."""


class SubmitRefusals(Refusal):
    """Why a draft cannot be submitted."""

    NOT_CONFIRMED = Reason("清册尚未确认", None, "请返回填表页面，核对后点击“确认”")
    NOT_DECLARED = Reason("请阅读并勾选声明", "declared", "请返回填表页面勾选声明后点击“下一步”")
    OTHER_CONTENT = Reason("该提交凭据已用于其他内容", None, "请重新进入本业务后再提交")
    MAY_NOT_MAKE = Reason(
        "您在本单位没有经办权限，不能提交", None, "请由有经办权限的人员提交，或在“单位内部复核”中申请修改"
    )


def submit(desk: Desk, offer: Offer, draft_id: int, visit: str, submit_key: str) -> Case:
    """Submits a draft and returns its case; called again with the same key it returns the same case.

    Raises `DraftRefused` with everything that is missing.
    """
    with transaction.atomic():
        again = _sent_before(desk, draft_id, submit_key)
        if again is not None:
            return again
        record = locked(desk, draft_id, visit)
        if str(record.submit_key) != submit_key:
            raise DraftRefused([SubmitRefusals.OTHER_CONTENT.refuse()])
        _check_complete(desk, record, submit_key)
        rows = record.rows.order_by("no").values_list("data", "worked").iterator(chunk_size=_AT_A_TIME)
        case = make_case(desk, offer, submit_key, record.form, rows)
        _move_rows(record, case)
        hand_over(desk, case)
        drop_lines(record)
        record.delete()
        return case_of(case)


def _sent_before(desk: Desk, draft_id: int, submit_key: str) -> Case | None:
    """The case that this form has become already. Waits for a sending of the same form that is under way."""
    if models.Draft.objects.select_for_update().filter(id=draft_id).first() is not None:
        return None
    case = case_by_key(submit_key)
    return case if case is not None and case.employer_id == desk.judging.applicant.employer_id else None


def _check_complete(desk: Desk, record: models.Draft, submit_key: str) -> None:
    problems = []
    if not record.rows.exists():
        problems.append(DraftRefusals.EMPTY.refuse())
    elif not record.confirmed:
        problems.append(SubmitRefusals.NOT_CONFIRMED.refuse())
    if desk.judging.rules.today.declaration(desk.judging.item.code) and not record.declared:
        problems.append(SubmitRefusals.NOT_DECLARED.refuse())
    problems += missing_materials(desk, submit_key, DraftRows(record.id))
    if problems:
        raise DraftRefused(problems)


def desk_at(
    actor: Actor, at: datetime, item: Item[Any, Any, Any], applicant: EmployerAccountFacts, book: Rules
) -> Desk:
    """Where rows of an item are judged that would be submitted now: under the rules of the month of processing."""
    calendar = book.calendar
    present = Judging(item, applicant, ItemRules(book, at.date(), calendar.business_month(at)))
    month = present.rules.month
    if waits_for_batch(present, at):
        month = calendar.business_month(calendar.expected_processing(at))
    month = process_month(month, last_closed_month())
    return Desk(actor, at, Judging(item, applicant, ItemRules(book, at.date(), month)))


def waits_for_batch(judging: Judging, at: datetime) -> bool:
    """Whether a submission at this moment is accepted only, for the next day's batch (HZ-1.2-13)."""
    under = judging.rules.today.items_under_daily_cutoff
    return judging.item.code in under and judging.rules.book.calendar.after_daily_cutoff(at)


def hand_over(desk: Desk, case: models.Case) -> None:
    """The case, its rows written, is handed in: its materials stay from now on. It waits for another agent of the
    employer to check it, or sets out at once. Raises `DraftRefused`, where the employer checks, for an agent who may
    check only, and for the token of somebody who is its agent no more.
    """
    maker, account = duties.agent_of(desk.actor.user_id, desk.judging.applicant), desk.judging.applicant
    is_nobody = maker is None and desk.actor.user_id is not None and account.check_from is not None
    if is_nobody or (maker is not None and not account.may_make(maker)):
        raise DraftRefused([SubmitRefusals.MAY_NOT_MAKE.refuse()])
    documents.hand_in(desk.actor, desk.at, MATERIALS_OF, str(case.submit_key))
    enter(desk.actor, desk.at, case, "submitted")
    if account.needs_check(duties.amount_asked(desk.judging.item, case.amount_fen)):
        case.needs_check = True
        case.save(update_fields=["needs_check"])
        move(desk.actor, desk.at, case, Event.ASK_CHECK)
    else:
        set_out(desk, case)


def set_out(desk: Desk, case: models.Case) -> None:
    """The case is declared to the centre: it waits for the centre's review or the batch, or is queued right away."""
    rules = desk.judging.rules
    if desk.judging.item.code in rules.today.items_under_review:
        term = rules.today.review_workdays(desk.judging.item.code)
        case.due_on = rules.book.calendar.add_workdays(desk.at.date(), term)
        case.save(update_fields=["due_on"])
        move(desk.actor, desk.at, case, Event.ASK_REVIEW)
    elif waits_for_batch(desk.judging, desk.at):
        case.result = {"queued": True}
        case.save(update_fields=["result"])
        move(desk.actor, desk.at, case, Event.POSTPONE, "超过当日受理时间，次日按申报时间顺序处理")
    else:
        defer(execute_case, lock=f"employer-account:{case.employer_account_id}", case_id=case.id)


def make_case(
    desk: Desk, offer: Offer, submit_key: str, form: Mapping[str, Any], rows: Iterable[tuple[Any, Any]]
) -> models.Case:
    """The record of a new case; `rows` are (texts, worked out) of its lines, which the caller writes. They are gone
    through once: there may be 200,000.
    """
    judging, rules = desk.judging, desk.judging.rules
    total, amount_fen, content_hash = _summed_up(judging.item, form, rows)
    return models.Case.objects.create(
        no=_case_number(desk, offer),
        item_code=judging.item.code,
        item_version=judging.item.version,
        employer_id=judging.applicant.employer_id,
        employer_account_id=judging.applicant.id,
        branch_code=judging.applicant.branch_code,
        declared_by=desk.actor.name,
        declared_by_user_id=desk.actor.user_id,
        channel=desk.actor.channel.value,
        declared_at=desk.at,
        declared_month=int(rules.book.calendar.business_month(desk.at.date())),
        state=CaseState.SUBMITTED.value,
        total=total,
        amount_fen=amount_fen,
        policy_version=rules.book.version,
        submit_key=submit_key,
        content_hash=content_hash,
        form=form,
    )


def _case_number(desk: Desk, offer: Offer) -> str:
    """业务流水号 by the centre's pattern, from a sequence (A9)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('engine_case_number')")
        serial = cursor.fetchone()[0]
    return desk.judging.rules.today.number_case.format(day=desk.at.date(), item=offer.serial, serial=serial)


def _summed_up(
    item: Item[Any, Any, Any], form: Mapping[str, Any], rows: Iterable[tuple[Any, Mapping[str, str]]]
) -> tuple[int, int, str]:
    """How many lines are submitted, their amount in fen, and the SHA-256 of the content, in the order of the lines."""
    lines = amount_fen = 0
    digest = hashlib.sha256(_canonical([item.code, item.version, form]))
    for data, worked in rows:
        lines += 1
        amount_fen += amount_of(item, [worked])
        digest.update(_canonical(data))
    return lines, amount_fen, digest.hexdigest()


def _canonical(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def amount_of(item: Item[Any, Any, Any], worked: Iterable[Mapping[str, str]]) -> int:
    """The item's own total in fen: the sum of the last totalled column it shows, 0 if it shows none."""
    key = next((shown.key for shown in reversed(item.shown) if shown.totalled), None)
    if key is None:
        return 0
    return sum(int(w.get(key, "0.00").replace(".", "")) for w in worked)


def _move_rows(record: models.Draft, case: models.Case) -> None:
    ensure_years("engine_case_row", [case.declared_at.year])
    sql = """
        INSERT INTO engine_case_row (year, case_id, row_no, id_no, data, worked, state, refused, result)
        SELECT %s, %s, row_number() OVER (ORDER BY no), key, data, worked, 'pending', '[]', '{}'
          FROM engine_draftrow WHERE draft_id = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [case.declared_at.year, case.id, record.id])
