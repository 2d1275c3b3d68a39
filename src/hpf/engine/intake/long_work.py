"""The worker's side of long work on a draft: portion after portion, each committed with how far it has come.

A worker that takes over from a killed one goes on behind the last portion; two at once cannot both commit the next.
Work whose draft was left or cancelled meanwhile finds that out at its next portion and comes to nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from hpf.access.actor import Actor
from hpf.engine import models
from hpf.engine.catalogue import item_of
from hpf.engine.declare import ItemRules
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Line, Verdict, rows_of
from hpf.engine.facts import WorkKind, WorkState
from hpf.engine.intake import spool
from hpf.engine.intake.drafts import key_of, life_after, store_rows, withdraw
from hpf.engine.intake.filled import read_filled
from hpf.engine.intake.portions import PORTION, judge_portion, keys_of, lines_of, portions, take
from hpf.engine.intake.reader import WorkbookRefused, read_workbook
from hpf.engine.intake.workbooks import limits_of, sheet_of
from hpf.kernel.clock import TZ, Clock
from hpf.kernel.month import Month
from hpf.parties import readers as parties
from hpf.policy.readers import current_rules
from hpf.trail import changes as trail

_LOST = "文件在服务器上已不存在，没有导入任何记录，请重新导入"
_PROGRESS = ("position", "total", "good", "expected", "told")
_FAILED = "系统处理出错，没有导入任何记录，请重新导入；仍不行的，请联系中心"


class _Stopped(Exception):
    """The work has been cancelled, left, or taken over by another worker."""


def carry_on(work_id: int, clock: Clock) -> None:
    """Does what is left of the work; for work that is over it does nothing."""
    work = models.DraftWork.objects.filter(id=work_id, state=WorkState.RUNNING.value).first()
    if work is None:
        return
    try:
        if work.kind == WorkKind.IMPORT:
            _read_in(work, clock)
        else:
            _check(work, clock)
    except _Stopped:
        return
    except WorkbookRefused as refused:
        _give_up(work, clock, str(refused))
    except FileNotFoundError:
        _give_up(work, clock, _LOST)
    except (DatabaseError, LookupError, ValueError, ArithmeticError):
        _give_up(work, clock, _FAILED)
        raise
    spool.drop(work.file)


@contextmanager
def _in_hand(work: models.DraftWork) -> Iterator[models.Draft]:
    """A transaction with the draft locked, as long as the work is the one under way and nobody has gone on with it.

    How far the work has come is, in memory too, what is kept: a portion that fails has not advanced it.
    """
    before, kept = {name: getattr(work, name) for name in _PROGRESS}, False
    try:
        with transaction.atomic():
            record = models.Draft.objects.select_for_update().filter(id=work.draft_id, work_id=work.id).first()
            if record is None or not models.DraftWork.objects.filter(id=work.id, position=work.position).exists():
                raise _Stopped
            yield record
        kept = True
    finally:
        if not kept:
            for name, value in before.items():
                setattr(work, name, value)


def _judging(work: models.DraftWork) -> Judging:
    """As the page judged that began the work: on its day, for its month of processing."""
    draft = models.Draft.objects.get(id=work.draft_id)
    rules = ItemRules(current_rules(), work.begun_at.astimezone(TZ).date(), Month.from_int(work.month))
    return Judging(item_of(draft.item_code), parties.employer_account(draft.employer_account_id), rules)


def _read_in(work: models.DraftWork, clock: Clock) -> None:
    judging = _judging(work)
    spec = sheet_of(judging)
    seen = keys_of(work.draft_id, up_to=work.first_no - 1)
    with read_workbook(spool.path_of(work.file), limits_of(judging)) as book:
        rows = read_filled(book, spec).rows
        work.expected = max(0, book.last_row - spec.heading_row - 1)
        work.save(update_fields=["expected"])
        for batch in portions(rows, spec, behind=work.position):
            if batch[-1].row_no <= work.position:
                seen.update(key_of(row) for row in rows_of(judging, lines_of(batch)))
                continue
            verdicts = judge_portion(judging, lines_of(batch), seen)
            with _in_hand(work) as record:
                passed = take(record, work.report_id or 0, batch, verdicts)
                record.save(update_fields=["next_no"])
                _advance(work, batch[-1].row_no, len(batch), passed)
    _imported(work, judging, clock)


def _imported(work: models.DraftWork, judging: Judging, clock: Clock) -> None:
    with _in_hand(work) as record:
        models.ImportReport.objects.filter(id=work.report_id or 0).update(
            total=work.total, good=work.good, bad=work.total - work.good
        )
        now = clock.now()
        record.expires_at = now + judging.rules.today.import_life if work.good else life_after(work, now)
        if not record.rows.exists():
            record.intake = None
        _end(work, record, clock, "done")


def _check(work: models.DraftWork, clock: Clock) -> None:
    judging = _judging(work)
    seen = keys_of(work.draft_id, up_to=work.position)
    lines = models.DraftRow.objects.filter(draft_id=work.draft_id).order_by("no").values_list("no", "data")
    while batch := [Line(no, data) for no, data in lines.filter(no__gt=work.position)[:PORTION]]:
        verdicts = judge_portion(judging, batch, seen)
        with _in_hand(work) as record:
            store_rows(record, verdicts)
            _tell(work, judging, verdicts)
            _advance(work, batch[-1].no, len(batch), sum(not verdict.refused for verdict in verdicts))
    with _in_hand(work) as record:
        record.confirmed, record.expires_at = work.good == work.total, life_after(work, clock.now())
        _end(work, record, clock, "done")


def _tell(work: models.DraftWork, judging: Judging, verdicts: list[Verdict]) -> None:
    """What 信息确认 says of the whole list, without judging it once more."""
    referrals = [verdict.referral for verdict in verdicts if verdict.referral is not None]
    good, notices = [verdict.worked for verdict in verdicts if not verdict.refused], judging.item.notices
    texts = notices(good, judging.rules) if notices is not None else ()
    work.told = {
        "referred": work.told.get("referred", 0) + len(referrals),
        "reasons": sorted({*work.told.get("reasons", ()), *(referral.text for referral in referrals)}),
        "notices": [*dict.fromkeys([*work.told.get("notices", ()), *texts])],
    }


def _advance(work: models.DraftWork, position: int, lines: int, good: int) -> None:
    work.position, work.total, work.good = position, work.total + lines, work.good + good
    work.expected = max(work.expected, work.total)
    work.save(update_fields=_PROGRESS)


def _end(work: models.DraftWork, record: models.Draft, clock: Clock, how: str) -> None:
    """The work is over and the list free again; called with the draft in hand."""
    work.state = (WorkState.DONE if how == "done" else WorkState.STOPPED).value
    work.ended_at, work.expected, record.work_id = clock.now(), work.total, None
    work.save(update_fields=["state", "ended_at", "expected"])
    record.save(update_fields=["work_id", "expires_at", "intake", "next_no", "confirmed"])
    actor = Actor.agent(work.user_id or 0, work.user_name, work.employer_id or 0)
    told = {"kind": work.kind, "work": work.id, "rows": work.total, "good": work.good}
    trail.record(actor, work.ended_at, f"work.{how}", "draft", record.id, told)


def _give_up(work: models.DraftWork, clock: Clock, why: str) -> None:
    """Nothing of the file is taken, and the report says why (HZ-2.4.1-14); a check leaves the list unconfirmed."""
    try:
        with _in_hand(work) as record:
            withdraw(record, work, clock.now())
            models.ImportReport.objects.filter(id=work.report_id or 0).update(head_problem=why)
            _end(work, record, clock, "refused")
    except _Stopped:
        return
    spool.drop(work.file)
