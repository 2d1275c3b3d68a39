"""Submission in one piece, without a draft: a program sends its rows, its declaration and its key together.

The same judgement, the same case and the same road as from the hall; the caller keeps one key from counting twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from hpf.access.partitions import ensure_years
from hpf.engine import models
from hpf.engine.catalogue import Offer
from hpf.engine.declare import Accept
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.facts import Case
from hpf.engine.intake.drafts import Desk, DraftRefusals, DraftRefused, row_key
from hpf.engine.intake.materials import missing_materials
from hpf.engine.intake.submit import SubmitRefusals, hand_over, make_case
from hpf.engine.readers import case_of
from hpf.kernel.clock import TZ


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the submission key (a UUID), the rows, whether the 声明 was accepted, and whether lines that do
    not pass are left out (`skip_bad`) instead of holding back the others.
    """

    key: str
    rows: Sequence[Mapping[str, Any]]
    declared: bool
    skip_bad: bool = False


class RowsRefused(Exception):
    """Nothing was taken because lines do not pass; `verdicts` are all of them, the good ones too."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        super().__init__(f"{sum(bool(v.refused) for v in verdicts)} of {len(verdicts)} lines refused")
        self.verdicts = tuple(verdicts)


def submit_rows(desk: Desk, offer: Offer, sent: Sent) -> tuple[Case, list[Verdict]]:
    """The case made of the rows, and the verdicts of the lines that were left out of it.

    Raises `DraftRefused` with everything that is missing, `RowsRefused` when lines hold the others back or none is
    good. Lines keep the order they were sent in; the case numbers those it takes from 1.
    """
    _check_complete(desk, sent)
    verdicts = judge(desk.judging, [Line(no, row) for no, row in enumerate(sent.rows, 1)])
    good, bad = [v for v in verdicts if not v.refused], [v for v in verdicts if v.refused]
    may_skip = sent.skip_bad and desk.judging.item.accept is Accept.ROWS
    if not good or (bad and not may_skip):
        raise RowsRefused(verdicts)
    with transaction.atomic():
        rows = [(v.stored_row(), v.stored_worked()) for v in good]
        case = make_case(desk, offer, sent.key, {}, rows)
        _write_rows(case, rows)
        hand_over(desk, case)
        return case_of(case), bad


def _check_complete(desk: Desk, sent: Sent) -> None:
    problems = [] if sent.rows else [DraftRefusals.EMPTY.refuse()]
    if desk.judging.rules.today.declaration(desk.judging.item.code) and not sent.declared:
        problems.append(SubmitRefusals.NOT_DECLARED.refuse())
    problems += missing_materials(desk, sent.key, sent.rows)
    if problems:
        raise DraftRefused(problems)


def _write_rows(case: models.Case, rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """All lines in one statement and one parameter: arrays of texts cost the driver more than the rows the database."""
    year = case.declared_at.astimezone(TZ).year
    ensure_years("engine_case_row", [year])
    sql = """
        INSERT INTO engine_case_row (year, case_id, row_no, id_no, data, worked, state, refused, result)
        SELECT %s, %s, l.no, l.line->>0, l.line->1, l.line->2, 'pending', '[]', '{}'
          FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS l(line, no)
    """
    lines = json.dumps([[row_key(dict(data)), data, worked] for data, worked in rows], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(sql, [year, case.id, lines])
