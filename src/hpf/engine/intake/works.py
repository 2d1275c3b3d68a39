"""Long work on a draft, as the pages begin and cancel it; a worker carries it out (`long_work`).

What can be done while the user waits is done at once: a list of up to `HPF_LINES_AT_ONCE` lines.
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from hpf.access.jobs import defer
from hpf.engine import models
from hpf.engine.facts import Draft, ImportReport, Intake, WorkKind, WorkState
from hpf.engine.intake import spool
from hpf.engine.intake.drafts import Desk, DraftRefusals, DraftRefused, locked, stop_work, touch, withdraw
from hpf.engine.intake.reader import WorkbookRefused, unpacked_size
from hpf.engine.intake.workbooks import import_workbook, new_report, refused_report
from hpf.engine.jobs import carry_on_draft
from hpf.trail import changes as trail

_BYTES_A_LINE = 450
"""What a line of an ordinary template unpacks to: how long a file takes is known before it is read."""


def bring_in(desk: Desk, draft_id: int, visit: str, file_name: str, source: bytes | Path) -> ImportReport | None:
    """Imports a workbook: at once, or None when it is so large that a worker reads it. Raises `DraftRefused`."""
    try:
        large = unpacked_size(source) > settings.HPF_LINES_AT_ONCE * _BYTES_A_LINE
    except WorkbookRefused as refused:
        return refused_report(desk, draft_id, visit, file_name, refused)
    if not large:
        return import_workbook(desk, draft_id, visit, file_name, source)
    begin_import(desk, draft_id, visit, file_name, source)
    return None


def begin_import(desk: Desk, draft_id: int, visit: str, file_name: str, source: bytes | Path) -> None:
    """Stores the file and has a worker read it into the list. Raises `DraftRefused`, also while other work goes on."""
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        touch(desk, record, Intake.IMPORTED)
        report = new_report(desk, record, file_name)
        _begin(desk, record, WorkKind.IMPORT, file_name=report.file_name, file=spool.keep(source), report_id=report.id)


def takes_long(draft: Draft) -> bool:
    """Whether its list is too long to be judged while the user waits."""
    return draft.rows > settings.HPF_LINES_AT_ONCE


def begin_check(desk: Desk, draft_id: int, visit: str) -> None:
    """确认 of a long list: has a worker judge every line afresh, and close the list if all may go. `DraftRefused`."""
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        lines = record.rows.count()
        if not lines:
            raise DraftRefused([DraftRefusals.EMPTY.refuse()])
        _begin(desk, record, WorkKind.CHECK, expected=lines)


def _begin(
    desk: Desk,
    record: models.Draft,
    kind: WorkKind,
    *,
    file_name: str = "",
    file: str = "",
    report_id: int | None = None,
    expected: int = 0,
) -> None:
    """The work's record, its job and its trail. The 30 minutes stand still while it lasts."""
    work = models.DraftWork.objects.create(
        draft=record,
        kind=kind.value,
        state=WorkState.RUNNING.value,
        user_id=desk.actor.user_id,
        user_name=desk.actor.name,
        employer_id=desk.actor.employer_id,
        begun_at=desk.at,
        month=int(desk.judging.rules.month),
        file_name=file_name,
        file=file,
        first_no=record.next_no,
        expires_at=record.expires_at,
        report_id=report_id,
        expected=expected,
    )
    record.work_id, record.expires_at, record.confirmed = work.id, None, False
    record.save(update_fields=["work_id", "expires_at", "confirmed"])
    trail.record(desk.actor, desk.at, "work.begun", "draft", record.id, {"kind": kind.value, "work": work.id})
    defer(carry_on_draft, lock=f"draft:{record.id}", work_id=work.id)


def cancel(desk: Desk, draft_id: int, visit: str) -> bool:
    """Stops the work under way; the list is as it was before. False when it had ended already. `DraftRefused`."""
    with transaction.atomic():
        record = locked(desk, draft_id, visit, at_work=True)
        if record.work_id is None:
            return False
        work = stop_work(desk.actor, desk.at, record, "cancelled")
        withdraw(record, work, desk.at)
        models.ImportReport.objects.filter(id=work.report_id or 0).delete()
        record.save(update_fields=["intake", "expires_at", "next_no"])
        return True
