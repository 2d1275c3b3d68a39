"""Month close: the month's dues are made from what was normal at the turn of the business month, whatever the hour
(A2).

The month is closed first, so that whatever is processed from then on belongs to the next one; a chunk of a case that
is under way holds its employer account and is waited for. Then employers are taken up in batches until none is left.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hpf.access.actor import Actor
from hpf.access.tenancy import current_centre
from hpf.dues import changes as dues
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.policy.book import load
from hpf.runs.facts import Progress

ACTOR = Actor.system("月结")
BATCH = 500
"""Employer accounts per transaction (docs/decisions: the ledger's measurements)."""


def step(due_at: datetime, now: datetime, before: Mapping[str, Any]) -> Progress:
    """Makes the dues of the next batch of employer accounts for the month that falls due on the day of `due_at`."""
    month = Month.of(due_at.astimezone(TZ).date())
    book = load(current_centre().code)
    with transaction.atomic():
        dues.close_month(ACTOR, now, month)
    with transaction.atomic():
        made = dues.make_dues(ACTOR, now, month, book.version, limit=BATCH)
    figures = {
        "业务年月": str(month),
        "单位": before.get("单位", 0) + made.dues,
        "人数": before.get("人数", 0) + made.lines,
        "应缴金额": str(Money.parse(before.get("应缴金额", "0")) + made.amount),
    }
    done = figures["单位"]
    return Progress(
        done, done + made.remaining, figures, finished=made.remaining == 0, held=made.dues == 0 and made.remaining > 0
    )
