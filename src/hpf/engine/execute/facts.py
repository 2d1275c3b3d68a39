"""The one table that binds the names of facts to bulk readers. All rows in, one fact per row out, queries fixed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpf.dues import readers as dues
from hpf.engine import readers as engine
from hpf.engine.declare import Fact, Item, ItemRules
from hpf.parties import readers as parties
from hpf.parties.facts import EmployerAccountFacts, IdKey


@dataclass(frozen=True, slots=True)
class Judging:
    """Whose rows are judged, under which rules. `case_id` is set when rows of a submitted case are executed."""

    item: Item[Any, Any, Any]
    applicant: EmployerAccountFacts
    rules: ItemRules
    case_id: int | None = None


Reader = Callable[[Judging, Sequence[Any]], Sequence[Any]]


def _applicant(judging: Judging, rows: Sequence[Any]) -> Sequence[Any]:
    return [judging.applicant] * len(rows)


def _standing(judging: Judging, rows: Sequence[Any]) -> Sequence[Any]:
    keys = [IdKey(row.id_type, row.id_no) for row in rows]
    return parties.standings(judging.applicant.id, judging.applicant.fund, keys)


def _in_process_here(judging: Judging, rows: Sequence[Any]) -> Sequence[Any]:
    waiting = engine.ids_in_process(judging.item.code, judging.applicant.id, judging.case_id)
    return [row.id_no in waiting for row in rows]


def _paid_until(judging: Judging, rows: Sequence[Any]) -> Sequence[Any]:
    return [dues.paid_until(judging.applicant.id)] * len(rows)


def _due(judging: Judging, rows: Sequence[Any]) -> Sequence[Any]:
    return dues.dues_by_codes([row.due_code for row in rows], judging.applicant.id)


def _latest_voucher(judging: Judging, rows: Sequence[Any]) -> Sequence[Any]:
    asked = {(row.kind, row.month) for row in rows}
    found = {(kind, month): dues.latest_voucher(judging.applicant.id, month, [kind]) for kind, month in asked}
    return [found[row.kind, row.month] for row in rows]


READERS: Mapping[Fact, Reader] = {
    Fact.APPLICANT: _applicant,
    Fact.STANDING: _standing,
    Fact.IN_PROCESS_HERE: _in_process_here,
    Fact.PAID_UNTIL: _paid_until,
    Fact.DUE: _due,
    Fact.LATEST_VOUCHER: _latest_voucher,
}


def read_fact(fact: Fact, judging: Judging, rows: Sequence[Any]) -> Sequence[Any]:
    """The fact of each row, in the order of the rows."""
    return READERS[fact](judging, rows)
