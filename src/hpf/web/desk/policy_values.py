"""Values of policy parameters on the desk's screens: written short, written out line by line, typed in and read back.

What is typed is passed on as it stands where it makes no sense: `policy.proposals` says what is wrong with it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hpf.kernel.money import Money
from hpf.kernel.text import clean, words_of
from hpf.policy.amendable import Parameter, Shape
from hpf.policy.proposals import LONGEST_LINE, LONGEST_TEXT
from hpf.web.shapes import Field, FieldKind, Option

SPARE_ROWS = 3
MOST_ROWS = 60
_SHORT = 60
_KEYS = {Shape.CHOICES: "text", Shape.BANKS: "name"}
_TALL = {"rows": "8"}
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?|(\d{1,2})日?")


def short(found: Parameter, value: Any) -> str:
    """A plain value in one short line."""
    text = "；".join(lines(found, value))
    if found.shape in (Shape.CHOICES, Shape.BANKS, Shape.MATERIALS, Shape.LINES) and value:
        text = f"{len(value)}项：{text}"
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def lines(found: Parameter, value: Any) -> list[str]:
    """A plain value written out, a list with a line for each entry."""
    return [found.kind.none or "无"] if value is None else EDITORS[found.shape].lines(found, value)


def _amount_lines(found: Parameter, value: Any) -> list[str]:
    return [f"{Money.of_yuan(value)}{found.kind.unit or '元'}"]


def _number_lines(found: Parameter, value: Any) -> list[str]:
    return [f"{value}{found.kind.unit}"]


def _yes_no_lines(found: Parameter, value: Any) -> list[str]:
    return ["是" if value else "否"]


def _text_lines(found: Parameter, value: Any) -> list[str]:
    return [str(value) or "（空，不提示）"]


def _list_lines(found: Parameter, value: Any) -> list[str]:
    return list(value) or ["（无）"]


def _choice_lines(found: Parameter, value: Any) -> list[str]:
    return [f"{one['code']} {one[_KEYS[found.shape]]}" for one in value] or ["（无）"]


def _material_lines(found: Parameter, value: Any) -> list[str]:
    return [_material(one) for one in value] or ["（无需上传）"]


def _days_off_lines(found: Parameter, value: Any) -> list[str]:
    told = {"休息": value["days_off"], "调休上班": value["workdays"]}
    first = f"{value['year']}年，依据{value['notice']}"
    return [first, *(f"{words}：{'、'.join(_spans(days)) or '无'}" for words, days in told.items())]


def _material(one: Mapping[str, Any]) -> str:
    marks = ["必传" if one.get("required") else "选传", one.get("note", ""), one.get("row_file", "")]
    return f"{one['name']}（{'，'.join(mark for mark in marks if mark)}）"


def _spans(days: Sequence[Any]) -> Iterator[str]:
    """Days as people write them: 2月15日至23日."""
    found = sorted(date.fromisoformat(str(day)) for day in days)
    start = 0
    for at, day in enumerate(found):
        if at + 1 < len(found) and found[at + 1] - day == timedelta(days=1):
            continue
        first, start = found[start], at + 1
        end = "" if first == day else f"至{day.month}月{day.day}日" if day.month != first.month else f"至{day.day}日"
        yield f"{first.month}月{first.day}日{end}"


# typing in


def value_fields(found: Parameter, value: Any, error: str) -> list[Field]:
    """The fields in which a value of this parameter is typed, holding `value` (plain, or as it was typed before)."""
    return EDITORS[found.shape].fields(found, value, error)


def _scalar_fields(found: Parameter, value: Any, error: str) -> list[Field]:
    kind = {Shape.MONEY: FieldKind.MONEY, Shape.INTEGER: FieldKind.INT}.get(found.shape, FieldKind.TEXT)
    return [
        Field("value", found.label, kind, _typed(value), required=not found.optional, suffix=found.kind.unit,
              help=f"留空表示：{found.kind.none or '无'}" if found.optional else "", error=error, maxlength=20,
              placeholder="17:00" if found.shape is Shape.TIME else "")
    ]  # fmt: skip


def _yes_no_fields(found: Parameter, value: Any, error: str) -> list[Field]:
    chosen, options = "" if value is None else "1" if value else "0", [Option("1", "是"), Option("0", "否")]
    return [Field("value", found.label, FieldKind.RADIO, chosen, required=True, error=error, options=options)]


def _text_fields(found: Parameter, value: Any, error: str) -> list[Field]:
    slots = "、".join(f"{{{name}}}" for name in sorted(found.slots))
    told = f"{f'可用占位符：{slots}' if slots else '不含占位符'}；最多{LONGEST_TEXT}字"
    return [Field("value", found.label, FieldKind.TEXTAREA, _typed(value), help=told, error=error, span=4)]


def _list_fields(found: Parameter, value: Any, error: str) -> list[Field]:
    text = "\n".join(map(str, value or ()))
    return [Field("value", found.label, FieldKind.TEXTAREA, text, help="每行一条", error=error, span=4, attrs=_TALL)]


def _choice_fields(found: Parameter, value: Any, error: str) -> list[Field]:
    key, told = _KEYS[found.shape], "每行一项：代码、空格、名称；按显示顺序"
    text = "\n".join(f"{one.get('code', '')} {one.get(key, '')}".strip() for one in value or ())
    return [Field("value", found.label, FieldKind.TEXTAREA, text, help=told, error=error, span=4, attrs=_TALL)]


def _typed(value: Any) -> str:
    return "" if value is None else str(value)


def _days_off_fields(found: Parameter, told: Any, error: str) -> list[Field]:
    value = told if isinstance(told, dict) else {}

    def days(key: str) -> str:
        return "\n".join(str(day) for day in value.get(key, ()))

    how = "每行一天或一段，如 2月5日、2027-02-05、2月5日至11日"
    return [
        Field("year", "年度", FieldKind.INT, _typed(value.get("year")), required=True, maxlength=4),
        Field("notice", "国务院办公厅通知文号", value=value.get("notice", ""), required=True, maxlength=80, span=2,
              placeholder="国办发明电〔2026〕7号"),
        Field("days_off", "休息日（含其中的周末）", FieldKind.TEXTAREA, days("days_off"), required=True, help=how,
              error=error, span=2, attrs={"rows": "12"}),
        Field("workdays", "调休上班日", FieldKind.TEXTAREA, days("workdays"), help=how, span=2, attrs={"rows": "12"}),
    ]  # fmt: skip


def _material_fields(found: Parameter, value: Any, error: str) -> list[Field]:
    rows = [*(value or ()), *[{}] * SPARE_ROWS]
    fields = [Field("rows", "", FieldKind.HIDDEN, len(rows))]
    for no, one in enumerate(rows):
        fields += [
            Field(f"name-{no}", f"材料{no + 1}", value=one.get("name", ""), maxlength=LONGEST_LINE,
                  error=error if no == 0 else ""),
            Field(f"note-{no}", "说明", value=one.get("note", ""), maxlength=200),
            Field(f"row_file-{no}", "按职工命名的文件", value=one.get("row_file", ""), maxlength=20,
                  placeholder="{id_no}.jpg"),
            Field(f"required-{no}", "必传", FieldKind.CHECK, bool(one.get("required"))),
        ]  # fmt: skip
    return fields


# reading back


def value_sent(found: Parameter, sent: Mapping[str, str]) -> Any:
    """The plain value that was typed; what cannot be read stays as it was typed."""
    return EDITORS[found.shape].sent(found.shape, sent)


def _list_sent(shape: Shape, sent: Mapping[str, str]) -> list[str]:
    return [words_of(line) for line in sent.get("value", "").splitlines() if words_of(line)]


def _choices_sent(shape: Shape, sent: Mapping[str, str]) -> list[dict[str, str]]:
    pairs = (line.partition(" ") for line in _list_sent(shape, sent))
    return [{"code": code, _KEYS[shape]: name.strip()} for code, _, name in pairs]


def _text_sent(shape: Shape, sent: Mapping[str, str]) -> str:
    return words_of(sent.get("value", ""))


def _yes_no_sent(shape: Shape, sent: Mapping[str, str]) -> bool | None:
    return {"1": True, "0": False}.get(sent.get("value", ""))


def _scalar_sent(shape: Shape, sent: Mapping[str, str], name: str = "value") -> Any:
    text = clean(sent.get(name, ""))
    if not text:
        return None
    if shape is Shape.INTEGER:
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
    if shape is Shape.MONEY:
        try:
            return Money.parse(text).plain
        except ValueError:
            return text
    return text.removesuffix("%").strip() if shape is Shape.RATE else text


def _days_off_sent(shape: Shape, sent: Mapping[str, str]) -> dict[str, Any]:
    year = _scalar_sent(Shape.INTEGER, sent, "year")
    days = {key: list(_days_sent(sent.get(key, ""), year)) for key in ("days_off", "workdays")}
    return {"year": year, "notice": words_of(sent.get("notice", "")), **days}


def _days_sent(text: str, year: object) -> Iterator[str]:
    """The days of a text as "2027-02-05"; a span as each of its days; a word that is no day as it is."""
    for word in re.split(r"[\s,，、;；]+", clean(text.replace("\n", ","))):
        first, _, last = re.sub(r"[~～—]|至|到", "/至/", word).partition("/至/")
        begun = _day_sent(first, year, 0)
        ended = _day_sent(last, year, begun.month if begun else 0) if last else begun
        if begun is None or ended is None or not timedelta() <= ended - begun < timedelta(days=40):
            yield from (word,) if word else ()
            continue
        while begun <= ended:
            yield begun.isoformat()
            begun += timedelta(days=1)


def _day_sent(text: str, year: object, month: int) -> date | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    told_year, told_month, day, alone = found.groups()
    try:
        return date(int(told_year or str(year)), int(told_month or month), int(day or alone))
    except ValueError:
        return None


def _materials_sent(shape: Shape, sent: Mapping[str, str]) -> list[dict[str, Any]]:
    count = _scalar_sent(Shape.INTEGER, sent, "rows")
    found = []
    for no in range(min(count, MOST_ROWS) if isinstance(count, int) else 0):
        told = {key: words_of(sent.get(f"{key}-{no}", "")) for key in ("name", "note", "row_file")}
        if any(told.values()):
            extra = {key: told[key] for key in ("note", "row_file") if told[key]}
            found.append({"name": told["name"], "required": bool(sent.get(f"required-{no}")), **extra})
    return found


@dataclass(frozen=True, slots=True)
class Editor:
    """How values of one shape are written out, typed in and read back."""

    lines: Callable[[Parameter, Any], list[str]]
    fields: Callable[[Parameter, Any, str], list[Field]]
    sent: Callable[[Shape, Mapping[str, str]], Any]


EDITORS: Mapping[Shape, Editor] = {
    Shape.MONEY: Editor(_amount_lines, _scalar_fields, _scalar_sent),
    Shape.RATE: Editor(_number_lines, _scalar_fields, _scalar_sent),
    Shape.INTEGER: Editor(_number_lines, _scalar_fields, _scalar_sent),
    Shape.TIME: Editor(_text_lines, _scalar_fields, _scalar_sent),
    Shape.YES_NO: Editor(_yes_no_lines, _yes_no_fields, _yes_no_sent),
    Shape.TEXT: Editor(_text_lines, _text_fields, _text_sent),
    Shape.LINES: Editor(_list_lines, _list_fields, _list_sent),
    Shape.CHOICES: Editor(_choice_lines, _choice_fields, _choices_sent),
    Shape.BANKS: Editor(_choice_lines, _choice_fields, _choices_sent),
    Shape.MATERIALS: Editor(_material_lines, _material_fields, _materials_sent),
    Shape.DAYS_OFF: Editor(_days_off_lines, _days_off_fields, _days_off_sent),
}
