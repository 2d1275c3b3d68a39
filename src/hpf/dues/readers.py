"""Bulk reads of the room: each a fixed number of queries, however many keys are given."""

from collections.abc import Sequence
from datetime import datetime

from hpf.dues import rows
from hpf.dues.closing import last_closed_month
from hpf.dues.facts import (
    Card,
    Due,
    DueKind,
    LatestVoucher,
    MonthFigures,
    Order,
    Receipt,
    SlipFacts,
)
from hpf.kernel.clock import in_china
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger.readers import purses

__all__ = [
    "UnknownDue",
    "UnknownOrder",
    "card",
    "due",
    "due_by_code",
    "dues_by_codes",
    "dues_of_order",
    "last_closed_month",
    "latest_voucher",
    "month_figures",
    "order_by_no",
    "order_deadlines",
    "order_of_case",
    "orders_to_ask",
    "overdue_orders",
    "receipts_of_order",
    "slip_facts",
]

_COMPARE = """
SELECT count(*) FILTER (WHERE b.account_id IS NULL),
       coalesce(sum(a.fen) FILTER (WHERE b.account_id IS NULL), 0)::bigint,
       count(*) FILTER (WHERE a.account_id IS NULL),
       coalesce(sum(b.fen) FILTER (WHERE a.account_id IS NULL), 0)::bigint,
       count(*) FILTER (WHERE a.fen <> b.fen), coalesce(sum(a.fen - b.fen) FILTER (WHERE a.fen <> b.fen), 0)::bigint
  FROM (SELECT account_id, employer_fen + personal_fen AS fen FROM dues_due_line
         WHERE due_id = %(now)s AND made_month = %(month)s) a
  FULL JOIN (SELECT l.account_id, l.employer_fen + l.personal_fen AS fen
               FROM dues_due d JOIN dues_due_line l ON l.due_id = d.id
              WHERE d.kind = 'remittance' AND d.employer_account_id = %(account)s AND d.made_month = %(before)s
                AND l.made_month = %(before)s) b USING (account_id)
"""

_LATEST = """
 WHERE d.employer_account_id = %(account)s AND d.made_month = %(month)s AND d.state = 'settled'
   AND d.credited_at IS NOT NULL AND d.employer_fen + d.personal_fen > 0
   AND d.kind = ANY(%(kinds)s)
 ORDER BY d.credited_at DESC, d.id DESC
"""

_FIGURES = """
SELECT count(*), coalesce(sum(people), 0)::bigint, coalesce(sum(employer_fen + personal_fen), 0)::bigint,
       count(credited_at)
  FROM dues_due WHERE kind = 'remittance' AND made_month = %(month)s
"""

_SLIP = """
SELECT min(l.belongs_month), max(l.belongs_month), count(*), max(s.payee_account), max(s.order_id)
  FROM dues_due d JOIN dues_due_line l ON l.due_id = d.id JOIN dues_settlement s ON s.id = d.settlement_id
 WHERE d.id = %(id)s AND l.made_month = %(month)s
"""

_SETTLING = " WHERE outcome = 'settled' AND (order_id = %(order)s OR transaction_id = %(before)s)"


class UnknownDue(LookupError):
    """There is no such due, or not under this employer account."""


class UnknownOrder(LookupError):
    """There is no such order, or not under this employer account."""


def due(due_id: int, employer_account_id: int | None = None) -> Due:
    """One due; where an employer account is given, only one of its own. UnknownDue."""
    found = rows.fetch(rows.DUES + " WHERE d.id = %(id)s", {"id": due_id})
    return _one(found, employer_account_id, due_id)


def due_by_code(code: str, employer_account_id: int | None = None) -> Due:
    """One due by its 业务代码, see `due`."""
    found = rows.fetch(rows.DUES + " WHERE d.code = %(code)s", {"code": code})
    return _one(found, employer_account_id, code)


def dues_by_codes(codes: Sequence[str], employer_account_id: int) -> list[Due | None]:
    """The employer account's dues by 业务代码, aligned with `codes`; None for unknown ones and others'. One query."""
    sql = rows.DUES + " WHERE d.code = ANY(%(codes)s) AND d.employer_account_id = %(account)s"
    found = rows.fetch(sql, {"codes": list(codes), "account": employer_account_id})
    known = {row[1]: rows.due(row) for row in found}
    return [known.get(code) for code in codes]


def paid_until(employer_account_id: int) -> Month | None:
    """缴至年月: the last month for which a remittance was made that has not failed; None before the first. One query.

    A remittance that waits for its money counts (domain-values A2).
    """
    sql = """SELECT max(made_month) FROM dues_due
              WHERE kind = 'remittance' AND employer_account_id = %(account)s AND state <> 'failed'"""
    number = rows.fetch(sql, {"account": employer_account_id})[0][0]
    return None if number is None else Month.from_int(number)


def order_by_no(order_no: str, employer_account_id: int | None = None) -> Order:
    """One order; where an employer account is given, only one of its own. UnknownOrder."""
    found = rows.fetch(rows.ORDERS + " WHERE no = %(no)s", {"no": order_no})
    order = rows.order(found[0]) if found else None
    if order is None or employer_account_id not in (None, order.employer_account_id):
        raise UnknownOrder(f"no order {order_no}")
    return order


def order_of_case(case_id: int) -> Order | None:
    """The order that a case opened, in whatever state; None where nothing had to be paid."""
    found = rows.fetch(rows.ORDERS + " WHERE case_id = %(case)s", {"case": case_id})
    return rows.order(found[0]) if found else None


def dues_of_order(order_id: int) -> list[Due]:
    """The dues in an order, by code; also those of a void or cancelled one, with their present state. One query."""
    sql = rows.DUES + " WHERE d.id IN (SELECT due_id FROM dues_settlement WHERE order_id = %(id)s) ORDER BY d.code"
    return [rows.due(row) for row in rows.fetch(sql, {"id": order_id})]


def receipts_of_order(order_id: int) -> list[Receipt]:
    """Money that came in for an order, by time; more than one when it was paid twice. One query."""
    sql = rows.RECEIPTS + " WHERE order_id = %(id)s ORDER BY received_at, id"
    return [rows.receipt(row) for row in rows.fetch(sql, {"id": order_id})]


def overdue_orders(at: datetime) -> list[Order]:
    """Unpaid orders whose time is over at `at`, by number: to be asked for at the cashier, then voided. One query."""
    sql = rows.ORDERS + " WHERE state = 'unpaid' AND expires_at <= %(at)s ORDER BY no"
    return [rows.order(row) for row in rows.fetch(sql, {"at": at})]


def orders_to_ask(since: datetime) -> list[Order]:
    """Orders that may have been paid without our knowing: unpaid with a channel chosen, or void or cancelled after
    `since`; by number. One query."""
    sql = rows.ORDERS + (
        " WHERE channel <> '' AND (state = 'unpaid' OR state IN ('void', 'cancelled') AND closed_at > %(since)s)"
        " ORDER BY no"
    )
    return [rows.order(row) for row in rows.fetch(sql, {"since": since})]


def order_deadlines(since: datetime, until: datetime) -> list[datetime]:
    """The moments after `since` up to `until` at which the time of an unpaid order is over, in order. One query."""
    sql = """SELECT DISTINCT expires_at FROM dues_order
              WHERE state = 'unpaid' AND expires_at > %(since)s AND expires_at <= %(until)s ORDER BY 1"""
    return [in_china(row[0]) for row in rows.fetch(sql, {"since": since, "until": until})]


def card(employer_account_id: int) -> Card | None:
    """The latest month's due against the due of the month before; None before the first. Three queries (B2.1).

    Without a due in the month before, everybody has joined.
    """
    sql = (
        rows.DUES
        + " WHERE d.employer_account_id = %(account)s AND d.kind = %(kind)s ORDER BY d.made_month DESC LIMIT 1"
    )
    found = rows.fetch(sql, {"account": employer_account_id, "kind": DueKind.REMITTANCE.value})
    if not found:
        return None
    latest = rows.due(found[0])
    params = {"now": latest.id, "account": employer_account_id, "month": int(latest.month)}
    joined, joined_fen, left, left_fen, changed, changed_fen = rows.fetch(
        _COMPARE, params | {"before": int(latest.month - 1)}
    )[0]
    return Card(
        due=latest,
        joined=joined,
        joined_amount=Money(joined_fen),
        left=left,
        left_amount=Money(left_fen),
        base_changed=changed,
        base_changed_amount=Money(changed_fen),
        purse=purses([employer_account_id])[employer_account_id],
    )


def latest_voucher(employer_account_id: int, month: Month, kinds: Sequence[DueKind]) -> LatestVoucher:
    """The due of that business month and these kinds credited last, and how many were (HZ-2.15.4-09, -10)."""
    params = {"account": employer_account_id, "month": int(month), "kinds": [kind.value for kind in kinds]}
    found = rows.fetch(rows.DUES + _LATEST, params)
    return LatestVoucher(rows.due(found[0]) if found else None, len(found))


def slip_facts(due_id: int, employer_account_id: int | None = None) -> SlipFacts:
    """What the payment voucher of a credited due needs, in four queries. UnknownDue also for one that has none yet."""
    one = due(due_id, employer_account_id)
    if not one.printable:
        raise UnknownDue(f"due {one.code} is not settled and credited")
    first, last, lines, payee, order_id = rows.fetch(_SLIP, {"id": due_id, "month": int(one.month)})[0]
    receipts = rows.fetch(rows.RECEIPTS + _SETTLING, {"order": order_id, "before": f"before-{one.code}"})
    return SlipFacts(
        due=one,
        order=order_by_no(one.order_no) if one.order_no else None,
        receipt=rows.receipt(receipts[0]) if receipts else None,
        first_month=Month.from_int(first),
        last_month=Month.from_int(last),
        lines=lines,
        payee_account=payee,
    )


def _one(found: Sequence[rows.Row], employer_account_id: int | None, asked: object) -> Due:
    """The one due found, if it is of the employer account that asks."""
    one = rows.due(found[0]) if found else None
    if one is None or employer_account_id not in (None, one.employer_account_id):
        raise UnknownDue(f"no due {asked}")
    return one


def month_figures(month: Month) -> MonthFigures:
    """How far the month's regular dues are. One query over the month's dues."""
    dues, people, fen, credited = rows.fetch(_FIGURES, {"month": int(month)})[0]
    return MonthFigures(month, dues, people, Money(fen), credited)
