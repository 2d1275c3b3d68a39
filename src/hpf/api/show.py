"""Values of the house as the API writes them: money in yuan as text, months as 2026-11, numbers of persons masked
unless the token may see them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from hpf.api import shapes
from hpf.api.problems import error_of
from hpf.engine.declare import Column, ColumnKind, FieldKind, Item, Shown, fields_of
from hpf.engine.execute.judge import Verdict
from hpf.engine.facts import Case, CaseRow, CaseState, RowState
from hpf.engine.sources import Record
from hpf.kernel.identity import IdNumber, IdType
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.names import mask_phone
from hpf.kernel.refusal import Refused
from hpf.policy.book import Rules


def _mask_id(text: str) -> str:
    return IdNumber(IdType.RESIDENT, text).masked()


_MASKS: Mapping[Enum, Callable[[str], str]] = {
    ColumnKind.ID_NUMBER: _mask_id,
    FieldKind.ID_NUMBER: _mask_id,
    ColumnKind.PHONE: mask_phone,
    FieldKind.PHONE: mask_phone,
}


def masked(kind: Enum, text: str, whole: bool) -> str:
    """A text of a column or field of this kind, as this caller may see it."""
    mask = _MASKS.get(kind)
    return text if whole or mask is None or not text else mask(text)


def cell(value: object) -> shapes.CellOut:
    """A value of a listing."""
    if value is None or (isinstance(value, bool | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Money):
        return value.plain
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def columns(listed: Iterable[Column | Shown]) -> list[shapes.ColumnOut]:
    """Columns of a listing, or those that the system works out."""
    return [shapes.ColumnOut(key=c.key, label=c.label, kind=c.kind.value, totalled=c.totalled) for c in listed]


def record(listed: Sequence[Column], found: Record, whole: bool) -> shapes.RecordOut:
    """A record with the cells of the listing's columns."""
    cells: dict[str, shapes.CellOut] = {}
    for column in listed:
        value = cell(found.cells.get(column.key))
        cells[column.key] = masked(column.kind, value, whole) if isinstance(value, str) else value
    return shapes.RecordOut(key=found.key, cells=cells, marked=found.marked)


def verdict(found: Verdict) -> shapes.VerdictOut:
    """A verdict; the values it names are those the caller sent."""
    no = found.line.no
    return shapes.VerdictOut(
        row=no,
        passes=found.passes,
        worked=found.stored_worked(),
        referral=_error(found.referral, no) if found.referral else None,
        errors=[_error(refused, no) for refused in found.refused],
    )


def _error(refused: Refused, row: int) -> shapes.ErrorOut:
    return shapes.ErrorOut(**error_of(refused, row))


def case(found: Case, account_nos: Mapping[int, str], book: Rules) -> shapes.CaseOut:
    """A case; `account_nos` are the account numbers by id."""
    return shapes.CaseOut(**_case_fields(found, account_nos, book))


def case_detail(
    found: Case,
    account_nos: Mapping[int, str],
    book: Rules,
    order: shapes.OrderOut | None,
    events: list[shapes.EventOut],
) -> shapes.CaseDetailOut:
    """A case with what belongs to it."""
    return shapes.CaseDetailOut(**_case_fields(found, account_nos, book), order=order, events=events)


def _case_fields(found: Case, account_nos: Mapping[int, str], book: Rules) -> dict[str, Any]:
    waits = found.state is CaseState.QUEUED
    return {
        "no": found.no,
        "item": found.item_code,
        "employer_account": account_nos.get(found.employer_account_id, ""),
        "state": found.state.value,
        "state_label": found.state.label,
        "is_final": found.state.is_final,
        "channel": found.channel,
        "declared_by": found.declared_by,
        "declared_at": found.declared_at,
        "declared_month": str(found.declared_month),
        "needs_check": found.needs_check,
        "checked_by": found.checked_by,
        "checked_at": found.checked_at,
        "processed_at": found.processed_at,
        "processed_month": _month(found.processed_month),
        "expected_at": book.calendar.expected_processing(found.declared_at) if waits else None,
        "total": found.total,
        "succeeded": found.succeeded,
        "failed": found.failed,
        "pending": found.pending,
        "referred": found.referred,
        "amount": Money(found.amount_fen).plain,
    }


def _month(month: Month | None) -> str | None:
    return None if month is None else str(month)


def case_row(item: Item[Any, Any, Any], found: CaseRow, whole: bool) -> shapes.CaseRowOut:
    """A row of a case of this item."""
    kinds = {spec.key: spec.kind for spec in fields_of(item.row)}
    shown = found.refused if found.state is not RowState.SUCCEEDED else ()
    errors = []
    for refused in shown:
        told = error_of(refused, found.row_no)
        if told["value"] and told["field"] in kinds:
            told["value"] = masked(kinds[told["field"]], told["value"], whole)
        errors.append(shapes.ErrorOut(**told))
    return shapes.CaseRowOut(
        row=found.row_no,
        state=found.state.value,
        state_label=found.state.label,
        data={key: masked(kinds.get(key, FieldKind.TEXT), str(value), whole) for key, value in found.data.items()},
        worked={key: str(value) for key, value in found.worked.items()},
        errors=errors,
        result={key: str(value) for key, value in found.result.items()},
        portion=found.portion,
        processed_at=found.processed_at,
        processed_month=_month(found.processed_month),
    )
