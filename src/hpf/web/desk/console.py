"""The workbench and the batch console: what ran, how far it is, what it counted, what runs next; failed runs again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.kernel.paging import Page
from hpf.runs import carry_out, listings
from hpf.runs.facts import RunRecord, RunState
from hpf.runs.schedule import RUNS
from hpf.trail.changes import record
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff, waiting
from hpf.web.desk.permissions import BOOKS, CASES, EVERYBODY, OPERATORS
from hpf.web.jinja import show
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Field,
    FieldKind,
    Figure,
    Look,
    Notice,
    Option,
    Pager,
    Row,
    Table,
    Tag,
    Tone,
)

_TONES = {
    RunState.WAITING: Tone.WARN,
    RunState.RUNNING: Tone.INFO,
    RunState.DONE: Tone.GOOD,
    RunState.FAILED: Tone.BAD,
}
_COLUMNS = (
    Column("title", "批处理", ColumnKind.NAME),
    Column("due_at", "应运行时间", ColumnKind.TIME),
    Column("state", "状态", ColumnKind.TAG),
    Column("progress", "进度", ColumnKind.COUNT),
    Column("took", "用时"),
    Column("figures", "结果", wrap=True),
)
_NEXT = (
    Column("title", "批处理", ColumnKind.NAME),
    Column("at", "下次运行时间", ColumnKind.TIME),
)
_AHEAD = timedelta(days=45)
_ON_WORKBENCH = 6


@staff(EVERYBODY)
def workbench(request: DeskRequest) -> HttpResponseBase:
    """What asks for attention, the latest runs, what comes next."""
    page = listings.runs()
    latest = Page(page.items[:_ON_WORKBENCH], page.total)
    context: dict[str, Any] = {
        "doors": _doors(request),
        "runs": _table(request, latest, pager=False),
        "next": _next_table(request),
    }
    return render(request, "desk/home.jinja", context, current="desk")


def _doors(request: DeskRequest) -> list[Figure]:
    counts, who = waiting(request), request.staff
    found = []
    if who.may(CASES):
        reviews = counts.reviews
        found.append(Figure("待审核", reviews.waiting, "件", Tone.WARN if reviews.waiting else Tone.PLAIN, key=True))
        found.append(Figure("已超审核期限", reviews.overdue, "件", Tone.BAD if reviews.overdue else Tone.PLAIN))
        found.append(Figure("我领取的审核", reviews.mine, "件"))
        found.append(Figure("需人工处理", counts.cases, "件", Tone.WARN if counts.cases else Tone.PLAIN, key=True))
    found.append(Figure("运行失败的批处理", counts.failed_runs, "次", Tone.BAD if counts.failed_runs else Tone.PLAIN))
    if who.may(BOOKS):
        found.append(Figure("未落实到账", counts.receipts, "笔", Tone.WARN if counts.receipts else Tone.PLAIN))
    return found


@staff(EVERYBODY)
def runs(request: DeskRequest) -> HttpResponseBase:
    """The console."""
    code = request.GET.get("code", "")
    known = {run.code: run.title for run in RUNS}
    found = listings.runs(code if code in known else "", request.GET.get("page", 1))
    options = [Option("", "全部"), *(Option(key, title) for key, title in known.items())]
    context: dict[str, Any] = {
        "crumbs": crumbs("批处理控制台"),
        "filters": [Field("code", "批处理", FieldKind.SELECT, code, options=options, prefix="q")],
        "table": _table(request, found, query={"code": code} if code in known else {}),
        "next": _next_table(request),
    }
    return render(request, "desk/runs.jinja", context, current="desk-runs")


@staff(EVERYBODY)
def run(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """One run with its progress; an htmx request gets the progress alone."""
    found = listings.run(run_id)
    if found is None:
        raise Http404
    context = _one(request, found)
    if request.htmx:
        return HttpResponse(get_template("desk/progress.jinja").render(context, request))
    return render(request, "desk/run.jinja", context, current="desk-runs")


@staff(OPERATORS)
@require_POST
def again(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """“重新运行” of a run that failed: it goes on where it stopped and does nothing twice."""
    found = listings.run(run_id)
    if found is None:
        raise Http404
    if found.state is RunState.FAILED:
        record(request.staff.actor, request.clock.now(), "run.again", "run", str(run_id), {"code": found.code})
        carry_out.start(found.code, found.due_at)
        messages.success(request, f"{found.title}已重新排入运行，从中断处继续")
    else:
        messages.error(request, f"{found.title}{found.state.label}，无需重新运行")
    return HttpResponseRedirect(reverse("desk-run", args=[run_id]))


def _one(request: DeskRequest, found: RunRecord) -> dict[str, Any]:
    busy = found.state in (RunState.WAITING, RunState.RUNNING)
    facts = [
        Fact("应运行时间", found.due_at),
        Fact("开始时间", found.started_at),
        Fact("完成时间", found.finished_at),
        Fact("用时", _took(found)),
        *(Fact(label, _figure(value)) for label, value in found.figures.items()),
    ]
    problem = Notice(found.problem, Tone.BAD, "运行失败") if found.problem else None
    return {
        "crumbs": crumbs(("批处理控制台", reverse("desk-runs")), found.title),
        "run": found,
        "tag": Tag(found.state.label, _TONES[found.state]),
        "facts": facts,
        "problem": problem,
        "poll": reverse("desk-run", args=[found.id]) if busy else "",
        "actions": _actions(request, found),
    }


def _table(
    request: DeskRequest, found: Page[RunRecord], *, query: Mapping[str, str] | None = None, pager: bool = True
) -> Table:
    rows = [
        Row(
            {
                "title": Action(one.title, reverse("desk-run", args=[one.id])),
                "due_at": one.due_at,
                "state": Tag(one.state.label, _TONES[one.state]),
                "progress": f"{one.done:,} / {one.total:,}",
                "took": _took(one),
                "figures": "，".join(f"{label} {show(_figure(value))}" for label, value in one.figures.items()),
            },
            id=str(one.id),
            note=one.problem,
            actions=_actions(request, one),
        )
        for one in found.items
    ]
    shown = Pager(found.number, found.pages, found.total, found.size, "次", query or {}, "#runs") if pager else None
    return Table(
        "批处理运行记录",
        _COLUMNS,
        rows,
        count=found.total if pager else None,
        unit="次",
        sorted_by="应运行时间由近到远" if pager else "",
        empty="还没有运行过批处理",
        id="runs",
        pager=shown,
    )


def _actions(request: DeskRequest, found: RunRecord) -> list[Action]:
    if found.state is not RunState.FAILED or not request.staff.may(OPERATORS):
        return []
    return [Action("重新运行", icon="refresh", look=Look.PRIMARY, post=reverse("desk-run-again", args=[found.id]))]


def _took(one: RunRecord) -> str:
    if one.started_at is None or one.finished_at is None:
        return ""
    seconds = int((one.finished_at - one.started_at).total_seconds())
    return f"{seconds // 60} 分 {seconds % 60} 秒" if seconds >= 60 else f"{seconds} 秒"


def _figure(value: object) -> object:
    return value if isinstance(value, int | str) else str(value)


def next_runs(now: datetime) -> list[tuple[str, datetime]]:
    """When each run falls due next, the earliest first; runs that have no next time for now are left out."""
    found = [(run.title, min(run.due_times(now, now + _AHEAD), default=None)) for run in RUNS]
    return sorted(((title, at) for title, at in found if at is not None), key=lambda one: one[1])


def _next_table(request: DeskRequest) -> Table:
    rows = [Row({"title": title, "at": at}) for title, at in next_runs(request.clock.now())]
    return Table("下次运行", _NEXT, rows, empty="近期没有待运行的批处理", id="next")
