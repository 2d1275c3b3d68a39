"""The verbs that write to the room, each with its trail; acting party first."""

from hpf.dues.closing import close_month
from hpf.dues.making import BATCH, make_dues
from hpf.dues.orders import cancel_order, choose_channel, open_settlement, void_overdue
from hpf.dues.payments import take_payment

__all__ = [
    "BATCH",
    "cancel_order",
    "choose_channel",
    "close_month",
    "make_dues",
    "open_settlement",
    "take_payment",
    "void_overdue",
]
