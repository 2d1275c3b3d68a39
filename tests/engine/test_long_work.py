"""A list too long to wait for: a worker reads it in or judges it, portion by portion, and every rule of the short way
holds (HZ-2.4.1-11 to -16, -50): killed, left, cancelled or doubled at any point, nothing is lost and nothing twice.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import OperationalError, connection
from tests.engine.hall import BEFORE_60S, Hall, labelled, person
from tests.engine.test_restart import Killed, Statements, undone
from tests.parties.builders import id_no

from hpf.engine import models, readers
from hpf.engine.facts import Draft, ImportReport, Intake, WorkKind, WorkState
from hpf.engine.intake import drafts, long_work, portions, spool, works
from hpf.engine.intake.drafts import DraftRefusals, DraftRefused
from hpf.engine.intake.long_work import carry_on
from hpf.kernel.clock import FixedClock

Drain = Callable[[], int]
MIXED = [
    labelled(1),
    labelled(2, name="李4"),
    labelled(3),
    labelled(1, wage="9000"),
    labelled(4),
    labelled(2),
    labelled(5, wage="-1", phone="12"),
    labelled(6),
    labelled(3, id_no=f" {id_no(3)}"),
    labelled(7, sms="是"),
    labelled(8),
    labelled(9),
    labelled(7),
]
"""Right and wrong lines; the same person twice in one portion and in different ones, after a right and a wrong line."""


@pytest.fixture(autouse=True)
def _long_lists_are_short(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Three lines to a portion, and every list is one to be carried out by a worker."""
    monkeypatch.setattr(portions, "PORTION", 3)
    monkeypatch.setattr(long_work, "PORTION", 3)
    settings.HPF_LINES_AT_ONCE = 0
    settings.VAR = tmp_path


def _begin(hall: Hall, rows: list[dict[str, str]] | bytes, draft: Draft | None = None) -> Draft:
    """A large workbook, uploaded; nobody has read it yet."""
    draft = draft or hall.enter()
    content = rows if isinstance(rows, bytes) else hall.workbook(rows)
    assert works.bring_in(hall.desk, draft.id, draft.visit, "清册.xlsx", content) is None
    return draft


class _KilledAfter:
    """Kills the worker right after it has committed this many portions."""

    def __init__(self, count: int) -> None:
        self._left = count

    def __call__(self, send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self._left == 0 and not sql.startswith("RELEASE"):
            raise Killed
        if sql.startswith('UPDATE "engine_draftwork"') and '"position"' in sql:
            self._left -= 1
        return send(sql, params, many, context)


def _killed_after(draft: Draft, count: int, clock: FixedClock) -> int:
    """The work of the draft, its worker killed after some portions."""
    work = readers.latest_work(draft.id)
    assert work is not None
    with connection.execute_wrapper(_KilledAfter(count)), pytest.raises(Killed):
        carry_on(work.id, clock)
    return work.id


def _list(draft: Draft) -> list[tuple[int, str, str]]:
    return [(row.no, row.data["name"], row.data["id_no"]) for row in readers.draft_rows(draft.id)]


def _bad(draft: Draft) -> list[tuple[int, list[str]]]:
    report = readers.latest_report(draft.id)
    return [(row.no, [r.text for r in row.refused]) for row in readers.bad_rows(report.id)] if report else []


def _report(draft: Draft) -> ImportReport:
    found = readers.latest_report(draft.id)
    assert found is not None
    return found


def _trail(draft: Draft) -> list[tuple[str, str, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT verb, actor_name, detail FROM trail_entry WHERE verb LIKE 'work.%%' ORDER BY id")
        return [(verb, who, json.loads(d) if isinstance(d, str) else d) for verb, who, d in cursor.fetchall()]


def _kept() -> list[Path]:
    directory = spool.path_of("")
    return list(directory.iterdir()) if directory.exists() else []


# reading in


def test_it_takes_and_refuses_what_the_short_way_does(hall: Hall, settings: Any, drain: Drain) -> None:
    settings.HPF_LINES_AT_ONCE = 20_000
    with undone():
        short = hall.enter()
        report = works.bring_in(hall.desk, short.id, short.visit, "清册.xlsx", hall.workbook(MIXED))
        assert report is not None and (report.total, report.good, report.bad) == (13, 7, 6)
        expected = (_list(short), _bad(short))
    settings.HPF_LINES_AT_ONCE = 0
    draft = _begin(hall, MIXED)
    assert _list(draft) == [] and hall.enter(draft.visit).work_id is not None
    assert drain() == 1
    assert (_list(draft), _bad(draft)) == expected
    assert [no for no, _ in expected[1]] == [8, 10, 13, 15, 16, 19]  # 19: the person stands in a wrong line before it
    report, after = _report(draft), hall.enter(draft.visit)
    assert (report.total, report.good, report.bad, report.file_name) == (13, 7, 6, "清册.xlsx")
    assert (after.work_id, after.intake, after.expires_at) == (
        None,
        Intake.IMPORTED,
        hall.desk.at + timedelta(minutes=30),
    )
    assert [verb for verb, _, _ in _trail(draft)] == ["work.begun", "work.done"]
    assert {who for _, who, _ in _trail(draft)} == {"陈思远"}
    assert _kept() == []


def test_a_second_file_adds_to_the_list_and_starts_the_thirty_minutes_anew(
    hall: Hall, clock: FixedClock, drain: Drain
) -> None:
    draft = _begin(hall, [labelled(n) for n in range(4)])
    drain()
    clock.move_to(clock.now() + timedelta(minutes=29))
    _begin(hall, [labelled(n) for n in (3, 4, 5)], draft)
    clock.move_to(clock.now() + timedelta(minutes=5))  # the minutes stand still while it is read
    assert hall.enter(draft.visit).rows == 4
    drain()
    assert [no for no, _, _ in _list(draft)] == [1, 2, 3, 4, 5, 6]
    assert _bad(draft) == [(7, ["同一职工在清册中重复"])]
    assert hall.enter(draft.visit).expires_at == clock.now() + timedelta(minutes=30)
    clock.move_to(clock.now() + timedelta(minutes=30))
    assert hall.enter(draft.visit).rows == 0


def test_a_worker_killed_at_any_statement_is_taken_over(hall: Hall, clock: FixedClock) -> None:
    draft = _begin(hall, MIXED)
    work = readers.latest_work(draft.id)
    assert work is not None
    (file,) = _kept()
    content = file.read_bytes()
    with undone():
        with connection.execute_wrapper(counted := Statements()):
            carry_on(work.id, clock)
        expected = (_list(draft), _bad(draft), _report(draft))
    for number in range(1, counted.count + 1):
        file.write_bytes(content)
        with undone():
            with connection.execute_wrapper(Statements(number)), pytest.raises(Killed):
                carry_on(work.id, clock)
            carry_on(work.id, clock)
            assert (_list(draft), _bad(draft), _report(draft)) == expected, number
            carry_on(work.id, clock)  # the queue may bring it once more
            assert hall.enter(draft.visit).rows == 7


def test_two_workers_at_once_do_not_take_a_line_twice(hall: Hall, clock: FixedClock) -> None:
    draft = _begin(hall, MIXED)
    stale = models.DraftWork.objects.get(draft_id=draft.id)
    _killed_after(draft, 1, clock)
    long_work._read_in(models.DraftWork.objects.get(id=stale.id), clock)
    with pytest.raises(long_work._Stopped):
        long_work._read_in(stale, clock)  # the one that was thought dead
    assert len(_list(draft)) == 7


@pytest.mark.parametrize("portions_done", [0, 1, 2])
def test_leaving_drops_it_with_a_trace_and_the_worker_comes_to_nothing(
    hall: Hall, clock: FixedClock, portions_done: int, drain: Drain, django_capture_on_commit_callbacks: Any
) -> None:
    draft = _begin(hall, MIXED)
    if portions_done:
        _killed_after(draft, portions_done, clock)
    stale = models.DraftWork.objects.get(draft_id=draft.id)
    with django_capture_on_commit_callbacks(execute=True):
        fresh = hall.enter()
    assert (fresh.rows, fresh.intake, fresh.work_id, fresh.expires_at) == (0, None, None, None)
    assert _trail(draft)[-1][0] == "work.left" and _trail(draft)[-1][2]["rows"] == 3 * portions_done
    with pytest.raises(long_work._Stopped):
        long_work._check(stale, clock)  # it had judged the next portion already
    drain()
    assert hall.enter(fresh.visit).rows == 0 and _kept() == []
    assert hall.save(fresh, person(1)) == []


@pytest.mark.parametrize("portions_done", [0, 1, 3])
def test_cancelling_leaves_the_list_as_it_was(
    hall: Hall, clock: FixedClock, portions_done: int, drain: Drain, django_capture_on_commit_callbacks: Any
) -> None:
    draft = _begin(hall, [labelled(10)])
    drain()
    until = hall.enter(draft.visit).expires_at
    assert until is not None
    before = (_list(draft), until + timedelta(minutes=40))
    clock.move_to(clock.now() + timedelta(minutes=3))
    _begin(hall, MIXED, draft)
    if portions_done:
        _killed_after(draft, portions_done, clock)
    clock.move_to(clock.now() + timedelta(minutes=40))  # the minutes stand still meanwhile
    with django_capture_on_commit_callbacks(execute=True):
        assert works.cancel(hall.desk, draft.id, draft.visit) is True
    assert (_list(draft), hall.enter(draft.visit).expires_at) == before
    assert drain() == 1 and (_list(draft), _report(draft).total, _kept()) == (before[0], 1, [])
    assert works.cancel(hall.desk, draft.id, draft.visit) is False
    assert [verb for verb, _, _ in _trail(draft)][-1] == "work.cancelled"
    _begin(hall, [labelled(11)], draft)
    drain()
    assert [no for no, _, _ in _list(draft)] == [1, 2]


def test_cancelling_the_first_file_frees_the_list(hall: Hall, clock: FixedClock) -> None:
    draft = _begin(hall, MIXED)
    _killed_after(draft, 1, clock)
    assert works.cancel(hall.desk, draft.id, draft.visit)
    assert hall.save(draft, person(1)) == []


def test_meanwhile_nothing_else_touches_the_list(hall: Hall) -> None:
    draft = _begin(hall, MIXED)
    desk, args = hall.desk, (draft.id, draft.visit)
    for verb in (
        lambda: hall.save(draft, person(20)),
        lambda: drafts.delete_rows(desk, *args, [1]),
        lambda: drafts.confirm(desk, *args),
        lambda: drafts.declare(desk, *args, {}),
        lambda: works.bring_in(desk, *args, "b.xlsx", hall.workbook([labelled(30)])),
        lambda: works.bring_in(desk, *args, "b.xlsx", b""),
        lambda: works.begin_check(desk, *args),
        lambda: hall.submit(draft),
    ):
        with pytest.raises(DraftRefused) as refused:
            verb()
        (only,) = refused.value.refused
        assert (only.code, only.text) == (DraftRefusals.BUSY.code, "清册正在导入，暂时不能操作")
    assert len(_kept()) == 1


def test_a_list_of_typed_rows_takes_no_large_file_either(hall: Hall) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    with pytest.raises(DraftRefused) as refused:
        _begin(hall, MIXED, draft)
    assert [one.code for one in refused.value.refused] == [DraftRefusals.OTHER_MODE_TYPED.code]
    assert (hall.enter(draft.visit).rows, hall.enter(draft.visit).work_id) == (1, None)


def _too_wide(hall: Hall) -> bytes:
    """Six good lines, then one that reaches beyond what a sheet may have."""
    import io  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(io.BytesIO(hall.workbook([labelled(n) for n in range(8)])))
    book.worksheets[0].cell(14, 70, "x")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _gone(hall: Hall) -> bytes:
    return hall.workbook(MIXED)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (_too_wide, "工作表超过 60 列，请使用本页下载的模板，不要添加其他列"),
        (lambda hall: hall.workbook([]), "模板中没有填写任何记录，请填写后再导入"),
        (_gone, "文件在服务器上已不存在，没有导入任何记录，请重新导入"),
    ],
    ids=["too wide half-way", "no lines", "file gone"],
)
def test_a_file_that_turns_out_unreadable_leaves_the_list_as_it_was(
    hall: Hall, file: Callable[[Hall], bytes], why: str, drain: Drain
) -> None:
    draft = _begin(hall, [labelled(40), labelled(41)])
    drain()
    before = (_list(draft), hall.enter(draft.visit).expires_at)
    _begin(hall, file(hall), draft)
    if file is _gone:
        for path in _kept():
            path.unlink()
    drain()
    assert (_list(draft), hall.enter(draft.visit).expires_at) == before
    report = _report(draft)
    assert (report.head_problem, report.good, _kept()) == (why, 0, [])
    assert _trail(draft)[-1][0] == "work.refused"


def test_work_that_fails_takes_nothing_and_leaves_no_file(hall: Hall, clock: FixedClock) -> None:
    draft = _begin(hall, MIXED)
    work = readers.latest_work(draft.id)
    assert work is not None
    models.DraftWork.objects.update(month=0)
    with pytest.raises(ValueError, match="no such month"):
        carry_on(work.id, clock)
    assert (_list(draft), _kept(), hall.enter(draft.visit).work_id) == ([], [], None)
    assert "系统处理出错" in _report(draft).head_problem


class _Failing:
    """The database refuses to save how far the work has come, behind this many portions; after that it is well."""

    def __init__(self, behind: int) -> None:
        self._left = behind

    def __call__(self, send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "engine_draftwork"') and '"position"' in sql:
            self._left -= 1
            if self._left == -1:
                raise OperationalError("disk full")
        return send(sql, params, many, context)


@pytest.mark.parametrize("behind", [0, 1, 2])
def test_a_portion_that_cannot_be_saved_gives_the_list_back(hall: Hall, clock: FixedClock, behind: int) -> None:
    draft = _begin(hall, MIXED)
    work = readers.latest_work(draft.id)
    assert work is not None
    with connection.execute_wrapper(_Failing(behind)), pytest.raises(OperationalError):
        carry_on(work.id, clock)
    assert (_list(draft), _kept(), hall.enter(draft.visit).work_id) == ([], [], None)
    assert "系统处理出错" in _report(draft).head_problem
    assert _trail(draft)[-1][0] == "work.refused" and _trail(draft)[-1][2]["rows"] == 3 * behind
    _begin(hall, MIXED, draft)


def test_a_file_refused_at_a_glance_is_refused_at_once(hall: Hall) -> None:
    draft = hall.enter()
    report = works.bring_in(hall.desk, draft.id, draft.visit, "a.xlsx", b"%PDF-1.7")
    assert report is not None and "不是 Excel 工作簿" in report.head_problem
    assert hall.enter(draft.visit).work_id is None


def test_what_a_killed_process_left_behind_is_swept(hall: Hall) -> None:
    import os  # noqa: PLC0415

    old = spool.keep(b"old")
    os.utime(spool.path_of(old), (1, 1))
    new = spool.keep(b"new")
    assert [path.name for path in _kept()] == [new]
    assert str(site.VAR) in str(spool.path_of(new)) and spool.path_of(new).stat().st_mode & 0o077 == 0


# 确认


@pytest.fixture
def long_list(hall: Hall, drain: Drain) -> Iterator[Draft]:
    """Seven imported lines, one of them for a person of the centre."""
    draft = _begin(hall, [*(labelled(n) for n in range(6)), labelled(6, **BEFORE_60S)])
    drain()
    yield draft


def test_a_long_list_is_confirmed_by_a_worker(hall: Hall, long_list: Draft, clock: FixedClock, drain: Drain) -> None:
    until = hall.enter(long_list.visit).expires_at
    assert until is not None
    works.begin_check(hall.desk, long_list.id, long_list.visit)
    _killed_after(long_list, 1, clock)
    clock.move_to(until + timedelta(minutes=1))  # the minutes stand still meanwhile
    assert hall.enter(long_list.visit).confirmed is False
    drain()
    after, work = hall.enter(long_list.visit), readers.latest_work(long_list.id, WorkKind.CHECK)
    assert (after.confirmed, after.work_id, after.rows, after.expires_at) == (
        True,
        None,
        7,
        clock.now() + timedelta(minutes=30),
    )
    assert work is not None
    assert (work.state, work.done, work.good, work.referred) == (WorkState.DONE, 7, 7, 1)
    assert work.reasons == ("职工已超过法定退休年龄",)


def test_a_line_that_no_longer_passes_keeps_a_long_list_open(
    hall: Hall, long_list: Draft, clock: FixedClock, drain: Drain
) -> None:
    models.DraftRow.objects.filter(draft_id=long_list.id, no=5).update(data={**person(0), "wage": "9000"})
    works.begin_check(hall.desk, long_list.id, long_list.visit)
    drain()
    after, work = hall.enter(long_list.visit), readers.latest_work(long_list.id)
    assert work is not None and (after.confirmed, work.bad) == (False, 1)
    assert [row.no for row in readers.draft_rows(long_list.id) if row.refused] == [5]


def test_leaving_a_check_drops_imported_rows_and_keeps_typed_ones(hall: Hall, drain: Drain) -> None:
    draft = hall.enter()
    hall.save(draft, person(1))
    works.begin_check(hall.desk, draft.id, draft.visit)
    fresh = hall.enter()
    drain()
    assert (fresh.rows, hall.enter(fresh.visit).confirmed, fresh.work_id) == (1, False, None)
    assert _trail(draft)[-1][0] == "work.left"
