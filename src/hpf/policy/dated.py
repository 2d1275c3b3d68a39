"""The book of one centre and typed views of it: classes whose annotations are the parameters, filled from the leaves.

The annotation is the only declaration of a parameter. `Book.of` checks both directions: a leaf that no attribute asks
for is an error, and so is an attribute without a leaf. A value is looked up when it is asked for, so that a gap in one
parameter does not stop those who need another.
"""

import hashlib
import json
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hpf.policy.facts import Change
from hpf.policy.leaves import Leaf, PolicyError, PolicyGap
from hpf.policy.values import convert

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, eq=False, slots=True)
class Book:
    """All leaves of a centre by name, converted, and `plain` as they were read.

    `version` is the same wherever the same values were read and amended in the same way.
    """

    centre: str
    version: int
    leaves: Mapping[str, Leaf]
    plain: Mapping[str, Leaf]

    @classmethod
    def of(
        cls, centre: str, found: Sequence[Leaf], views: Iterable[type["Dated"]], history: Sequence[Change] = ()
    ) -> "Book":
        """The leaves `found`, typed by the annotations of `views`. Raises PolicyError naming file and leaf.

        `history` are the amendments that made them; they stand in `found` already.
        """
        hints = {name: hint for view in views for name, hint in parameters_of(view).items()}
        leaves: dict[str, Leaf] = {}
        for leaf in found:
            if leaf.name in leaves:
                raise leaf.wrong(f"stands already in {leaves[leaf.name].file}")
            leaves[leaf.name] = _converted(leaf, hints)
        told = {name.partition(".")[0] for name in leaves}
        for name in hints:
            if name not in told:
                raise PolicyError(f"{centre}: no leaf {name}; folders read: {sorted(_folders(leaves.values()))}")
        return cls(centre, _fingerprint(leaves, history), leaves, {leaf.name: leaf for leaf in found})

    def value(self, name: str, day: date, asker: str) -> Any:
        """The value of the leaf in force on `day`. Raises PolicyGap when there is none."""
        try:
            return self.leaves[name].on(day)
        except LookupError:
            raise PolicyGap(name, self.centre, day, asker) from None


class Keyed(Generic[T_co]):
    """A group of leaves of one kind, by key: `month.base_floor("city")`. Raises PolicyGap for a key without a value."""

    def __init__(self, book: Book, name: str, day: date, asker: str) -> None:
        """The group `name` of `book` on `day`."""
        self._book, self._name, self._day, self._asker = book, name, day, asker

    def __call__(self, key: str) -> T_co:
        """The value of that key."""
        value: T_co = self._book.value(f"{self._name}.{key}", self._day, self._asker)
        return value

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys there are, in the order of the file."""
        prefix = f"{self._name}."
        return tuple(name.removeprefix(prefix) for name in self._book.leaves if name.startswith(prefix))


class Dated:
    """Base of the typed views: the parameters in force on one day, each looked up at first use and then kept."""

    _book: Book
    _day: date
    _asker: str

    def __init__(self, book: Book, day: date, asker: str) -> None:
        """The view of `book` on `day`; `asker` is named in a PolicyGap."""
        self.__dict__.update(_book=book, _day=day, _asker=asker)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: views are shared."""
        raise AttributeError(f"{type(self).__name__} is read-only")

    if not TYPE_CHECKING:  # for the type checker the annotations are all there is

        def __getattr__(self, name):
            """The parameter `name`; raises PolicyGap without a value on the day, AttributeError for no parameter."""
            hint = parameters_of(type(self)).get(name)
            if hint is None:
                raise AttributeError(f"{type(self).__name__} has no parameter {name}")
            if _is_group(hint):
                found = Keyed(self._book, name, self._day, self._asker)
            else:
                found = self._book.value(name, self._day, self._asker)
            self.__dict__[name] = found
            return found


_HINTS: dict[type, dict[str, Any]] = {}


def parameters_of(view: type[Dated]) -> dict[str, Any]:
    """The parameters that `view` declares, with their types."""
    if view not in _HINTS:
        hints = typing.get_type_hints(view, include_extras=True)
        _HINTS[view] = {name: hint for name, hint in hints.items() if not name.startswith("_")}
    return _HINTS[view]


def _is_group(hint: Any) -> bool:
    return typing.get_origin(hint) is Keyed


def type_of(name: str, hints: Mapping[str, Any]) -> Any:
    """What the values of the leaf `name` are converted to, by the parameters `hints`; None for no parameter."""
    group, dot, _ = name.partition(".")
    hint = hints.get(group)
    if hint is None or _is_group(hint) != bool(dot):
        return None
    return typing.get_args(hint)[0] if dot else hint


def _converted(leaf: Leaf, hints: Mapping[str, Any]) -> Leaf:
    kind = type_of(leaf.name, hints)
    if kind is None:
        raise leaf.wrong("no part of the system asks for a leaf of this name")
    try:
        return replace(leaf, values=tuple((day, convert(kind, raw, leaf.unit)) for day, raw in leaf.values))
    except (ValueError, TypeError) as error:
        raise leaf.wrong(str(error)) from error


def _folders(leaves: Iterable[Leaf]) -> set[Path]:
    return {leaf.file.parent for leaf in leaves}


def _fingerprint(leaves: Mapping[str, Leaf], history: Sequence[Change]) -> int:
    """31 bits of a digest over names, values and validity: comments and sources may change without a new version.

    The history stands in it, too: a value that was changed and changed back is a third version, not the first.
    """
    told = "\n".join(f"{name} {leaves[name].values!r} {leaves[name].until}" for name in sorted(leaves))
    for change in history:
        told += f"\n{change.leaf} {change.first_day} {change.until} {json.dumps(change.value, sort_keys=True)}"
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:4]) >> 1
