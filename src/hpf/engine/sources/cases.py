"""Listings about cases: summary records of an item, and the rows behind a count (HZ-2.4.2)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from hpf.access.actor import Channel
from hpf.engine import listings, readers
from hpf.engine.facts import Case, CaseRow, CaseState, RowState
from hpf.engine.sources.asking import ActionKind, Asking, Bound, Choices, Record, day_in, month_in, one_of
from hpf.kernel.identity import IdType
from hpf.kernel.money import Money
from hpf.kernel.paging import Page
from hpf.notices.facts import TextState, opening_subject
from hpf.notices.readers import texts_about

_ROWS_AT_ONCE = 2_000


def _cases(asking: Asking, page: object) -> Page[Record]:
    month = month_in(asking, "month", "业务年月") or asking.rules.month
    found = listings.cases_of_item(asking.applicant.id, asking.item_code, month, page)
    totals = {**found.totals, "amount": Money(found.totals["amount_fen"])}
    return Page([_case_record(case) for case in found.items], found.total, found.number, found.size, totals)


def _every(pages: Callable[[Asking, object], Page[Record]]) -> Callable[[Asking], Iterator[Record]]:
    def every(asking: Asking) -> Iterator[Record]:
        number = 1
        while True:
            page = pages(asking, number)
            yield from page.items
            if not page.has_next:
                return
            number += 1

    return every


def _case_record(case: Case) -> Record:
    online = case.channel == Channel.ONLINE.value
    late = case.processed_at is not None and case.processed_at.date() != case.declared_at.date()
    counts = {key: key for key in ("total", "succeeded", "failed", "pending")}
    return Record(
        key=case.no,
        cells={
            "no": case.no,
            "declared_at": case.declared_at,
            "declared_month": case.declared_month,
            "processed_month": case.processed_month,
            "channel": Channel(case.channel).label,
            "declared_by": case.declared_by,
            "total": case.total,
            "succeeded": case.succeeded,
            "failed": case.failed,
            "pending": case.pending,
            "amount": Money(case.amount_fen),
            "processed_at": case.processed_at if case.pending == 0 else None,
        },
        marked=case.waited_for_batch or late or case.referred > 0,
        actions=(ActionKind.CASE_VOUCHER,) if online and case.succeeded else (),
        counts=counts,
    )


_STATES = (
    CaseState.AWAITING_REVIEW,
    CaseState.ACCEPTED,
    CaseState.CONCLUDED,
    CaseState.RETURNED,
    CaseState.CANCELLED,
    CaseState.FAILED,
)
"""The states an application can be in, in the order in which it comes to them."""


def _records(asking: Asking, page: object) -> Page[Record]:
    found = listings.cases_of_employer(
        asking.applicant.employer_id,
        employer_account_id=asking.applicant.id,
        state=one_of(CaseState, asking, "state", "业务状态"),
        item_code=asking.item_code,
        since=day_in(asking, "since", "办理日期起"),
        until=day_in(asking, "until", "办理日期止"),
        text=asking.query.get("no", "").strip(),
        page=page,
    )
    told = listings.applications(found.items)
    totals = {"total": found.totals["total"], "amount": Money(found.totals["amount_fen"])}
    records = [_application(case, told[case.id]) for case in found.items]
    return Page(records, found.total, found.number, found.size, totals)


def _application(case: Case, told: listings.Application) -> Record:
    first, last = told.first_month, told.last_month
    actions = {CaseState.AWAITING_REVIEW: (ActionKind.CANCEL_CASE,), CaseState.RETURNED: (ActionKind.CORRECT_CASE,)}
    return Record(
        key=case.no,
        cells={
            "no": case.no,
            "declared_on": case.declared_at,
            "effective_month": first if first == last else f"{first} 至 {last}",
            "total": case.total,
            "amount": Money(case.amount_fen),
            "state": case.state.label,
            "reviewed_on": told.reviewed_at,
            "concluded_on": case.processed_at if case.state is CaseState.CONCLUDED else None,
            "reason": case.result.get("return_reason", ""),
            "declared_by": case.declared_by,
        },
        actions=actions.get(case.state, ()),
        counts={"total": "total"},
    )


def _record_choices(asking: Asking) -> Choices:
    return {"state": [(state.value, state.label) for state in _STATES]}


def _rows(asking: Asking, page: object) -> Page[Record]:
    case = _own_case(asking)
    found = listings.rows_of_case(case, asking.query.get("behind", "total"), page=page)
    return Page(_row_records(case, found.items), found.total, found.number, found.size)


def _every_row(asking: Asking) -> Iterator[Record]:
    case = _own_case(asking)
    rows = listings.every_row_of_case(case, asking.query.get("behind", "total"))
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        yield from _row_records(case, some)


def _own_case(asking: Asking) -> Case:
    case = readers.case(asking.key, asking.applicant.employer_id)
    if case.employer_account_id != asking.applicant.id or case.item_code != asking.item_code:
        raise readers.NoSuchCase(asking.key)
    return case


def _row_records(case: Case, rows: Sequence[CaseRow]) -> list[Record]:
    """Rows as records; what became of the messages to their people is asked for all at once."""
    told = texts_about([opening_subject(case.id, row.row_no) for row in rows if row.result.get("sms")])
    return [_row_record(case, row, told.get(opening_subject(case.id, row.row_no))) for row in rows]


def _subscription(row: CaseRow, told: tuple[TextState, str] | None) -> str:
    """短信订阅结果: as the gateway reported on the first message; without one, what was decided (HZ-2.4.2-09)."""
    if told is None:
        return str(row.result.get("sms", ""))
    state, reason = told
    if state is TextState.DELIVERED:
        return "订阅成功"
    return f"订阅失败：{reason or state.label}" if state.can_be_resent else "订阅中，等待短信网关回执"


def _row_record(case: Case, row: CaseRow, told: tuple[TextState, str] | None) -> Record:
    crossed = row.processed_month is not None and row.processed_month != case.declared_month
    worked = {key: _amount(value) for key, value in row.worked.items()}
    return Record(
        key=str(row.row_no),
        cells={
            **worked,
            "row_no": row.row_no,
            "customer_no": row.result.get("customer_no", ""),
            "name": row.data.get("name", ""),
            "id_type": IdType(row.data["id_type"]).label if row.data.get("id_type") else "",
            "id_no": row.id_no,
            "wage": _amount(row.data.get("wage", "")),
            "state": row.state.label,
            "processed_at": row.processed_at,
            "processed_month": row.processed_month,
            "portion": row.portion,
            "phone": row.data.get("phone", ""),
            "sms": _subscription(row, told),
            "reasons": "；".join(r.text for r in row.refused) if row.state is not RowState.SUCCEEDED else "",
            "advice": f"请办理{case.declared_month}漏缴补缴" if crossed else "",
        },
        marked=crossed,
    )


def _amount(text: str) -> Any:
    """A stored amount as Money, any other stored text as it is."""
    try:
        return Money.parse(text) if "." in text else text
    except ValueError:
        return text


CASES = Bound(_cases, _every(_cases))
RECORDS = Bound(_records, _every(_records), _record_choices)
ROWS = Bound(_rows, _every_row)
