"""A tiny server for the style page; no database is needed for it."""

import mimetypes
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponseBase
from django.test import RequestFactory, override_settings

from hpf.site.middleware import SecurityHeaders
from hpf.web import kit


class _Handler(BaseHTTPRequestHandler):
    """Serves /kit/… under the real security policy, and static files."""

    def do_GET(self) -> None:
        """Answer one request."""
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            self._file(path.removeprefix("/static/"))
        else:
            self._page(path)

    def do_POST(self) -> None:
        """A live request gets an error for the first cell; any other POST goes to the public page."""
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("HX-Request"):
            answer = '<span class="err" id="w1-err" hx-swap-oob="true">应大于 0</span>'
            self._send(200, {"Content-Type": "text/html; charset=utf-8"}, answer.encode())
        else:
            self._send(303, {"Location": "/kit/public"}, b"")

    def _file(self, name: str) -> None:
        found = finders.find(name)
        if found is None:
            return self._send(404, {}, b"")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return self._send(200, {"Content-Type": kind}, Path(found).read_bytes())

    def _page(self, path: str) -> None:
        def view(request: HttpRequest) -> HttpResponseBase:
            return kit.show(request, path.removeprefix("/kit/"))

        response = SecurityHeaders(view)(RequestFactory().get(path))
        self._send(response.status_code, dict(response.headers), response.content)  # type: ignore[attr-defined]

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session", autouse=True)
def _plain_static_names() -> Iterator[None]:
    """Production names static files by their content, after collecting them; tests take them where they lie."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


@pytest.fixture(scope="session")
def kit_server() -> Iterator[str]:
    """Address of the style pages, ending in /kit/."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/kit/"
    server.shutdown()
