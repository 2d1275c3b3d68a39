"""Issued documents and uploaded materials: once each, unchanged, by their codes, within their limits."""

import io
import re
import struct
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings
from tests.documents.hostile import plain
from tests.documents.samples import AT, SLIP, people, voucher
from tests.server import Clone

from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo, in_centre
from hpf.documents import changes, readers
from hpf.documents.facts import DocumentKind, Issued, Material, MaterialLimits, MaterialRefused
from hpf.documents.fonts import MissingGlyphs, font_status
from hpf.documents.forms import payment_slip
from hpf.documents.vault import FileLost

MAKER = Actor.agent(7, "王芳", 3)
LIMITS = MaterialLimits(frozenset({"jpg", "png", "pdf"}), max_bytes=4096, max_pixels=1_000_000, max_files=2)
needs_fonts = pytest.mark.skipif(not font_status().usable, reason=f"not run: {font_status().text}")


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Files of a test go with it."""
    settings.VAR = tmp_path
    yield tmp_path


def _issue(ref: str = "41") -> Issued:
    return changes.issue(MAKER, AT, DocumentKind.PAYMENT_SLIP, ref, payment_slip(SLIP))


@needs_fonts
def test_a_document_is_issued_once_however_often_it_is_asked_for(centre: CentreInfo) -> None:
    first = _issue()
    again = changes.issue(MAKER, AT + timedelta(days=2), "payment_slip", "41", payment_slip(SLIP))
    assert again == first
    assert _issue("42").no != first.no


@needs_fonts
def test_a_document_is_found_by_its_code_as_people_type_it(centre: CentreInfo) -> None:
    issued = _issue()
    assert re.fullmatch("[2-9A-HJKMNP-Z]{12}", issued.code)
    typed = f" {issued.code[:4].lower()}-{issued.code[4:8]} {issued.code[8:]} "
    assert readers.document_by_code(typed) == issued
    assert readers.document_by_code("") is None
    assert readers.document_by_no(issued.no) == issued


@needs_fonts
def test_a_replaced_document_names_its_successor(centre: CentreInfo) -> None:
    first = _issue()
    second = changes.reissue(MAKER, AT, "payment_slip", "41", payment_slip(SLIP))
    old = readers.document_by_no(first.no)
    assert old is not None
    assert old.superseded_by == second.no
    assert readers.valid_document("payment_slip", "41") == second
    assert _issue() == second


@needs_fonts
def test_the_database_knows_one_valid_document_per_thing(centre: CentreInfo) -> None:
    _issue()
    columns = "kind, ref, issued_at, title, data, sha256, size"
    copy = (
        f"INSERT INTO documents_issued (no, code, {columns}) SELECT 'other', 'other', {columns} FROM documents_issued"
    )
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="documents_one_valid"):
        cursor.execute(copy)


@needs_fonts
def test_the_pdf_comes_back_as_issued_or_not_at_all(centre: CentreInfo, var: Path) -> None:
    issued = changes.issue(MAKER, AT, "business_voucher", "7/1", voucher(people(3)))
    assert readers.pdf_of(issued).startswith(b"%PDF-")
    assert len(readers.pdf_of(issued)) == issued.size
    (file,) = (path for path in (var / "documents" / "hangzhou").rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(FileLost):
        readers.pdf_of(issued)


@needs_fonts
def test_a_character_that_cannot_be_printed_issues_nothing(centre: CentreInfo) -> None:
    with pytest.raises(MissingGlyphs):
        changes.issue(MAKER, AT, "business_voucher", "8", voucher(people(1, name="王\U00030000")))
    assert readers.valid_document("business_voucher", "8") is None


@needs_fonts
def test_two_who_print_at_the_same_moment_get_the_same_document(committed_centre: Clone) -> None:
    start, issued = threading.Barrier(4), list[Issued]()

    def run() -> None:
        try:
            with in_centre("hangzhou"), transaction.atomic():
                start.wait(timeout=30)
                issued.append(_issue())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(issued) == 4
    assert len(set(issued)) == 1


def _png(width: int = 40, height: int = 30) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9) + b"IEND"


def _jpeg(width: int = 40, height: int = 30) -> bytes:
    comment = b"\xff\xfe\x00\x06abcd"
    return (
        b"\xff\xd8\xff\xe0\x00\x04JF"
        + comment
        + b"\xff\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + bytes(10)
        + b"\xff\xda\x00\x02\xff\xd9"
    )


PDF = plain()


def _take(content: bytes, name: str = "营业执照", file_name: str = "a.png", owner_id: str = "k1") -> Material:
    upload = io.BytesIO(content)
    return changes.take_material(MAKER, AT, "submission", owner_id, name, file_name, upload, LIMITS)


@pytest.mark.parametrize(
    ("content", "media_type"), [(_png(), "image/png"), (_jpeg(), "image/jpeg"), (PDF, "application/pdf")]
)
def test_materials_are_taken_by_what_they_are(centre: CentreInfo, content: bytes, media_type: str) -> None:
    taken = _take(content, file_name="C:\\扫描\\..\\证.exe")
    assert (taken.media_type, taken.file_name, taken.size) == (media_type, "证.exe", len(content))
    assert readers.materials_of("submission", "k1") == [taken]
    assert readers.material_names("submission", "k1") == {"营业执照"}
    assert readers.content_of(taken) == content


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "空的"),
        (PDF + bytes(5000), "超过 4 KB"),
        (b"MZ\x90\x00 program", "只能上传 jpg、pdf、png"),
        (b"GIF89a", "只能上传"),
        (b"\x89PNG\r\n\x1a\n broken", "只能上传"),
        (b"\xff\xd8\xff\xe0\x00\x00 endless", "只能上传"),
        (b"\xff\xd8\xff", "只能上传"),
        (_png(0, 10), "只能上传"),
        (_png(2000, 2000), "尺寸过大"),
        (_jpeg(65535, 65535), "尺寸过大"),
    ],
)
def test_materials_that_are_refused(centre: CentreInfo, content: bytes, text: str) -> None:
    with pytest.raises(MaterialRefused, match=text):
        _take(content)
    assert readers.materials_of("submission", "k1") == []


def test_the_same_file_is_kept_once_and_too_many_are_refused(centre: CentreInfo) -> None:
    assert _take(_png()) == _take(_png())
    _take(_png(1))
    with pytest.raises(MaterialRefused, match="最多上传 2 个"):
        _take(_png(2))
    _take(_png(2), name="授权书")


def test_a_material_goes_with_its_last_owner(
    centre: CentreInfo, var: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first, second = _take(_png()), _take(_png(), owner_id="k2")
    assert not changes.delete_material(MAKER, AT, "submission", "k2", first.id), "another owner's"
    for owner, material, left in (("k1", first, 1), ("k2", second, 0)):
        with django_capture_on_commit_callbacks(execute=True):
            assert changes.delete_material(MAKER, AT, "submission", owner, material.id)
        assert sum(path.is_file() for path in var.rglob("*")) == left


def test_what_is_handed_in_stays(centre: CentreInfo) -> None:
    taken = _take(_png())
    assert changes.hand_in(MAKER, AT, "submission", "k1") == 1
    assert not changes.delete_material(MAKER, AT, "submission", "k1", taken.id)
    assert readers.materials_of("submission", "k1")[0].handed_in
