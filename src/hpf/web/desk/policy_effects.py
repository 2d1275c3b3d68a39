"""What a change of the policy book would do, shown before it is approved: a function per kind of parameter.

Old and new stand side by side everywhere; beside them, whom a limit touches, which days of which months move, how a
wording reads, which lines of a list come and go, how many open cases there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hpf.engine.versions import open_cases
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties.spread import bases_outside, rates_outside
from hpf.policy.amendable import Parameter, Shape
from hpf.policy.amending import with_change, with_one_more
from hpf.policy.book import Rules
from hpf.policy.facts import Change
from hpf.policy.leaves import Leaf, PolicyGap
from hpf.policy.proposals import example
from hpf.web.desk.policy_values import lines
from hpf.web.shapes import Column, ColumnKind, Fact, Figure, Notice, Row, Table, Tag, Tone

_SIDES = (
    Column("what", "项目", ColumnKind.NAME),
    Column("before", "修改前", wrap=True),
    Column("after", "修改后", wrap=True),
)
_LINES = (Column("line", "内容", ColumnKind.NAME, wrap=True), Column("change", "变化", ColumnKind.TAG))
_MONTHS = (
    Column("month", "业务年月", ColumnKind.MONTH),
    Column("what", "项目", ColumnKind.NAME),
    Column("before", "修改前"),
    Column("after", "修改后"),
)
_UNKNOWN = "尚无规定"


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of one change: side by side, then figures, tables and remarks of its kind."""

    sides: Table
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[Notice] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the effect is worked out from: the rules without and with the change, and the business month of today."""

    found: Parameter
    change: Change
    before: Rules
    after: Rules
    month: Month

    @property
    def old(self) -> Any:
        """The plain value without the change on its first day; None where there is none, too."""
        return self.value_in(self.before)

    def value_in(self, rules: Rules) -> Any:
        """The plain value of the leaf on the change's first day."""
        try:
            return rules.book.plain[self.change.leaf].on(self.change.first_day)
        except LookupError:
            return None


def effect_of(rules: Rules, found: Parameter, change: Change, month: Month) -> Effect:
    """The effect of a change that `policy.proposals` has found good, on the rules as they stand."""
    asked = Asked(found, change, rules, Rules(with_one_more(rules.book, change)), month)
    effect = _KINDS.get(found.leaf.partition(".")[0], _SHAPES.get(found.shape, _plain))(asked)
    if asked.old is not None and lines(found, asked.old) == lines(found, change.value):
        same = Notice("新值与原来的值相同，批准后只改变执行期间。", Tone.INFO)
        effect = replace(effect, notes=(*effect.notes, same))
    return effect


def terms_of(leaf: Leaf, day: date) -> str:
    """From when to when the value in force on `day` holds, in words."""
    begun = max((first for first, _ in leaf.values if first <= day), default=None)
    if begun is None or (leaf.until is not None and day > leaf.until):
        return _UNKNOWN
    ended = min((first for first, _ in leaf.values if first > day), default=None)
    if ended is not None:
        return f"{begun}起，{ended}起另有规定"
    return f"{begun}至{leaf.until}" if leaf.until else f"{begun}起"


def _sides(asked: Asked, *rows: tuple[str, object, object]) -> Table:
    leaf, day = asked.before.book.plain[asked.change.leaf], asked.change.first_day
    after = with_change(leaf, asked.change)
    has_old = terms_of(leaf, day) != _UNKNOWN
    old = "；".join(lines(asked.found, asked.old)) if has_old else _UNKNOWN
    told = [(asked.found.label, old, "；".join(lines(asked.found, asked.change.value)))]
    told += [("执行期间", terms_of(leaf, day), terms_of(after, day))]
    cells = [Row({"what": what, "before": before, "after": now}) for what, before, now in (*told, *rows)]
    return Table("修改前后对照", _SIDES, cells)


def _plain(asked: Asked) -> Effect:
    note = Notice("申报日在生效日之前的办件仍按原规定办理。", Tone.INFO)
    return Effect(_sides(asked), _open(asked), notes=(note,))


def _open(asked: Asked) -> tuple[Figure, ...]:
    """Cases still open: of the item where the parameter is one item's, else of all."""
    item = asked.found.leaf.partition(".")[2]
    return (Figure("未办结的办件", open_cases(item), "件", note="" if not item else "本事项"),)


def _text(asked: Asked) -> Effect:
    old, new = (example(text) if isinstance(text, str) else "" for text in (asked.old, asked.change.value))
    return Effect(_sides(asked, ("显示示例", old, new)))


def _list(asked: Asked) -> Effect:
    before = lines(asked.found, asked.old) if asked.old is not None else []
    after = lines(asked.found, asked.change.value)
    rows = [Row({"line": line, "change": Tag("不变") if line in before else Tag("新增", Tone.GOOD)}) for line in after]
    gone = [Row({"line": line, "change": Tag("删除", Tone.BAD)}) for line in before if line not in after]
    table = Table("逐项变化", _LINES, [*rows, *gone], count=len(rows), unit="项（修改后）")
    return Effect(_sides(asked), _open(asked), (table,))


def _cap(asked: Asked) -> Effect:
    figures, month = [], asked.month
    for words, value in (("现行", asked.old), ("新", asked.change.value)):
        if value is not None:
            found = bases_outside(month, None, Money.of_yuan(value), None)
            figures.append(
                Figure(f"基数高于{words}上限", found.above, "人", key=words == "新", note=f"共{found.people:,}人")
            )
    return _with_month(asked, figures)


def _floor(asked: Asked) -> Effect:
    district = asked.found.leaf.partition(".")[2]
    day = asked.change.first_day
    branches = [one.code for one in asked.before.at(day).branches if one.district == district]
    figures = []
    for words, value in (("现行", asked.old), ("新", asked.change.value)):
        if value is not None:
            found = bases_outside(asked.month, Money.of_yuan(value), None, branches)
            figures.append(
                Figure(f"基数低于{words}下限", found.below, "人", key=words == "新", note=f"共{found.people:,}人")
            )
    return _with_month(asked, figures)


def _range(asked: Asked) -> Effect:
    lowest, figures = asked.found.leaf == "rate_lowest", []
    for words, value in (("现行", asked.old), ("新", asked.change.value)):
        if value is not None:
            limit = Rate.parse(str(value))
            found = rates_outside(asked.month, limit if lowest else None, None if lowest else limit)
            label, count = (f"低于{words}下限", found.below) if lowest else (f"高于{words}上限", found.above)
            figures.append(Figure(f"比例{label}", count, "人", key=words == "新", note=f"共{found.people:,}人"))
    return _with_month(asked, figures)


def _with_month(asked: Asked, figures: Sequence[Figure]) -> Effect:
    note = (
        f"人数为{asked.month}正常缴存的账户。新值用于核定{asked.change.first_day}及以后所属月份；"
        "已核定的基数和比例不自动调整，已生成的应缴不变。"
    )
    return Effect(_sides(asked), figures, notes=(Notice(note, Tone.INFO),))


def _days(asked: Asked) -> Effect:
    """The months whose days move: the year's of a list of days off, else a year's from the change on."""
    first = Month.of(asked.change.first_day)
    rows = []
    for month in Month.between(first, first + 11):
        told = [(what, _shown(ask, asked.before, month), _shown(ask, asked.after, month)) for what, ask in _MOMENTS]
        rows += [
            Row({"month": month, "what": what, "before": before, "after": after})
            for what, before, after in told
            if before != after
        ]
    table = Table("有变化的月份", _MONTHS, rows, count=len(rows), unit="处", empty="没有月份的日期因此变化")
    return Effect(_sides(asked), tables=(table,))


def _cutoff(rules: Rules, month: Month) -> object:
    return rules.calendar.cutoff(month) if rules.calendar.has_cutoff(month) else "自然月"


def _workdays(rules: Rules, month: Month) -> object:
    days = (month.first_day.replace(day=day) for day in range(1, month.last_day.day + 1))
    return f"{sum(rules.calendar.is_workday(day) for day in days)}天"


_MOMENTS: Sequence[tuple[str, Callable[[Rules, Month], object]]] = (
    ("工作日", _workdays),
    ("申报截止日", _cutoff),
    ("生成应缴日", lambda rules, month: rules.calendar.due_made_on(month)),
    ("开始托收日", lambda rules, month: rules.calendar.first_collection_day(month)),
    ("最后托收日", lambda rules, month: rules.calendar.last_collection_day(month)),
)


def _shown(ask: Callable[[Rules, Month], object], rules: Rules, month: Month) -> str:
    try:
        return str(ask(rules, month))
    except PolicyGap as gap:
        return gap.detail or _UNKNOWN


_KINDS: Mapping[str, Callable[[Asked], Effect]] = {
    "base_cap": _cap, "base_floor": _floor, "rate_lowest": _range, "rate_highest": _range,
    "business_month_last_day": _days, "first_collection_day": _days, "last_collection_day": _days,
}  # fmt: skip
_SHAPES: Mapping[Shape, Callable[[Asked], Effect]] = {
    Shape.TEXT: _text, Shape.LINES: _list, Shape.CHOICES: _list, Shape.BANKS: _list, Shape.MATERIALS: _list,
    Shape.DAYS_OFF: _days,
}  # fmt: skip


def facts_of(found: Parameter, leaf: Leaf, day: date) -> list[Fact]:
    """A parameter as it stands on `day`."""
    try:
        value: object = "；".join(lines(found, leaf.on(day)))
    except LookupError:
        value = Tag(_UNKNOWN, Tone.BAD)
    return [Fact("现行值", value, wide=True), Fact("执行期间", terms_of(leaf, day))]
