"""From facts of the trade to what the macros draw: the frame, rows of any item as table cells, refusals as problems."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.messages import ERROR, get_messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from markupsafe import Markup

from hpf.engine.catalogue import Catalogue, catalogue
from hpf.engine.declare import ColumnKind as DeclaredKind
from hpf.engine.declare import FieldKind, FieldSpec, Group, Item, ItemRules, Shown, fields_of
from hpf.engine.declare.item import Enquiry, Redirect, Service
from hpf.engine.facts import Case, CaseState, RowState
from hpf.kernel.clock import TZ
from hpf.kernel.identity import IdNumber, IdType
from hpf.kernel.money import Money
from hpf.kernel.names import mask_phone
from hpf.kernel.paging import Page
from hpf.kernel.refusal import Refused
from hpf.notices import readers as notices
from hpf.policy.readers import current_rules
from hpf.web.frame import Crumb, DemoClock, EmployerChoice, Frame, MenuGroup, MenuItem
from hpf.web.shapes import (
    Column,
    ColumnKind,
    Field,
    Masked,
    Notice,
    Option,
    Pager,
    Problem,
    Tag,
    Tone,
)
from hpf.web.shapes import FieldKind as Shape

STEPS = ("在线填表", "上传材料", "信息确认", "提交")
_OFFERED_IN_HEAD = 8
_ENTRY = {
    FieldKind.TEXT: Shape.TEXT,
    FieldKind.NAME: Shape.TEXT,
    FieldKind.ID_NUMBER: Shape.IDNO,
    FieldKind.CHOICE: Shape.SELECT,
    FieldKind.MONEY: Shape.MONEY,
    FieldKind.PHONE: Shape.PHONE,
    FieldKind.MONTH: Shape.MONTH,
    FieldKind.DATE: Shape.DATE,
}
_OF_FIELD = {
    FieldKind.NAME: ColumnKind.NAME,
    FieldKind.ID_NUMBER: ColumnKind.CODE,
    FieldKind.MONEY: ColumnKind.MONEY,
    FieldKind.PHONE: ColumnKind.CODE,
    FieldKind.MONTH: ColumnKind.MONTH,
    FieldKind.DATE: ColumnKind.TIME,
}
OF_COLUMN = {
    DeclaredKind.NUMBER: ColumnKind.NUMBER,
    DeclaredKind.MONEY: ColumnKind.MONEY,
    DeclaredKind.RATE: ColumnKind.RATE,
    DeclaredKind.MONTH: ColumnKind.MONTH,
    DeclaredKind.DATE: ColumnKind.TIME,
    DeclaredKind.TIME: ColumnKind.TIME,
    DeclaredKind.NAME: ColumnKind.NAME,
    DeclaredKind.ID_NUMBER: ColumnKind.CODE,
    DeclaredKind.PHONE: ColumnKind.CODE,
    DeclaredKind.STATUS: ColumnKind.TAG,
    DeclaredKind.COUNT: ColumnKind.COUNT,
    DeclaredKind.LINK: ColumnKind.CODE,
}
"""How a declared column looks in a table; kinds that are not here are plain text."""
CASE_TONES = {
    CaseState.AWAITING_CHECK: Tone.WARN,
    CaseState.SUBMITTED: Tone.INFO,
    CaseState.QUEUED: Tone.LATE,
    CaseState.IN_PROCESS: Tone.INFO,
    CaseState.WITH_PERSON: Tone.WARN,
    CaseState.AWAITING_REVIEW: Tone.INFO,
    CaseState.ACCEPTED: Tone.INFO,
    CaseState.AWAITING_PAYMENT: Tone.WARN,
    CaseState.CONCLUDED: Tone.GOOD,
    CaseState.FAILED: Tone.BAD,
    CaseState.RETURNED: Tone.BAD,
    CaseState.CANCELLED: Tone.PLAIN,
    CaseState.VOID: Tone.PLAIN,
}
ROW_TONES = {
    RowState.PENDING: Tone.INFO,
    RowState.REFERRED: Tone.WARN,
    RowState.SUCCEEDED: Tone.GOOD,
    RowState.FAILED: Tone.BAD,
}


def render(request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """A page of the hall: `context` needs no frame."""
    code = str(context.get("current", ""))
    text = get_template(template).render({"frame": frame_of(request, code), **context}, request)
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    return response


def frame_of(request: HttpRequest, current: str = "") -> Frame:
    """What stands around a page: centre, employer, menu. `current` is the code of the item shown, or a page's name."""
    now = request.clock.now()  # type: ignore[attr-defined]  # set by the clock's middleware
    today = current_rules().at(now.date())
    known = Frame(
        centre_name=today.centre_name,
        hotline=today.fund_hotline,
        hotline_hours=today.counter_hours,
        home=reverse("home"),
        help=reverse("help"),
        verify=reverse("verify"),
        messages=_messages(request),
        demo=DemoClock(now, reverse("clock")) if settings.DEMO else None,
        now=now,
    )
    visitor = getattr(request, "visitor", None)
    if visitor is None:
        return known
    unread = notices.unread(visitor.user_id, visitor.account.employer_id) if visitor.account else 0
    mine = [_choice(a.name, a.account_no, visitor.account is not None and a.id == visitor.account.id)
            for a in visitor.accounts]  # fmt: skip
    current_first = sorted(mine, key=lambda choice: not choice.current)
    some = current_first[:_OFFERED_IN_HEAD] if len(mine) > 1 else []
    if len(mine) > len(some) > 0:
        some.append(EmployerChoice(f"全部 {len(mine)} 个单位账号", "", reverse("employers")))
    return Frame(
        **{name: getattr(known, name) for name in
           ("centre_name", "hotline", "hotline_hours", "home", "help", "verify", "messages", "demo", "now")},
        user_name=visitor.name,
        role_name="经办人",
        logout=reverse("logout"),
        employer=next((choice for choice in mine if choice.current), None),
        employers=some,
        inbox=reverse("inbox") if visitor.account else "",
        unread=unread,
        menu=_menu(catalogue(), current) if visitor.account else (),
    )  # fmt: skip


def _choice(name: str, account_no: str, current: bool) -> EmployerChoice:
    return EmployerChoice(name, account_no, reverse("employer", args=[account_no]), current)


def _messages(request: HttpRequest) -> tuple[Notice, ...]:
    found = get_messages(request)
    return tuple(Notice(str(m), Tone.BAD if m.level >= ERROR else Tone.GOOD) for m in found)


def _menu(offered: Catalogue, current: str) -> tuple[MenuGroup, ...]:
    own = (
        MenuItem("工作台", reverse("home"), "grid", current == "home"),
        MenuItem("我的办件", reverse("cases"), "list-search", current == "cases"),
        MenuItem("消息", reverse("inbox"), "bell", current == "inbox"),
        MenuItem("全部事项", reverse("services"), "book", current == "services"),
        MenuItem("单位内部复核", reverse("checking"), "users", current == "checking"),
    )
    groups = []
    for group in Group:
        inside = [offer.service for offer in offered.offers if offer.service.group is group]
        entries = [
            MenuItem(service.title, reverse("item", args=[service.code]), icon_of(service), service.code == current)
            for service in inside
        ]
        if entries:
            groups.append(MenuGroup(group.value, entries))
    connections = (
        MenuItem("接口令牌", reverse("tokens"), "lock", current == "tokens"),
        MenuItem("推送地址", reverse("receivers"), "bell", current == "receivers"),
    )
    return (MenuGroup("", own), *groups, MenuGroup("系统对接", connections))


def icon_of(service: Service) -> str:
    """An icon by what kind of form and which group it is."""
    if isinstance(service, Enquiry):
        return "list-search"
    if isinstance(service, Redirect):
        return "user-check"
    return {Group.ACCOUNT: "user-plus", Group.SETTLEMENT: "wallet", Group.ENQUIRY: "receipt"}.get(
        service.group, "coins"
    )


def crumbs(*labels: tuple[str, str] | str) -> tuple[Crumb, ...]:
    """The way here: 工作台 first, then (label, address) or, for this page, the label alone."""
    told = [("工作台", reverse("home")), *labels]
    return tuple(Crumb(entry) if isinstance(entry, str) else Crumb(*entry) for entry in told)


def pager(page: Page[Any], query: Mapping[str, str], target: str, unit: str = "行") -> Pager:
    """Where a list stands; `query` are the conditions that its links keep."""
    kept = {key: value for key, value in query.items() if value}
    return Pager(page.number, page.pages, page.total, page.size, unit, kept, target)


# rows of an item


def columns_of(item: Item[Any, Any, Any]) -> list[Column]:
    """The columns of the item's list: what has to be entered, what the system adds, what may be entered (B1.2)."""
    specs = fields_of(item.row)
    needed = [_column_of(spec) for spec in specs if spec.required]
    optional = [_column_of(spec) for spec in specs if not spec.required]
    shown = [Column(s.key, s.label, OF_COLUMN.get(s.kind, ColumnKind.TEXT)) for s in item.shown if s.key != "mark"]
    return [Column("no", "序号", ColumnKind.NUMBER), *needed, *shown, *optional]


def _column_of(spec: FieldSpec) -> Column:
    kind = _OF_FIELD.get(spec.kind, ColumnKind.TEXT)
    return Column(spec.key, spec.label, kind, pin=spec.kind is FieldKind.NAME)


def cells_of(
    item: Item[Any, Any, Any], rules: ItemRules, data: Mapping[str, str], worked: Mapping[str, Any], reveal: str = ""
) -> dict[str, object]:
    """One line as cells; id numbers and telephones masked, `reveal` is where the plain id number is asked for."""
    cells: dict[str, object] = {}
    for spec in fields_of(item.row):
        text = data.get(spec.key) or ""
        if spec.kind is FieldKind.ID_NUMBER:
            cells[spec.key] = Masked(mask_id(text), spec.label, reveal) if text else ""
        elif spec.kind is FieldKind.PHONE:
            cells[spec.key] = mask_phone(text)
        elif spec.kind is FieldKind.CHOICE:
            cells[spec.key] = dict(spec.choices(rules)).get(text, text)
        else:
            cells[spec.key] = amount(text) if spec.kind is FieldKind.MONEY else text
    for shown in item.shown:
        if shown.key != "mark":
            cells[shown.key] = shown_value(shown, worked)
    return cells


def shown_value(shown: Shown, worked: Mapping[str, Any]) -> object:
    """What the system worked out, as a cell; a cap or floor (保底, 封顶) stands before the base it has made."""
    text = str(worked.get(shown.key) or "")
    if shown.kind is DeclaredKind.MONEY:
        mark, value = str(worked.get("mark") or ""), amount(text)
        marked = mark and shown.key == "base"
        return Markup('<span class="tag t-warn">{}</span> {}').format(mark, value) if marked else value
    if shown.kind is DeclaredKind.TEXT and text:
        return Tag(text, Tone.INFO)
    return text


def amount(text: str) -> object:
    """A stored amount as Money; anything else stays the text it is."""
    try:
        return Money.parse(text) if text else ""
    except ValueError:
        return text


def mask_id(number: str) -> str:
    """An identity number as lists show it: the first six and the last four."""
    return IdNumber(IdType.RESIDENT, number).masked()


def entry_fields(
    item: Item[Any, Any, Any], rules: ItemRules, values: Mapping[str, str], errors: Mapping[str, str], *, fixed: bool
) -> list[Field]:
    """The fields of the entry area. `fixed`: a saved line is changed, so name and id number are shown only."""
    return [_entry_field(spec, rules, values, errors, fixed) for spec in fields_of(item.row)]


def _entry_field(
    spec: FieldSpec, rules: ItemRules, values: Mapping[str, str], errors: Mapping[str, str], fixed: bool
) -> Field:
    value = values.get(spec.key, spec.default)
    if fixed and spec.fixed_once_saved:
        return Field(spec.key, spec.label, Shape.SHOWN, value, help="保存后不可修改，如需更正请删除后重新录入")
    options = [Option(code, label) for code, label in spec.choices(rules)]
    if options and not spec.default:
        options = [Option("", "请选择"), *options]
    return Field(
        spec.key,
        spec.label,
        _ENTRY[spec.kind],
        value,
        required=spec.required,
        placeholder=spec.note,
        error=errors.get(spec.key, ""),
        options=options,
        suffix="元" if spec.kind is FieldKind.MONEY else "",
    )


def computed_fields(item: Item[Any, Any, Any], worked: Mapping[str, Any]) -> list[Field]:
    """What the system computes while a line is entered (算)."""
    mark = str(worked.get("mark") or "")
    return [
        Field(
            shown.key,
            shown.label,
            Shape.COMPUTED,
            amount(str(worked.get(shown.key) or "")),
            mark=Tag(mark, Tone.WARN) if mark and shown.key == "base" else None,
        )
        for shown in item.shown
        if shown.kind is DeclaredKind.MONEY or shown.live
    ]


def totalled(item: Item[Any, Any, Any]) -> list[Shown]:
    """The columns with a total."""
    return [shown for shown in item.shown if shown.totalled]


def yuan(fen: int) -> Money:
    """Stored fen as Money."""
    return Money(fen)


# refusals


def errors_by_field(refused: Iterable[Refused]) -> dict[str, str]:
    """The texts of refusals under their fields."""
    found: dict[str, str] = {}
    for refusal in refused:
        if refusal.field:
            found[refusal.field] = "；".join(filter(None, [found.get(refusal.field), refusal.text]))
    return found


def problems_of(refused: Sequence[Refused], fields: Iterable[str] = (), row: str = "") -> list[Problem]:
    """Refusals for the summary at the top of a page; `fields` are the keys that have an element to jump to."""
    known = set(fields)
    return [Problem(r.text, f"f-{r.field}" if r.field in known else "", row, r.hint or r.remedy.label) for r in refused]


def why(refused: Sequence[Refused]) -> str:
    """Refusals as one text for a cell: each with its advice."""
    return "；".join(f"{r.text}（{r.hint}）" if r.hint else r.text for r in refused)


# cases


def is_late(case: Case) -> bool:
    """Yellow: accepted after the daily cut-off, or not finished on the day of declaration (HZ-2.4.2-11)."""
    if case.waited_for_batch or case.state is CaseState.WITH_PERSON:
        return True
    return case.processed_at is not None and case.processed_at.astimezone(TZ).date() != case.declared_at.date()


def case_tag(case: Case) -> Tag:
    """The state of a case as a coloured word."""
    if case.state is CaseState.CONCLUDED and case.failed:
        return Tag("部分成功", Tone.WARN)
    return Tag(case.state.label, CASE_TONES[case.state])
