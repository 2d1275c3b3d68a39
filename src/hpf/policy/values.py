"""Plain YAML values turned into the types that the attributes of the book promise; anything else is refused at load."""

import dataclasses
import enum
import string
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any

from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate

_SPANS = ("seconds", "minutes", "hours", "days")
_UNITS: Mapping[type, tuple[str, ...]] = {Money: ("yuan",), Rate: ("percent",), timedelta: _SPANS}
_READERS: Mapping[type, tuple[tuple[type, ...], Callable[[Any], Any]]] = {
    int: ((int,), int),
    bool: ((bool,), bool),
    str: ((str,), str),
    date: ((date, str), lambda day: date.fromisoformat(day) if isinstance(day, str) else day),  # JSON has no days
    time: ((str,), time.fromisoformat),  # unquoted, YAML 1.1 reads 17:00 as the number 1020
    Money: ((int, str), Money.of_yuan),
    Rate: ((int, str), lambda percent: Rate.parse(str(percent))),
    Month: ((str,), Month.parse),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Slots:
    """Marks a text: the placeholders it may use, so that an amended wording cannot fail when it is shown."""

    names: frozenset[str]

    @classmethod
    def of(cls, *names: str) -> "Slots":
        """The placeholders by name."""
        return cls(frozenset(names))


def convert(hint: Any, raw: Any, unit: str) -> Any:
    """`raw` as the type `hint`. Raises ValueError saying what was expected.

    `hint` is int, bool, str, date, time, timedelta, Money, Rate, Month, an Enum, a dataclass of these, tuple[X, ...],
    X | None, or Annotated[str, Slots]. `unit` is the leaf's: yuan for Money, percent for Rate, a span for timedelta.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _with_slots(convert(arguments[0], raw, unit), arguments[1])
    if origin in (typing.Union, types.UnionType):
        return None if raw is None else convert(arguments[0], raw, unit)
    if origin is tuple:
        if not isinstance(raw, list):
            raise ValueError(f"a list is expected, not {raw!r}")
        return tuple(convert(arguments[0], element, unit) for element in raw)
    if unit not in _UNITS.get(hint, (unit,)):
        raise ValueError(f"the unit has to be one of {_UNITS[hint]}, not {unit!r}")
    if dataclasses.is_dataclass(hint) and hint not in (Money, Rate, Month):
        return _record(hint, raw, unit)
    return _scalar(hint, raw, unit)


def _scalar(hint: Any, raw: Any, unit: str) -> Any:
    if hint is timedelta and type(raw) is int:
        return timedelta(**{unit: raw})
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint(raw)
    accepted, read = _READERS.get(hint, ((), None))
    if read is None or type(raw) not in accepted:  # type(), because True is an int and a datetime is a date
        raise ValueError(f"{hint.__name__} is expected, not {type(raw).__name__} {raw!r}")
    return read(raw)


def _record(hint: Any, raw: Any, unit: str) -> Any:
    fields = {field.name: field for field in dataclasses.fields(hint)}
    needed = {name for name, field in fields.items() if field.default is dataclasses.MISSING}
    if not isinstance(raw, dict) or not needed <= set(raw) <= set(fields):
        raise ValueError(f"{hint.__name__} is expected with {sorted(needed)} of {list(fields)}, not {raw!r}")
    hints = typing.get_type_hints(hint, include_extras=True)
    return hint(**{name: convert(hints[name], value, unit) for name, value in raw.items()})


def _with_slots(text: str, slots: Slots) -> str:
    used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    if not used <= slots.names:
        raise ValueError(f"placeholders {sorted(used - slots.names)} are not among {sorted(slots.names)}")
    return text
