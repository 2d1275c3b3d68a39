"""The verbs of the room: queue and resend text messages, take the gateway's reports, write and read inbox entries."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.notices import jobs
from hpf.notices.delivery import forget_texts, take_reports
from hpf.notices.facts import NewEntry, NewText, TextState
from hpf.trail.changes import record

__all__ = ["forget_texts", "mark_all_read", "mark_read", "put_entries", "queue_texts", "resend", "take_reports"]

_QUEUE = """
INSERT INTO notices_text (subject, kind, mobile, text, state, ref, created_at)
SELECT n.subject, n.kind, n.mobile, n.text, 'waiting', gen_random_uuid(), %s
  FROM json_to_recordset(%s) AS n(subject text, kind text, mobile text, text text)
 WHERE n.mobile <> '' AND n.text <> ''
ON CONFLICT (subject) DO NOTHING
RETURNING id
"""

_RESEND = """
UPDATE notices_text SET state = 'waiting', ref = gen_random_uuid(), gateway_id = '', tries = 0, next_at = NULL,
                        reason = '', sent_at = NULL, ended_at = NULL
 WHERE state = ANY(%(states)s) AND mobile <> '' AND (%(id)s::bigint IS NULL OR id = %(id)s)
RETURNING id
"""

_ENTRIES = """
INSERT INTO notices_entry (subject, employer_id, kind, text, target, ref, at)
SELECT n.subject, n.employer_id, n.kind, n.text, n.target, n.ref, %s
  FROM json_to_recordset(%s) AS n(subject text, employer_id bigint, kind text, text text, target text, ref text)
 WHERE n.text <> ''
ON CONFLICT (subject) DO NOTHING
"""

_SEEN = """
INSERT INTO notices_read (user_id, entry_id, at)
SELECT %s, e.id, %s FROM notices_entry e WHERE e.subject = ANY(%s)
ON CONFLICT DO NOTHING
"""

_READ_ALL = """
INSERT INTO notices_read (user_id, entry_id, at)
SELECT %(user)s, e.id, %(at)s FROM notices_entry e
 WHERE e.employer_id = %(employer)s AND (%(entry)s::bigint IS NULL OR e.id = %(entry)s)
ON CONFLICT DO NOTHING
"""


def queue_texts(actor: Actor, at: datetime, texts: Sequence[NewText]) -> int:
    """Write messages to be sent after the caller's transaction; how many are new.

    Without a number or with an empty text there is none: so a centre that sends no messages says so in its policy
    (HH-0-05). One statement, one job and one entry in the trail, however many they are.
    """
    told = [{"subject": t.subject, "kind": t.kind.value, "mobile": t.mobile, "text": t.text} for t in texts]
    if not any(text["mobile"] and text["text"] for text in told):
        return 0
    with transaction.atomic():
        queued = len(_run(_QUEUE, [at, json.dumps(told, ensure_ascii=False)]))
        if queued:
            kinds = sorted({text["kind"] for text in told})
            record(actor, at, "texts.queued", "text", "", {"count": queued, "kinds": kinds})
            jobs.queue()
    return queued


def resend(actor: Actor, at: datetime, text_id: int | None = None) -> int:
    """Send a message once more that failed or was given up; without an id all that the gateway did not answer for.

    Returns how many are sent: 0 for one that is in another state, or whose number was forgotten.
    """
    states = [state.value for state in TextState if state.can_be_resent]
    params = {"id": text_id, "states": states if text_id is not None else [TextState.GIVEN_UP.value]}
    with transaction.atomic():
        found = [row[0] for row in _run(_RESEND, params)]
        if found:
            record(actor, at, "texts.resent", "text", "" if text_id is None else text_id, {"count": len(found)})
            jobs.queue()
    return len(found)


def put_entries(at: datetime, entries: Sequence[NewEntry], *, seen_by: int | None = None) -> None:
    """Write inbox entries, in the caller's transaction and one statement; what was told before is not told again.

    An empty text makes no entry. `seen_by`: the login of the agent who did what is told of, and need not be told. No
    trail: an entry tells of something whose trail is written already.
    """
    told: list[dict[str, Any]] = [
        {"subject": e.subject, "employer_id": e.employer_id, "kind": e.kind.value, "text": e.text,
         "target": e.target.value, "ref": e.ref}
        for e in entries
    ]  # fmt: skip
    if any(entry["text"] for entry in told):
        _run(_ENTRIES, [at, json.dumps(told, ensure_ascii=False)])
        if seen_by is not None:
            _run(_SEEN, [seen_by, at, [entry["subject"] for entry in told]])


def mark_read(actor: Actor, at: datetime, entry_id: int) -> bool:
    """The acting agent has seen this entry of the employer acted for; False when it has none of this number, or has
    seen it before."""
    return _mark(actor, at, entry_id) > 0


def mark_all_read(actor: Actor, at: datetime) -> int:
    """The acting agent has seen every entry of the employer acted for; how many were new."""
    return _mark(actor, at, None)


def _mark(actor: Actor, at: datetime, entry_id: int | None) -> int:
    params = {"user": actor.user_id, "employer": actor.employer_id, "entry": entry_id, "at": at}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_READ_ALL, params)
        count = int(cursor.rowcount)
        if count:
            record(actor, at, "inbox.read", "inbox", "" if entry_id is None else entry_id, {"count": count})
    return count


def _run(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
