"""Judging rows: read facts, check, decide, in memory. No locks, no writes.

Saving a row, importing a workbook, the confirmation page and a dry run all come here, and `execute` comes here again
under the lock of the employer account, so that there is one set of checks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hpf.engine.declare import Effect, Item, ItemRules, Row, facts_asked, parse
from hpf.engine.execute.facts import Judging, read_fact
from hpf.kernel.money import Money
from hpf.kernel.refusal import Refused, Remedy


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be judged: its number in the draft or case, and its texts."""

    no: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one line. `effects` are there only when nothing speaks against the line.

    `referral` leaves the line to a person of the centre; `refused` is final for this try, in order of precedence.
    """

    line: Line
    row: Row | None
    worked: Any
    refused: tuple[Refused, ...]
    referral: Refused | None
    effects: tuple[Effect, ...]

    @property
    def passes(self) -> bool:
        """Whether nothing speaks against the line."""
        return not self.refused and self.referral is None

    def stored_row(self) -> dict[str, Any]:
        """The texts to keep: normalised if the line could be read, as they came if not."""
        return (
            self.row.stored()
            if self.row is not None
            else {k: str(v) for k, v in self.line.data.items() if v is not None}
        )

    def stored_worked(self) -> dict[str, str]:
        """What the system worked out, as texts by key; money in yuan with two decimals."""
        names = getattr(self.worked, "__dataclass_fields__", ())  # `fields` would go through them anew for every line
        return {name: stored_text(getattr(self.worked, name)) for name in names}


def stored_text(value: object) -> str:
    """A worked-out value as text: money plain, closed lists by their label, the rest as it prints."""
    if isinstance(value, Money):
        return value.plain
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    return "" if value is None else str(value)


def judge(
    judging: Judging, lines: Sequence[Line], *, before: Sequence[Row] = (), approved: bool = False
) -> list[Verdict]:
    """A verdict per line, in the order of the lines, in a fixed number of queries.

    `before` are rows that stand in the same list already: rules about rows that depend on each other see them too.
    `approved`: a person of the centre has looked at these lines, so referrals no longer hold them back.
    """
    item, rules = judging.item, judging.rules
    parsed = [parse(item.row, line.data, rules) for line in lines]
    rows = [row for row in parsed if isinstance(row, Row)]
    facts = iter(_facts(judging, rows))
    together = _together(item, before, rows)
    verdicts, at = [], 0
    for line, row in zip(lines, parsed, strict=True):
        if isinstance(row, Row):
            verdicts.append(_verdict(item, rules, line, row, next(facts), together.get(at, ()), approved))
            at += 1
        else:
            verdicts.append(Verdict(line, None, None, row, None, ()))
    return verdicts


def _facts(judging: Judging, rows: Sequence[Row]) -> list[Any]:
    asked = facts_asked(judging.item.facts)
    columns = {name: read_fact(fact, judging, rows) for name, fact in asked.items()}
    return [judging.item.facts(**{name: column[i] for name, column in columns.items()}) for i in range(len(rows))]


def _together(item: Item[Any, Any, Any], before: Sequence[Row], rows: Sequence[Row]) -> dict[int, tuple[Refused, ...]]:
    found: dict[int, tuple[Refused, ...]] = {}
    if item.check_all is not None:
        for index, refused in item.check_all([*before, *rows]):
            at = index - len(before)
            found[at] = (*found.get(at, ()), refused)
    return found


def rows_of(judging: Judging, lines: Sequence[Line]) -> list[Row]:
    """The lines that can be read, as rows, without asking the register."""
    parsed = (parse(judging.item.row, line.data, judging.rules) for line in lines)
    return [row for row in parsed if isinstance(row, Row)]


def _verdict(
    item: Item[Any, Any, Any],
    rules: ItemRules,
    line: Line,
    row: Row,
    facts: Any,
    together: tuple[Refused, ...],
    approved: bool,
) -> Verdict:
    worked = item.work_out(row, facts, rules)
    found = (*item.check(row, facts, rules), *together)
    refused = tuple(r for r in found if r.remedy is not Remedy.REVIEW)
    referral = next((r for r in found if r.remedy is Remedy.REVIEW), None) if not approved else None
    effects = () if refused or referral else tuple(item.decide(row, worked, facts, rules))
    return Verdict(line, row, worked, refused, referral, effects)
