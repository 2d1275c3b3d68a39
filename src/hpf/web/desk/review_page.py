"""The page of a case under review: rows with findings, the chosen row's data beside the papers, the decision.

Rows are numbered without gaps, so the row in the address tells the page of the list. Of materials that each row has a
file of only the files of the rows shown are read, so a roster of any size costs the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.urls import reverse

from hpf.access import readers as access
from hpf.access.actor import Role
from hpf.documents import readers as documents
from hpf.documents.facts import Material as Paper
from hpf.engine import listings, readers, review, worklists
from hpf.engine.catalogue import NotOffered, item_of
from hpf.engine.declare import FieldKind as DeclaredKind
from hpf.engine.declare import ItemRules, fields_of
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseRow, CaseState
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.engine.review import Finding, ReviewRefused
from hpf.kernel.paging import PAGE_SIZE, Page
from hpf.kernel.text import clean
from hpf.parties import readers as parties
from hpf.policy.readers import current_rules
from hpf.trail.changes import record
from hpf.web.desk.entry import DeskRequest, crumbs, render
from hpf.web.desk.permissions import REVIEWERS
from hpf.web.desk.terms import clock_tag, waited
from hpf.web.hall.entry import number_sent
from hpf.web.hall.present import case_tag, cells_of, columns_of
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Event,
    EventState,
    Fact,
    Field,
    FieldKind,
    Look,
    Option,
    Pager,
    Problem,
    Row,
    Table,
    Tag,
    Tone,
)

ZOOMS = (100, 150, 200, 300, 400)
"""Widths of a picture, in percent of the pane."""
TURNS = (0, 90, 180, 270)
_PICTURES = frozenset({"image/jpeg", "image/png"})
_EVENTS = {
    "submitted": "提交", "ask_review": "进入审核", "taken": "领取", "handed_over": "移交", "pass": "审核通过",
    "return": "退回", "cancel": "单位取消", "start": "开始办理", "finish": "办结", "fail": "办理失败",
}  # fmt: skip
_IN_LIST = (ColumnKind.CODE, ColumnKind.MONEY)
"""What the list shows of a row beside its name; the rest stands in the chosen row's data."""
_VERBS = ("take", "hand-over", "mark", "decide")
_FAILED = frozenset({"return", "cancel", "fail"})


def case_under_review(no: str) -> Case:
    """A case that is or was reviewed; 404 for any other."""
    try:
        case = readers.case(no, None)
        item_of(case.item_code)
    except (readers.NoSuchCase, NotOffered):
        raise Http404 from None
    if case.due_on is None:
        raise Http404
    return case


def refusal(request: DeskRequest, no: str, refused: ReviewRefused) -> HttpResponseBase:
    """The page as it is now, with what stood against the verb on top and everything that was typed still there."""
    told = refused.refused
    return show(request, case_under_review(no), [(told.text, "", told.hint)], status=409)


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for: the row, the page of the list, the paper, and how it is looked at."""

    row: int
    page: int
    paper: int | None
    zoom: int
    turn: int

    @classmethod
    def of(cls, request: DeskRequest, case: Case) -> "View":
        """From the address or, on the answer to a form, from its fields; what makes no sense is the default."""
        sent: Mapping[str, str] = {**request.GET.dict(), **request.POST.dict()}
        page, row = number_sent(sent.get("page")), number_sent(sent.get("row"))
        if row is None or not 1 <= row <= case.total:
            row = (page - 1) * PAGE_SIZE + 1 if page else 1
            row = row if row <= case.total else 1
        zoom, turn = number_sent(sent.get("zoom")), number_sent(sent.get("turn"))
        return cls(
            row,
            (row - 1) // PAGE_SIZE + 1,
            number_sent(sent.get("paper")),
            zoom if zoom in ZOOMS else ZOOMS[0],
            turn if turn in TURNS else 0,
        )

    def href(self, **other: object) -> str:
        """The address of the same view with something else."""
        told = {"row": self.row, "paper": self.paper, "zoom": self.zoom, "turn": self.turn, **other}
        plain = {"paper": None, "zoom": ZOOMS[0], "turn": 0}
        kept = {key: value for key, value in told.items() if value != plain.get(key, "")}
        return f"?{urlencode(kept)}#view"


@dataclass(frozen=True, slots=True)
class _Shown:
    """Everything the page is made of, read once."""

    case: Case
    view: View
    judging: Judging
    rows: Page[CaseRow]
    findings: Mapping[int, Finding]
    papers: Sequence[Paper]
    own_names: Mapping[str, str]

    @property
    def chosen(self) -> CaseRow:
        """The row in view."""
        return next(row for row in self.rows.items if row.row_no == self.view.row)

    def papers_of(self, row: CaseRow) -> list[Paper]:
        """The files of this row alone."""
        wanted = {(name, _file_name(pattern, row)) for name, pattern in self.own_names.items()}
        return [one for one in self.papers if (one.name, one.file_name.casefold()) in wanted]

    @property
    def common(self) -> list[Paper]:
        """The papers of the whole case."""
        return [one for one in self.papers if one.name not in self.own_names]


def _file_name(pattern: str, row: CaseRow) -> str:
    return pattern.format(id_no=clean(row.id_no)).casefold()


def _read(request: DeskRequest, case: Case) -> _Shown:
    view, item, book = View.of(request, case), item_of(case.item_code), current_rules()
    declared = case.declared_at.date()
    rules = ItemRules(book, declared, book.calendar.business_month(case.declared_at))
    account = parties.employer_account(case.employer_account_id)
    rows = listings.rows_of_case(case, page=view.page)
    own = {one.name: one.row_file for one in rules.today.materials(item.code) if one.row_file}
    wanted = [_file_name(pattern, row) for pattern in own.values() for row in rows.items]
    return _Shown(
        case,
        view,
        Judging(item, account, rules, case.id),
        rows,
        review.findings(case.id, [row.row_no for row in rows.items]),
        documents.materials_beside(MATERIALS_OF, case.submit_key, list(own), wanted),
        own,
    )


def show(request: DeskRequest, case: Case, problems: Sequence[tuple[str, ...]], status: int = 200) -> HttpResponseBase:
    """The page. `problems` are (text, element to jump to, advice)."""
    shown = _read(request, case)
    waits = case.state is CaseState.AWAITING_REVIEW
    may, mine = waits and request.staff.may(REVIEWERS), case.taken_by_user_id == request.staff.user_id
    colleagues = access.colleagues(request.centre.code, Role.REVIEWER) if may and mine else []
    context: dict[str, Any] = {
        "crumbs": crumbs(("审核", reverse("desk-reviews")), case.no),
        "case": case,
        "tag": case_tag(case),
        "problems": [Problem(text, field[0] if field else "", hint=field[1] if len(field) > 1 else "")
                     for text, *field in problems],
        "facts": _facts(request, shown),
        "table": _table(shown, may and mine),
        "row": _row_facts(request, shown, may and mine),
        "viewer": _viewer(shown),
        "finding": shown.findings.get(shown.view.row),
        "view": shown.view,
        "may_take": may and case.taken_by_user_id is None,
        "may_take_over": may and case.taken_by_user_id is not None and not mine,
        "may_review": may and mine,
        "typed": request.POST.get("words", "") if not (may and mine) else "",
        "colleagues": [Option("", "请选择"), *(Option(str(user_id), name) for user_id, name in colleagues
                                             if user_id != request.staff.user_id)],
        "events": _timeline(case),
        "urls": {name: reverse(f"desk-review-{name}", args=[case.no]) for name in _VERBS},
        **_fields(request),
    }  # fmt: skip
    return render(request, "desk/review.jinja", context, current="desk-reviews", status=status)


def _fields(request: DeskRequest) -> dict[str, Any]:
    """The reasons of both forms; what was typed comes back in the one that was sent."""
    today = current_rules().at(request.clock.today())
    options = [Option("", "请选择"), *(Option(one.code, one.text) for one in today.desk_refusal_reasons)]
    sent = request.POST

    def of(form: str, label: str) -> tuple[Field, ...]:
        mine = sent.get("form") == form
        reason, words = (sent.get("reason", ""), sent.get("words", "")) if mine else ("", "")
        return (
            Field("form", "", FieldKind.HIDDEN, form),
            Field("reason", label, FieldKind.SELECT, reason, options=options, prefix=form),
            Field("words", "补充说明", value=words, maxlength=200, prefix=form, placeholder="可不选原因，直接填写"),
        )

    return {
        "one": of("one", "不合格原因"),
        "several": of("several", "不合格原因"),
        "back": of("decide", "退回原因"),
    }


def _facts(request: DeskRequest, shown: _Shown) -> list[Fact]:
    case, now, done = shown.case, request.clock.now(), worklists.progress(shown.case.id)
    waits = case.state is CaseState.AWAITING_REVIEW
    account = shown.judging.applicant
    found = [
        Fact("事项", shown.judging.item.title),
        Fact("单位名称", account.name),
        Fact("单位账号", account.account_no),
        Fact("经办人", case.declared_by),
        Fact("申报时间", case.declared_at, hint=f"已等待 {waited(case, now)}" if waits else ""),
        Fact("审核期限", case.due_on,
             hint=clock_tag(case.due_on, now.date()).label if waits and case.due_on else ""),
        Fact("审核人员", case.taken_by or "无人领取"),
        Fact("笔数", case.total, hint=f"合格 {done.good:,}，不合格 {done.bad:,}，"
                                    f"未审 {case.total - done.good - done.bad:,}"),
    ]  # fmt: skip
    if case.state is CaseState.RETURNED:
        found.append(Fact("退回原因", case.result.get("return_reason", ""), wide=True))
    return found


def _table(shown: _Shown, may_mark: bool) -> Table:
    item, view = shown.judging.item, shown.view
    name_key = next((spec.key for spec in fields_of(item.row) if spec.kind is DeclaredKind.NAME), "no")
    rows = []
    for row in shown.rows.items:
        cells = {"no": row.row_no, **cells_of(item, shown.judging.rules, row.data, row.worked)}
        chosen = {"aria-current": "true"} if row.row_no == view.row else {}
        name = cells[name_key] if isinstance(cells[name_key], str) else str(row.row_no)
        address = view.href(row=row.row_no, paper=_kept_paper(shown), zoom=100, turn=0)
        cells |= {name_key: Action(str(name), address, attrs=chosen), "_mark": _mark(shown.findings.get(row.row_no))}
        finding = shown.findings.get(row.row_no)
        bad = finding is not None and not finding.good
        note = finding.reason if finding is not None and bad else ""
        rows.append(Row(cells, id=str(row.row_no), tone=Tone.BAD if bad else Tone.PLAIN, note=note))
    columns = columns_of(item)
    first = [columns[0], *(c for c in columns if c.key == name_key), Column("_mark", "审核", ColumnKind.TAG)]
    rest = [column for column in columns[1:] if column.key != name_key and column.kind in _IN_LIST]
    pager = Pager(shown.rows.number, shown.rows.pages, shown.rows.total, shown.rows.size, "笔", {}, "")
    return Table(
        "清册", [*first, *rest], rows, count=shown.rows.total, unit="笔", sorted_by="序号", wide=True, id="rows",
        select="row" if may_mark else "", select_form="marks", pager=pager,
    )  # fmt: skip


def _mark(finding: Finding | None) -> Tag:
    if finding is None:
        return Tag("未审")
    return Tag("合格", Tone.GOOD) if finding.good else Tag("不合格", Tone.BAD)


def _row_facts(request: DeskRequest, shown: _Shown, reviewing: bool) -> dict[str, Any]:
    """The chosen row in full. Its reviewer compares the id number with the papers, so it is plain, and that is kept."""
    row, item, total = shown.chosen, shown.judging.item, shown.case.total
    reveal = f"{reverse('desk-review-reveal', args=[shown.case.no])}?row={row.row_no}"
    cells = cells_of(item, shown.judging.rules, row.data, row.worked, reveal)
    if reviewing:
        numbers = [spec.key for spec in fields_of(item.row) if spec.kind is DeclaredKind.ID_NUMBER]
        cells |= {key: row.data.get(key, "") for key in numbers}
        record(request.staff.actor, request.clock.now(), "row.seen", "case", shown.case.no, {"row": row.row_no})
    kept = {"paper": _kept_paper(shown), "zoom": 100, "turn": 0}
    return {
        "no": row.row_no,
        "facts": [Fact(column.label, cells[column.key]) for column in columns_of(item) if cells.get(column.key)],
        "before": shown.view.href(row=row.row_no - 1, **kept) if row.row_no > 1 else "",
        "after": shown.view.href(row=row.row_no + 1, **kept) if row.row_no < total else "",
    }


def _kept_paper(shown: _Shown) -> int | None:
    """The paper that stays in view from row to row: one of the whole case."""
    return shown.view.paper if shown.view.paper in {one.id for one in shown.common} else None


def _viewer(shown: _Shown) -> dict[str, Any]:
    """The papers to choose from, those of the row first, the one in view, and the ways to look at it."""
    view, own = shown.view, shown.papers_of(shown.chosen)
    offered = [*own, *shown.common]
    current = next((one for one in offered if one.id == view.paper), offered[0] if offered else None)
    missing = [name for name in shown.own_names if name not in {one.name for one in own}]
    step = ZOOMS.index(view.zoom)
    return {
        "papers": [
            (one.name, "" if one in own else one.file_name, view.href(paper=one.id, zoom=100, turn=0), one is current)
            for one in offered
        ],
        "missing": missing,
        "current": current,
        "src": reverse("desk-review-paper", args=[shown.case.no, current.id]) if current else "",
        "is_picture": current is not None and current.media_type in _PICTURES,
        "tools": (
            Action("放大", view.href(zoom=ZOOMS[min(step + 1, len(ZOOMS) - 1)]), "plus", attrs={"data-zoom": "1"}),
            Action("缩小", view.href(zoom=ZOOMS[max(step - 1, 0)]), "minus", attrs={"data-zoom": "-1"}),
            Action("左转", view.href(turn=(view.turn - 90) % 360), "swap", attrs={"data-turn": "-90"}),
            Action("右转", view.href(turn=(view.turn + 90) % 360), "refresh", attrs={"data-turn": "90"}),
        ),
        "good": Action("合格", icon="check", look=Look.PRIMARY, name="do", value="good",
                       attrs={"data-keys": "Control+Enter", "title": "Ctrl+Enter"}),
    }  # fmt: skip


def _timeline(case: Case) -> list[Event]:
    return [
        Event(_EVENTS.get(one.event, one.event), EventState.FAILED if one.event in _FAILED else EventState.DONE, one.at,
              f"{one.actor}：{one.note}" if one.note and one.actor not in one.note else one.note or one.actor)
        for one in readers.timeline(case.id)
    ]  # fmt: skip
