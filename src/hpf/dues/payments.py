"""What the cashier tells: each message applied once, each payment booked once, whatever the order they come in."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.dues import orders, rows
from hpf.dues.facts import Order, OrderState, Outcome, PaymentNotice, PaymentState, Receipt, Taken
from hpf.dues.settling import BooksDisagree, credit
from hpf.kernel.clock import in_china
from hpf.kernel.money import Money
from hpf.ledger.posting import post_receipt
from hpf.trail import changes as trail

# Two messages on one order wait for each other here, also where the order is unknown and there is no row to lock.
_IN_TURN = "SELECT pg_advisory_xact_lock(hashtext(current_schema || '.dues_order.' || %s))"

_SETTLED = """
WITH tries AS (
    UPDATE dues_settlement SET state = 'succeeded', closed_at = %(at)s WHERE order_id = %(order_id)s AND state = 'open'
    RETURNING due_id)
UPDATE dues_due d SET state = 'settled', settled_at = %(paid_at)s, credited_at = %(at)s
  FROM tries t WHERE d.id = t.due_id RETURNING d.id
"""

_RECEIPT = """
INSERT INTO dues_receipt (transaction_id, order_id, order_no, employer_account_id, amount_fen, paid_at, received_at,
                          payee_account, payer_name, payer_bank, payer_account, outcome)
VALUES (%(transaction_id)s, %(order_id)s, %(order_no)s, %(employer_account_id)s, %(fen)s, %(paid_at)s, %(at)s,
        %(payee_account)s, %(payer_name)s, %(payer_bank)s, %(payer_account)s, %(outcome)s)
"""

_NOTICE = """
INSERT INTO dues_notice (notice_id, order_no, state, transaction_id, amount_fen, received_at, outcome)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def take_payment(actor: Actor, at: datetime, notice: PaymentNotice) -> Taken:
    """Apply what the cashier says of an order: receipt, settlement and credit to the people, all or none of them.

    A message is known by its `notice_id`, a payment by its `transaction_id`; either is applied once. Money that fits no
    open order goes into the employer account's purse, money for an unknown order into 暂收 (domain-values A5); a wrong
    amount is not applied (`Outcome.is_problem`). A payment that arrives after 17:00 counts (F-32); one made when the
    order's time was over does not.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_IN_TURN, [notice.order_no])
        order = _order(notice.order_no)
        amount = notice.amount or Money.ZERO
        before = _told_before(notice.notice_id)
        if before is not None:
            return Taken(before, True, order, amount)
        state, repeated = PaymentState(notice.state), False
        outcome = Outcome.NOTHING
        if state is PaymentState.PAID:
            outcome, repeated = _paid(actor, at, notice, order)
        elif state is PaymentState.FAILED and order is not None and order.state is OrderState.UNPAID:
            orders.close_orders([order.id], at, OrderState.FAILED, notice.reason or "银行未说明原因")
            outcome = Outcome.REFUSED
        if notice.notice_id:
            fen = None if notice.amount is None else amount.fen
            with connection.cursor() as cursor:
                told = [notice.notice_id, notice.order_no, state.value, notice.transaction_id, fen, at, outcome.value]
                cursor.execute(_NOTICE, told)
        if outcome is not Outcome.NOTHING and not repeated:
            detail = {"outcome": outcome.value, "transaction": notice.transaction_id, "fen": amount.fen}
            trail.record(actor, at, "order.payment", "order", notice.order_no, detail)
        return Taken(outcome, repeated, _order(notice.order_no), amount)


def _paid(actor: Actor, at: datetime, notice: PaymentNotice, order: Order | None) -> tuple[Outcome, bool]:
    """Book a payment once; what became of it, and whether that was before."""
    if notice.amount is None or notice.paid_at is None or not notice.transaction_id:
        raise ValueError(f"a payment of order {notice.order_no} without amount, time or transaction")
    known = _receipt(notice.transaction_id)
    if known is not None:
        return (known.outcome if known.amount == notice.amount else Outcome.WRONG_AMOUNT), True
    outcome = _judge(order, notice.amount, notice.paid_at)
    if outcome is Outcome.ORDER_CLOSED and order is not None and order.state is OrderState.UNPAID:
        orders.void(at, [order])
    employer_account_id = order.employer_account_id if order else None
    payee = notice.payee_account or (order.payee_account if order else "")
    params: dict[str, Any] = {
        "transaction_id": notice.transaction_id,
        "order_id": order.id if order else None,
        "order_no": notice.order_no,
        "employer_account_id": employer_account_id,
        "fen": notice.amount.fen,
        "paid_at": in_china(notice.paid_at),
        "at": at,
        "payee_account": payee,
        "payer_name": notice.payer_name,
        "payer_bank": notice.payer_bank,
        "payer_account": notice.payer_account,
        "outcome": outcome.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPT, params)
    post_receipt(actor, at, employer_account_id, notice.amount, payee, notice.transaction_id)
    if outcome is Outcome.SETTLED and order is not None:
        _settle(actor, at, order, notice.paid_at)
    return outcome, False


def _judge(order: Order | None, amount: Money, paid_at: datetime) -> Outcome:
    """What a new payment is, by the state of its order and the moment it was made."""
    if order is None:
        return Outcome.UNKNOWN_ORDER
    if order.state is OrderState.PAID:
        return Outcome.ALREADY_PAID
    if order.state is not OrderState.UNPAID:
        return Outcome.ORDER_CLOSED
    if amount != order.amount:
        return Outcome.WRONG_AMOUNT
    return Outcome.SETTLED if paid_at < order.expires_at else Outcome.ORDER_CLOSED


def _settle(actor: Actor, at: datetime, order: Order, paid_at: datetime) -> None:
    """Settle the order's dues and credit them to the people, from the purse that has just got the money."""
    params = {"at": at, "paid_at": paid_at, "order_id": order.id}
    due_ids = [row[0] for row in rows.fetch(_SETTLED, params)]
    credited = credit(actor, at, due_ids)
    if credited != order.amount:
        raise BooksDisagree(f"order {order.no}: paid {order.amount}, credited {credited}")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dues_order SET state = 'paid', paid_at = %s, closed_at = %s WHERE id = %s", [paid_at, at, order.id]
        )


def _told_before(notice_id: str) -> Outcome | None:
    """What became of a message that came before; None for a new one, and for the answer to a query."""
    if not notice_id:
        return None
    found = rows.fetch("SELECT outcome FROM dues_notice WHERE notice_id = %(id)s", {"id": notice_id})
    return Outcome(found[0][0]) if found else None


def _order(order_no: str) -> Order | None:
    """The order, locked; None for a number that is not ours."""
    found = rows.fetch(rows.ORDERS + " WHERE no = %(no)s FOR UPDATE", {"no": order_no})
    return rows.order(found[0]) if found else None


def _receipt(transaction_id: str) -> Receipt | None:
    """The receipt of a payment booked before."""
    found = rows.fetch(rows.RECEIPTS + " WHERE transaction_id = %(id)s", {"id": transaction_id})
    return rows.receipt(found[0]) if found else None
