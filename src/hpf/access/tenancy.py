"""Which centre this process is in: the first segment of the path, or `in_centre` for jobs and commands.

One centre is one schema. The stock middleware of django-tenants goes by host name and clears URL caches at every
request; ours goes by the path prefix, which becomes the script prefix, so that `reverse()` stays inside the centre.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.db import connection as plain_connection
from django.http import Http404, HttpRequest, HttpResponseBase
from django.http.response import StreamingHttpResponse
from django.urls import get_script_prefix, set_script_prefix

from hpf.access.models import Centre

PUBLIC = "public"
connection = cast(Any, plain_connection)  # with the methods of django-tenants, which carries no types


class NoCentre(Exception):
    """Something that belongs to a centre was asked for outside any."""


class UnknownCentre(Exception):
    """No centre has this code."""


@dataclass(frozen=True)
class CentreInfo:
    """A centre by its code (schema, path prefix) and its full Chinese name."""

    code: str
    name: str


@lru_cache(maxsize=64)
def _known(database: str, code: str) -> Centre:
    """The row of a centre, read once per process: a name changes with a restart. Raises Centre.DoesNotExist."""
    with _schema(None):
        centre: Centre = Centre.objects.get(schema_name=code)
    return centre


def _find(code: str) -> Centre:
    return _known(str(connection.settings_dict["NAME"]), code)


@contextlib.contextmanager
def _schema(centre: Centre | None) -> Iterator[None]:
    before = connection.tenant
    connection.set_tenant(centre) if centre else connection.set_schema_to_public()
    try:
        yield
    finally:
        connection.set_tenant(before)


@contextlib.contextmanager
def in_centre(code: str) -> Iterator[CentreInfo]:
    """Run a block inside a centre's schema; raises UnknownCentre."""
    try:
        centre = _find(code)
    except Centre.DoesNotExist as error:
        raise UnknownCentre(code) from error
    with _schema(centre):
        yield CentreInfo(code, centre.name)


def current_centre() -> CentreInfo:
    """The centre this thread is in; raises NoCentre outside any."""
    tenant = connection.tenant
    if not isinstance(tenant, Centre):
        raise NoCentre
    return CentreInfo(tenant.schema_name, tenant.name)


def centres() -> list[CentreInfo]:
    """All centres of this installation, by code."""
    with _schema(None):
        rows = Centre.objects.exclude(schema_name=PUBLIC).order_by("schema_name")
        return [CentreInfo(row.schema_name, row.name) for row in rows]


class CentreMiddleware:
    """Enters the centre named by the first path segment; sets `request.centre` (CentreInfo, or None on shared paths).

    `CENTRE_URLCONF` serves a centre's pages, `ROOT_URLCONF` the shared ones named in `SHARED_PATHS`. A first segment
    that is neither is a 404, even without a trailing slash.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        from django.conf import settings  # noqa: PLC0415 - models import this module's package before settings are final

        self._get_response = get_response
        self._shared = frozenset(settings.SHARED_PATHS)
        self._centre_urls = settings.CENTRE_URLCONF

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        code, _, rest = request.path_info.removeprefix("/").partition("/")
        if code in self._shared:
            request.centre = None  # type: ignore[attr-defined]
            with _schema(None):
                return self._get_response(request)
        try:
            centre = _find(code)
        except Centre.DoesNotExist:
            raise Http404 from None
        prefix_before = get_script_prefix()
        prefix = f"{prefix_before}{code}/"
        request.centre = CentreInfo(code, centre.name)  # type: ignore[attr-defined]
        request.path_info = f"/{rest}"
        request.urlconf = self._centre_urls
        set_script_prefix(prefix)
        try:
            with _schema(centre):
                response = self._get_response(request)
        finally:
            set_script_prefix(prefix_before)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _inside(centre, cast(Iterator[bytes], response.streaming_content))
        return response


def _inside(centre: Centre, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a streamed answer, each made inside the centre: the middleware has long returned by then."""
    iterator = iter(parts)
    while True:
        with _schema(centre):
            try:
                part = next(iterator)
            except StopIteration:
                return
        yield part
