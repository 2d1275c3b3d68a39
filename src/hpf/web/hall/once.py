"""A form that counts once: what it shows afterwards cannot be shown again, so a reload must not make a second one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.sessions.models import Session
from django.db import transaction

from hpf.web.hall.entry import HallRequest
from hpf.web.shapes import Field, FieldKind

_SENT = "hall_sent_once"
_KEY = "once"


def field(request: HallRequest) -> Field:
    """The hidden field of a fresh form, or of one that comes back with problems."""
    return Field(_KEY, "", FieldKind.HIDDEN, request.POST.get(_KEY) or str(uuid.uuid4()))


@contextmanager
def turn(request: HallRequest) -> Iterator[bool]:
    """Carrying out a form: whether this very form has been carried out in this session before.

    One transaction with what is done inside, and one at a time in a session, so that of a double click the second finds
    what the first did. An error leaves the form as not carried out.
    """
    key = request.POST.get(_KEY, "")
    with transaction.atomic():
        row = Session.objects.select_for_update().filter(session_key=request.session.session_key).first()
        kept = row.get_decoded() if row is not None else {}
        yield bool(key) and kept.get(_SENT) == key
        request.session[_SENT] = key
        if row is not None:
            row.session_data = request.session.encode({**kept, _SENT: key})
            row.save(update_fields=["session_data"])
