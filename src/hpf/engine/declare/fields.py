"""What a field of a row is: its label, its kind, how its text becomes a value.

A field is declared once, in the item's `Row`. The entry form, the grid, the workbook template and its import, the API
schema and the help read the same declaration. Texts are cleaned and judged here with the limits of the centre, which
arrive as pydantic's validation context (`FieldRules`); what depends on the register is the item's `check`.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from hpf.kernel.identity import IdType, check_id, normal_id
from hpf.kernel.labelled import Labelled
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.names import NameProblem, check_name, is_mobile, normal_name
from hpf.kernel.refusal import Remedy
from hpf.kernel.text import clean


class FieldKind(StrEnum):
    """How a field is entered, shown and written into a workbook."""

    TEXT = "text"
    NAME = "name"
    ID_NUMBER = "id_number"
    CHOICE = "choice"
    MONEY = "money"
    PHONE = "phone"
    MONTH = "month"
    DATE = "date"


class FieldRules(Protocol):
    """The limits of a centre that fields ask for (a part of `hpf.policy` day rules, plus the day itself)."""

    @property
    def day(self) -> date:
        """The day of declaration."""

    @property
    def name_max_chars(self) -> int:
        """Most characters of a name that can be taken online (HZ-2.4.1-22)."""

    @property
    def name_allows_dot_and_latin(self) -> bool:
        """Whether names with a middle dot or Latin letters can be taken online (HZ-2.4.1-23)."""

    @property
    def id_types_online(self) -> Sequence[IdType]:
        """The papers that can be used online (HZ-2.4.1-27)."""

    def code_list(self, name: str) -> Sequence[tuple[str, str]]:
        """A list of codes that law or centre keep, as (code, text) in the order shown."""


class YesNo(Labelled):
    """是 or 否."""

    YES = "Y", "是"
    NO = "N", "否"


Choices = Callable[[FieldRules], Sequence[tuple[str, str]]]
"""The choices of a closed list by the rules of a day, as (value, label)."""


@dataclass(frozen=True, slots=True)
class FieldMark:
    """Carried in a field's type: its kind and, for closed lists, the choices of the centre on that day."""

    kind: FieldKind
    choices: Choices | None = None


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A declared field, as everything that shows or reads it sees it.

    `width` is in characters of a Chinese grid column. `fixed_once_saved`: may not be edited in the list (HZ-2.4.1-37).
    """

    key: str
    label: str
    kind: FieldKind
    required: bool
    fixed_once_saved: bool = False
    width: int = 12
    note: str = ""
    default: str = ""
    mark: FieldMark = field(default_factory=lambda: FieldMark(FieldKind.TEXT))

    def choices(self, rules: FieldRules) -> tuple[tuple[str, str], ...]:
        """The choices as (value, label), in the order shown; empty for a field that is not a closed list."""
        return () if self.mark.choices is None else tuple(self.mark.choices(rules))


def ask(
    label: str,
    *,
    required: bool = True,
    fixed_once_saved: bool = False,
    width: int = 12,
    note: str = "",
    default: StrEnum | None = None,
) -> Any:
    """Declares a field of a row. `default` is what the entry form starts with and what an empty cell means."""
    extra: dict[str, Any] = {
        "label": label,
        "required": required,
        "fixed_once_saved": fixed_once_saved,
        "width": width,
        "note": note,
        "default": default.value if default is not None else "",
    }
    if required and default is None:
        return Field(json_schema_extra=extra, title=label)
    return Field(default=default, json_schema_extra=extra, title=label)


def problem(code: str, text: str, hint: str = "", remedy: Remedy = Remedy.CORRECT) -> PydanticCustomError:
    """A refusal of one field, in the form pydantic collects; `row.parse` turns it into a `Refused`."""
    context = {"text": text.replace("{", "(").replace("}", ")"), "hint": hint, "remedy": remedy.value}
    return PydanticCustomError(code, "{text}", context)


def _rules(info: ValidationInfo) -> FieldRules:
    if info.context is None:
        raise LookupError("a row is parsed with the centre's rules as context")
    rules: FieldRules = info.context
    return rules


def _label(member: StrEnum) -> str:
    return str(getattr(member, "label", member.value))


TYPING_HINT = "请先核对是否录入有误；确属无误的，请至中心柜面办理"


def _name(value: object, info: ValidationInfo) -> str:
    rules = _rules(info)
    text = normal_name(str(value))
    found = check_name(text, rules.name_max_chars, allow_dot_latin=rules.name_allows_dot_and_latin)
    if found is not None:
        code = "name_too_long" if found is NameProblem.TOO_LONG else "illegal_characters"
        raise problem(code, found.value, TYPING_HINT, Remedy.COUNTER)
    return text


def _id_number(value: object, info: ValidationInfo) -> str:
    number = normal_id(str(value))
    id_type = info.data.get("id_type")
    if not isinstance(id_type, IdType):
        return number  # the type itself was refused, and that is what the user has to mend first
    found = check_id(id_type, number, _rules(info).day)
    if found is not None:
        raise problem("id_number", "职工身份证格式错误", f"{found.value}。{TYPING_HINT}", Remedy.COUNTER)
    return number


_WRITTEN = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.(?P<part>[0-9]+))?")
"""An amount as people write it: Decimal alone would also take 1e4, 8_200 and digits of other scripts."""


def _money(value: object) -> Money:
    if isinstance(value, Money):
        return value
    text = clean(str(value))
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise problem("not_a_number", "应为数字，最多两位小数")
    amount = Decimal(text.replace(",", ""))
    if amount <= 0:
        raise problem("not_positive", "应大于0")
    if amount >= Decimal(10) ** 10:
        raise problem("too_large", "金额过大，请核对")
    if len((match["part"] or "").rstrip("0")) > 2:
        raise problem("too_many_decimals", "最多两位小数")
    return Money(int(amount * 100))


def _phone(value: object) -> str:
    text = clean(str(value)).replace(" ", "").replace("-", "")
    if not is_mobile(text):
        raise problem("phone", "应为11位手机号码")
    return text


def _month(value: object) -> Month:
    if isinstance(value, Month):
        return value
    try:
        return Month.parse(clean(str(value)))
    except ValueError:
        raise problem("month", "应为年月，如2026-11") from None


_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    match = _DATE.fullmatch(clean(str(value)))
    if match is not None:
        with suppress(ValueError):
            return date(*(int(part) for part in match.groups() if part))
    raise problem("date", "应为日期，如2026-11-02")


def _bank_account(value: object) -> str:
    text = clean(str(value)).replace(" ", "")
    if not re.fullmatch("[0-9]{8,32}", text):
        raise problem("bank_account", "应为8至32位数字")
    return text


C = TypeVar("C", bound=StrEnum)


def choice_of(kind: type[C], offered: Callable[[FieldRules], Sequence[C]] | None = None) -> Any:
    """The type of a closed-list field. Accepts the stored value and the label; `offered` narrows it by centre."""
    everything: Callable[[FieldRules], Sequence[C]] = offered or (lambda rules: tuple(kind))

    def parse(value: object, info: ValidationInfo) -> C:
        text = clean(str(value))
        for member in everything(_rules(info)):
            if text in (member.value, clean(_label(member))):
                return member
        raise _not_offered(choices(_rules(info)))

    def choices(rules: FieldRules) -> Sequence[tuple[str, str]]:
        return [(member.value, _label(member)) for member in everything(rules)]

    return Annotated[kind, FieldMark(FieldKind.CHOICE, choices), BeforeValidator(parse)]


def code_of(name: str) -> Any:
    """The type of a field that holds a code of the list `name` (`FieldRules.code_list`); takes the text, too."""

    def choices(rules: FieldRules) -> Sequence[tuple[str, str]]:
        return rules.code_list(name)

    def parse(value: object, info: ValidationInfo) -> str:
        text = clean(str(value))
        for code, label in choices(_rules(info)):
            if text in (code, clean(label)):
                return code
        raise _not_offered(choices(_rules(info)))

    return Annotated[str, FieldMark(FieldKind.CHOICE, choices), BeforeValidator(parse)]


def words(most: int) -> Any:
    """The type of a field of free text, at most `most` characters."""

    def parse(value: object) -> str:
        text = clean(str(value))
        if len(text) > most:
            raise problem("too_long", f"最多{most}个字")
        return text

    return Annotated[str, FieldMark(FieldKind.TEXT), BeforeValidator(parse)]


def _not_offered(choices: Sequence[tuple[str, str]]) -> PydanticCustomError:
    return problem("not_offered", f"应为下列之一：{'、'.join(label for _, label in choices)}")


def _id_types(rules: FieldRules) -> Sequence[IdType]:
    return rules.id_types_online


Name = Annotated[str, FieldMark(FieldKind.NAME), BeforeValidator(_name)]
IdNo = Annotated[str, FieldMark(FieldKind.ID_NUMBER), BeforeValidator(_id_number)]
OnlineIdType = choice_of(IdType, _id_types)
Amount = Annotated[Money, FieldMark(FieldKind.MONEY), BeforeValidator(_money)]
Phone = Annotated[str, FieldMark(FieldKind.PHONE), BeforeValidator(_phone)]
DateOf = Annotated[date, FieldMark(FieldKind.DATE), BeforeValidator(_date)]
BankAccount = Annotated[str, FieldMark(FieldKind.TEXT), BeforeValidator(_bank_account)]
MonthOf = Annotated[Month, FieldMark(FieldKind.MONTH), BeforeValidator(_month)]
Code = Annotated[str, FieldMark(FieldKind.TEXT), BeforeValidator(lambda value: clean(str(value)))]
