"""Telling employers' own systems what happened: read from the timelines, kept as messages, pushed by the job queue.

Nothing in the engine knows of this. Once a minute `tell` looks at what the timelines and the dues have new, writes one
message per hook and happening, once, and queues it in the same transaction. A message is pushed until it is taken or
given up; it carries its own id, because a push whose answer was lost is repeated.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from hpf.access.clock import RealClock
from hpf.access.jobs import defer, job
from hpf.access.tenancy import current_centre
from hpf.dues import readers as dues
from hpf.dues.facts import Due, FundsFilter
from hpf.dues.listings import stream_funds
from hpf.engine.happenings import Happening, happenings
from hpf.outside import models, webhooks
from hpf.outside.facts import MessageKind
from hpf.parties import readers as parties

LOOK_BACK = 10_000
"""Timeline entries get their numbers before they become visible: so many back are looked at again. An entry would be
missed whose transaction stayed open while so many later ones were made."""
PAUSES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21600, 43200, 86400))
"""Real time between the tries of a message; after the last it is given up: two days in all."""
_BATCH = 500


@job
def tell() -> None:
    """Writes and queues the messages that are new. Running twice at once or again changes nothing."""
    with transaction.atomic():
        mark, _ = models.Mark.objects.get_or_create(only=True)
        mark = models.Mark.objects.select_for_update().get(only=True)
        hooks = list(models.Hook.objects.filter(ended_at=None))
        seen = happenings(max(0, mark.happening - LOOK_BACK), {hook.employer_id for hook in hooks}) if hooks else []
        _write(hooks, seen)
        if seen and seen[-1].id > mark.happening:
            mark.happening = seen[-1].id
            mark.save(update_fields=["happening"])
    while _queue_some():
        pass


def _write(hooks: Sequence[models.Hook], seen: Sequence[Happening]) -> None:
    """The messages of every hook; those that are there already stay as they are."""
    made = list(_dues_made(hooks))
    messages = [message for hook in hooks for message in _messages(hook, seen, made)]
    known = set(
        models.Delivery.objects.filter(id__in=[message.id for message in messages]).values_list("id", flat=True)
    )
    fresh = [message for message in messages if message.id not in known]
    models.Delivery.objects.bulk_create(fresh, batch_size=_BATCH, ignore_conflicts=True)


def _dues_made(hooks: Sequence[models.Hook]) -> Iterator[tuple[int, str, Due]]:
    """(employer, account number, due) of the latest closed month and later, for the employers that are told."""
    latest = dues.last_closed_month()
    told = {hook.employer_id for hook in hooks if MessageKind.DUE_MADE in hook.kinds}
    accounts = {account.id: account for employer in told for account in parties.employer_accounts_of(employer)}
    if latest is None or not accounts:
        return
    for due in stream_funds(list(accounts), FundsFilter(first_month=latest)):
        account = accounts[due.employer_account_id]
        yield account.employer_id, account.account_no, due


def _messages(
    hook: models.Hook, seen: Sequence[Happening], made: Sequence[tuple[int, str, Due]]
) -> Iterator[models.Delivery]:
    if MessageKind.CASE_MOVED in hook.kinds:
        for one in seen:
            if one.employer_id == hook.employer_id and one.id > hook.since_happening:
                yield _message(hook, MessageKind.CASE_MOVED, f"happening:{one.id}", one.at, {"case": _case(one)})
    for employer_id, account_no, due in made if MessageKind.DUE_MADE in hook.kinds else ():
        if employer_id == hook.employer_id and due.made_at > hook.since_at:
            told = {"due": _due(account_no, due)}
            yield _message(hook, MessageKind.DUE_MADE, f"due:{due.id}", due.made_at, told)


def _message(hook: models.Hook, kind: MessageKind, subject: str, at: Any, told: dict[str, Any]) -> models.Delivery:
    number = uuid.uuid5(hook.id, subject)
    body = {"id": str(number), "kind": kind.value, "centre": current_centre().code, "at": at.isoformat(), **told}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return models.Delivery(id=number, hook=hook, subject=subject, kind=kind.value, body=text, at=at)


def _case(one: Happening) -> dict[str, Any]:
    return {
        "no": one.case_no,
        "item": one.item_code,
        "event": one.event,
        "state": one.state.value,
        "state_label": one.state.label,
        "total": one.total,
        "succeeded": one.succeeded,
        "failed": one.failed,
        "pending": one.total - one.succeeded - one.failed,
    }


def _due(account_no: str, due: Due) -> dict[str, Any]:
    return {
        "code": due.code,
        "employer_account": account_no,
        "kind": due.kind.value,
        "month": str(due.month),
        "people": due.people,
        "amount": due.amount.plain,
    }


def _queue_some() -> bool:
    """Queues messages that wait for it; whether there may be more."""
    with transaction.atomic():
        waiting = models.Delivery.objects.select_for_update(skip_locked=True).filter(queued=False)
        found = list(waiting.order_by("at", "id").values_list("id", "tries")[:_BATCH])
        models.Delivery.objects.filter(id__in=[number for number, _ in found]).update(queued=True)
        for number, tries in found:
            queue_push(number, tries)
    return len(found) == _BATCH


@job
def push(*, delivery: str, tries: int | None = None) -> None:
    """Pushes one message; when it is not taken, comes back after a pause that grows, and gives up in the end.

    `tries` says how many there were when this was queued: a job that another has overtaken does nothing.
    """
    message = models.Delivery.objects.select_related("hook").filter(id=delivery, delivered_at=None).first()
    if message is None or message.given_up_at is not None or message.hook.ended_at is not None:
        return
    if tries is not None and tries != message.tries:
        return
    body, now = message.body.encode(), RealClock().now()
    headers = {
        "HPF-Message-Id": str(message.id),
        "HPF-Message-Kind": message.kind,
        "HPF-Signature": webhooks.signature(message.hook.secret, int(now.timestamp()), body),
    }
    changed: dict[str, Any] = {"tries": message.tries + 1, "reason": ""}
    try:
        changed["status"] = webhooks.send(message.hook.url, headers, body, loopback=settings.DEMO)
        changed["delivered_at"] = RealClock().now()
    except (webhooks.NotDelivered, webhooks.ForbiddenAddress) as problem:
        changed |= {"status": getattr(problem, "status", None), "reason": str(problem)[:200]}
    with transaction.atomic():
        if "delivered_at" not in changed:
            if message.tries < len(PAUSES):
                queue_push(message.id, message.tries + 1, at=now + PAUSES[message.tries])
            else:
                changed["given_up_at"] = now
        models.Delivery.objects.filter(id=message.id).update(**changed)


def queue_push(number: uuid.UUID, tries: int, *, at: datetime | None = None) -> None:
    """Queues the next try of a message that has had so many, for now or for a moment of real time."""
    defer(push, lock=f"message:{number}", at=at, delivery=str(number), tries=tries)
