"""What the employer's agents are told of a case, written with the timeline's entry and in its transaction.

So nothing is lost and nothing told twice. Who did it need not be told: the entry is seen already by that agent.
"""

from collections.abc import Mapping
from datetime import datetime

from hpf.access.actor import Actor, ActorKind
from hpf.engine.catalogue import NotOffered, catalogue
from hpf.engine.declare import FormKind, Item
from hpf.engine.facts import CaseState
from hpf.engine.models import Case, CaseEvent
from hpf.notices.changes import put_entries
from hpf.notices.facts import EntryKind, NewEntry, Target
from hpf.policy.readers import current_rules

TOLD: Mapping[str, EntryKind] = {
    "ask_check": EntryKind.TO_CHECK,
    "send_back": EntryKind.SENT_BACK,
    "return": EntryKind.RETURNED,
    "await_person": EntryKind.WITH_PERSON,
    "rows_refused": EntryKind.ROWS_REFUSED,
    "finish": EntryKind.CONCLUDED,
    "fail": EntryKind.FAILED,
    "expire": EntryKind.ORDER_VOID,
}
"""The events of a timeline that are told."""
AFTER_PAYMENT: Mapping[EntryKind, EntryKind] = {
    EntryKind.CONCLUDED: EntryKind.PAID,
    EntryKind.FAILED: EntryKind.PAYMENT_FAILED,
}
"""How the end of a case is told that waited for its money."""


def tell(actor: Actor, at: datetime, case: Case, event: CaseEvent, before: CaseState | None) -> None:
    """Write the inbox entry of a timeline's entry, if it is one that is told; `before` is the state it moved from."""
    kind = TOLD.get(event.event)
    if kind is None:
        return
    if before is CaseState.AWAITING_PAYMENT:
        kind = AFTER_PAYMENT.get(kind, kind)
    title, at_once = _item(case)
    if kind is EntryKind.CONCLUDED and at_once:
        return
    text = current_rules("inbox").at(at.date()).texts.inbox(kind.value)
    told = text.format(
        item=title,
        no=case.no,
        total=case.total,
        succeeded=case.succeeded,
        failed=case.failed,
        pending=case.total - case.succeeded - case.failed,
        reason=event.note or "原因见办件",
    )
    entry = NewEntry(f"event:{event.pk}", case.employer_id, kind, told, Target.CASE, case.no)
    put_entries(at, [entry], seen_by=actor.user_id if actor.kind is ActorKind.AGENT else None)


def _item(case: Case) -> tuple[str, bool]:
    """The title of a case's item, and whether it ends under its agent's eyes: a paper that is printed."""
    try:
        service = catalogue().offer(case.item_code).service
    except NotOffered:
        return case.item_code, False
    return service.title, isinstance(service, Item) and service.form is FormKind.CERTIFICATE
