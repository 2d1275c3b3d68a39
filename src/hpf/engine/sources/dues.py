"""Listings about money: what is owed, the people behind it, what can be paid, the orders (HZ-2.8.1.5, -2.8.2)."""

from collections.abc import Iterator, Sequence

from hpf.dues import listings, readers
from hpf.dues.facts import Due, DueKind, DueLine, FundsFilter, Order, OrderFilter, OrderState, SettlementState
from hpf.engine.sources.asking import (
    ActionKind,
    Asking,
    BadCondition,
    Bound,
    Choices,
    Record,
    day_in,
    one_of,
    page_number,
)
from hpf.kernel.month import Month
from hpf.kernel.paging import Page


def _contribution_years(asking: Asking) -> Sequence[tuple[str, str]]:
    """The contribution years that can have dues, the latest first, as (first calendar year, words)."""
    latest = asking.rules.book.calendar.contribution_year(asking.rules.month)
    return [(str(year), f"{year}年度（{year}年7月至{year + 1}年6月）") for year in range(latest, latest - 5, -1)]


def _year(asking: Asking) -> tuple[Month, Month] | None:
    text = asking.query.get("year", "").strip()
    if not text:
        return None
    if text not in dict(_contribution_years(asking)):
        raise BadCondition(f"缴存年度“{text}”不在可选范围内，请重新选择")
    return asking.rules.book.calendar.contribution_year_months(int(text))


def _funds_filter(asking: Asking) -> FundsFilter:
    first, last = _year(asking) or (None, None)
    return FundsFilter(
        first,
        last,
        one_of(DueKind, asking, "kind", "缴存类型"),
        one_of(SettlementState, asking, "state", "结算状态"),
    )


def _funds(asking: Asking, page: object) -> Page[Record]:
    found = listings.funds([asking.applicant.id], _funds_filter(asking), number=page_number(page))
    return Page([_due_record(due, asking) for due in found.items], found.total, found.number, found.size, found.totals)


def _every_due(asking: Asking) -> Iterator[Record]:
    for due in listings.stream_funds([asking.applicant.id], _funds_filter(asking)):
        yield _due_record(due, asking)


def _funds_choices(asking: Asking) -> Choices:
    return {
        "year": _contribution_years(asking),
        "kind": [(kind.value, kind.label) for kind in DueKind],
        "state": [(state.value, state.label) for state in SettlementState],
    }


def _due_record(due: Due, asking: Asking) -> Record:
    actions = [ActionKind.DUE_VOUCHER] if due.printable else []
    if due.payable:
        actions.append(ActionKind.PAY_DUE)
    return Record(
        key=due.code,
        cells={
            "code": due.code,
            "fund": due.fund.label,
            "kind": due.kind.label,
            "month": due.month,
            "people": due.people,
            "amount": due.amount,
            "prepaid": due.prepaid,
            "cash": due.cash,
            "method": asking.rules.today.texts.deposit_method(due.method.value),
            "state": due.state.label,
            "credit": due.credit.label,
            "settled_on": due.settled_at,
            "credited_on": due.credited_at,
            "reason": due.reason,
            "remark": due.note,
            "note": due.note,
        },
        actions=tuple(actions),
    )


def _payable(asking: Asking, page: object) -> Page[Record]:
    latest = asking.rules.book.calendar.contribution_year(asking.rules.month)
    first, last = _year(asking) or asking.rules.book.calendar.contribution_year_months(latest)
    found = listings.payable([asking.applicant.id], first, last, number=page_number(page))
    return Page([_due_record(due, asking) for due in found.items], found.total, found.number, found.size, found.totals)


def _every_payable(asking: Asking) -> Iterator[Record]:
    yield from _payable(asking, 1).items


def _people(asking: Asking, page: object) -> Page[Record]:
    due = readers.due_by_code(asking.key, asking.applicant.id)
    found = listings.people_of_due(due, only_changed=_only_changed(asking), number=page_number(page))
    totals = {**found.totals, "total": found.totals["amount"]}
    return Page([_line_record(line) for line in found.items], found.total, found.number, found.size, totals)


def _every_person(asking: Asking) -> Iterator[Record]:
    due = readers.due_by_code(asking.key, asking.applicant.id)
    for line in listings.stream_people_of_due(due, only_changed=_only_changed(asking)):
        yield _line_record(line)


def _only_changed(asking: Asking) -> bool:
    return asking.query.get("changed", "") not in ("", "0")


def _line_record(line: DueLine) -> Record:
    return Record(
        key=f"{line.account_id}-{int(line.belongs_month)}",
        cells={
            "customer_no": line.customer_no,
            "name": line.name,
            "id_no": line.id_no,
            "month": line.belongs_month,
            "base": line.base,
            "employer_rate": line.employer_rate,
            "personal_rate": line.personal_rate,
            "employer_part": line.employer_part,
            "personal_part": line.personal_part,
            "total": line.amount,
            "change": line.change.label,
            "remark": line.note,
        },
    )


def _order_filter(asking: Asking) -> OrderFilter:
    return OrderFilter(
        day_in(asking, "since", "创建日期起"),
        day_in(asking, "until", "创建日期止"),
        one_of(OrderState, asking, "state", "订单结算状态"),
    )


def _orders(asking: Asking, page: object) -> Page[Record]:
    found = listings.orders([asking.applicant.id], _order_filter(asking), number=page_number(page))
    records = [_order_record(asking, order) for order in found.items]
    return Page(records, found.total, found.number, found.size, found.totals)


def _every_order(asking: Asking) -> Iterator[Record]:
    number = 1
    while True:
        page = _orders(asking, number)
        yield from page.items
        if not page.has_next:
            return
        number += 1


def _order_choices(asking: Asking) -> Choices:
    return {"state": [(state.value, state.label) for state in OrderState]}


def _order_record(asking: Asking, order: Order) -> Record:
    unpaid = order.state is OrderState.UNPAID
    banks = {bank.code: bank.name for bank in asking.rules.today.banks_corporate}
    return Record(
        key=order.no,
        cells={
            "no": order.no,
            "created_at": order.created_at,
            "fund": order.fund.label,
            "dues": order.dues,
            "amount": order.amount,
            "channel": order.channel.label if order.channel else "未选择",
            "bank": banks.get(order.bank, order.bank),
            "state": order.state.label,
            "paid_at": order.paid_at,
            "credit": "已入账" if order.state is OrderState.PAID else "未入账",
            "reason": order.reason,
        },
        actions=(ActionKind.PAY_ORDER, ActionKind.CANCEL_ORDER) if unpaid else (),
    )


FUNDS = Bound(_funds, _every_due, _funds_choices)
PAYABLE = Bound(_payable, _every_payable, _funds_choices)
PEOPLE = Bound(_people, _every_person)
ORDERS = Bound(_orders, _every_order, _order_choices)
