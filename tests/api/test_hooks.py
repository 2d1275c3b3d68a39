"""Messages pushed to a receiver on this machine: signed, each once by its id, again until it is taken."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection
from tests.api.stage import Caller, caller, debtor, roster, told
from tests.dues import builders as money
from tests.engine.hall import person

from hpf.kernel.clock import TZ, FixedClock
from hpf.kernel.month import Month
from hpf.outside import models, webhooks
from hpf.outside.telling import PAUSES, push, tell

SECRET = "a secret of the payroll system"


class Receiver(HTTPServer):
    """Keeps what it is told; `statuses` are its next answers, then 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hpf?from=hpf"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append((dict(self.headers.items()), body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if 300 <= status < 400:
            self.send_header("Location", self.server.url)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A receiver on this machine, which the demo may speak to."""
    settings.DEMO = True
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def _register(program: Caller, receiver: Receiver, *kinds: str) -> str:
    body = {"url": receiver.url, "secret": SECRET, "kinds": list(kinds or ("case.moved", "due.made"))}
    answer = program.ask("POST", "hooks", body)
    assert answer.status_code == 201, answer.content
    return str(json.loads(answer.content)["id"])


def _bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(body) for _, body in receiver.messages]


def _checked(headers: dict[str, str], body: bytes) -> bool:
    """The check as a receiver makes it."""
    parts = dict(part.split("=", 1) for part in headers["HPF-Signature"].split(","))
    signed = f"{parts['t']}.".encode() + body
    age = abs(datetime.now(TZ).timestamp() - int(parts["t"]))
    return age < 300 and hmac.compare_digest(parts["v1"], hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())


def test_every_move_of_a_case_is_told_once_and_signed(
    program: Caller, receiver: Receiver, drain: Callable[[], int]
) -> None:
    before = program.submitted(roster(), "key-before", [person(9)])
    hook = _register(program, receiver)
    case = program.submitted(roster(), "key-00000001", [person(1)])["case"]
    drain()
    for _ in range(3):
        tell()
        drain()
    moves = [
        (m["kind"], m["case"]["no"], m["case"]["state"]) for m in _bodies(receiver) if m["case"]["no"] == case["no"]
    ]
    assert sorted(state for _, _, state in moves) == ["concluded", "in_process", "submitted"]
    earlier = [m["case"]["event"] for m in _bodies(receiver) if m["case"]["no"] == before["case"]["no"]]
    assert "submitted" not in earlier, "what was before the registration is not told"
    assert all(_checked(headers, body) for headers, body in receiver.messages)
    ids = [headers["HPF-Message-Id"] for headers, _ in receiver.messages]
    assert ids == [m["id"] for m in _bodies(receiver)]
    assert len(set(ids)) == len(ids)
    headers, body = receiver.messages[0]
    assert not _checked(headers, body + b" ")
    kept = program.get(f"hooks/{hook}/messages")
    assert {one["id"] for one in kept} == set(ids)
    assert all(one["status"] == 200 and one["delivered_at"] and one["tries"] == 1 for one in kept)


def test_dues_are_told_when_they_are_made(
    centre: object, clock: FixedClock, receiver: Receiver, drain: Callable[[], int]
) -> None:
    program = caller(debtor(clock)["A"])
    _register(program, receiver, "due.made")
    clock.move_to(money.TURN.replace(month=12))
    made = money.close(Month(2026, 12), clock.now())
    tell()
    drain()
    (message,) = _bodies(receiver)
    assert (message["kind"], message["due"]["month"], message["due"]["people"]) == ("due.made", "2026-12", 2)
    assert message["due"]["amount"] == made.amount.plain
    assert message["due"]["employer_account"] == program.account_no


def _pending(at_most: timedelta) -> list[timedelta]:
    """How long the queued jobs still wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at - clock_timestamp() FROM public.procrastinate_jobs"
            " WHERE status = 'todo' AND scheduled_at IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall() if row[0] <= at_most]


@pytest.mark.parametrize("status", [500, 404, 302, 410])
def test_a_message_that_is_not_taken_comes_again(
    program: Caller, receiver: Receiver, drain: Callable[[], int], status: int
) -> None:
    hook = _register(program, receiver, "case.moved")
    program.submitted(roster(), "key-00000001", [person(1)])
    tell()
    receiver.statuses = [status]
    message = models.Delivery.objects.get()
    push(delivery=str(message.id))
    assert len(receiver.messages) == 1, "a redirect is not followed"
    assert _pending(PAUSES[0]) and not _pending(PAUSES[0] / 2)
    (kept,) = program.get(f"hooks/{hook}/messages")
    assert (kept["tries"], kept["status"], kept["delivered_at"]) == (1, status, None)
    drain()
    assert len(receiver.messages) >= 2
    first, second = receiver.messages[:2]
    assert first[1] == second[1] and first[0]["HPF-Message-Id"] == second[0]["HPF-Message-Id"]
    taken = len(receiver.messages)
    push(delivery=str(message.id))
    assert len(receiver.messages) == taken, "what was taken is not sent again"


def test_a_message_that_nobody_takes_is_given_up(program: Caller, receiver: Receiver, drain: Callable[[], int]) -> None:
    _register(program, receiver, "case.moved")
    program.submitted(roster(), "key-00000001", [person(1)])
    tell()
    receiver.statuses = [503] * 100
    message = models.Delivery.objects.get()
    for _ in range(len(PAUSES) + 3):
        push(delivery=str(message.id))
    message.refresh_from_db()
    assert (message.tries, message.given_up_at is not None) == (len(PAUSES) + 1, True)
    assert len(receiver.messages) == len(PAUSES) + 1


def test_a_deleted_hook_is_told_nothing_more(program: Caller, receiver: Receiver, drain: Callable[[], int]) -> None:
    hook = _register(program, receiver)
    program.submitted(roster(), "key-00000001", [person(1)])
    tell()
    assert program.ask("DELETE", f"hooks/{hook}").status_code == 204
    drain()
    tell()
    assert receiver.messages == []
    assert program.get("hooks") == []


def test_a_rival_is_not_told(program: Caller, rival: Caller, receiver: Receiver, drain: Callable[[], int]) -> None:
    _register(rival, receiver)
    program.submitted(roster(), "key-00000001", [person(1)])
    drain()
    tell()
    drain()
    assert receiver.messages == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://192.168.1.1/",
        "https://169.254.169.254/latest/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/", "https://100.64.0.1/",
        "https://user:pw@example.com/", "https://", "ftp://example.com/", "https://exa mple.com:x/", "file:///etc/passwd",
        "https://example.com:99999/", "gopher://127.0.0.1:5432/", "https://224.0.0.1/",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(program: Caller, url: str) -> None:
    assert told(program.ask("POST", "hooks", {"url": url, "secret": "s" * 16}), 422)["detail"]


@pytest.mark.parametrize("name", ["localhost", "localhost.localdomain", "ip6-localhost"])
def test_names_of_our_own_network_are_refused_when_they_are_looked_up(name: str) -> None:
    with pytest.raises((webhooks.ForbiddenAddress, webhooks.NotDelivered)):
        webhooks.send(f"https://{name}/", {}, b"{}", loopback=False)


def test_a_name_that_leads_inside_is_refused_at_delivery() -> None:
    with pytest.raises(webhooks.ForbiddenAddress):
        webhooks.send("https://localhost/", {}, b"{}", loopback=False)


def test_nobody_there_is_a_failed_try() -> None:
    with pytest.raises(webhooks.NotDelivered):
        webhooks.send("http://127.0.0.1:9/", {}, b"{}", loopback=True)


def test_so_many_hooks_and_no_more(program: Caller) -> None:
    body = {"url": "https://example.com/", "secret": "s" * 16}
    assert [program.ask("POST", "hooks", body).status_code for _ in range(6)] == [201] * 5 + [422]


def test_a_secret_is_never_shown_again(program: Caller) -> None:
    answer = program.ask("POST", "hooks", {"url": "https://example.com/", "secret": SECRET})
    assert SECRET not in answer.content.decode()
    assert SECRET not in json.dumps(program.get("hooks"))
