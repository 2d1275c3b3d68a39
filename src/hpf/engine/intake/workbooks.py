"""Workbooks of an item: the template from its declaration, a filled file in, and the lines that were not taken
back out, marked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from django.db import transaction

from hpf.engine import models, readers
from hpf.engine.declare import FieldKind, FieldSpec, fields_of
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import ImportReport, Intake
from hpf.engine.intake.drafts import Desk, locked, storable, touch
from hpf.engine.intake.filled import read_filled
from hpf.engine.intake.layout import ColumnKind, HeadField, SheetColumn, SheetSpec, Stamp
from hpf.engine.intake.portions import judge_portion, keys_of, lines_of, portions, take
from hpf.engine.intake.reader import DEFAULT_LIMITS, ReadLimits, WorkbookRefused, read_workbook
from hpf.engine.intake.sheet import MarkedRow, write_marked, write_template

_KINDS: Mapping[FieldKind, ColumnKind] = {FieldKind.MONEY: "money", FieldKind.CHOICE: "choice", FieldKind.DATE: "date"}


def sheet_of(judging: Judging) -> SheetSpec:
    """The template of an item for one employer account (B1.3). Account, employer and fund have to agree on import."""
    item, applicant, rules = judging.item, judging.applicant, judging.rules
    return SheetSpec(
        title=item.title,
        stamp=Stamp(item.code, rules.book.centre, str(item.version)),
        head=(
            HeadField("单位住房公积金账号", applicant.account_no),
            HeadField("单位名称", applicant.name),
            HeadField("资金性质", applicant.fund.label),
            HeadField("缴存比例", f"单位{applicant.employer_rate} 个人{applicant.personal_rate}", must_match=False),
            HeadField("业务年月", str(rules.month), must_match=False),
            HeadField("模板版本", f"{item.code} 第{item.version}版", must_match=False),
        ),
        columns=(
            SheetColumn("no", "序号", 6, kind="serial"),
            *(_column(spec, judging) for spec in fields_of(item.row)),
        ),
    )


def _column(spec: FieldSpec, judging: Judging) -> SheetColumn:
    choices = tuple(label for _, label in spec.choices(judging.rules))
    kind = _KINDS.get(spec.kind, "text")
    return SheetColumn(spec.key, spec.label, spec.width, spec.required, kind, choices, note=spec.note)


def template(judging: Judging, out: IO[bytes], rows: Sequence[Mapping[str, str]] = ()) -> None:
    """Writes the template to be filled in offline, empty or with `rows` (HZ-2.4.1-09)."""
    write_template(out, sheet_of(judging), rows)


def marked(judging: Judging, report_id: int, out: IO[bytes]) -> None:
    """Writes the lines that were not taken, in the same template, wrong cells marked, to be corrected and
    imported again.
    """
    write_marked(out, sheet_of(judging), _marked_rows(report_id))


def _marked_rows(report_id: int) -> Iterator[MarkedRow]:
    for bad in readers.every_bad_row(report_id):
        yield MarkedRow(bad.cells, [(r.field, f"{r.text}（{r.hint}）" if r.hint else r.text) for r in bad.refused])


def limits_of(judging: Judging) -> ReadLimits:
    """How much a workbook of this item may hold: the centre's number of rows below the head."""
    rows = judging.rules.today.rows_per_workbook + sheet_of(judging).heading_row + 1
    return replace(DEFAULT_LIMITS, rows=rows)


def import_workbook(desk: Desk, draft_id: int, visit: str, file_name: str, source: bytes | Path) -> ImportReport:
    """Imports a filled template: good rows go into the list, bad ones are kept with their reasons (HZ-2.4.1-11 to
    -14). One transaction, for files that are read while the user waits; `works.begin_import` takes the large ones.

    A second file adds to the list and starts the 30 minutes anew. When the file or its head is refused, nothing is
    taken and the report says why. Raises `DraftRefused` when the list holds typed rows or was left.
    """
    try:
        with transaction.atomic():
            return _import(desk, draft_id, visit, file_name, source)
    except WorkbookRefused as refused:
        return refused_report(desk, draft_id, visit, file_name, refused)


def refused_report(desk: Desk, draft_id: int, visit: str, file_name: str, why: WorkbookRefused) -> ImportReport:
    """The report of a file of which nothing was taken. Raises `DraftRefused`."""
    with transaction.atomic():
        made = new_report(desk, locked(desk, draft_id, visit), file_name)
        made.head_problem = str(why)
        made.save(update_fields=["head_problem"])
    return readers.report_of(made)


def new_report(desk: Desk, record: models.Draft, file_name: str) -> models.ImportReport:
    """The report of a file that has just come, its figures still nought."""
    name = storable(file_name)[-200:]
    return models.ImportReport.objects.create(draft=record, file_name=name, at=desk.at, total=0, good=0, bad=0)


def _import(desk: Desk, draft_id: int, visit: str, file_name: str, source: bytes | Path) -> ImportReport:
    record = locked(desk, draft_id, visit)
    touch(desk, record, Intake.IMPORTED)
    spec, report = sheet_of(desk.judging), new_report(desk, record, file_name)
    seen = keys_of(record.id)
    had_rows = bool(seen)
    with read_workbook(source, limits_of(desk.judging)) as book:
        for batch in portions(read_filled(book, spec).rows, spec):
            verdicts = judge_portion(desk.judging, lines_of(batch), seen)
            report.total += len(batch)
            report.good += take(record, report.id, batch, verdicts)
    report.bad = report.total - report.good
    report.save(update_fields=["total", "good", "bad"])
    if report.good:
        record.expires_at = desk.at + desk.judging.rules.today.import_life
    elif not had_rows:
        record.intake = None
    record.save(update_fields=["expires_at", "intake", "next_no"])
    return readers.report_of(report)
