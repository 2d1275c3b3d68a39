"""An employer's addresses, and the messages of one."""

import uuid
from collections.abc import Sequence

from django.db.models import Q

from hpf.kernel.clock import in_china
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page
from hpf.outside import models
from hpf.outside.facts import HookFacts, MessageFacts, MessageKind, MessageState

_IN_STATE = {
    MessageState.WAITING: Q(delivered_at=None, given_up_at=None),
    MessageState.DELIVERED: Q(delivered_at__isnull=False),
    MessageState.GIVEN_UP: Q(delivered_at=None, given_up_at__isnull=False),
}


def hooks_of(employer_id: int) -> list[HookFacts]:
    """The addresses that are told, the oldest first."""
    mine = models.Hook.objects.filter(employer_id=employer_id, ended_at=None)
    return [hook_fact(row) for row in mine.order_by("since_at", "id")]


def hook(employer_id: int, hook_id: uuid.UUID) -> HookFacts | None:
    """One of them."""
    row = models.Hook.objects.filter(id=hook_id, employer_id=employer_id, ended_at=None).first()
    return None if row is None else hook_fact(row)


def messages(of: HookFacts, *, page: int) -> Sequence[MessageFacts]:
    """One page of an address's messages, the newest first; empty behind the last."""
    found = models.Delivery.objects.filter(hook_id=of.id).order_by("-at", "-id")
    return [_message_fact(row) for row in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]


def messages_page(of: HookFacts, *, state: MessageState | None = None, page: object = 1) -> Page[MessageFacts]:
    """The same, counted, of one state or of all."""
    found = models.Delivery.objects.filter(_IN_STATE[state] if state else Q(), hook_id=of.id)
    total = found.count()
    number = clamp_page(page, total)
    rows = found.order_by("-at", "-id")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([_message_fact(row) for row in rows], total, number)


def hook_fact(row: models.Hook) -> HookFacts:
    """A row as a fact."""
    kinds = tuple(MessageKind(kind) for kind in row.kinds)
    return HookFacts(row.id, row.employer_id, row.url, kinds, in_china(row.since_at))


def _message_fact(row: models.Delivery) -> MessageFacts:
    return MessageFacts(
        id=row.id,
        kind=MessageKind(row.kind),
        subject=row.subject,
        body=row.body,
        at=in_china(row.at),
        tries=row.tries,
        status=row.status,
        reason=row.reason,
        delivered_at=row.delivered_at,
        given_up_at=row.given_up_at,
    )
