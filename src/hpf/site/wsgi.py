"""Entry for gunicorn: `gunicorn hpf.site.wsgi`."""

import os
from collections.abc import Callable, Iterable
from typing import IO, Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hpf.site.settings")


class CutOff(OSError):
    """The connection ended before the whole body had come."""


class WholeBody:
    """The body of a request, which has to be as long as its head says.

    Servers end a body at the end of the connection, and Django takes what it got: of a form that was cut off, `wage=82`
    for `wage=8200`. Reading from here fails instead (Django's UnreadablePostError), and the request changes nothing.
    """

    def __init__(self, body: IO[bytes], length: int) -> None:
        self._body, self._left = body, length

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left. Raises CutOff when there are fewer."""
        wanted = self._left if size < 0 else min(size, self._left)
        return self._counted(self._body.read(wanted), wanted)

    def readline(self, size: int = -1) -> bytes:
        """A line, or so many bytes of it. Raises CutOff for a last line that is not whole."""
        line = self._body.readline(size)
        return self._counted(line, 0 if line.endswith(b"\n") or len(line) == size else self._left)

    def _counted(self, data: bytes, wanted: int) -> bytes:
        self._left -= len(data)
        if len(data) < wanted:
            raise CutOff(f"{self._left} bytes never came")
        return data


_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, reading whole bodies only."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdecimal():
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
    return _django(environ, start_response)
