"""Orders whose time is over become void and their dues payable again (HZ-2.8.2.1-28 to -31), the cashier asked first.

A payment made in time counts even if its notice was lost: so each order is asked for, and closed at the cashier before
it is void here. While the cashier does not answer it stays open, and is asked for again every minute; only after
`PATIENCE` is it void unasked, and money that turns up later is the employer's all the same (docs/protocols/money.md).
An order whose payment cannot be booked stays open until somebody has looked, and keeps nobody else's waiting.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hpf.access.actor import Actor
from hpf.access.clock import clock
from hpf.access.jobs import job
from hpf.dues import changes as dues
from hpf.dues import readers
from hpf.dues.facts import Order
from hpf.dues.till import NOT_BOOKED, NoAnswer, Till
from hpf.engine.lifecycle.orders import conclude_orders
from hpf.runs.facts import Progress

log = logging.getLogger(__name__)
ACTOR = Actor.system("订单到期")
PATIENCE = timedelta(days=1)
"""How long after its end an order waits for a cashier that does not answer."""
PORTION = 50
"""Orders asked for and then voided at a time."""

_installed: list[Till] = []


def install(till: Till) -> None:
    """Hands in the cashier; `site` does, once per process."""
    _installed[:] = [till]


def step(due_at: datetime, now: datetime, position: Mapping[str, Any]) -> Progress:
    """A portion of the orders whose deadline has passed, by number from the one after `position`."""
    after, done = str(position.get("after", "")), int(position.get("done", 0))
    voided, waiting, wrong = (int(position.get(name, 0)) for name in ("voided", "waiting", "wrong"))
    overdue = [order for order in readers.overdue_orders(now) if order.no > after]
    portion = overdue[:PORTION]
    ended, unanswered, failed = _expire(portion, now)
    voided, waiting, wrong, done = voided + ended, waiting + unanswered, wrong + failed, done + len(portion)
    return Progress(
        done,
        done + len(overdue) - len(portion),
        {"作废订单": voided, "待收银台答复": waiting, "入账出错": wrong},
        {
            "after": portion[-1].no if portion else after,
            "done": done,
            "voided": voided,
            "waiting": waiting,
            "wrong": wrong,
        },
        finished=len(portion) == len(overdue),
    )


@job
def expire_orders() -> None:
    """Asks again for the orders that the cashier has not answered for; queued once a minute for each centre."""
    now = clock.now()
    overdue = readers.overdue_orders(now)
    for first in range(0, len(overdue), PORTION):
        _expire(overdue[first : first + PORTION], now)


def _expire(orders: Sequence[Order], now: datetime) -> tuple[int, int, int]:
    """Asks for each order and voids those that are over: how many were voided, still wait, and cannot be booked."""
    over, wrong = _asked_for([order for order in orders if order.channel is not None], now)
    over += [order.no for order in orders if order.channel is None]
    late = {order.no for order in orders if now >= order.expires_at + PATIENCE} - {*over, *wrong}
    if late:
        log.warning("void without an answer of the cashier: %s", ", ".join(sorted(late)))
    with transaction.atomic():
        voided = dues.void_overdue(ACTOR, now, [*over, *late])
        conclude_orders(ACTOR, now, voided)
    return len(voided), len(orders) - len(over) - len(late) - len(wrong), len(wrong)


def _asked_for(orders: Sequence[Order], now: datetime) -> tuple[list[str], list[str]]:
    """The orders on which the cashier has said its last word, and those whose payment cannot be booked."""
    (till,) = _installed
    over, wrong = list[str](), list[str]()
    for order in orders:
        try:
            if till.settle_up(order, now):
                over.append(order.no)
        except NoAnswer as problem:
            log.warning("the cashier does not answer, orders whose time is over wait: %s", problem)
            break
        except NOT_BOOKED:
            log.exception("what the cashier says of %s cannot be booked", order.no)
            wrong.append(order.no)
    return over, wrong
