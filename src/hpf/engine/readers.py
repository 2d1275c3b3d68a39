"""Reading the engine's tables: cases, rows and drafts as frozen values, in a fixed number of queries."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from hpf.engine import models
from hpf.engine.facts import (
    BadRow,
    Case,
    CaseEvent,
    CaseRow,
    CaseState,
    Draft,
    DraftRow,
    ImportReport,
    Intake,
    RowState,
    Work,
    WorkKind,
    WorkState,
)
from hpf.kernel.clock import TZ
from hpf.kernel.month import Month
from hpf.kernel.refusal import Refused

DECLARED = ~Q(needs_check=True, checked_at=None)
"""Cases that the centre has been told of: all but those which a second agent of the employer has not checked."""


class NoSuchCase(LookupError):
    """No case of this number here, or it is another employer's: to a stranger both are the same."""


def case_of(record: models.Case) -> Case:
    """The frozen value of a case's record."""
    return Case(
        id=record.id,
        no=record.no,
        item_code=record.item_code,
        item_version=record.item_version,
        employer_id=record.employer_id,
        employer_account_id=record.employer_account_id,
        declared_by=record.declared_by,
        channel=record.channel,
        declared_at=record.declared_at.astimezone(TZ),
        declared_month=Month.from_int(record.declared_month),
        state=CaseState(record.state),
        total=record.total,
        succeeded=record.succeeded,
        failed=record.failed,
        referred=record.referred,
        amount_fen=record.amount_fen,
        processed_at=_local(record.processed_at),
        processed_month=_month(record.processed_month),
        policy_version=record.policy_version,
        submit_key=str(record.submit_key),
        form=record.form,
        result=record.result,
        branch_code=record.branch_code,
        due_on=record.due_on,
        declared_by_user_id=record.declared_by_user_id,
        taken_by_user_id=record.taken_by_user_id,
        taken_by=record.taken_by,
        needs_check=record.needs_check,
        checked_by=record.checked_by,
        checked_by_user_id=record.checked_by_user_id,
        checked_at=_local(record.checked_at),
    )


def _local(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(TZ)


def _month(number: int | None) -> Month | None:
    return None if number is None else Month.from_int(number)


def case(no: str, employer_id: int | None) -> Case:
    """A case by its 业务流水号; `employer_id` None is the centre itself, which knows of declared cases only. Raises
    `NoSuchCase` also for another's case.
    """
    found = models.Case.objects.filter(no=no)
    found = found.filter(DECLARED) if employer_id is None else found.filter(employer_id=employer_id)
    record = found.first()
    if record is None:
        raise NoSuchCase(no)
    return case_of(record)


def employer_of_case(no: str, employer_ids: Collection[int]) -> int | None:
    """Which of these employers has a case of this number."""
    found = models.Case.objects.filter(no=no, employer_id__in=employer_ids)
    return found.values_list("employer_id", flat=True).first()


def case_by_id(case_id: int) -> Case:
    """A case by its id. Raises `NoSuchCase`."""
    record = models.Case.objects.filter(id=case_id).first()
    if record is None:
        raise NoSuchCase(str(case_id))
    return case_of(record)


def case_by_key(submit_key: str) -> Case | None:
    """The case made with this submission key, if there is one."""
    record = models.Case.objects.filter(submit_key=submit_key).first()
    return None if record is None else case_of(record)


def timeline(case_id: int) -> list[CaseEvent]:
    """What happened to a case, oldest first."""
    found = models.CaseEvent.objects.filter(case_id=case_id).order_by("id")
    return [CaseEvent(e.at.astimezone(TZ), e.event, CaseState(e.state), e.actor, e.note) for e in found]


def queued_cases(before: datetime) -> list[int]:
    """Ids of the cases accepted before a moment for the next batch, in the order of declaration (HZ-1.2-15).

    One that a killed batch had begun keeps its place.
    """
    begun = Q(state=CaseState.IN_PROCESS.value, result__queued=True)
    found = models.Case.objects.filter(Q(state=CaseState.QUEUED.value) | begun, declared_at__lt=before)
    return list(found.order_by("declared_at", "id").values_list("id", flat=True))


def ids_in_process(item_code: str, employer_account_id: int, case_id: int | None) -> frozenset[str]:
    """Id numbers with a row waiting in another open case of this item and employer account.

    Seen from a case under execution only earlier declarations count, or two cases would refuse each other's rows; a
    case that waits for the employer's own check is no declaration yet, and comes after all that are.
    """
    sql = """
        SELECT r.id_no FROM engine_case c JOIN engine_case_row r ON r.case_id = c.id
           AND r.year = extract(year FROM c.declared_at AT TIME ZONE 'Asia/Shanghai')::int
          LEFT JOIN engine_case o ON o.id = %(case)s
         WHERE c.employer_account_id = %(account)s AND c.item_code = %(item)s
           AND (c.state IN ('submitted', 'queued', 'in_process', 'with_person', 'awaiting_review', 'accepted')
                OR c.state = 'awaiting_check' AND o.id IS NULL)
           AND r.state IN ('pending', 'referred')
           AND (o.id IS NULL OR o.state = 'awaiting_check' OR (c.declared_at, c.id) < (o.declared_at, o.id))
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"account": employer_account_id, "item": item_code, "case": case_id})
        return frozenset(row[0] for row in cursor.fetchall())


def row_of(record: models.CaseRow) -> CaseRow:
    """The frozen value of a row's record."""
    return CaseRow(
        row_no=record.row_no,
        id_no=record.id_no,
        data=record.data,
        worked=record.worked,
        state=RowState(record.state),
        refused=refusals(record.refused),
        result=record.result,
        portion=record.portion,
        processed_at=_local(record.processed_at),
        processed_month=_month(record.processed_month),
        policy_version=record.policy_version,
    )


def refusals(stored: Sequence[Mapping[str, Any]]) -> tuple[Refused, ...]:
    """Stored refusals as values."""
    return tuple(Refused.from_json(dict(r)) for r in stored)


def draft_of(record: models.Draft, rows: int) -> Draft:
    """The frozen value of a draft's record; `rows` is how many lines it holds."""
    return Draft(
        id=record.id,
        item_code=record.item_code,
        item_version=record.item_version,
        employer_account_id=record.employer_account_id,
        intake=Intake(record.intake) if record.intake else None,
        visit=record.visit,
        submit_key=str(record.submit_key),
        edited_by=record.edited_by,
        edited_at=record.edited_at.astimezone(TZ),
        expires_at=_local(record.expires_at),
        confirmed=record.confirmed,
        declared=record.declared,
        form=record.form,
        rows=rows,
        work_id=record.work_id,
    )


def draft(employer_account_id: int, item_code: str) -> Draft | None:
    """The draft of an employer account and item, if there is one."""
    record = models.Draft.objects.filter(employer_account_id=employer_account_id, item_code=item_code).first()
    return None if record is None else draft_of(record, record.rows.count())


def latest_work(draft_id: int, kind: WorkKind | None = None) -> Work | None:
    """The long work begun last on a draft, of any kind or of this one, whatever became of it."""
    found = models.DraftWork.objects.filter(draft_id=draft_id, **({"kind": kind.value} if kind else {}))
    w = found.order_by("-id").first()
    if w is None:
        return None
    return Work(
        id=w.id,
        kind=WorkKind(w.kind),
        state=WorkState(w.state),
        file_name=w.file_name,
        begun_at=w.begun_at.astimezone(TZ),
        ended_at=_local(w.ended_at),
        done=w.total,
        expected=w.expected,
        good=w.good,
        report_id=w.report_id,
        referred=w.told.get("referred", 0),
        reasons=tuple(w.told.get("reasons", ())),
        notices=tuple(w.told.get("notices", ())),
    )


def account_of_visit(visit: str, item_code: str, employer_account_ids: Collection[int]) -> int | None:
    """For which of these employer accounts a visit of the item is under way."""
    found = models.Draft.objects.filter(
        employer_account_id__in=employer_account_ids, item_code=item_code, visit=visit
    )  # fmt: skip
    return found.values_list("employer_account_id", flat=True).first() if visit else None


def draft_rows(draft_id: int, first: int = 0, last: int | None = None) -> list[DraftRow]:
    """The lines of a draft in their order, from position `first` up to but not including `last`."""
    found = models.DraftRow.objects.filter(draft_id=draft_id).order_by("no")[first:last]
    lines = found.values_list("no", "data", "worked", "refused")  # not records: a list may have 200,000 lines
    return [DraftRow(no, data, worked, refusals(refused)) for no, data, worked, refused in lines]


def draft_row(draft_id: int, no: int) -> DraftRow | None:
    """One line of a draft."""
    found = models.DraftRow.objects.filter(draft_id=draft_id, no=no).first()
    return None if found is None else DraftRow(found.no, found.data, found.worked, refusals(found.refused))


def draft_totals(draft_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Sums in fen of worked-out money columns over all lines of a draft, by key, and `bad`: lines with a refusal."""
    sums = ", ".join("coalesce(sum(round((worked->>%s)::numeric * 100)), 0)::bigint" for _ in keys)
    bad = "count(*) FILTER (WHERE refused <> '[]')"
    sql = f"SELECT {', '.join([bad, sums]) if keys else bad} FROM engine_draftrow WHERE draft_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*keys, draft_id])
        bad, *totals = cursor.fetchone()
    return {"bad": bad, **dict(zip(keys, totals, strict=True))}


def latest_report(draft_id: int) -> ImportReport | None:
    """The report of the last workbook imported into a draft."""
    found = models.ImportReport.objects.filter(draft_id=draft_id).order_by("-id").first()
    return None if found is None else report_of(found)


def report_of(record: models.ImportReport) -> ImportReport:
    """The frozen value of a report's record."""
    at = record.at.astimezone(TZ)
    return ImportReport(record.id, record.file_name, at, record.total, record.good, record.bad, record.head_problem)


def bad_rows(report_id: int, first: int = 0, last: int | None = None) -> list[BadRow]:
    """The lines of a workbook that were not taken, in the order of the file."""
    found = models.BadRow.objects.filter(report_id=report_id).order_by("id")[first:last]
    return [_bad_row(line) for line in found.values_list("no", "cells", "refused")]


def every_bad_row(report_id: int) -> Iterator[BadRow]:
    """The same, however many there are, a few at a time."""
    found = models.BadRow.objects.filter(report_id=report_id).order_by("id")
    return (_bad_row(line) for line in found.values_list("no", "cells", "refused").iterator(chunk_size=2_000))


def _bad_row(line: tuple[int, Any, Any]) -> BadRow:
    no, cells, refused = line
    return BadRow(no, cells, refusals(refused))
