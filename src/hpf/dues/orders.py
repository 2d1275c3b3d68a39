"""送缴结算: dues put into an order, the channel chosen, the order cancelled or void (HZ-2.8.2.1, HZ-2.8.2.2, E4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.dues import rows
from hpf.dues.facts import (
    PAYABLE,
    Due,
    OpenedSettlement,
    Order,
    OrderState,
    PayChannel,
    SettlementState,
    TryState,
)
from hpf.dues.refusals import DueRefusal, OrderRefusal, OrderRefused, SettlementRefused
from hpf.kernel.clock import in_china
from hpf.kernel.money import Money
from hpf.kernel.refusal import Refused
from hpf.parties.facts import Method
from hpf.policy.book import Rules
from hpf.policy.parameters import DayRules
from hpf.trail import changes as trail

_OPEN = """
WITH tries AS (
    INSERT INTO dues_settlement (due_id, order_id, method, prepaid_fen, cash_fen, payee_account, state, opened_at,
                                 closed_at)
    SELECT d.id, %(order_id)s, %(self)s, 0, d.employer_fen + d.personal_fen, %(payee)s, %(try_state)s, %(at)s, %(done)s
      FROM dues_due d WHERE d.id = ANY(%(ids)s) ORDER BY d.id
    RETURNING id, due_id)
UPDATE dues_due d
   SET method = %(self)s, state = %(state)s, settlement_id = t.id, settled_at = %(done)s, credited_at = %(done)s
  FROM tries t WHERE d.id = t.due_id
"""

_CREATE = """
INSERT INTO dues_order (no, employer_account_id, fund, case_id, state, amount_fen, dues, people, payee_account,
                        created_at, expires_at)
VALUES (%(no)s, %(employer_account_id)s, %(fund)s, %(case_id)s, %(state)s, %(fen)s, %(dues)s, %(people)s, %(payee)s,
        %(at)s, %(expires_at)s)
RETURNING id
"""

_CLOSE = "UPDATE dues_order SET state = %(state)s, closed_at = %(at)s, reason = %(reason)s WHERE id = ANY(%(ids)s)"

_RELEASE = """
WITH tries AS (
    UPDATE dues_settlement SET state = %(try_state)s, closed_at = %(at)s, reason = %(reason)s
     WHERE order_id = ANY(%(ids)s) AND state = 'open' RETURNING id, due_id)
UPDATE dues_due d SET state = %(due_state)s, settlement_id = CASE WHEN %(keep)s THEN d.settlement_id END
  FROM tries t WHERE d.id = t.due_id
"""

_OVERDUE = f"""
{rows.ORDERS} WHERE state = 'unpaid' AND expires_at <= %(at)s AND (%(nos)s::text[] IS NULL OR no = ANY(%(nos)s))
 ORDER BY no FOR UPDATE
"""


def open_settlement(
    actor: Actor,
    at: datetime,
    rules: Rules,
    employer_account_id: int,
    due_ids: Sequence[int],
    *,
    payee_account: str,
    case_id: int | None = None,
) -> OpenedSettlement:
    """Put dues of one employer account into one order, payable at once into `payee_account` (HZ-2.8.2.1-36, -40).

    Dues of nothing are settled here and stay out of the order (-32 to -35); 托收 turns into 送缴 for good (-14, -15). A
    case has at most one order (IntegrityError for a second). Raises SettlementRefused; then nothing has changed.
    """
    with transaction.atomic():
        dues = _lock_dues(employer_account_id, due_ids)
        refusals = list(_refusals(due_ids, dues))
        if refusals:
            raise SettlementRefused(refusals)
        chosen = list(dues.values())
        zero = [due.id for due in chosen if not due.amount]
        to_pay = [due for due in chosen if due.amount]
        turned = [due.id for due in chosen if due.method is Method.COLLECTION]
        if zero:
            _open_tries(zero, None, SettlementState.SETTLED, TryState.SUCCEEDED, at, payee_account, done=at)
            trail.record_many(actor, at, "due.settle", "due", [(due_id, {"case": case_id}) for due_id in zero])
        order = None
        if to_pay:
            no = _create_order(at, rules, to_pay, payee_account, case_id)
            order = lock_order(no)
            ids = [due.id for due in to_pay]
            _open_tries(ids, order.id, SettlementState.SETTLING, TryState.OPEN, at, payee_account, done=None)
            detail = {"dues": [due.code for due in to_pay], "fen": order.amount.fen, "case": case_id, "turned": turned}
            trail.record(actor, at, "order.open", "order", no, detail)
    return OpenedSettlement(order, tuple(zero), tuple(turned))


def choose_channel(
    actor: Actor,
    at: datetime,
    rules: Rules,
    employer_account_id: int,
    order_no: str,
    channel: PayChannel,
    bank: str = "",
) -> Order:
    """Fix the channel of an order, or come back to it for paying again (HZ-2.8.2.2-04, -06); the order to be paid now.

    `bank` is a code of the policy's `banks_corporate` for the e-bank, empty for QR. The QR code lives for its span from
    now (F-72). Raises OrderRefused.
    """
    with transaction.atomic():
        order = lock_order(order_no, employer_account_id)
        day = rules.at(in_china(at).date())
        _check_payable(order, at, day)
        if order.channel is not None:
            if order.channel is not channel:
                raise OrderRefused(OrderRefusal.CHANNEL_FIXED.refuse(value=channel, channel=order.channel.label))
            return order
        if channel is PayChannel.QR:
            if day.qr_limit is not None and order.amount > day.qr_limit:
                refused = OrderRefusal.OVER_QR_LIMIT.refuse(value=channel, amount=order.amount, limit=day.qr_limit)
                raise OrderRefused(refused)
            bank, expires_at = "", at + day.qr_order_life
        else:
            if bank not in {known.code for known in day.banks_corporate}:
                raise OrderRefused(OrderRefusal.UNKNOWN_BANK.refuse(value=bank))
            expires_at = order.expires_at
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE dues_order SET channel = %s, bank = %s, chosen_at = %s, expires_at = %s WHERE id = %s",
                [channel.value, bank, at, expires_at, order.id],
            )
        trail.record(actor, at, "order.channel", "order", order_no, {"channel": channel.value, "bank": bank})
        return lock_order(order_no)


def cancel_order(actor: Actor, at: datetime, rules: Rules, employer_account_id: int, order_no: str) -> Order:
    """Cancel an unpaid order before payment closes; its dues can be paid again (HZ-2.8.2.2-05, -07). OrderRefused."""
    with transaction.atomic():
        order = lock_order(order_no, employer_account_id)
        _check_payable(order, at, rules.at(in_china(at).date()))
        close_orders([order.id], at, OrderState.CANCELLED, "单位取消支付")
        trail.record(actor, at, "order.cancel", "order", order_no)
        return lock_order(order_no)


def void_overdue(actor: Actor, at: datetime, order_nos: Sequence[str] | None = None) -> list[Order]:
    """Void the unpaid orders whose time is over at `at`, all or of those named; their dues can be paid again
    (HZ-2.8.2.1-28 to -31). Running again does nothing; the orders voided now, by number."""
    with transaction.atomic():
        found = rows.fetch(_OVERDUE, {"at": at, "nos": None if order_nos is None else list(order_nos)})
        overdue = [rows.order(row) for row in found]
        if not overdue:
            return []
        void(at, overdue)
        trail.record_many(actor, at, "order.void", "order", [(order.no, {}) for order in overdue])
        again = rows.fetch(rows.ORDERS + " WHERE id = ANY(%(ids)s) ORDER BY no", {"ids": [one.id for one in overdue]})
    return [rows.order(row) for row in again]


def void(at: datetime, orders: Sequence[Order]) -> None:
    """Void locked orders, with the reason that fits the channel."""
    quick = [order.id for order in orders if order.channel is PayChannel.QR]
    others = [order.id for order in orders if order.channel is not PayChannel.QR]
    close_orders(quick, at, OrderState.VOID, "扫码订单超过支付时限，自动作废")
    close_orders(others, at, OrderState.VOID, "次日未完成支付，自动作废")


def close_orders(ids: Sequence[int], at: datetime, state: OrderState, reason: str) -> None:
    """End locked orders without money and give their dues back; those of a failed one are failed and payable again."""
    if not ids:
        return
    failed = state is OrderState.FAILED
    params: dict[str, Any] = {
        "ids": list(ids),
        "at": at,
        "reason": reason[:200],
        "state": state.value,
        "try_state": (TryState.FAILED if failed else TryState.WITHDRAWN).value,
        "due_state": (SettlementState.FAILED if failed else SettlementState.WAITING).value,
        "keep": failed,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, params)
        cursor.execute(_RELEASE, params)


def lock_order(order_no: str, employer_account_id: int | None = None) -> Order:
    """An order, locked until the transaction ends; OrderRefused when there is none, or not of this employer account."""
    found = rows.fetch(rows.ORDERS + " WHERE no = %(no)s FOR UPDATE", {"no": order_no})
    order = rows.order(found[0]) if found else None
    if order is None or employer_account_id not in (None, order.employer_account_id):
        raise OrderRefused(OrderRefusal.UNKNOWN.refuse(value=order_no))
    return order


def payment_is_closed(at: datetime, day: DayRules) -> bool:
    """Whether no payment can be started at `at` any more: 17:00:00 is after (HZ-2.8.2.1-43, -44)."""
    return in_china(at).time() >= day.payment_closes


def _check_payable(order: Order, at: datetime, day: DayRules) -> None:
    """Raise unless the order can be paid or cancelled at `at`."""
    if order.state is not OrderState.UNPAID:
        raise OrderRefused(OrderRefusal.NOT_UNPAID.refuse(value=order.no, state=order.state.label))
    if at >= order.expires_at:
        raise OrderRefused(OrderRefusal.EXPIRED.refuse(value=order.no))
    if payment_is_closed(at, day):
        raise OrderRefused(OrderRefusal.CLOSED.refuse(value=order.no, closes=f"{day.payment_closes:%H:%M}"))


def _lock_dues(employer_account_id: int, due_ids: Sequence[int]) -> dict[int, Due]:
    """The employer account's dues among these, locked, by id."""
    found = rows.fetch(
        rows.DUES + " WHERE d.id = ANY(%(ids)s) AND d.employer_account_id = %(account)s ORDER BY d.id FOR UPDATE OF d",
        {"ids": list(due_ids), "account": employer_account_id},
    )
    return {row[0]: rows.due(row) for row in found}


def _refusals(due_ids: Sequence[int], dues: dict[int, Due]) -> list[Refused]:
    """What speaks against settling these."""
    if not due_ids:
        return [DueRefusal.NOTHING_CHOSEN.refuse()]
    told: list[Refused] = []
    for due_id in dict.fromkeys(due_ids):
        due = dues.get(due_id)
        if due is None:
            told.append(DueRefusal.UNKNOWN.refuse(value=str(due_id)))
        elif due.state is SettlementState.SETTLED:
            told.append(DueRefusal.SETTLED.refuse(value=due.code, code=due.code))
        elif due.state not in PAYABLE:
            told.append(DueRefusal.LOCKED.refuse(value=due.code, code=due.code))
    return told


def _create_order(at: datetime, rules: Rules, dues: Sequence[Due], payee_account: str, case_id: int | None) -> str:
    """Insert the order; its number."""
    day = in_china(at).date()
    policy = rules.at(day)
    expires_at = datetime.combine(day + timedelta(days=1), policy.ebank_order_voids_at, in_china(at).tzinfo)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('dues_order_no')")
        no = policy.number_order.format(day=day, serial=cursor.fetchone()[0])
        params: dict[str, Any] = {
            "no": no,
            "employer_account_id": dues[0].employer_account_id,
            "fund": dues[0].fund.value,
            "case_id": case_id,
            "state": OrderState.UNPAID.value,
            "fen": Money.total(due.amount for due in dues).fen,
            "dues": len(dues),
            "people": sum(due.people for due in dues),
            "payee": payee_account,
            "at": at,
            "expires_at": expires_at,
        }
        cursor.execute(_CREATE, params)
    return no


def _open_tries(
    ids: Sequence[int],
    order_id: int | None,
    state: SettlementState,
    try_state: TryState,
    at: datetime,
    payee_account: str,
    *,
    done: datetime | None,
) -> None:
    """A settlement for each of the locked dues, by the employer itself; `done` at once for those of nothing."""
    params: dict[str, Any] = {
        "ids": list(ids),
        "order_id": order_id,
        "self": Method.SELF.value,
        "payee": payee_account,
        "at": at,
    }
    params |= {"state": state.value, "try_state": try_state.value, "done": done}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, params)
