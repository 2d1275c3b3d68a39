"""Parameters of the centre at the desk: what is in force, its history, and proposing another value.

A proposal is typed, its effect is looked at, and it is handed in; another person decides (`policy_changes`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.dues.readers import last_closed_month
from hpf.engine.catalogue import NotOffered, catalogue
from hpf.kernel.clock import day_written
from hpf.kernel.month import Month
from hpf.kernel.text import clean, words_of
from hpf.policy import changes, readers
from hpf.policy.amendable import Begins, Group, Parameter, Shape, parameter, parameters
from hpf.policy.amending import plain
from hpf.policy.book import Rules
from hpf.policy.facts import Amendment, Change, Decision, Wrong
from hpf.policy.leaves import Leaf
from hpf.policy.proposals import Proposal, earliest, examine
from hpf.policy.readers import current_rules
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import PARAMETERS, POLICY_MAKERS
from hpf.web.desk.policy_effects import Effect, effect_of, facts_of, terms_of
from hpf.web.desk.policy_values import lines, short, value_fields, value_sent
from hpf.web.frame import MenuItem
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Look, Notice, Problem, Row, Table, Tag, Tone

_COLUMNS = (
    Column("label", "参数", ColumnKind.NAME, wrap=True),
    Column("value", "现行值", wrap=True),
    Column("term", "执行期间", wrap=True),
    Column("next", "已定的下一值", wrap=True),
    Column("state", "修改", ColumnKind.TAG),
)
_HISTORY = (
    Column("first", "生效日", ColumnKind.TIME),
    Column("value", "值", ColumnKind.NAME, wrap=True),
    Column("until", "有效期至", ColumnKind.TIME),
    Column("source", "依据", wrap=True),
    Column("who", "提出 / 批准", wrap=True),
    Column("state", "状态", ColumnKind.TAG),
)
STATES = {
    None: Tag("待批准", Tone.WARN),
    Decision.APPROVED: Tag("已批准", Tone.GOOD),
    Decision.DECLINED: Tag("未批准", Tone.BAD),
    Decision.WITHDRAWN: Tag("已撤回"),
}


def title_of(item_code: str) -> str:
    """The title of a service item, its code when it is not offered."""
    try:
        return catalogue().offer(item_code).service.title
    except NotOffered:
        return item_code


def closed_month(rules: Rules, today: date) -> Month | None:
    """The last month whose amounts stay as they are: closed by the centre, or over where employers make the dues."""
    return last_closed_month() if rules.calendar.makes_dues(Month.of(today)) else Month.of(today) - 1


def tabs_of(current: str) -> list[MenuItem]:
    """The three pages of policy."""
    told = (("desk-policy", "参数"), ("desk-policy-changes", "修改记录"), ("desk-policy-versions", "政策版本"))
    return [MenuItem(label, reverse(name), current=name == current) for name, label in told]


@staff(PARAMETERS)
def page(request: DeskRequest) -> HttpResponseBase:
    """All parameters of one group: value in force, since and until when, the value that is to come."""
    asked = request.GET.get("group", "")
    group = Group(asked) if asked in set(Group) else Group.AMOUNTS
    rules, today = current_rules(), request.clock.today()
    undecided = {one.change.leaf for one in readers.waiting_amendments()}
    rows = [
        _row(found, rules.book.plain[found.leaf], today, found.leaf in undecided)
        for found in parameters(rules.book, title_of)
        if found.kind.group is group
    ]
    context = {
        "crumbs": crumbs("参数与政策"),
        "tabs": tabs_of("desk-policy"),
        "groups": [MenuItem(one.label, f"?group={one.value}", current=one is group) for one in Group],
        "table": Table(group.label, _COLUMNS, rows, count=len(rows), unit="项"),
    }
    return render(request, "desk/policy.jinja", context, current="desk-policy")


def _row(found: Parameter, leaf: Leaf, today: date, is_undecided: bool) -> Row:
    term, coming = terms_of(leaf, today), [dated for dated in leaf.values if dated[0] > today]
    try:
        value: object = short(found, leaf.on(today))
    except LookupError:
        value = Tag("尚无规定", Tone.BAD)
    cells = {
        "label": Action(found.label, reverse("desk-policy-one", args=[found.leaf])),
        "value": value,
        "term": term,
        "next": f"{coming[0][0]}起：{short(found, coming[0][1])}" if coming else "",
        "state": STATES[None] if is_undecided else "",
    }
    return Row(cells, id=found.leaf)


@staff(PARAMETERS)
def one(request: DeskRequest, leaf: str) -> HttpResponseBase:
    """One parameter: its values of all times, from the packs and amended, and what was proposed and not approved."""
    rules = current_rules()
    found, node = _known(rules, leaf), rules.book.plain[leaf]
    amendments = readers.amendments_of(leaf)
    context = {
        "crumbs": crumbs(("参数与政策", f"{reverse('desk-policy')}?group={found.kind.group.value}"), found.label),
        "found": found,
        "facts": facts_of(found, node, request.clock.today()),
        "history": _history(found, node, amendments),
        "actions": [Action("提出修改", reverse("desk-policy-amend", args=[leaf]), "edit", Look.PRIMARY)]
        if request.staff.may(POLICY_MAKERS)
        else [],
    }
    return render(request, "desk/policy_one.jinja", context, current="desk-policy")


def _known(rules: Rules, leaf: str) -> Parameter:
    found = parameter(rules.book, leaf, title_of)
    if found is None:
        raise Http404
    return found


def _history(found: Parameter, leaf: Leaf, amendments: Sequence[Amendment]) -> Table:
    shipped = {first for first, _ in leaf.values} - {
        one.change.first_day for one in amendments if one.decision is Decision.APPROVED
    }
    rows = [
        Row({
            "first": one.change.first_day, "value": "；".join(lines(found, one.change.value)),
            "until": one.change.until, "source": one.source,
            "who": " / ".join(filter(None, (one.proposed_by, one.decided_by))),
            "state": Action(STATES[one.decision].label, reverse("desk-policy-change", args=[one.id])),
        })
        for one in amendments
    ]  # fmt: skip
    rows += [
        Row({"first": first, "value": "；".join(lines(found, value)), "until": "", "source": leaf.source,
             "who": "随系统发布", "state": Tag("初始值（假定）" if leaf.assumption else "初始值")})
        for first, value in reversed(leaf.values)
        if first in shipped
    ]  # fmt: skip
    return Table("历次值", _HISTORY, rows, count=len(rows), unit="条", sorted_by="提出时间由近到远")


# proposing


@dataclass(frozen=True, slots=True)
class Typed:
    """A proposal as typed: what could be read of it, and the words themselves for the form."""

    value: Any
    first_day: date | None
    until: date | None
    source: str
    words: Mapping[str, str]

    def proposal(self, leaf: str) -> Proposal:
        """What is proposed; a missing first day is judged before."""
        return Proposal(Change(leaf, self.first_day or date.min, plain(self.value), self.until), self.source)

    def mark(self) -> str:
        """A digest of everything typed: what was looked at is what is handed in."""
        told = repr((plain(self.value), self.first_day, self.until, self.source))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@staff(POLICY_MAKERS)
def amend(request: DeskRequest, leaf: str) -> HttpResponseBase:
    """Type a value, look at its effect, hand it in. What was looked at is what is handed in."""
    rules, today = current_rules(), request.clock.today()
    found = _known(rules, leaf)
    if request.method != "POST":
        return _form(request, found, rules.book.plain[leaf], _begun(found, rules, today), [], None)
    typed = _typed(found, request.POST)
    wrong = _unread(typed) or examine(rules, typed.proposal(leaf), today, closed_month(rules, today))
    if wrong:
        return _form(request, found, rules.book.plain[leaf], typed, wrong, None)
    if request.POST.get("do") == "submit" and request.POST.get("mark") == typed.mark():
        try:
            made = changes.propose(
                request.staff.actor, request.clock.now(), typed.proposal(leaf), closed_month(rules, today)
            )
        except changes.ProposalRefused as refused:
            return _form(request, found, rules.book.plain[leaf], typed, refused.wrong, None)
        messages.success(request, "修改已提出，由另一名政策管理人员批准后生效")
        return HttpResponseRedirect(reverse("desk-policy-change", args=[made]))
    effect = effect_of(rules, found, typed.proposal(leaf).change, rules.calendar.business_month(today))
    return _form(request, found, rules.book.plain[leaf], typed, [], effect)


def _begun(found: Parameter, rules: Rules, today: date) -> Typed:
    """The form as it opens: the last value, from the first day that makes sense."""
    leaf = rules.book.plain[found.leaf]
    first, value = leaf.values[-1]
    if found.kind.begins is not Begins.YEAR:
        first = earliest(found.kind.begins, today, closed_month(rules, today))
        first = leaf.until + timedelta(days=1) if leaf.until else first
    elif not value.get("assumption"):
        value = {"year": first.year + 1}
    return Typed(plain(value), first, None, "", {})


def _typed(found: Parameter, sent: Mapping[str, str]) -> Typed:
    value = value_sent(found, sent)
    first = day_written(clean(sent.get("first_day", "")))
    if found.shape is Shape.DAYS_OFF:
        year = value["year"]
        first = date(year, 1, 1) if isinstance(year, int) and 1 <= year <= 9999 else date(2000, 1, 1)
    until = day_written(clean(sent.get("until", "")))
    return Typed(value, first, until, words_of(sent.get("source", ""))[:200], sent)


def _unread(typed: Typed) -> list[Wrong]:
    """Dates that are none."""
    wrong = [Wrong("first_day", "请填写生效日，如2027-07-01")] if typed.first_day is None else []
    if typed.until is None and (text := clean(typed.words.get("until", ""))):
        wrong.append(Wrong("until", f"有效期至“{text}”不是日期，请写作2028-06-30或清空"))
    return wrong


def _form(
    request: DeskRequest, found: Parameter, leaf: Leaf, typed: Typed, wrong: list[Wrong], effect: Effect | None
) -> HttpResponseBase:
    errors = {name: "；".join(one.text for one in wrong if one.field == name) for name in
              ("value", "first_day", "until", "source")}  # fmt: skip
    fields = value_fields(found, typed.value, errors["value"])
    anchor = {"value": next(one.id for one in fields if one.kind is not FieldKind.HIDDEN)}
    if found.shape is Shape.DAYS_OFF:
        anchor["first_day"] = anchor["value"]
    context = {
        "crumbs": crumbs(("参数与政策", f"{reverse('desk-policy')}?group={found.kind.group.value}"),
                         (found.label, reverse("desk-policy-one", args=[found.leaf])), "提出修改"),
        "found": found,
        "facts": facts_of(found, leaf, request.clock.today()),
        "problems": [Problem(one.text, anchor.get(one.field, f"f-{one.field}")) for one in wrong],
        "fields": fields,
        "terms": _term_fields(found, typed, errors),
        "effect": effect,
        "mark": typed.mark(),
        "note": Notice("提出后由另一名政策管理人员批准；批准前不影响任何办理。", Tone.INFO),
    }  # fmt: skip
    status = 422 if wrong else 200
    return render(request, "desk/policy_form.jinja", context, current="desk-policy", status=status)


def _term_fields(found: Parameter, typed: Typed, errors: Mapping[str, str]) -> list[Field]:
    said, by_month = typed.words, found.kind.begins is Begins.MONTH
    first = said.get("first_day", "") if "first_day" in said else str(typed.first_day or "")
    term = [
        Field("first_day", "生效日", FieldKind.DATE, first, required=True, error=errors["first_day"],
              help="所属月份的1日" if by_month else "不早于今天"),
        Field("until", "有效期至", FieldKind.DATE, said.get("until", ""), error=errors["until"],
              help="留空表示至另有规定时为止"),
    ]  # fmt: skip
    source = Field("source", "依据（文件名称、文号）", value=typed.source, required=True, maxlength=200, span=2,
                   error=errors["source"])  # fmt: skip
    return [source] if found.shape is Shape.DAYS_OFF else [*term, source]
