"""The demo's clock, for everybody who tries it: where it stands, what falls due next, and moving it forward.

`settings.HPF_CLOCK_MOVER` names what moves it, a function of the target moment that returns at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.urls import reverse
from django.utils.module_loading import import_string

from hpf.access.clock import DemoClock
from hpf.kernel.clock import TZ
from hpf.policy.readers import current_rules
from hpf.runs import listings
from hpf.runs.facts import RunState
from hpf.web.desk.console import next_runs
from hpf.web.frame import DemoClock as ClockShown
from hpf.web.frame import Frame
from hpf.web.shapes import Action, Column, ColumnKind, Event, EventState, Field, FieldKind, Problem, Row, Table

_FARTHEST = timedelta(days=400)
_LATEST = 5
_NEXT = (Column("title", "批处理", ColumnKind.NAME), Column("at", "时间", ColumnKind.TIME))


def page(request: HttpRequest) -> HttpResponseBase:
    """The clock; POST has it moved to a moment, and the page follows until it is there. 404 outside the demo."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        return _move(request)
    moving = DemoClock().asked()
    if request.headers.get("HX-Request"):
        if moving is None:
            answer = HttpResponse(status=200)
            answer["HX-Redirect"] = reverse("clock")
            return answer
        return HttpResponse(get_template("desk/moving.jinja").render(_context(request, moving, ()), request))
    return HttpResponse(get_template("desk/clock.jinja").render(_context(request, moving, ()), request))


def _move(request: HttpRequest) -> HttpResponseBase:
    now = _now(request)
    target = _moment(request.POST.get("quick") or f"{request.POST.get('day', '')} {request.POST.get('hour', '')}")
    problem = ""
    if target is None:
        problem = "请填写日期和时间，例如 2026-11-21 07:00"
    elif target <= now:
        problem = f"时钟只能向前拨，现在是 {now:%Y-%m-%d %H:%M}"
    elif target - now > _FARTHEST:
        problem = f"一次最多拨动 {_FARTHEST.days} 天"
    if target is None or problem:
        context = _context(request, None, [Problem(problem, "f-day")])
        return HttpResponse(get_template("desk/clock.jinja").render(context, request), status=422)
    mover: Callable[[datetime], bool] = import_string(settings.HPF_CLOCK_MOVER)
    mover(target)  # while it is moving already nothing happens, and the page tells where to
    return HttpResponseRedirect(reverse("clock"))


def _context(request: HttpRequest, moving: datetime | None, problems: "tuple[()] | list[Problem]") -> dict[str, Any]:
    now = _now(request)
    coming = next_runs(now)
    rows = [Row({"title": title, "at": at}) for title, at in coming]
    sent = request.POST
    return {
        "frame": Frame(centre_name=current_rules().at(now.date()).centre_name, home=reverse("home"),
                       demo=ClockShown(now), now=now),
        "now": now,
        "moving": moving,
        "poll": reverse("clock") if moving else "",
        "problems": problems,
        "quick": _quick(now, coming),
        "fields": [
            Field("day", "日期", FieldKind.DATE, sent.get("day", f"{now:%Y-%m-%d}"), required=True),
            Field("hour", "时间", value=sent.get("hour", "09:00"), required=True, placeholder="09:00", maxlength=5),
        ],
        "next": Table("接下来的批处理", _NEXT, rows, empty="近期没有批处理", id="coming"),
        "ran": _ran(),
        "back": [Action("返回单位大厅", reverse("home"), "home"), Action("中心业务后台", reverse("desk"), "shield")],
    }  # fmt: skip


def _quick(now: datetime, coming: list[tuple[str, datetime]]) -> list[Action]:
    """Moments worth seeing: past the daily cut-off, the next morning, just after each run that is to come."""
    soon = now if (now.hour, now.minute) < (17, 5) else now + timedelta(days=1)
    moments = [
        ("17:05（当日截止后）", f"{soon:%Y-%m-%d} 17:05"),
        ("次日 09:00", f"{now + timedelta(days=1):%Y-%m-%d} 09:00"),
    ]
    moments += [(f"{title}之后", f"{at + timedelta(minutes=5):%Y-%m-%d %H:%M}") for title, at in coming]
    return [Action(label, name="quick", value=value) for label, value in moments]


def _ran() -> list[Event]:
    """The latest runs, the newest first."""
    states = {RunState.DONE: EventState.DONE, RunState.FAILED: EventState.FAILED}
    return [
        Event(one.title, states.get(one.state, EventState.NOW), one.due_at,
              "，".join(f"{label} {value}" for label, value in one.figures.items()))
        for one in listings.runs().items[:_LATEST]
    ]  # fmt: skip


def _now(request: HttpRequest) -> datetime:
    now: datetime = request.clock.now()  # type: ignore[attr-defined]  # set by the clock's middleware
    return now


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=TZ)
    except ValueError:
        return None
