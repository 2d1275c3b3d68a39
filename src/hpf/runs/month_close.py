"""Month close: the month's dues are made from what was normal at the turn of the business month, whatever the hour
(A2).

The month is closed first, so that whatever is processed from then on belongs to the next one; a chunk of a case that
is under way holds its employer account and is waited for. Then employers are taken up in batches until none is left.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hpf.access.actor import Actor
from hpf.access.lanes import LANES, side_by_side
from hpf.dues import changes as dues
from hpf.dues import readers
from hpf.kernel.month import Month
from hpf.parties import readers as parties
from hpf.policy.readers import current_rules
from hpf.runs import due_notices
from hpf.runs.facts import Progress

ACTOR = Actor.system("月结")
AT_ONCE = 4 * LANES * dues.BATCH
"""Employer accounts of a step: what a lane is done with early it goes on behind."""


def step(due_at: datetime, now: datetime, position: Mapping[str, Any]) -> Progress:
    """Makes the dues of the next employer accounts for the month that falls due on the day of `due_at`, in batches
    side by side.

    `position`: `after` is the employer account to go on behind, None when all were seen; `held` are those to come back
    to; `seen` counts those gone past.
    """
    month = Month.of(due_at.date())
    rules = current_rules("month_close")
    after, held, seen = position.get("after", 0), list(position.get("held", ())), position.get("seen", 0)
    dues.close_month(ACTOR, now, month)
    if after is None:
        asked, held = held, []
    else:
        asked = parties.employer_account_ids(after, AT_ONCE)
        after = asked[-1] if len(asked) == AT_ONCE else None
    batches = [asked[first : first + dues.BATCH] for first in range(0, len(asked), dues.BATCH)]
    made = side_by_side(lambda batch: dues.make_dues(ACTOR, now, month, rules, batch), batches)
    still_held = [account_id for one in made for account_id in one.held]
    held += still_held
    seen += len(asked) - len(still_held)
    finished = after is None and not held
    waits = after is None and bool(held) and not any(one.dues for one in made)
    position = {"after": after, "held": held, "seen": seen}
    total = seen if finished else max(parties.count_employer_accounts(), seen)
    return Progress(seen, total, _figures(month, held), position, finished, waits, then=due_notices.CODE)


def _figures(month: Month, held: Sequence[int]) -> dict[str, Any]:
    """What the console shows: counted anew at each step, so that a restart shows no less."""
    made = readers.month_figures(month)
    return {
        "业务年月": str(month),
        "单位": made.dues,
        "人数": made.people,
        "应缴金额": str(made.amount),
        "待账户空闲": len(held),
    }
