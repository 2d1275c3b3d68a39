"""A form that counts once: what it shows afterwards cannot be shown again, so a reload must not make a second one."""

import uuid

from hpf.web.hall.entry import HallRequest
from hpf.web.shapes import Field, FieldKind

_SENT = "hall_sent_once"
_KEY = "once"


def field(request: HallRequest) -> Field:
    """The hidden field of a fresh form, or of one that comes back with problems."""
    return Field(_KEY, "", FieldKind.HIDDEN, request.POST.get(_KEY) or str(uuid.uuid4()))


def was_sent(request: HallRequest) -> bool:
    """Whether this very form has been carried out in this session."""
    return bool(request.POST.get(_KEY)) and request.session.get(_SENT) == request.POST.get(_KEY)


def note(request: HallRequest) -> None:
    """It has been carried out."""
    request.session[_SENT] = request.POST.get(_KEY, "")
