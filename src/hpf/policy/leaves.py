"""Packs as they lie in the folder: YAML files of dated leaves, read once and strictly.

A leaf is one number, list or text: `{unit, source, checked_on, values: {first day of force: value}}`, optionally
`assumption: true` (not stated by law or manual) and `until` (last day the last value is known to hold). Everything else
in a file is an error that names the file, because a typo in a policy is a wrong amount.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

_REQUIRED = {"unit", "source", "checked_on", "values"}
_OPTIONAL = {"assumption", "until"}


class PolicyError(Exception):
    """A pack that cannot be used: the message names file and leaf and says what to put right."""


class PolicyGap(LookupError):
    """No value on that day. Never answered with the last known one (house rule); `detail` may say more, in Chinese."""

    def __init__(self, parameter: str, centre: str, day: date, asker: str, detail: str = "") -> None:
        """Keep parameter, centre, day and asker for the log and for whoever has to fill the gap."""
        super().__init__(
            f"no value of {parameter} for {centre} on {day}, asked by {asker}" + f" ({detail})" * bool(detail)
        )
        self.parameter, self.centre, self.day, self.asker, self.detail = parameter, centre, day, asker, detail


@dataclass(frozen=True, slots=True)
class Leaf:
    """One dated parameter. `values` are pairs of first day of force and value, earliest first."""

    name: str
    file: Path
    unit: str
    source: str
    checked_on: date
    assumption: bool
    until: date | None
    values: tuple[tuple[date, Any], ...]

    def on(self, day: date) -> Any:
        """The value in force on `day`. Raises LookupError before the first and after `until`."""
        if self.until is None or day <= self.until:
            for first_day, value in reversed(self.values):
                if first_day <= day:
                    return value
        raise LookupError(f"{self.name} has no value on {day}")

    def wrong(self, why: str) -> PolicyError:
        """The error that says what is wrong with this leaf."""
        return PolicyError(f"{self.file}: {self.name}: {why}")


def read_folder(folder: Path) -> Iterator[Leaf]:
    """Every leaf of every YAML file in `folder`, by file name. Raises PolicyError for what is not as described above.

    A mapping of leaves is a group: its leaves are named `group.key`.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise PolicyError(f"{folder}: no pack here; a centre is a folder of YAML files")
    for file in files:
        for name, node in _read_file(file).items():
            if _is_group(node):
                yield from (_leaf(file, f"{name}.{key}", part) for key, part in node.items())
            else:
                yield _leaf(file, name, node)


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader that refuses duplicate keys instead of keeping the last."""


def _strict_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if key in mapping:
            raise PolicyError(f"{key_node.start_mark.name}: line {key_node.start_mark.line + 1}: {key!r} stands twice")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _strict_mapping)


def _read_file(file: Path) -> Mapping[str, Any]:
    with file.open("rb") as stream:
        try:
            content = yaml.load(stream, _StrictLoader)
        except yaml.YAMLError as error:
            raise PolicyError(f"{file}: not YAML: {error}") from error
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise PolicyError(f"{file}: a pack file is a mapping from parameter names to leaves")
    return content


def _is_group(node: Any) -> bool:
    return isinstance(node, dict) and bool(node) and all(isinstance(part, dict) and part for part in node.values())


def _leaf(file: Path, name: str, node: Any) -> Leaf:
    keys = set(node) if isinstance(node, dict) else set()
    if not keys >= _REQUIRED or not keys <= _REQUIRED | _OPTIONAL:
        missing, unknown = sorted(_REQUIRED - keys), sorted(map(str, keys - _REQUIRED - _OPTIONAL))
        raise PolicyError(f"{file}: {name}: missing keys {missing}, unknown keys {unknown}")
    dated = node["values"]
    if not isinstance(dated, dict) or not dated or not all(type(day) is date for day in dated):
        raise PolicyError(f"{file}: {name}: values are a mapping from the first day of force (2026-07-01) to a value")
    until = node.get("until")
    if not (until is None or type(until) is date) or type(node["checked_on"]) is not date:
        raise PolicyError(f"{file}: {name}: until and checked_on are days (2026-07-01)")
    if until is not None and until < max(dated) - timedelta(days=1):
        raise PolicyError(f"{file}: {name}: until {until} lies before the last value's first day")
    if not all(isinstance(node[key], str) and node[key] for key in ("unit", "source")):
        raise PolicyError(f"{file}: {name}: unit and source are texts")
    assumption = node.get("assumption", False)
    if not isinstance(assumption, bool):
        raise PolicyError(f"{file}: {name}: assumption is true or absent")
    values = tuple(sorted(dated.items()))
    return Leaf(name, file, node["unit"], node["source"], node["checked_on"], assumption, until, values)
