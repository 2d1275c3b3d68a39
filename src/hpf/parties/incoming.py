"""Rows from Python as a table in SQL, one array per column: the same statement serves 1 row and 10,000.

Each column is written out once, by itself, however many statements read it: the driver looks at every element of a list
each time, which for a thousand openings costs more than the database does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Incoming:
    """Columns of equal length, each with its PostgreSQL type; `table()` names the columns a statement wants."""

    def __init__(self, columns: Mapping[str, tuple[str, Sequence[Any]]]) -> None:
        """Take `{name: (type, values)}`."""
        self._types = {name: kind for name, (kind, _) in columns.items()}
        self.params: dict[str, str] = {name: _array(values) for name, (_, values) in columns.items()}

    def add(self, name: str, kind: str, values: Sequence[Any]) -> None:
        """One more column of the same length, known only after an earlier statement."""
        self._types[name] = kind
        self.params[name] = _array(values)

    def table(self, *names: str) -> str:
        """A FROM item called `i` with these columns and `place`, the row's position from 1; parameters: `params`."""
        arrays = ", ".join(f"%({name})s::{self._types[name]}[]" for name in names)
        return f"unnest({arrays}) WITH ORDINALITY AS i({', '.join(names)}, place)"


def _array(values: Sequence[Any]) -> str:
    """A PostgreSQL array of these values as it is written; None is NULL."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
