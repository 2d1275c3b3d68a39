"""Judging a proposed change: everything that is wrong with it, at once, in the words of the desk. Pure.

An amendment never changes the past. A day's parameter changes from today on at the earliest, an amount from the first
month whose dues are not made. Where there was no value at all, none can have been used: a gap may be closed backwards.
"""

import contextlib
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.policy.amendable import SAMPLES, Begins, Parameter, Shape, parameter
from hpf.policy.amending import with_one_more
from hpf.policy.book import Rules
from hpf.policy.dated import Book
from hpf.policy.facts import Change, Wrong
from hpf.policy.leaves import Leaf, PolicyError, PolicyGap

FREE_TEXT = "99"
"""The code of the reason that wants words of one's own."""
LONGEST_TEXT = 500
LONGEST_LINE = 120
_ADDRESS = re.compile(r"""https?://[^\s/?#@:\\<>"']+(:[0-9]{1,5})?([/?#][^\s\\<>"']*)?""")
_DAY = timedelta(days=1)
_YEARS = range(2000, 2101)
"""Of days that can be meant; without an end, 有效期至 is left empty."""
_SATURDAY = 5
_KEYS = {Shape.CHOICES: "text", Shape.BANKS: "name"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change and the document it rests on."""

    change: Change
    source: str


def examine(rules: Rules, proposal: Proposal, today: date, closed: Month | None) -> list[Wrong]:
    """Everything that speaks against the change, under the rules as they stand; empty when it can be made.

    `closed` is the last month whose dues are made, None before the first.
    """
    book, change = rules.book, proposal.change
    found = parameter(book, change.leaf)
    if found is None:
        return [Wrong("value", f"没有可由中心修改的参数“{change.leaf}”，请从参数列表中选择")]
    wrong = [Wrong("value", text) for text in _value(found, change.value)]
    wrong += _days(book.plain[change.leaf], found, change, today, closed)
    if not proposal.source:
        wrong.append(Wrong("source", "请填写依据的文件名称或文号"))
    if not wrong:
        wrong += [Wrong("value", text) for text in _together(book, found, change)]
    return wrong


def earliest(kind: Begins, today: date, closed: Month | None) -> date:
    """The first day on which a value in force may still be changed."""
    if kind is Begins.MONTH:
        return (Month.of(today) if closed is None else closed + 1).first_day
    return today


def _days(leaf: Leaf, found: Parameter, change: Change, today: date, closed: Month | None) -> Iterator[Wrong]:
    first, barrier = change.first_day, earliest(found.kind.begins, today, closed)
    meant = {"first_day": first, "until": change.until or first}
    if far := {field: day for field, day in meant.items() if day.year not in _YEARS}:
        yield from (Wrong(field, f"{day}不在2000年至2100年之间，请更正") for field, day in far.items())
        return
    if found.kind.begins is Begins.YEAR:
        yield from _year(leaf, change, today)
        return
    if found.kind.begins is Begins.MONTH and first.day != 1:
        yield Wrong("first_day", f"“{found.label}”按月生效，生效日须为某月1日，不能是{first}")
    elif first < barrier and _in_force_between(leaf, first, barrier - _DAY):
        why = "以前月份的应缴已生成" if found.kind.begins is Begins.MONTH else "已经过去的日子不能修改"
        yield Wrong("first_day", f"生效日{first}过早：{why}，请改为{barrier}或以后")
    if leaf.until is not None and first > leaf.until + _DAY:
        yield Wrong("first_day", f"现行值到{leaf.until}为止，生效日须不晚于{leaf.until + _DAY}，以免中间无值")
    if change.until is None:
        return
    if change.until < first:
        yield Wrong("until", f"有效期至{change.until}早于生效日{first}，请更正")
    elif first < leaf.values[-1][0]:
        yield Wrong("until", f"{leaf.values[-1][0]}起已另有规定，有效期不必填写，请清空")


def _in_force_between(leaf: Leaf, first: date, last: date) -> bool:
    """Whether the leaf has a value on any day from `first` to `last`."""
    until = leaf.until or date.max
    return leaf.values[0][0] <= last and first <= until


def _year(leaf: Leaf, change: Change, today: date) -> Iterator[Wrong]:
    """A list of days off begins with its year; the days that are past stay as they were."""
    year = change.value.get("year") if isinstance(change.value, dict) else None
    if change.first_day != date(change.first_day.year, 1, 1) or change.first_day.year != year:
        yield Wrong("first_day", f"节假日安排按年公布，生效日须为{year}-01-01")
        return
    known = dict(leaf.values).get(change.first_day)
    if known is None or not isinstance(change.value, dict):
        return
    for key, words in (("days_off", "休息日"), ("workdays", "上班日")):
        before = {str(day) for day in known[key] if str(day) < today.isoformat()}
        after = {str(day) for day in change.value.get(key, ()) if str(day) < today.isoformat()}
        for day in sorted(before ^ after):
            yield Wrong("value", f"{day}已经过去，是否为{words}不能再改，请恢复")


def _value(found: Parameter, value: Any) -> Iterator[str]:
    """What is wrong with the value by itself."""
    if value is None:
        if not found.optional:
            yield f"请填写“{found.label}”"
        return
    checks = {
        Shape.MONEY: _money, Shape.RATE: _rate, Shape.INTEGER: _integer, Shape.TIME: _time, Shape.YES_NO: _yes_no,
        Shape.TEXT: _text, Shape.LINES: _lines, Shape.CHOICES: _choices, Shape.BANKS: _choices,
        Shape.MATERIALS: _materials, Shape.DAYS_OFF: _days_off,
    }  # fmt: skip
    yield from checks[found.shape](found, value)


def _money(found: Parameter, value: Any) -> Iterator[str]:
    try:
        amount = Money.of_yuan(value)
    except (ValueError, TypeError, ArithmeticError):
        yield f"“{found.label}”须为金额（元，最多两位小数），不能是“{value}”"
        return
    if amount.fen < 0 or (amount.fen == 0 and found.kind.begins is Begins.MONTH):
        yield f"“{found.label}”须大于0，不能是“{value}”"


def _rate(found: Parameter, value: Any) -> Iterator[str]:
    try:
        Rate.parse(str(value))
    except ValueError:
        yield f"“{found.label}”须为0至100的百分数（最多两位小数），不能是“{value}”"


def _integer(found: Parameter, value: Any) -> Iterator[str]:
    low, high = found.kind.lowest, found.kind.highest
    if type(value) is not int or not low <= value <= high:
        yield f"“{found.label}”须为{low:,}至{high:,}的整数（{found.kind.unit}），不能是“{value}”"


def _time(found: Parameter, value: Any) -> Iterator[str]:
    try:
        time.fromisoformat(value)
    except (ValueError, TypeError):
        yield f"“{found.label}”须为时间，如17:00，不能是“{value}”"


def _yes_no(found: Parameter, value: Any) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"“{found.label}”须选择是或否"


def _text(found: Parameter, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"“{found.label}”须为文字"
        return
    if len(value) > LONGEST_TEXT:
        yield f"“{found.label}”最多{LONGEST_TEXT}字，现为{len(value)}字"
    if found.kind.links and not _ADDRESS.fullmatch(value):
        yield f"“{found.label}”须为以http://或https://开头的网址，不能是“{value[:60]}”"
    try:
        parts = list(string.Formatter().parse(value))
    except ValueError:
        yield "花括号不成对；花括号只用于占位符"
        return
    known = "、".join(f"{{{name}}}" for name in sorted(found.slots)) or "无"
    for _, name, spec, conversion in parts:
        if name is not None and (name not in found.slots or spec or conversion):
            written = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            yield f"占位符{{{written}}}不能使用，可用的占位符：{known}"


def _lines(found: Parameter, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(line, str) and line for line in value):
        yield f"“{found.label}”须为若干行文字"
        return
    for line in value:
        if len(line) > LONGEST_LINE:
            yield f"每行最多{LONGEST_LINE}字，“{line[:20]}…”有{len(line)}字"


def _choices(found: Parameter, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        yield f"“{found.label}”须为若干行，每行一个代码和名称"
        return
    codes: set[str] = set()
    for one in value:
        code, text = one.get("code", ""), one.get(_KEYS[found.shape], "")
        if not code or not text:
            yield f"“{code or text}”一行须有代码和名称，中间用空格隔开"
        elif code in codes:
            yield f"代码{code}重复，每个代码只能有一行"
        codes.add(code)
    if found.leaf == "desk_refusal_reasons" and FREE_TEXT not in codes:
        yield f"代码{FREE_TEXT}用于另行填写原因，不能删除"


def _materials(found: Parameter, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        yield f"“{found.label}”须为材料清单"
        return
    names: set[str] = set()
    for one in value:
        name = one.get("name", "")
        if not name:
            yield "材料须有名称；不要的一行请把名称和说明都清空"
        elif name in names:
            yield f"材料“{name}”重复"
        if len(name) > LONGEST_LINE:
            yield f"材料名称最多{LONGEST_LINE}字，“{name[:20]}…”有{len(name)}字"
        if row_file := one.get("row_file", ""):
            yield from _row_file(row_file)
        names.add(name)


def _row_file(pattern: str) -> Iterator[str]:
    stem, _, ending = pattern.rpartition(".")
    if stem != "{id_no}" or ending not in ("jpg", "jpeg", "png", "pdf"):
        yield f"按职工命名的文件须写作{{id_no}}.jpg（或png、pdf），不能是“{pattern}”"


def _days_off(found: Parameter, value: Any) -> Iterator[str]:
    if not isinstance(value, dict) or type(value.get("year")) is not int or value["year"] not in _YEARS:
        yield "年度须为四位数字，如2027"
        return
    if not value.get("notice"):
        yield "请填写国务院办公厅通知的文号"
    seen: set[date] = set()
    for key, words in (("days_off", "休息日"), ("workdays", "调休上班日")):
        for text in value.get(key, ()):
            try:
                day = date.fromisoformat(str(text))
            except ValueError:
                yield f"{words}中的“{text}”不是日期，请写作{value['year']}-01-01"
                continue
            if day.year != value["year"]:
                yield f"{words}中的{day}不在{value['year']}年"
            elif day in seen:
                yield f"{day}重复；每一天只能列一次"
            elif key == "workdays" and day.weekday() < _SATURDAY:
                yield f"{day}不是周六或周日，不能列为调休上班日"
            seen.add(day)
    if not value.get("days_off"):
        yield "请填写休息日"


def _together(book: Book, found: Parameter, change: Change) -> Iterator[str]:
    """What is wrong with the book as it would be."""
    try:
        month = Rules(with_one_more(book, change)).on(Month.of(change.first_day))
    except (PolicyError, PolicyGap):
        law = Rules(book).on(Month.of(change.first_day))
        within = f"下限不得高于上限，且都须在国家规定的{law.law_rate_lowest}至{law.law_rate_highest}之内，且始终有值"
        yield within if found.leaf.startswith("rate_") else f"“{found.label}”的值不符合要求，请核对"
        return
    if found.leaf == "base_cap" or found.leaf.startswith("base_floor."):
        for key in month.base_floor.keys:
            with contextlib.suppress(PolicyGap):  # the other one may be still to come
                floor, cap = month.base_floor(key), month.base_cap
                if floor is not None and cap is not None and floor > cap:
                    yield f"{change.first_day}起下限{floor}元高于上限{cap}元，请核对"


class _Samples(dict[str, str]):
    """A placeholder without a sample stands as its name."""

    def __missing__(self, name: str) -> str:
        return f"〔{name}〕"


def example(text: str) -> str:
    """A wording with its placeholders filled in."""
    return text.format_map(_Samples(SAMPLES))
