"""Orders whose time is over become void and their dues payable again (HZ-2.8.2.1-28 to -31)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hpf.access.actor import Actor
from hpf.dues import changes as dues
from hpf.engine.lifecycle.orders import conclude_orders
from hpf.runs.facts import Progress

ACTOR = Actor.system("订单到期")


def step(due_at: datetime, now: datetime, position: Mapping[str, Any]) -> Progress:
    """Voids every order whose deadline has passed."""
    with transaction.atomic():
        voided = dues.void_overdue(ACTOR, now)
        conclude_orders(ACTOR, now, voided)
    return Progress(len(voided), len(voided), {"作废订单": len(voided)}, finished=True)
