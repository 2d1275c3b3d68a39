"""操作留痕: who did and saw what, for the auditor; with the state of its chain, and as a file."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from hpf.access import readers as access
from hpf.access.actor import Channel
from hpf.access.jobs import defer
from hpf.kernel.clock import day_written
from hpf.kernel.names import mask_name
from hpf.kernel.text import clean
from hpf.parties.listings import employer_names
from hpf.trail import listings, readers
from hpf.trail.changes import check_chain, record
from hpf.trail.facts import ChainState, Entry, Wanted
from hpf.trail.listings import Cursor
from hpf.web.desk import trail_words as words
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import TRAIL
from hpf.web.jinja import moment
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Field,
    FieldKind,
    Figure,
    Option,
    Problem,
    Row,
    Table,
    Tag,
    Tone,
)

_DAYS, _DAYS_OF_ONE = 31, 366
"""How many days may be asked for at once: of everything, and of one person or one thing."""
_COLUMNS = (
    Column("at", "时间", ColumnKind.TIME),
    Column("kind", "类别"),
    Column("who", "人员", ColumnKind.NAME),
    Column("employer", "单位"),
    Column("channel", "渠道"),
    Column("verb", "操作"),
    Column("thing", "对象"),
    Column("id", "对象编号", ColumnKind.CODE),
    Column("detail", "内容", wrap=True),
)
_FILE = ("时间", "留痕编号", "类别", "人员", "账号编号", "单位", "渠道", "操作", "操作代码", "对象", "对象编号", "内容")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SHORT = 60


class Asked:
    """The conditions of an address, with what is wrong with them."""

    def __init__(self, request: DeskRequest) -> None:
        """Without any days: the last seven."""
        today, sent = request.clock.today(), request.GET
        keys = ("since", "until", "who", "verb", "thing", "id")
        self.told = {key: clean(sent.get(key, "")) for key in keys}
        self.problems: list[Problem] = []
        until = self._day("until", today)
        since = self._day("since", until - timedelta(days=6))
        self.told |= {"since": since.isoformat(), "until": until.isoformat()}
        users = tuple(access.find_logins(self.told["who"]))
        self.wanted = Wanted(
            since, until, users, self.told["who"], self.told["verb"], self.told["thing"], self.told["id"]
        )
        most = _DAYS_OF_ONE if self.told["who"] or self.told["id"] else _DAYS
        if since > until:
            self.problems.append(Problem("开始日期不能晚于结束日期", "q-since"))
        elif (until - since).days >= most:
            more = "" if most == _DAYS_OF_ONE else "；指明人员或对象编号时可查 366 天"
            self.problems.append(Problem(f"一次最多查询 {most} 天{more}", "q-since"))

    def _day(self, key: str, default: date) -> date:
        if not self.told[key]:
            return default
        day = day_written(self.told[key])
        if day is None:
            self.problems.append(Problem("日期不正确，请按 2026-11-16 的样子填写", f"q-{key}"))
        return day or default

    @property
    def query(self) -> dict[str, str]:
        """The conditions as links keep them."""
        return {key: value for key, value in self.told.items() if value}


@staff(TRAIL)
def page(request: DeskRequest) -> HttpResponseBase:
    """The newest first under conditions; the next page begins where this one ends."""
    asked = Asked(request)
    found: list[Entry] = []
    after: Cursor | None = None
    if not asked.problems:
        found, after = listings.entries(asked.wanted, Cursor.parse(request.GET.get("below", "")))
    names = employer_names({one.employer_id for one in found if one.employer_id is not None})
    table = Table("操作留痕", _COLUMNS, [_row(one, names) for one in found], sorted_by="时间由近到远", wide=True,
                  id="trail", empty="没有符合条件的留痕")  # fmt: skip
    older = f"?{urlencode({**asked.query, 'below': str(after)})}" if after else ""
    state = readers.chain_state()
    context: dict[str, Any] = {
        "crumbs": crumbs("操作留痕"),
        "problems": asked.problems,
        "filters": _filters(asked.told),
        "table": table,
        "figures": _figures(state),
        "chain_problems": state.last_check.problems if state.last_check else (),
        "newest": Action("回到最新", f"?{urlencode(asked.query)}") if "below" in request.GET else None,
        "older": Action("更早的", older, "arrow-right") if older else None,
        "export": Action(
            "导出 CSV", f"{reverse('desk-trail-export')}?{urlencode(asked.query)}", "download",
            why_not=asked.problems[0].text if asked.problems else "",
        ),
    }  # fmt: skip
    return render(request, "desk/trail.jinja", context, current="desk-trail", status=422 if asked.problems else 200)


@staff(TRAIL)
def one(request: DeskRequest, year: int, entry_id: int) -> HttpResponseBase:
    """One entry in full, personal data masked, with its place in the chain."""
    found = readers.entry(year, entry_id)
    if found is None:
        raise Http404
    link, names = readers.link(entry_id), employer_names([found.employer_id] if found.employer_id else [])
    login = access.usernames([found.user_id]).get(found.user_id, "") if found.user_id is not None else ""
    facts = [
        Fact("时间", moment(found.at, seconds=True)),
        Fact("留痕编号", f"{found.year}-{found.id}"),
        Fact("类别", words.KINDS.get(found.actor_kind, found.actor_kind)),
        Fact("人员", words.who(found.actor_kind, found.actor_name), hint=login if found.actor_kind == "staff" else ""),
        Fact("渠道", Channel(found.channel).label),
        Fact("单位", names.get(found.employer_id or 0, "—")),
        Fact("操作", words.verb(found.verb), hint=found.verb),
        Fact("对象", f"{words.thing(found.object_kind)} {words.masked(found.object_id)}"),
        Fact(
            "链上位置",
            f"第 {link.position:,} 条" if link else "一分钟内入链",
            hint=link.hash if link else "",
            wide=True,
        ),
    ]
    detail = [Fact(key, text, wide=True) for key, text in words.told(found.detail)]
    context = {
        "crumbs": crumbs(("操作留痕", reverse("desk-trail")), f"{found.year}-{found.id}"),
        "facts": facts,
        "detail": detail,
    }
    return render(request, "desk/trail_entry.jinja", context, current="desk-trail")


@staff(TRAIL)
@require_POST
def check(request: DeskRequest) -> HttpResponseBase:
    """“核验”: the worker walks through the whole chain; the page shows the result when it is there."""
    record(request.staff.actor, request.clock.now(), "trail.check_asked", "trail", "chain")
    fresh = defer(check_chain, once="check trail")
    messages.success(request, "已开始核验，完成后在本页显示结果" if fresh else "核验正在进行，完成后在本页显示结果")
    return HttpResponseRedirect(reverse("desk-trail"))


@staff(TRAIL)
def export(request: DeskRequest) -> HttpResponseBase:
    """All entries under the conditions as CSV, as they are read; that somebody took them is an entry itself."""
    asked = Asked(request)
    if asked.problems:
        return HttpResponseRedirect(f"{reverse('desk-trail')}?{urlencode(asked.query)}")
    told = {key: mask_name(text) if key == "who" else words.masked(text) for key, text in asked.query.items()}
    record(request.staff.actor, request.clock.now(), "trail.exported", "trail", "entries", told)
    name = f"操作留痕_{asked.wanted.since:%Y%m%d}-{asked.wanted.until:%Y%m%d}.csv"
    response = StreamingHttpResponse(_csv(asked.wanted), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{urlencode({'': name})[1:]}"
    response["Cache-Control"] = "no-store"
    return response


def _csv(wanted: Wanted) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _lines([_FILE])
    for piece in listings.stream(wanted):
        names = employer_names({one.employer_id for one in piece if one.employer_id is not None})
        yield _lines([_line(one, names) for one in piece])


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows])
    return out.getvalue().encode()


def _line(one: Entry, names: dict[int, str]) -> tuple[str, ...]:
    detail = "；".join(f"{key}：{text}" for key, text in words.told(one.detail))
    return (
        moment(one.at, seconds=True), f"{one.year}-{one.id}", words.KINDS.get(one.actor_kind, one.actor_kind),
        words.who(one.actor_kind, one.actor_name), str(one.user_id or ""), names.get(one.employer_id or 0, ""),
        Channel(one.channel).label, words.verb(one.verb), one.verb, words.thing(one.object_kind),
        words.masked(one.object_id), detail,
    )  # fmt: skip


def _row(one: Entry, names: dict[int, str]) -> Row:
    detail = "；".join(f"{key}：{text}" for key, text in words.told(one.detail))
    cells = {
        "at": Action(moment(one.at, seconds=True), reverse("desk-trail-entry", args=[one.year, one.id])),
        "kind": words.KINDS.get(one.actor_kind, one.actor_kind),
        "who": words.who(one.actor_kind, one.actor_name),
        "employer": names.get(one.employer_id or 0, ""),
        "channel": Channel(one.channel).label,
        "verb": words.verb(one.verb),
        "thing": words.thing(one.object_kind),
        "id": words.masked(one.object_id),
        "detail": detail if len(detail) <= _SHORT else f"{detail[:_SHORT]}…",
    }
    return Row(cells)


def _filters(told: dict[str, str]) -> list[Field]:
    verbs = [Option("", "全部"), *(Option(code, label) for code, label in words.VERBS.items())]
    things = [Option("", "全部"), *(Option(code, label) for code, label in words.THINGS.items())]
    return [
        Field("since", "日期起", FieldKind.DATE, told["since"], prefix="q"),
        Field("until", "日期止", FieldKind.DATE, told["until"], prefix="q"),
        Field("who", "人员", FieldKind.SEARCH, told["who"], prefix="q", placeholder="姓名或登录名"),
        Field("verb", "操作", FieldKind.SELECT, told["verb"], options=verbs, prefix="q"),
        Field("thing", "对象", FieldKind.SELECT, told["thing"], options=things, prefix="q"),
        Field("id", "对象编号", FieldKind.TEXT, told["id"], prefix="q", placeholder="如业务流水号、凭证号"),
    ]


def _figures(state: ChainState) -> list[Figure]:
    last = state.last_check
    if last is None:
        result: object = Tag("尚未核验", Tone.WARN)
    else:
        result = Tag(f"有 {len(last.problems)} 处异常", Tone.BAD) if last.problems else Tag("完好", Tone.GOOD)
    checked = last.until if last and last.until else "—"
    return [
        Figure("已入链", state.linked, "条"),
        Figure("待入链", state.pending, "条", note="每分钟入链一次"),
        Figure("核验结果", result, key=True, note=f"核验于 {moment(last.at)}" if last else ""),
        Figure("已核验至", checked, note=f"第 {last.position:,} 条" if last else ""),
    ]
