"""Telling employers of the month's dues, after month close has made them all: the agents' inbox, and a text message to
those who have subscribed (domain-values A16).

Month close starts it when it is done, so that making the dues waits for nothing. Taken up in the order of making; what
was told stands in the database by its subject, so a run that was killed tells nothing twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from hpf.access.actor import Actor
from hpf.dues import listings, readers
from hpf.dues.facts import Due
from hpf.kernel.month import Month
from hpf.notices import changes as notices
from hpf.notices.facts import EntryKind, NewEntry, NewText, Target, TextKind
from hpf.parties import readers as parties
from hpf.policy.parameters import Texts
from hpf.policy.readers import current_rules
from hpf.runs.facts import Progress

CODE = "due_notices"
ACTOR = Actor.system("应缴通知")
BATCH = 2_000


def step(due_at: datetime, now: datetime, position: Mapping[str, Any]) -> Progress:
    """Tells of the next `BATCH` dues of the month that was made on the day of `due_at`; three queries and two writes.

    `position`: `after` is the due to go on behind; `told` and `texts` count so far.
    """
    month, after = Month.of(due_at.date()), position.get("after", 0)
    made = listings.remittances_made(month, after, BATCH)
    texts = current_rules(CODE).at(now.date()).texts
    with transaction.atomic():
        queued = _tell(now, made, texts)
    told, sent = position.get("told", 0) + len(made), position.get("texts", 0) + queued
    finished = len(made) < BATCH
    total = told if finished else max(told, readers.month_figures(month).dues)
    figures = {"业务年月": str(month), "已通知单位": told, "短信": sent}
    place = {"after": made[-1].id if made else after, "told": told, "texts": sent}
    return Progress(told, total, figures, place, finished)


def _tell(now: datetime, made: Sequence[Due], texts: Texts) -> int:
    """Writes entries and messages about these dues; how many messages are new."""
    whom = parties.subscribers([due.employer_account_id for due in made])
    entry, sms = texts.inbox(EntryKind.DUE_MADE.value), texts.sms_due_made
    told = [(due, whom[due.employer_account_id], _said(due, texts)) for due in made]
    notices.put_entries(
        now,
        [
            NewEntry(f"due:{due.id}", who.employer_id, EntryKind.DUE_MADE, entry.format(**said), Target.DUE, due.code)
            for due, who, said in told
        ],
    )
    return notices.queue_texts(
        ACTOR,
        now,
        [
            NewText(f"due:{due.id}:{agent_id}", TextKind.DUE_MADE, mobile, sms.format(**said))
            for due, who, said in told
            for agent_id, mobile in who.agents
        ],
    )


def _said(due: Due, texts: Texts) -> dict[str, object]:
    method = texts.deposit_method(due.method.value)
    return {"month": due.month, "amount": due.amount, "people": due.people, "method": method}
