"""What the room needs of the cashier beyond its notices: the last word on an order whose time is over.

`outside` has the adapter, and `site` hands it to the run that asks.
"""

from datetime import datetime
from typing import Protocol

from hpf.dues.facts import Order
from hpf.dues.settling import BooksDisagree
from hpf.ledger.facts import AlreadyPosted, PurseShort

NOT_BOOKED = (ValueError, BooksDisagree, AlreadyPosted, PurseShort)
"""What goes wrong with one order's payment and is told of it alone: nothing was booked, and somebody has to look."""


class NoAnswer(Exception):
    """The cashier does not answer: nothing is known of any order until it does."""


class Till(Protocol):
    """The cashier, as far as an order that is about to be void is concerned."""

    def settle_up(self, order: Order, at: datetime) -> bool:
        """Takes the payment if the order was paid, and makes sure that nobody can pay it any more if it was not.

        False: no last word on this order; ask again later. Called again it changes nothing. Raises NoAnswer,
        and one of `NOT_BOOKED` when the payment of this order cannot be booked.
        """
