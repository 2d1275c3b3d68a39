"""Moving a case: the state, the timeline, the trail and what the employer is told of it, in one step."""

from datetime import datetime

from hpf.access.actor import Actor
from hpf.engine.facts import CaseState
from hpf.engine.lifecycle import inbox
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
    enter(actor, at, case, event.name.lower(), note, before)


def enter(actor: Actor, at: datetime, case: Case, event: str, note: str = "", before: CaseState | None = None) -> None:
    """An entry in the timeline and the trail, and in the inbox if it has to be known; `before` is the state that a move
    has left."""
    made = CaseEvent.objects.create(case=case, at=at, event=event, state=case.state, actor=actor.name, note=note)
    inbox.tell(actor, at, case, made, before)
    record(actor, at, f"case.{event}", "case", case.no, {"state": case.state, "note": note})
