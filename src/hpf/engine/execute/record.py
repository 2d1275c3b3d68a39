"""Taking up the pending rows of a case and recording their outcomes, each in one statement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from hpf.engine import models
from hpf.engine.facts import RowState
from hpf.kernel.clock import TZ
from hpf.kernel.month import Month
from hpf.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one row. A referred row keeps its referral in `refused` until a person has decided.

    `worked` None leaves what was worked out before: a person who refuses does not compute.
    """

    row_no: int
    state: RowState
    worked: Mapping[str, Any] | None
    refused: tuple[Refused, ...]
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row without a final result."""

    row_no: int
    data: Mapping[str, Any]


def year_of(case: models.Case) -> int:
    """The partition of a case's rows: the year of declaration on the centre's wall clock."""
    return case.declared_at.astimezone(TZ).year


def take_pending(case: models.Case, limit: int | None, row_nos: Sequence[int] | None) -> list[PendingRow]:
    """Rows without a result in the order of id numbers, at most `limit`; with `row_nos` those of them that are
    referred.
    """
    found = models.CaseRow.objects.filter(year=year_of(case), case_id=case.id)
    if row_nos is None:
        found = found.filter(state=RowState.PENDING.value)
    else:
        found = found.filter(state=RowState.REFERRED.value, row_no__in=row_nos)
    rows = found.order_by("id_no", "row_no").values_list("row_no", "data")[:limit]
    return [PendingRow(row_no, data) for row_no, data in rows]


def record_outcomes(
    case: models.Case, outcomes: Sequence[Outcome], now: datetime, month: Month, portion: int, policy_version: int
) -> None:
    """Writes one outcome per row, with the version of the rules it was judged by, and the counts of the case, in the
    caller's transaction. `case` is locked by the caller.
    """
    final = [o for o in outcomes if o.state is not RowState.REFERRED]
    succeeded = sum(o.state is RowState.SUCCEEDED for o in outcomes)
    sql = """
        UPDATE engine_case_row r
           SET state = o.state, worked = coalesce(o.worked, r.worked), refused = o.refused, result = o.result,
               portion = CASE WHEN o.state = 'succeeded' THEN %s END,
               processed_at = CASE WHEN o.state <> 'referred' THEN %s::timestamptz END,
               processed_month = CASE WHEN o.state = 'succeeded' THEN %s::int END, policy_version = %s
          FROM json_to_recordset(%s) AS o(row_no int, state text, worked jsonb, refused jsonb, result jsonb)
         WHERE r.year = %s AND r.case_id = %s AND r.row_no = o.row_no
    """
    recorded = [
        {
            "row_no": o.row_no,
            "state": o.state.value,
            "worked": o.worked,
            "refused": [r.to_json() for r in o.refused],
            "result": o.result,
        }
        for o in outcomes
    ]
    with connection.cursor() as cursor:
        texts = json.dumps(recorded, ensure_ascii=False)  # one text: the elements of an array would be escaped again
        cursor.execute(sql, [portion, now, int(month), policy_version, texts, year_of(case), case.id])
        cursor.execute(
            "SELECT count(*) FROM engine_case_row WHERE year = %s AND case_id = %s AND state = 'referred'",
            [year_of(case), case.id],
        )
        referred = cursor.fetchone()[0]
    case.succeeded += succeeded
    case.failed += len(final) - succeeded
    case.referred = referred
    if succeeded:
        case.portions = portion
        case.processed_month = int(month)
    if final:
        case.processed_at = now
    case.save(update_fields=["succeeded", "failed", "referred", "portions", "processed_month", "processed_at"])
