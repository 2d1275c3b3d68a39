"""What has to have become of every order and due, and where the money has to be: recomputed from who did what when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from drill import days, law
from drill.records import Chosen, Ended, Ordered, Paid, Play

UNPAID, PAID, FAILED, CANCELLED, VOID = "待支付", "支付成功", "支付失败", "已取消", "已作废"
WAITING, SETTLING, SETTLED, DUE_FAILED = "待结算", "结算中", "结算成功", "结算失败"


@dataclass
class OrderExpected:
    """An order as it has to stand; `until` is when it is void."""

    ordered: Ordered
    until: datetime
    state: str = UNPAID


@dataclass
class Money:
    """Where everything has to be: orders by number, dues by code, purses and the bank in fen of the play alone.

    `payments` are all that were made, known from the beginning: before an order is void the cashier is asked for it.
    """

    payments: Sequence[Paid] = ()
    orders: dict[str, OrderExpected] = field(default_factory=dict)
    dues: dict[str, str] = field(default_factory=dict)
    purses: dict[str, int] = field(default_factory=dict)
    settled_fen: int = 0
    received_fen: int = 0
    booked: dict[str, int] = field(default_factory=dict)

    def expire(self, now: datetime) -> None:
        """What is not paid by its time is void, and its dues can be paid again. A payment made in time keeps the order
        open until the centre hears of it, however late."""
        for order in self.orders.values():
            if order.state == UNPAID and order.until <= now and not self._paid_in_time(order):
                self._end(order, VOID, WAITING)

    def _paid_in_time(self, order: OrderExpected) -> bool:
        return any(act.order_no == order.ordered.order_no and _fits(order, act) for act in self.payments)

    def _end(self, order: OrderExpected, state: str, due_state: str) -> None:
        order.state = state
        for code in order.ordered.dues:
            self.dues[code] = due_state

    def ordered(self, act: Ordered) -> None:
        """A new order locks its dues until midnight."""
        midnight = datetime.combine(act.at.date() + timedelta(days=1), time(0), days.TZ)
        self.orders[act.order_no] = OrderExpected(act, midnight)
        self.dues.update(dict.fromkeys(act.dues, SETTLING))

    def chosen(self, act: Chosen) -> None:
        """A code lives for fifteen minutes."""
        if act.way == "qr":
            self.orders[act.order_no].until = act.at + timedelta(minutes=law.QR_LIFE_MINUTES)

    def ended(self, act: Ended) -> None:
        """Cancelled, or refused by the bank."""
        refused = act.how == "refused"
        self._end(self.orders[act.order_no], FAILED if refused else CANCELLED, DUE_FAILED if refused else WAITING)

    def paid(self, act: Paid) -> None:
        """Money settles an open order to the fen, or else it is the purse's (domain-values A5)."""
        order = self.orders[act.order_no]
        self.received_fen += act.told_fen
        self.booked[act.order_no] = self.booked.get(act.order_no, 0) + order.ordered.shown_fen
        if order.state == UNPAID and _fits(order, act):
            self._end(order, PAID, SETTLED)
            self.settled_fen += act.told_fen
        else:
            account = order.ordered.account
            self.purses[account] = self.purses.get(account, 0) + act.told_fen


def _fits(order: OrderExpected, act: Paid) -> bool:
    """Whether a payment is for what the order asks, made while it could be paid."""
    return act.told_fen == order.ordered.shown_fen and act.at < order.until


def followed(play: Play) -> Money:
    """The money of a whole play."""
    money = Money([act for act in play.acts if isinstance(act, Paid)])
    for act in sorted(play.acts, key=_when):
        if isinstance(act, Ordered | Chosen | Ended | Paid):
            money.expire(_moment(act))
            if isinstance(act, Ordered):
                money.ordered(act)
            elif isinstance(act, Chosen):
                money.chosen(act)
            elif isinstance(act, Ended):
                money.ended(act)
            else:
                money.paid(act)
    money.expire(play.last.at)
    return money


def _moment(act: Ordered | Chosen | Ended | Paid) -> datetime:
    return act.told_at if isinstance(act, Paid) else act.at


def _when(act: object) -> tuple[datetime, int]:
    """Acts in the order in which the centre heard of them."""
    if isinstance(act, Ordered | Chosen | Ended | Paid):
        return _moment(act), act.step
    return datetime.max.replace(tzinfo=days.TZ), 0


def turned(play: Play) -> Mapping[str, str]:
    """缴存方式 of each due that was ever in an order: 送缴 for good (HZ-2.8.2.1-14, -15)."""
    return {code: "送缴" for act in play.acts if isinstance(act, Ordered) for code in act.dues}
