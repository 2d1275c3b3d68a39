"""Moving a case: the state, the timeline and the trail in one step."""

from datetime import datetime

from hpf.access.actor import Actor
from hpf.engine.facts import CaseState
from hpf.engine.lifecycle.states import Event, after
from hpf.engine.models import Case, CaseEvent
from hpf.trail.changes import record


def move(actor: Actor, at: datetime, case: Case, event: Event, note: str = "") -> None:
    """Moves a case that the caller has locked. Raises `IllegalMove`; a move that changes nothing leaves no entry."""
    before = CaseState(case.state)
    state = after(before, event)
    if state is before:
        return
    case.state = state.value
    if state.is_final:
        case.processed_at = case.processed_at or at
    case.save(update_fields=["state", "processed_at"])
    enter(actor, at, case, event.name.lower(), note)


def enter(actor: Actor, at: datetime, case: Case, event: str, note: str = "") -> None:
    """An entry in the timeline and the trail without a change of state."""
    CaseEvent.objects.create(case=case, at=at, event=event, state=case.state, actor=actor.name, note=note)
    record(actor, at, f"case.{event}", "case", case.no, {"state": case.state, "note": note})
