"""The next-day batch: what was declared from the daily cut-off on is processed in the order of declaration
(HZ-1.2-14, -15).

Before it, memberships left behind by people who pay at another employer now are marked as moved (domain-values C5).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hpf.access.actor import Actor
from hpf.access.clock import clock
from hpf.engine.execute.execute import StillBusy, execute
from hpf.engine.readers import queued_cases
from hpf.parties import changes as parties
from hpf.runs.facts import Progress

ACTOR = Actor.system("次日批量")


def step(due_at: datetime, now: datetime, position: Mapping[str, Any]) -> Progress:
    """Marks what moved, then executes one queued case, the earliest declaration first."""
    figures = {"办件": 0, "成功笔数": 0, "失败笔数": 0, "转出标记": 0, **position}
    if not position:  # once, before the batch: what the batch itself opens is marked tomorrow
        figures["转出标记"] = parties.move_memberships(ACTOR, now)
    queued = queued_cases(due_at)
    done = figures["办件"]
    if not queued:
        return Progress(done, done, figures, figures, finished=True)
    try:
        case = execute(queued[0], ACTOR, clock)
    except StillBusy:
        return Progress(done, done + len(queued), figures, figures, held=True)
    figures["办件"] += 1
    figures["成功笔数"] += case.succeeded
    figures["失败笔数"] += case.failed
    return Progress(done + 1, done + len(queued), figures, figures)
