"""A list a portion at a time: lines read as texts, judged with an eye on the lines before them, and written.

However long a list is, no more of it is in memory than one portion and the keys of all its lines.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.db import connection

from hpf.engine import models
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.intake.cells import BadCell, Cell, amount_of, date_of, text_of
from hpf.engine.intake.drafts import key_of, storable, store_rows
from hpf.engine.intake.filled import FilledRow
from hpf.engine.intake.layout import SheetSpec
from hpf.kernel.refusal import Refused, Remedy

PORTION = 5_000
"""Lines judged and written at a time."""

_READ_AS = {"money": amount_of, "date": date_of}


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row of a file as texts, with what is wrong with its cells as cells."""

    row_no: int
    texts: Mapping[str, str]
    bad: tuple[Refused, ...]


def portions(rows: Iterable[FilledRow], spec: SheetSpec, behind: int = 0) -> Iterator[list[ReadRow]]:
    """The rows of a file, a portion at a time; a portion ends at row `behind` if the file has one of that number."""
    read = (read_row(row, spec) for row in rows)
    ahead: list[ReadRow] = []
    while batch := [*ahead, *islice(read, PORTION - len(ahead))]:
        now = [row for row in batch if row.row_no <= behind] or batch
        ahead = batch[len(now) :]
        yield now


def read_row(filled: FilledRow, spec: SheetSpec) -> ReadRow:
    """The texts of a row of the file, as far as its cells can be taken for texts."""
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
    return ReadRow(filled.row_no, texts, tuple(bad))


def keys_of(draft_id: int, *, up_to: int | None = None) -> set[str]:
    """The keys of the lines that a draft holds, or of those up to this number."""
    found = models.DraftRow.objects.filter(draft_id=draft_id)
    found = found if up_to is None else found.filter(no__lte=up_to)
    return set(found.values_list("key", flat=True).iterator())


def judge_portion(judging: Judging, lines: Sequence[Line], seen: set[str]) -> list[Verdict]:
    """A verdict per line. `seen` are the keys of all lines before these, whatever became of them; theirs are added.

    Lines of a list depend on each other through their key alone (`Item.check_all`), so for a line whose key was seen
    the line itself stands for the one before, which need not be kept.
    """
    verdicts = judge(judging, lines)
    keys = [key_of(verdict.row) if verdict.row is not None else "" for verdict in verdicts]
    again = [at for at, key in enumerate(keys) if key and key in seen]
    if again:
        before = [row for at in again if (row := verdicts[at].row) is not None]
        for at, verdict in zip(again, judge(judging, [lines[at] for at in again], before=before), strict=True):
            verdicts[at] = verdict
    seen.update(keys)
    return verdicts


def take(record: models.Draft, report_id: int, batch: Sequence[ReadRow], verdicts: Sequence[Verdict]) -> int:
    """Writes what passes as lines of the draft, numbered from its `next_no`, the rest as bad lines of the report.

    How many passed; `next_no` has grown by as many, for the caller to save.
    """
    passed: list[Verdict] = []
    bad: list[tuple[ReadRow, tuple[Refused, ...]]] = []
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
        _store_bad(report_id, bad)
    return len(passed)


def lines_of(batch: Sequence[ReadRow]) -> list[Line]:
    """The rows of a file as lines to be judged, by their number in the file."""
    return [Line(read.row_no, read.texts) for read in batch]


def _without_twice_told(cells: tuple[Refused, ...], fields: tuple[Refused, ...]) -> tuple[Refused, ...]:
    """A cell that could not be read says so; what the field then says of its text would only confuse."""
    told = {refused.field for refused in cells}
    return (*cells, *(refused for refused in fields if refused.field not in told))


def _store_bad(report_id: int, bad: Sequence[tuple[ReadRow, tuple[Refused, ...]]]) -> None:
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
        cursor.execute(sql, [report_id, json.dumps(lines, ensure_ascii=False)])
