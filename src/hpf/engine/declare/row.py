"""A line of an item: parsing a line of texts into values or into its refusals, all of them at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from hpf.engine.declare.fields import FieldMark, FieldRules, FieldSpec
from hpf.kernel.money import Money
from hpf.kernel.refusal import Refusal, Refused, Remedy
from hpf.kernel.text import clean


class Row(BaseModel):
    """Base of every item's row. Unknown keys are refused: a changed hidden field must not slip through."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_means_absent(cls, raw: object) -> object:
        if not isinstance(raw, Mapping):
            return raw
        return {key: value for key, value in raw.items() if value is not None and not _is_empty(str(value))}

    def stored(self) -> dict[str, str]:
        """The row as texts that `parse` reads back: what drafts and cases keep."""
        return {key: _text(value) for key, value in self if value is not None}


def once_per(key: str, refusal: Refusal) -> Callable[[Sequence[Any]], Iterator[tuple[int, Refused]]]:
    """An item's `check_all` for lists in which the field `key` may stand once: lines after the first are refused."""

    def check_all(rows: Sequence[Any]) -> Iterator[tuple[int, Refused]]:
        seen: set[str] = set()
        for index, row in enumerate(rows):
            value = getattr(row, key)
            if value in seen:
                yield index, refusal.refuse(value=value)
            seen.add(value)

    return check_all


def _is_empty(text: str) -> bool:
    return not text[:1].isalnum() and clean(text) == ""


def _text(value: object) -> str:
    return value.plain if isinstance(value, Money) else str(getattr(value, "value", value))


def fields_of(row: type[Row]) -> tuple[FieldSpec, ...]:
    """The declared fields in their order."""
    specs = []
    for key, info in row.model_fields.items():
        extra: Any = info.json_schema_extra
        mark = next((m for m in info.metadata if isinstance(m, FieldMark)), None) or _nested_mark(info.annotation)
        if mark is None or not isinstance(extra, dict):
            raise TypeError(f"{row.__module__}.{key}: a field is declared with a type of fields.py and ask(…)")
        specs.append(FieldSpec(key=key, kind=mark.kind, mark=mark, **extra))
    return tuple(specs)


def _nested_mark(annotation: Any) -> FieldMark | None:
    """The mark inside `Phone | None`, where pydantic leaves it on the member of the union."""
    for member in getattr(annotation, "__args__", ()):
        for extra in getattr(member, "__metadata__", ()):
            if isinstance(extra, FieldMark):
                return extra
    return None


R = TypeVar("R", bound=Row)


def parse(row: type[R], raw: Mapping[str, Any], rules: FieldRules) -> R | tuple[Refused, ...]:
    """One line of texts becomes a row, or every refusal of its fields, in the order of the fields."""
    try:
        return row.model_validate(raw, context=rules)
    except ValidationError as error:
        return tuple(_refused(row, raw, detail) for detail in error.errors(include_url=False))


def _refused(row: type[Row], raw: Mapping[str, Any], detail: Any) -> Refused:
    key = str(detail["loc"][0]) if detail["loc"] else ""
    info = row.model_fields.get(key)
    label = (info.title if info else None) or key
    value = clean(str(raw.get(key, "") or ""))
    if detail["type"] == "missing":
        return Refused("required", f"{label}不能为空", key, "", f"请填写{label}", Remedy.CORRECT)
    if detail["type"] == "extra_forbidden":
        return Refused("unknown_field", f"不认识的栏目“{key}”", key, value, "请刷新页面后重新填写", Remedy.CORRECT)
    context = detail.get("ctx", {})
    hint, remedy = context.get("hint", ""), Remedy(context.get("remedy", Remedy.CORRECT.value))
    text = str(detail["msg"])
    if text.startswith(("应", "最多", "金额")):
        text = f"{label}{text}"
    return Refused(detail["type"], text, key, value, hint, remedy)
