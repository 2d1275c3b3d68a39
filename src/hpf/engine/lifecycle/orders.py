"""What becomes of a case when its order is paid, refused, cancelled or void."""

from collections.abc import Sequence
from datetime import datetime

from hpf.access.actor import Actor
from hpf.dues.facts import Order, OrderState
from hpf.engine import models
from hpf.engine.facts import CaseState
from hpf.engine.lifecycle.changes import enter, move
from hpf.engine.lifecycle.states import Event

_EVENTS = {
    OrderState.PAID: Event.FINISH,
    OrderState.FAILED: Event.FAIL,
    OrderState.CANCELLED: Event.EXPIRE,
    OrderState.VOID: Event.EXPIRE,
}


def conclude_orders(actor: Actor, at: datetime, orders: Sequence[Order]) -> None:
    """Moves the cases of orders that have come to an end; called in the transaction that ended them, again is
    harmless.

    A case that is still being processed does not wait yet: it looks at its order again when it begins to. Both hold the
    case while they look, so whoever comes second sees what the first has done.
    """
    for order in sorted(orders, key=lambda o: o.case_id or 0):
        if order.case_id is None or order.state not in _EVENTS:
            continue
        case = models.Case.objects.select_for_update().get(id=order.case_id)
        if CaseState(case.state) is CaseState.AWAITING_PAYMENT:
            move(actor, at, case, _EVENTS[order.state], order.reason or f"订单{order.no}{order.state.label}")
        elif order.state is OrderState.PAID and CaseState(case.state) is CaseState.IN_PROCESS:
            enter(actor, at, case, "paid", f"订单{order.no}{order.state.label}")
