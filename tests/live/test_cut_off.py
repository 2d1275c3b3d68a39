"""Connections that are dropped in the middle of a body: nothing of it counts, and sending it again does."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from tests import personas
from tests.api.stage import ROOT, caller, roster
from tests.engine.hall import person
from tests.hall import OPENING, PNG, Roster, row
from tests.live.gunicorn import MORNING, Served, served
from tests.server import Clone

from hpf.documents import readers as documents
from hpf.engine import readers
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.kernel.clock import FixedClock

KEY = "cut-off-0001"
SHARES = (0.2, 0.5, 0.9, 0.999)


@pytest.fixture
def hall(committed_centre: Clone, tmp_path: Path, clock: FixedClock) -> Iterator[Served]:
    """The hall over the small city."""
    clock.move_to(MORNING)
    personas.city()
    with served(committed_centre, tmp_path / "var") as running:
        yield running


def _drop(hall: Served, path: str, headers: dict[str, str], body: bytes) -> None:
    """Sends the body in part, hangs up, and waits until the server has noticed; then as often as there are shares."""
    for share in SHARES:
        with hall.begun(path, {**headers, "Content-Length": str(len(body))}) as line:
            line.sendall(body[: int(len(body) * share)])
            line.shutdown(1)
            assert b" 200 " not in line.makefile("rb").readline()


def _multipart(fields: dict[str, str], field: str, *files: bytes) -> tuple[str, bytes]:
    """A form that ends with these files: its media type and its bytes."""
    parts = [f'name="{key}"\r\n\r\n{text}'.encode() for key, text in fields.items()]
    parts += [f'name="{field}"; filename="{n}.png"\r\n\r\n'.encode() + content for n, content in enumerate(files)]
    body = b"".join(b"--cut\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
    return "multipart/form-data; boundary=cut", body + b"--cut--\r\n"


def _cookies(client: Client) -> dict[str, str]:
    """The headers by which a browser in which somebody is logged in is known."""
    client.get(OPENING)
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    token = "a" * 32
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in {**kept, "hpf_hall_csrf": token}.items()),
        "X-CSRFToken": token,
    }


def test_a_form_that_is_cut_off_changes_nothing(hall: Served) -> None:
    client = personas.login(personas.AGENT)
    visit = Roster(client).enter()
    fields = {"visit": visit.visit, **row(1), "wage": "8200"}
    headers = {**_cookies(client), "Content-Type": "application/x-www-form-urlencoded"}
    wage_last = {key: fields[key] for key in sorted(fields, key="wage".__eq__)}
    _drop(hall, f"{OPENING}list/save/", headers, urlencode(wage_last).encode())
    assert visit.names() == []
    body = urlencode(fields).encode()
    sent = {**headers, "Content-Length": str(len(body))}
    assert " 302 " in hall.streamed(f"{OPENING}list/save/", sent, [body])[0]
    assert visit.names() == ["张三"]


def test_files_of_which_the_last_is_cut_off_leave_nothing(hall: Served) -> None:
    client = personas.login(personas.AGENT)
    visit = Roster(client).enter()
    visit.save(1)
    visit.send("list/confirm/")
    visit.send("", {"declared": "1"})
    draft = readers.draft(personas.account_of(personas.AGENT).id, "account.opening")
    assert draft is not None
    media, body = _multipart({"visit": visit.visit, "material": "0"}, "files", PNG, PNG + bytes(200_000))
    headers = {**_cookies(client), "Content-Type": media}
    _drop(hall, f"{OPENING}materials/upload/", headers, body)
    assert documents.materials_of(MATERIALS_OF, draft.submit_key) == []
    assert visit.names() == ["张三"]
    assert visit.material().status_code == 302


def test_an_upload_by_api_that_is_cut_off_leaves_nothing_and_may_be_sent_again(hall: Served) -> None:
    program = caller(personas.account_of(personas.AGENT).id)
    material = program.get(f"items/{roster()}")["materials"][0]["name"]
    media, body = _multipart({"name": material}, "file", PNG + bytes(200_000))
    headers = {"Authorization": f"Bearer {program.token}", "Content-Type": media}
    _drop(hall, f"{ROOT}items/{roster()}/submissions/{KEY}/materials", headers, body)
    assert _uploaded() == []
    assert program.upload(roster(), KEY, material).status_code == 201


def test_a_submission_by_api_that_is_cut_off_is_no_case_and_may_be_sent_again(hall: Served) -> None:
    program = caller(personas.account_of(personas.AGENT).id)
    program.materials(roster(), KEY)
    body = json.dumps({"rows": [person(1), person(2)], "declaration_accepted": True}).encode()
    headers = {"Authorization": f"Bearer {program.token}", "Content-Type": "application/json", "Idempotency-Key": KEY}
    _drop(hall, f"{ROOT}items/{roster()}/cases", headers, body)
    assert program.get("cases")["total"] == 0
    assert program.submit(roster(), KEY, [person(1), person(2)]).status_code == 201


def _uploaded() -> list[str]:
    """Names of all materials of the centre."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM documents_material")
        return [name for (name,) in cursor.fetchall()]
