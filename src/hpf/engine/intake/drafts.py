"""Drafts: the 待确认记录 of one employer account and item (requirement E2; F-67).

Typed rows stay until they are submitted (HZ-2.4.1-08). Imported rows belong to one visit: they are gone when the user
enters the function anew or 30 minutes after the last import (HZ-2.4.1-15, -50), but a reload, a lost connection or an
expired login within that time keeps them, because the visit's token is in the address.
"""

import json
import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.engine import models
from hpf.engine.declare import Item, Row, fields_of
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.facts import Draft, Intake, WorkKind, WorkState
from hpf.engine.intake import spool
from hpf.engine.readers import draft_of, draft_rows
from hpf.kernel.refusal import Reason, Refusal, Refused
from hpf.trail import changes as trail


class DraftRefusals(Refusal):
    """Why the draft cannot take what was asked for."""

    OTHER_MODE_TYPED = Reason("清册中已有单笔录入的记录，不能导入", None, "请先提交或删除已录入的记录")
    OTHER_MODE_IMPORTED = Reason("清册中已有导入的记录，不能单笔录入", None, "请先提交或删除已导入的记录")
    EXPIRED = Reason("导入已超过{minutes}分钟，导入的记录已失效", None, "请重新导入后在{minutes}分钟内提交")
    LEFT = Reason("该业务已在其他窗口重新进入，本页面已失效", None, "请重新进入本业务")
    NO_SUCH_ROW = Reason("该记录已被删除或修改", None, "请刷新页面后重试")
    FIXED_FIELD = Reason("{label}保存后不可修改", None, "如需更正，请删除后重新录入")
    EMPTY = Reason("清册中没有记录", None, "请先录入或导入")
    BUSY = Reason("清册正在{what}，暂时不能操作", None, "请等待完成，或在进度页面取消")
    OLD_VERSION = Reason("事项内容已更新，原草稿仅供查看", None, "请删除原记录后重新录入")


class DraftRefused(Exception):
    """The draft refuses; `refused` says why, in words for the user."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__("; ".join(r.text for r in refused))
        self.refused = tuple(refused)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a draft is worked on: who, when, and the judging for its employer account."""

    actor: Actor
    at: datetime
    judging: Judging


def enter(actor: Actor, at: datetime, employer_account_id: int, item: Item[Any, Any, Any], visit: str) -> Draft:
    """The draft as the user finds it on entering or reloading a page of the function.

    `visit` is the token in the address, empty on a fresh entry: then imported rows of an earlier visit are dropped,
    long work that is still under way for it is stopped, and a new token is given. Overdue imported rows are dropped in
    any case. Creates the draft when there is none. Raises `DraftRefused` for the token of a visit that another window
    has ended.
    """
    with transaction.atomic():
        record = _open(actor, at, employer_account_id, item)
        if visit and record.visit != visit:
            raise DraftRefused([DraftRefusals.LEFT.refuse()])
        if record.work_id is not None and not visit:
            stop_work(actor, at, record, "left")
        overdue = record.expires_at is not None and record.expires_at <= at
        if record.intake == Intake.IMPORTED and (overdue or not visit):
            _clear(record)
        if not visit:
            record.visit = secrets.token_urlsafe(12)
            record.save(update_fields=["visit"])
        return draft_of(record, record.rows.count())


def _open(actor: Actor, at: datetime, employer_account_id: int, item: Item[Any, Any, Any]) -> models.Draft:
    record, _ = models.Draft.objects.get_or_create(
        employer_account_id=employer_account_id,
        item_code=item.code,
        defaults={
            "item_version": item.version,
            "visit": "",
            "submit_key": uuid.uuid4(),
            "edited_by": actor.name,
            "edited_at": at,
        },
    )
    return models.Draft.objects.select_for_update().get(id=record.id)


def _clear(record: models.Draft) -> None:
    """Empties a draft. A new key: what is entered next is another submission."""
    drop_lines(record)
    record.intake, record.expires_at, record.confirmed, record.declared = None, None, False, False
    record.submit_key, record.next_no = uuid.uuid4(), 1
    record.save(
        update_fields=["intake", "expires_at", "confirmed", "declared", "submit_key", "next_no"],
    )


def stop_work(actor: Actor, at: datetime, record: models.Draft, how: str) -> models.DraftWork:
    """Ends the long work of a locked draft before it is done, with an entry in the trail that says how (`work.left`).

    Whatever of it the worker has not committed yet finds itself stopped and comes to nothing.
    """
    work = record.works.get(id=record.work_id or 0)
    work.state, work.ended_at, record.work_id = WorkState.STOPPED.value, at, None
    work.save(update_fields=["state", "ended_at"])
    record.save(update_fields=["work_id"])
    trail.record(actor, at, f"work.{how}", "draft", record.id, {"kind": work.kind, "work": work.id, "rows": work.total})
    transaction.on_commit(lambda: spool.drop(work.file))
    return work


def life_after(work: models.DraftWork, at: datetime) -> datetime | None:
    """Until when the list lives after work that ended at `at`: its minutes have stood still; None for typed rows."""
    return work.expires_at and work.expires_at + (at - work.begun_at)


def withdraw(record: models.Draft, work: models.DraftWork, at: datetime) -> None:
    """Takes back the lines that an import has brought into a locked draft, and sets the draft, for the caller to save,
    as it was before the work.
    """
    with connection.cursor() as cursor:
        if work.report_id is not None:
            cursor.execute("DELETE FROM engine_draftrow WHERE draft_id = %s AND no >= %s", [record.id, work.first_no])
            cursor.execute("DELETE FROM engine_badrow WHERE report_id = %s", [work.report_id])
    record.next_no, record.expires_at = work.first_no, life_after(work, at)
    if not record.rows.exists():
        record.intake = None


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` without what the database has no room for: NUL and halves of characters, which workbooks can contain."""
    return _UNSTORABLE.sub("", text)


def drop_lines(record: models.Draft) -> None:
    """Deletes the lines of a draft and the reports of its workbooks. Django would read them all first."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM engine_draftrow WHERE draft_id = %s", [record.id])
        cursor.execute(
            "DELETE FROM engine_badrow WHERE report_id IN (SELECT id FROM engine_importreport WHERE draft_id = %s)",
            [record.id],
        )
        cursor.execute("DELETE FROM engine_importreport WHERE draft_id = %s", [record.id])


def locked(desk: Desk, draft_id: int, visit: str, *, any_version: bool = False, at_work: bool = False) -> models.Draft:
    """The draft's record, locked, or `DraftRefused` when it is gone, overdue or was entered anew elsewhere.

    A draft of an older version of the item is refused unless `any_version`: it can be read and deleted only. So is one
    with long work under way, unless `at_work`.
    """
    own = {"employer_account_id": desk.judging.applicant.id, "item_code": desk.judging.item.code}
    record = models.Draft.objects.select_for_update().filter(id=draft_id, visit=visit, **own).first()
    if record is None:
        raise DraftRefused([DraftRefusals.LEFT.refuse()])
    if record.work_id is not None and not at_work:
        kind = WorkKind(record.works.values_list("kind", flat=True).get(id=record.work_id))
        raise DraftRefused([DraftRefusals.BUSY.refuse(what=kind.label)])
    if record.expires_at is not None and record.expires_at <= desk.at:
        minutes = int(desk.judging.rules.today.import_life.total_seconds() // 60)
        raise DraftRefused([DraftRefusals.EXPIRED.refuse(minutes=minutes)])
    if record.item_version != desk.judging.item.version and not any_version and record.rows.exists():
        raise DraftRefused([DraftRefusals.OLD_VERSION.refuse()])
    return record


def touch(desk: Desk, record: models.Draft, intake: Intake) -> None:
    """Marks the draft as edited by rows of one way, or refuses when it holds rows of another."""
    if record.intake and record.intake != intake:
        typed = record.intake == Intake.TYPED
        raise DraftRefused([(DraftRefusals.OTHER_MODE_TYPED if typed else DraftRefusals.OTHER_MODE_IMPORTED).refuse()])
    record.intake, record.confirmed, record.declared = intake.value, False, False
    record.item_version = desk.judging.item.version
    record.edited_by, record.edited_at = desk.actor.name, desk.at
    record.save(
        update_fields=["intake", "confirmed", "declared", "item_version", "edited_by", "edited_at"],
    )


def save_row(desk: Desk, draft_id: int, visit: str, data: dict[str, Any], no: int | None = None) -> Verdict:
    """Saves a typed row (`no` None) or a changed one. A refused row is not saved: its verdict says everything
    wrong with it.

    In a changed row the fields that are fixed once saved keep their value (HZ-2.4.1-37).
    """
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        if no is None:
            touch(desk, record, Intake.TYPED)
            no = record.next_no
        else:
            data = _with_fixed_fields(desk, record, no, data)
        verdict = judge(desk.judging, [Line(no, data)])[0]
        row = verdict.row
        if row is not None and record.rows.filter(key=key_of(row)).exclude(no=no).exists():
            verdict = judge(desk.judging, [Line(no, data)], before=[row])[0]  # it stands for the line with its key
        if not verdict.refused:
            store_rows(record, [verdict])
            _edited(desk, record, next_no=max(record.next_no, no + 1))
        else:
            transaction.set_rollback(True)
        return verdict


def _with_fixed_fields(desk: Desk, record: models.Draft, no: int, data: dict[str, Any]) -> dict[str, Any]:
    stored = record.rows.filter(no=no).first()
    if stored is None:
        raise DraftRefused([DraftRefusals.NO_SUCH_ROW.refuse()])
    fixed = [spec for spec in fields_of(desk.judging.item.row) if spec.fixed_once_saved]
    changed = [s for s in fixed if s.key in data and str(data[s.key]).strip() != stored.data.get(s.key, "")]
    if changed:
        raise DraftRefused([DraftRefusals.FIXED_FIELD.refuse(field=s.key, label=s.label) for s in changed])
    return {**data, **{s.key: stored.data.get(s.key) for s in fixed}}


def delete_rows(desk: Desk, draft_id: int, visit: str, nos: Sequence[int]) -> int:
    """Deletes the ticked rows; an emptied list is free for either way again (HZ-2.4.1-57, -58). How many went."""
    with transaction.atomic():
        record = locked(desk, draft_id, visit, any_version=True)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM engine_draftrow WHERE draft_id = %s AND no = ANY(%s)", [record.id, list(nos)])
            deleted: int = cursor.rowcount
        if not record.rows.exists():
            _clear(record)
        _edited(desk, record, next_no=record.next_no)
        return deleted


def _edited(desk: Desk, record: models.Draft, *, next_no: int) -> None:
    record.edited_by, record.edited_at, record.next_no = desk.actor.name, desk.at, next_no
    record.confirmed, record.declared = False, False
    record.save(update_fields=["edited_by", "edited_at", "next_no", "confirmed", "declared"])


def store_rows(record: models.Draft, verdicts: Sequence[Verdict]) -> None:
    """Writes lines with what was worked out, in one statement; a line of the same number is replaced."""
    sql = """
        INSERT INTO engine_draftrow (draft_id, no, key, data, worked, refused)
        SELECT %s, l.no, l.key, l.data, l.worked, l.refused
          FROM json_to_recordset(%s) AS l(no int, key text, data jsonb, worked jsonb, refused jsonb)
        ON CONFLICT (draft_id, no) DO UPDATE
           SET key = excluded.key, data = excluded.data, worked = excluded.worked, refused = excluded.refused
    """
    lines = [
        {
            "no": verdict.line.no,
            "key": row_key(data),
            "data": data,
            "worked": verdict.stored_worked(),
            "refused": [refused.to_json() for refused in verdict.refused],
        }
        for verdict, data in ((verdict, verdict.stored_row()) for verdict in verdicts)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [record.id, json.dumps(lines, ensure_ascii=False)])


def row_key(data: dict[str, Any]) -> str:
    """What a line is sorted and found by: the id number, or for rows without one their own code."""
    return str(data.get("id_no") or data.get("due_code") or "")


def key_of(row: Row) -> str:
    """The same of a line that could be read."""
    return str(getattr(row, "id_no", "") or getattr(row, "due_code", "") or "")


def judge_all(desk: Desk, draft_id: int, visit: str) -> list[Verdict]:
    """Judges every line of the draft afresh and keeps what came out: the confirmation page and 确认 ask for it."""
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        lines = [Line(row.no, row.data) for row in draft_rows(record.id)]
        if not lines:
            raise DraftRefused([DraftRefusals.EMPTY.refuse()])
        verdicts = judge(desk.judging, lines)
        store_rows(record, verdicts)
        return verdicts


def confirm(desk: Desk, draft_id: int, visit: str) -> list[Verdict]:
    """确认: closes the list if every line may go (all lines go, ticked or not, HZ-2.4.1-20). The lines that may not."""
    with transaction.atomic():  # of one piece: a row saved by another page in between would be confirmed unseen
        bad = [v for v in judge_all(desk, draft_id, visit) if v.refused]
        if not bad:
            models.Draft.objects.filter(id=draft_id).update(confirmed=True)
        return bad


def declare(desk: Desk, draft_id: int, visit: str, form: dict[str, str]) -> None:
    """The 声明 was ticked and the form above the list filled in; the next step may be entered."""
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        record.declared, record.form = True, {key: storable(text) for key, text in form.items()}
        record.save(update_fields=["declared", "form"])


def select_rows(desk: Desk, draft_id: int, visit: str, chosen: Sequence[dict[str, Any]]) -> list[Verdict]:
    """The ticked candidates become the rows of the draft, replacing those of an earlier choice."""
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        verdicts = judge(desk.judging, [Line(no, data) for no, data in enumerate(chosen, 1)])
        if any(v.refused for v in verdicts):
            return verdicts
        _clear(record)
        touch(desk, record, Intake.SELECTED)
        store_rows(record, verdicts)
        models.Draft.objects.filter(id=record.id).update(confirmed=bool(chosen), next_no=len(chosen) + 1)
        return verdicts
