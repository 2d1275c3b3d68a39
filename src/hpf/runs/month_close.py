"""Month close: the month's dues are made from what was normal at the turn of the business month, whatever the hour
(A2).

The month is closed first, so that whatever is processed from then on belongs to the next one; a chunk of a case that
is under way holds its employer account and is waited for. Then employers are taken up in batches until none is left.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hpf.access.actor import Actor
from hpf.dues import changes as dues
from hpf.dues import readers
from hpf.kernel.month import Month
from hpf.parties import readers as parties
from hpf.policy.readers import current_rules
from hpf.runs.facts import Progress

ACTOR = Actor.system("月结")


def step(due_at: datetime, now: datetime, position: Mapping[str, Any]) -> Progress:
    """Makes the dues of the next batch of employer accounts for the month that falls due on the day of `due_at`.

    `position`: `after` is the employer account to go on behind, None when all were seen; `held` are those to
    come back to.
    """
    month = Month.of(due_at.date())
    rules = current_rules("month_close")
    after, held = position.get("after", 0), list(position.get("held", ()))
    dues.close_month(ACTOR, now, month)
    if after is None:
        made = dues.make_dues(ACTOR, now, month, rules, employer_account_ids=held)
        held = list(made.held)
    else:
        made = dues.make_dues(ACTOR, now, month, rules, after=after)
        after, held = made.next_after, [*held, *made.held]
    month_figures = readers.month_figures(month)
    figures = {
        "业务年月": str(month),
        "单位": month_figures.dues,
        "人数": month_figures.people,
        "应缴金额": str(month_figures.amount),
        "待账户空闲": len(held),
    }
    finished = after is None and not held
    total = month_figures.dues if finished else max(parties.count_employer_accounts(), month_figures.dues)
    waits = after is None and bool(held) and not made.dues
    return Progress(month_figures.dues, total, figures, {"after": after, "held": held}, finished, waits)
