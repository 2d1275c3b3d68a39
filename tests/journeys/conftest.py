"""A real hall on a free port and a real browser: what a journey needs."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from playwright.sync_api import Browser, Page
from tests import personas
from tests.parties import builders as b
from tests.web.conftest import _plain_static_names  # noqa: F401 - a fixture

from hpf.kernel.clock import FixedClock


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadedWSGIServer):
    """Ends the database connection of each request's thread."""

    def close_request(self, request: Any) -> None:
        """As the base has it, and the thread's connection too."""
        connections.close_all()
        super().close_request(request)


@dataclass(frozen=True)
class Hall:
    """The running hall: its address, and browsers in which a persona is logged in."""

    url: str
    open: Callable[..., Page]


@pytest.fixture
def hall(committed_centre: object, clock: FixedClock, settings: Any, browser: Browser) -> Iterator[Hall]:
    """The hall over a database of its own, with the small city; whatever a browser's console says fails the test."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    personas.city([b.person(51, b.sealed(personas.ONE, 202601), name="周八"), b.person(50, b.normal(personas.OTHER))])
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(StaticFilesHandler(WSGIHandler()))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    contexts, said = [], []

    def opened(who: personas.Persona, width: int = 1366, height: int = 768, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        cookies = personas.login(who).cookies.values()
        context.add_cookies([{"name": c.key, "value": c.value, "url": url} for c in cookies])
        tab = context.new_page()
        tab.on("console", lambda m: said.append(m.text) if m.type == "error" and "status of 4" not in m.text else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        return tab

    yield Hall(url, opened)
    for context in contexts:
        context.close()
    server.shutdown()
    server.server_close()
    assert said == []
