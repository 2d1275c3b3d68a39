"""Rows that need a person of the centre (HZ-2.4.1-49): approved rows are executed, refused ones end with the
reason given.
"""

from collections.abc import Sequence

from django.db import transaction

from hpf.access.actor import Actor
from hpf.engine import models
from hpf.engine.execute.execute import execute
from hpf.engine.execute.record import Outcome, record_outcomes, take_pending
from hpf.engine.facts import Case, RowState
from hpf.engine.lifecycle.changes import enter, move
from hpf.engine.lifecycle.states import Event
from hpf.engine.readers import case_of
from hpf.kernel.clock import Clock
from hpf.kernel.month import Month
from hpf.kernel.refusal import Refused, Remedy
from hpf.policy.readers import current_rules


def approve_rows(actor: Actor, case_id: int, row_nos: Sequence[int], clock: Clock) -> Case:
    """Executes referred rows; each is judged once more, so an approved row can still fail. Twice is once."""
    return execute(case_id, actor, clock, row_nos=row_nos)


def refuse_rows(actor: Actor, case_id: int, row_nos: Sequence[int], reason: str, clock: Clock) -> Case:
    """Ends referred rows as failed with `reason`, the text that the employer reads. Raises ValueError without one."""
    if not reason.strip():
        raise ValueError("a refusal needs its reason")
    now = clock.now()
    refused = Refused("by_person", reason.strip(), None, None, "请至中心柜面咨询", Remedy.COUNTER)
    with transaction.atomic():
        case = models.Case.objects.select_for_update().get(id=case_id)
        pending = take_pending(case, None, row_nos)
        if pending:
            outcomes = [Outcome(row.row_no, RowState.FAILED, None, (refused,), {}) for row in pending]
            month, version = Month.from_int(case.declared_month), current_rules().version
            record_outcomes(case, outcomes, now, month, case.portions + 1, version)
            enter(actor, now, case, "rows_refused", f"{len(pending)}笔：{reason.strip()}")
            if case.succeeded + case.failed == case.total:
                move(actor, now, case, Event.START)
                move(actor, now, case, Event.FINISH if case.succeeded else Event.FAIL)
        return case_of(case)
