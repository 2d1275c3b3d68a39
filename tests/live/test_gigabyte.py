"""A gigabyte sent to a real server: refused with reasons after a few kilobytes, and the process does not grow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import personas
from tests.api.stage import ROOT, caller, roster
from tests.hall import OPENING
from tests.live.gunicorn import Served, served
from tests.server import Clone

GIGABYTE = 1 << 30
PIECE = bytes(64 << 10)
FEW = 16 << 20
"""Bytes that may leave the client before it reads the refusal: what sockets on one machine hold, and no more."""


@pytest.fixture
def hall(committed_centre: Clone, tmp_path: Path) -> Iterator[Served]:
    """The hall over the small city."""
    personas.city()
    with served(committed_centre, tmp_path / "var") as running:
        yield running


def _gigabyte() -> Iterator[bytes]:
    yield b'{"rows": ['
    for _ in range(GIGABYTE // len(PIECE)):
        yield PIECE


def test_a_gigabyte_is_refused_early_and_held_nowhere(hall: Served) -> None:
    program = caller(personas.account_of(personas.AGENT).id)
    headers = {
        "Authorization": f"Bearer {program.token}", "Idempotency-Key": "gigabyte-01", "Content-Type": "application/json"
    }  # fmt: skip
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    hall.streamed(f"{ROOT}items/{roster()}/dry-run", {**headers, "Content-Length": "2"}, [b"{}"])
    before = hall.peak_mb()
    for path, more in (
        (f"{ROOT}items/{roster()}/dry-run", headers),
        (f"{ROOT}items/{roster()}/cases", headers),
        (f"{ROOT}hooks", headers),
        (f"{ROOT}items/{roster()}/submissions/gigabyte-01/materials", {**headers, **form}),
        (f"{ROOT}items/{roster()}/dry-run", {**headers, "Authorization": "Bearer hpf_guessed"}),
        ("/hangzhou/verify/file", form),
        ("/desk-login", form),
        (f"{OPENING}materials/upload/", form),
        ("/callbacks/cashier/hangzhou", headers),
    ):
        said, sent = hall.streamed(path, {**more, "Content-Length": str(GIGABYTE)}, _gigabyte())
        assert said.split()[1] in ("401", "413", "400"), (path, said)
        assert sent < FEW, path
    assert hall.peak_mb() - before < 32


def test_a_body_without_a_length_is_not_waited_for(hall: Served) -> None:
    program = caller(personas.account_of(personas.AGENT).id)
    headers = {
        "Authorization": f"Bearer {program.token}", "Content-Type": "application/json", "Transfer-Encoding": "chunked"
    }  # fmt: skip
    chunks = (b"%x\r\n%b\r\n" % (len(piece), piece) for piece in _gigabyte())
    said, sent = hall.streamed(f"{ROOT}items/{roster()}/dry-run", headers, chunks)
    assert (said.split()[1], sent < FEW) == ("411", True)
