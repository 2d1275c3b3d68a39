"""The one table of states and moves of a case (requirement E1). Pure: `changes.move` is what applies it."""

from collections.abc import Mapping
from enum import Enum, auto

from hpf.engine.facts import CaseState


class Event(Enum):
    """What can happen to a case."""

    START = auto()
    """Processing takes it up."""
    POSTPONE = auto()
    """Declared from the daily cut-off on: accepted only (HZ-1.2-13)."""
    AWAIT_PERSON = auto()
    """Some rows need a person (HZ-2.4.1-49); the others are finished."""
    ASK_CHECK = auto()
    """A second agent of the employer has to check it; until then nothing is declared to the centre."""
    CHECKED = auto()
    """Checked by a second agent: declared at this moment, as if it had been handed in now."""
    SEND_BACK = auto()
    """Sent back to its maker by the agent who checks, with the reason."""
    WITHDRAW = auto()
    """Taken back by its maker before anybody has checked it."""
    ASK_REVIEW = auto()
    """The centre has to review it before anything happens (HH-3.4-01)."""
    PASS = auto()
    """The review passed; it is carried out right away (HH-3.4-10)."""
    RETURN = auto()
    """Not compliant: returned with the reason (HH-3.4-14, -17)."""
    CANCEL = auto()
    """Ended by the employer, only while it waits for review (HH-3.4-15, -16)."""
    AWAIT_PAYMENT = auto()
    """The order is made and waits for its money."""
    FINISH = auto()
    """Every row has a final result and at least one succeeded."""
    FAIL = auto()
    """Every row has a final result and none succeeded."""
    EXPIRE = auto()
    """The order was cancelled or became void; the dues can be paid in a new case."""


MOVES: Mapping[tuple[CaseState, Event], CaseState] = {
    (CaseState.SUBMITTED, Event.ASK_CHECK): CaseState.AWAITING_CHECK,
    (CaseState.AWAITING_CHECK, Event.CHECKED): CaseState.SUBMITTED,
    (CaseState.AWAITING_CHECK, Event.SEND_BACK): CaseState.RETURNED,
    (CaseState.AWAITING_CHECK, Event.WITHDRAW): CaseState.CANCELLED,
    (CaseState.SUBMITTED, Event.POSTPONE): CaseState.QUEUED,
    (CaseState.SUBMITTED, Event.ASK_REVIEW): CaseState.AWAITING_REVIEW,
    (CaseState.AWAITING_REVIEW, Event.PASS): CaseState.ACCEPTED,
    (CaseState.AWAITING_REVIEW, Event.RETURN): CaseState.RETURNED,
    (CaseState.AWAITING_REVIEW, Event.CANCEL): CaseState.CANCELLED,
    (CaseState.ACCEPTED, Event.START): CaseState.ACCEPTED,
    (CaseState.ACCEPTED, Event.FINISH): CaseState.CONCLUDED,
    (CaseState.ACCEPTED, Event.FAIL): CaseState.FAILED,
    (CaseState.SUBMITTED, Event.START): CaseState.IN_PROCESS,
    (CaseState.QUEUED, Event.START): CaseState.IN_PROCESS,
    (CaseState.IN_PROCESS, Event.START): CaseState.IN_PROCESS,
    (CaseState.WITH_PERSON, Event.START): CaseState.IN_PROCESS,
    (CaseState.IN_PROCESS, Event.AWAIT_PERSON): CaseState.WITH_PERSON,
    (CaseState.IN_PROCESS, Event.AWAIT_PAYMENT): CaseState.AWAITING_PAYMENT,
    (CaseState.IN_PROCESS, Event.FINISH): CaseState.CONCLUDED,
    (CaseState.IN_PROCESS, Event.FAIL): CaseState.FAILED,
    (CaseState.AWAITING_PAYMENT, Event.FINISH): CaseState.CONCLUDED,
    (CaseState.AWAITING_PAYMENT, Event.FAIL): CaseState.FAILED,
    (CaseState.AWAITING_PAYMENT, Event.EXPIRE): CaseState.VOID,
}


class IllegalMove(Exception):
    """The case is not in a state in which this can happen."""

    def __init__(self, state: CaseState, event: Event) -> None:
        super().__init__(f"{event.name} is not possible for a case that is {state.value}")


def after(state: CaseState, event: Event) -> CaseState:
    """The state that `event` leads to. Raises `IllegalMove`."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise IllegalMove(state, event) from None
