"""Bulk reads of the room: each one query, however many keys are given."""

from collections.abc import Collection, Mapping

from django.db import connection
from django.db.models import Count

from hpf.kernel.clock import in_china
from hpf.notices import models
from hpf.notices.facts import Entry, EntryKind, Target, TextState

MOST_UNREAD = 99
"""A count of unread entries is not told beyond this, so that it stays cheap on every page."""

_UNREAD = """
SELECT count(*) FROM (
    SELECT FROM notices_entry e
     WHERE e.employer_id = %(employer)s
       AND NOT EXISTS (SELECT FROM notices_read r WHERE r.user_id = %(user)s AND r.entry_id = e.id)
     ORDER BY e.id DESC LIMIT %(most)s) newest
"""

_UNREAD_OF_MANY = """
SELECT e.employer_id, count(*) FROM notices_entry e
 WHERE e.employer_id = ANY(%(employers)s)
   AND NOT EXISTS (SELECT FROM notices_read r WHERE r.user_id = %(user)s AND r.entry_id = e.id)
 GROUP BY e.employer_id
"""


def texts_about(subjects: Collection[str]) -> Mapping[str, tuple[TextState, str]]:
    """State and reason of the messages with these subjects; a subject without a message is left out."""
    found = models.Text.objects.filter(subject__in=list(subjects)).values_list("subject", "state", "reason")
    return {subject: (TextState(state), reason) for subject, state, reason in found}


def text_counts() -> Mapping[TextState, int]:
    """How many messages stand in each state that somebody may have to look at: all but the delivered."""
    open_states = [state.value for state in TextState if state is not TextState.DELIVERED]
    found = models.Text.objects.filter(state__in=open_states).values_list("state").annotate(n=Count("id"))
    counted = {TextState(state): n for state, n in found.order_by()}
    return {state: counted.get(state, 0) for state in TextState if state is not TextState.DELIVERED}


def unread(user_id: int, employer_id: int) -> int:
    """How many entries of an employer this agent has not seen, at most `MOST_UNREAD` + 1."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"user": user_id, "employer": employer_id, "most": MOST_UNREAD + 1})
        return int(cursor.fetchone()[0])


def unread_of_many(user_id: int, employer_ids: Collection[int]) -> Mapping[int, int]:
    """The same of many employers by id, without a limit; those with nothing unread are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD_OF_MANY, {"user": user_id, "employers": list(employer_ids)})
        return dict(cursor.fetchall())


def entry(entry_id: int, employer_id: int, user_id: int) -> Entry | None:
    """One entry of an employer as this agent sees it; None for another employer's, as for one that is not there."""
    found = models.Entry.objects.filter(id=entry_id, employer_id=employer_id).first()
    if found is None:
        return None
    read = models.Read.objects.filter(user_id=user_id, entry_id=entry_id).exists()
    return entry_of(found, read)


def entry_of(record: models.Entry, read: bool) -> Entry:
    """The frozen value of an entry's record."""
    return Entry(
        record.id, EntryKind(record.kind), record.text, Target(record.target), record.ref, in_china(record.at), read
    )
