"""A text message on its way: taken up, put off, handed over, reported, forgotten; one statement for any number.

A report may overtake the gateway's reply, come twice, or contradict an earlier one: a message that was delivered stays
delivered, so that the order in which reports come makes no difference. Replies and reports are about many messages and
may come at once: each locks its messages in the order of their numbers.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.notices.facts import Outgoing, Reply, Report
from hpf.trail.changes import record

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720))
"""Real time between the tries of a message; after the last it is given up, most of a day later."""

_DUE = """
SELECT ref, mobile, text FROM notices_text
 WHERE state = 'waiting' AND (next_at IS NULL OR next_at <= %s)
 ORDER BY next_at NULLS FIRST, id LIMIT %s
"""

_PUT_OFF = """
UPDATE notices_text t
   SET tries = t.tries + 1, reason = %(reason)s,
       state = CASE WHEN t.tries >= %(most)s THEN 'given_up' ELSE 'waiting' END,
       ended_at = CASE WHEN t.tries >= %(most)s THEN %(at)s::timestamptz END,
       next_at = %(now)s::timestamptz + make_interval(secs => (%(pauses)s::integer[])[t.tries + 1])
  FROM (SELECT id FROM notices_text WHERE state = 'waiting' AND ref = ANY(%(refs)s::uuid[]) ORDER BY id FOR UPDATE) l
 WHERE t.id = l.id
"""

_REPLIED = """
UPDATE notices_text t
   SET state = CASE WHEN t.state <> 'waiting' THEN t.state WHEN r.refused = '' THEN 'sent' ELSE 'failed' END,
       reason = CASE WHEN t.state <> 'waiting' THEN t.reason ELSE r.refused END,
       gateway_id = r.gateway_id, tries = t.tries + 1,
       sent_at = CASE WHEN r.refused = '' THEN coalesce(t.sent_at, %(at)s) ELSE t.sent_at END,
       ended_at = CASE WHEN r.refused <> '' AND t.state = 'waiting' THEN %(at)s ELSE t.ended_at END
  FROM (SELECT n.id, told.* FROM notices_text n
          JOIN json_to_recordset(%(told)s) AS told(ref uuid, gateway_id text, refused text) USING (ref)
         ORDER BY n.id FOR UPDATE OF n) r
 WHERE t.id = r.id
"""

_REPORTED = """
UPDATE notices_text t
   SET state = CASE WHEN r.delivered THEN 'delivered' ELSE 'failed' END, reason = r.reason, ended_at = %(at)s,
       sent_at = coalesce(t.sent_at, %(at)s)
  FROM (SELECT n.id, told.* FROM notices_text n
          JOIN json_to_recordset(%(told)s) AS told(ref uuid, delivered boolean, reason text) USING (ref)
         ORDER BY n.id FOR UPDATE OF n) r
 WHERE t.id = r.id AND t.state <> 'delivered' AND (r.delivered OR t.state <> 'failed')
RETURNING t.state
"""

_FORGET = """
UPDATE notices_text SET mobile = '', text = ''
 WHERE mobile <> '' AND created_at < %s AND state <> 'waiting'
RETURNING id
"""


def due(now: datetime, most: int) -> list[Outgoing]:
    """The messages to hand over at `now` (real time), the longest waiting first."""
    return [Outgoing(str(ref), mobile, text) for ref, mobile, text in _run(_DUE, [now, most])]


def put_off(at: datetime, now: datetime, messages: Sequence[Outgoing], reason: str, *, for_good: bool = False) -> None:
    """The gateway did not answer: again after a pause that grows, given up after the last or `for_good`. `now` is real
    time."""
    params = {
        "refs": [message.ref for message in messages],
        "reason": reason[:100],
        "at": at,
        "now": now,
        "pauses": [int(pause.total_seconds()) for pause in PAUSES],
        "most": 0 if for_good else len(PAUSES),
    }
    _run(_PUT_OFF, params)


def note_replies(at: datetime, replies: Sequence[Reply]) -> None:
    """What the gateway said of the messages handed over; one that was reported meanwhile stays as reported."""
    told = [{"ref": r.ref, "gateway_id": r.gateway_id[:40], "refused": r.refused[:100]} for r in replies]
    _run(_REPLIED, {"told": json.dumps(told, ensure_ascii=False), "at": at})


def take_reports(actor: Actor, at: datetime, reports: Sequence[Report]) -> int:
    """Apply the gateway's reports, once each and whatever their order; how many changed something."""
    latest = {report.ref: report for report in sorted(reports, key=lambda report: report.delivered)}
    told = [{"ref": r.ref, "delivered": r.delivered, "reason": r.reason[:100]} for r in latest.values()]
    with transaction.atomic():
        changed = [row[0] for row in _run(_REPORTED, {"told": json.dumps(told, ensure_ascii=False), "at": at})]
        if changed:
            counts = {state: changed.count(state) for state in sorted(set(changed))}
            record(actor, at, "texts.reported", "text", "", counts)
    return len(changed)


def forget_texts(actor: Actor, at: datetime, before: datetime) -> int:
    """Empty number and text of the messages made before a moment, those that wait excepted; how many. That they were
    sent, when, and what became of them stays."""
    with transaction.atomic():
        forgotten = len(_run(_FORGET, [before]))
        if forgotten:
            record(actor, at, "texts.forgotten", "text", "", {"count": forgotten})
    return forgotten


def _run(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
