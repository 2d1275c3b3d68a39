"""Ten rows or a thousand: the number of statements is the same."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.engine.hall import Hall, labelled, person

from hpf.engine.execute.execute import execute
from hpf.engine.execute.judge import Line, judge
from hpf.engine.facts import Case
from hpf.engine.intake import drafts
from hpf.engine.jobs import SYSTEM
from hpf.kernel.clock import FixedClock

FEW, MANY = 10, 1_000


def _statements(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        work()
    return len(queries)


def test_judging(hall: Hall) -> None:
    judging = hall.desk.judging
    lines = [Line(n, person(n)) for n in range(MANY)]
    few, many = (_statements(partial(judge, judging, lines[:rows])) for rows in (FEW, MANY))
    assert few == many <= 3


@pytest.mark.parametrize("wage", ["8200", "-1"], ids=["all right", "all wrong"])
def test_importing(hall: Hall, wage: str) -> None:
    def count(rows: int) -> int:
        book, draft = hall.workbook(labelled(n, wage=wage) for n in range(rows)), hall.enter()
        return _statements(lambda: hall.upload(draft, book))

    assert count(FEW) == count(MANY) <= 20


@pytest.mark.parametrize("entered", [True, False], ids=["leaving", "deleting"])
def test_dropping(hall: Hall, entered: bool) -> None:
    def count(rows: int) -> int:
        draft = hall.enter()
        hall.upload(draft, [labelled(n) for n in range(rows)])
        if entered:
            return _statements(hall.enter)
        return _statements(lambda: drafts.delete_rows(hall.desk, draft.id, draft.visit, range(1, rows + 1)))

    assert count(FEW) == count(MANY) <= 20


def test_confirming_submitting_and_executing(hall: Hall, clock: FixedClock) -> None:
    def counts(first: int, rows: int) -> tuple[int, int, int]:
        draft, cases = hall.enter(), list[Case]()
        hall.upload(draft, [labelled(n) for n in range(first, first + rows)])
        confirm = _statements(lambda: drafts.confirm(hall.desk, draft.id, draft.visit))
        hall.ready(draft)
        submit = _statements(lambda: cases.append(hall.submit(draft)))
        return confirm, submit, _statements(lambda: execute(cases[0].id, SYSTEM, clock))

    few, many = counts(0, FEW), counts(5_000, MANY)
    assert few == many
    assert many[2] <= 60
