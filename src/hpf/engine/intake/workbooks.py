"""Workbooks of an item: the template from its declaration, a filled file in, and the lines that were not taken
back out, marked.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO

from django.db import connection, transaction

from hpf.engine import models, readers
from hpf.engine.declare import FieldKind, FieldSpec, Row, fields_of
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Line, Verdict, judge, rows_of
from hpf.engine.facts import ImportReport, Intake
from hpf.engine.intake.cells import BadCell, Cell, amount_of, date_of, text_of
from hpf.engine.intake.drafts import Desk, locked, storable, store_rows, touch
from hpf.engine.intake.filled import FilledRow, read_filled
from hpf.engine.intake.layout import ColumnKind, HeadField, SheetColumn, SheetSpec, Stamp
from hpf.engine.intake.reader import DEFAULT_LIMITS, WorkbookRefused, read_workbook
from hpf.engine.intake.sheet import MarkedRow, write_marked, write_template
from hpf.kernel.refusal import Refused, Remedy

BATCH = 5_000
"""Rows judged and written at a time: bounds the memory of a large file."""

_READ_AS = {"money": amount_of, "date": date_of}
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
    for bad in readers.bad_rows(report_id):
        yield MarkedRow(bad.cells, [(r.field, f"{r.text}（{r.hint}）" if r.hint else r.text) for r in bad.refused])


@dataclass(frozen=True, slots=True)
class _Read:
    """A row of the file as texts, with what is wrong with its cells as cells."""

    row_no: int
    texts: dict[str, str]
    bad: tuple[Refused, ...]


def import_workbook(desk: Desk, draft_id: int, visit: str, file_name: str, source: bytes | Path) -> ImportReport:
    """Imports a filled template: good rows go into the list, bad ones are kept with their reasons (HZ-2.4.1-11 to
    -14).

    A second file adds to the list and starts the 30 minutes anew. When the file or its head is refused, nothing is
    taken and the report says why. Raises `DraftRefused` when the list holds typed rows or was left.
    """
    try:
        with transaction.atomic():
            return _import(desk, draft_id, visit, file_name, source)
    except WorkbookRefused as refused:
        with transaction.atomic():
            record = locked(desk, draft_id, visit)
            return _report(desk, record, file_name, 0, 0, str(refused))


def _import(desk: Desk, draft_id: int, visit: str, file_name: str, source: bytes | Path) -> ImportReport:
    record = locked(desk, draft_id, visit)
    touch(desk, record, Intake.IMPORTED)
    spec = sheet_of(desk.judging)
    limits = replace(DEFAULT_LIMITS, rows=desk.judging.rules.today.rows_per_workbook + spec.heading_row + 1)
    report = models.ImportReport.objects.create(
        draft=record, file_name=storable(file_name)[-200:], at=desk.at, total=0, good=0, bad=0
    )
    taken = rows_of(desk.judging, [Line(row.no, row.data) for row in readers.draft_rows(record.id)])
    good = total = 0
    with read_workbook(source, limits) as book:
        rows = (_read(row, spec) for row in read_filled(book, spec).rows)
        while batch := list(islice(rows, BATCH)):
            total += len(batch)
            passed = _take(desk, record, report, batch, taken)
            good += len(passed)
            taken += [v.row for v in passed if v.row is not None]
    report.total, report.good, report.bad = total, good, total - good
    report.save(update_fields=["total", "good", "bad"])
    if good:
        record.expires_at = desk.at + desk.judging.rules.today.import_life
    elif not taken:
        record.intake = None
    record.save(update_fields=["expires_at", "intake", "next_no"])
    return ImportReport(report.id, report.file_name, report.at, report.total, report.good, report.bad, "")


def _read(filled: FilledRow, spec: SheetSpec) -> _Read:
    texts: dict[str, str] = {}
    bad: list[Refused] = []
    for column in spec.columns[1:]:
        cell: Cell = filled.cells.get(column.key)
        value = _READ_AS.get(column.kind, text_of)(cell)
        if isinstance(value, BadCell):
            texts[column.key] = storable(value.text)
            bad.append(Refused(f"cell_{value.kind.name.lower()}", f"{column.label}{value.advice}", column.key,
                               texts[column.key], "", Remedy.CORRECT))  # fmt: skip
        else:
            texts[column.key] = storable(value)
    return _Read(filled.row_no, texts, tuple(bad))


def _take(
    desk: Desk, record: models.Draft, report: models.ImportReport, batch: Sequence[_Read], taken: Sequence[Row]
) -> list[Verdict]:
    """Judges a batch; stores what passes as rows of the draft, the rest as bad rows of the report."""
    verdicts = judge(desk.judging, [Line(read.row_no, read.texts) for read in batch], before=taken)
    passed: list[Verdict] = []
    bad: list[tuple[_Read, tuple[Refused, ...]]] = []
    for read, verdict in zip(batch, verdicts, strict=True):
        refused = _without_twice_told(read.bad, verdict.refused)
        if refused:
            bad.append((read, refused))
        else:
            passed.append(replace(verdict, line=Line(record.next_no + len(passed), verdict.line.data)))
    if passed:
        store_rows(record, passed)
        record.next_no += len(passed)
    if bad:
        _store_bad(report, bad)
    return passed


def _without_twice_told(cells: tuple[Refused, ...], fields: tuple[Refused, ...]) -> tuple[Refused, ...]:
    """A cell that could not be read says so; what the field then says of its text would only confuse."""
    told = {refused.field for refused in cells}
    return (*cells, *(refused for refused in fields if refused.field not in told))


def _store_bad(report: models.ImportReport, bad: Sequence[tuple[_Read, tuple[Refused, ...]]]) -> None:
    sql = """
        INSERT INTO engine_badrow (report_id, no, cells, refused)
        SELECT %s, b.no, b.cells, b.refused
          FROM ROWS FROM (json_to_recordset(%s) AS (no int, cells jsonb, refused jsonb)) WITH ORDINALITY
               AS b(no, cells, refused, at)
         ORDER BY b.at
    """
    lines = [
        {"no": read.row_no, "cells": read.texts, "refused": [r.to_json() for r in refused]} for read, refused in bad
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [report.id, json.dumps(lines, ensure_ascii=False)])


def _report(desk: Desk, record: models.Draft, file_name: str, total: int, good: int, head_problem: str) -> ImportReport:
    made = models.ImportReport.objects.create(
        draft=record, file_name=storable(file_name)[-200:], at=desk.at, total=total, good=good, bad=total - good,
        head_problem=head_problem,
    )  # fmt: skip
    return ImportReport(made.id, made.file_name, made.at, made.total, made.good, made.bad, made.head_problem)
