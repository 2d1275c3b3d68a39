"""The public verification as anybody meets it: by code and by file, told clearly, showing nothing beyond the paper."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings
from tests.documents.hostile import HOSTILE, plain
from tests.documents.paper import printed_qr, qr_of
from tests.documents.samples import AT, SLIP, people, voucher
from tests.hall import text_of

from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo
from hpf.documents import changes, readers
from hpf.documents.facts import Issued, grouped
from hpf.documents.fonts import font_status
from hpf.documents.forms import payment_slip
from hpf.documents.tries import CODES, FILES
from hpf.kernel.clock import FixedClock

MAKER = Actor.agent(7, "王芳", 3)
HOME = "/hangzhou/verify/"
pytestmark = pytest.mark.skipif(not font_status().usable, reason=f"not run: {font_status().text}")


@pytest.fixture(autouse=True)
def _world(centre: CentreInfo, clock: FixedClock, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Files and keys of a test go with it; the clock stands where the samples were issued."""
    settings.VAR = tmp_path
    clock.move_to(AT)
    yield


def _issue(ref: str = "41") -> Issued:
    return changes.issue(MAKER, AT, "payment_slip", ref, payment_slip(SLIP))


def _list(count: int) -> Issued:
    return changes.issue(MAKER, AT, "business_voucher", "7/1", voucher(people(count), portion="第1批"))


def _get(path: str, **query: str) -> HttpResponse:
    answer = Client().get(HOME + path, query)
    assert isinstance(answer, HttpResponse)
    return answer


def _upload(content: bytes, name: str = "slip.pdf") -> HttpResponse:
    answer = Client().post(f"{HOME}file", {"file": SimpleUploadedFile(name, content, "application/pdf")})
    assert isinstance(answer, HttpResponse)
    return answer


def _verdict(answer: HttpResponse) -> str:
    found = re.search(r'<h1 id="verdict">(.*?)</h1>', answer.content.decode())
    assert found
    return found[1]


def test_the_printed_qr_code_leads_to_the_page_of_the_document(settings: Settings, tmp_path: Path) -> None:
    settings.PUBLIC_URL = "https://gjj.example.cn"
    issued = _issue()
    address = f"{HOME}{issued.code}"
    assert printed_qr(readers.pdf_of(issued), tmp_path) == qr_of(f"https://gjj.example.cn{address}")
    answer = Client().get(address)
    assert answer.status_code == 200
    assert issued.no in answer.content.decode()


def test_the_page_shows_what_the_slip_says_and_no_more() -> None:
    answer = _get(_issue().code)
    assert (answer.status_code, _verdict(answer)) == (200, "凭证真实有效")
    words = text_of(answer)
    for section in payment_slip(SLIP).sections:
        for field in section.fields:
            assert field.label in words
            assert field.value in words or field.personal
    assert SLIP.handler not in words
    assert SLIP.payer_account not in words


def test_the_page_of_a_list_shows_no_person() -> None:
    words = text_of(_get(_list(61).code))
    for part in ("61 行明细", "61 笔", "第1批", SLIP.employer, "个人账户设立（启封）业务凭证"):
        assert part in words
    assert not any(secret in words for row in people(61) for secret in (row[1], row[2], row[3]))


def test_a_code_is_found_however_it_is_typed_and_the_address_is_the_documents_own() -> None:
    issued = _issue()
    for typed in (grouped(issued.code).lower(), f" {issued.code[:6]} {issued.code[6:]} "):
        answer = _get("", code=typed)
        assert (answer.status_code, answer["Location"]) == (302, HOME + issued.code)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("", "请输入凭证上的验证码"), ("7KQ4-9MXD", "现在是 8 位"), ("0IO1-9MXD-2HTB", "没有 0、1、I、L、O")],
)
def test_what_cannot_be_a_code_is_told_at_the_field_and_is_no_guess(typed: str, text: str) -> None:
    for _ in range(CODES.of_one + 1):
        answer = _get("", code=typed)
        assert answer.status_code == 422
        assert text in text_of(answer)
    assert _get("short").status_code == 404


def test_an_unknown_code_is_told() -> None:
    answer = _get("23456789ABCD")
    assert (answer.status_code, _verdict(answer)) == (404, "未查到凭证")
    assert "2345-6789-ABCD" in text_of(answer)


def test_guessing_is_stopped_with_a_time_and_the_answer_gives_nothing_away() -> None:
    issued = _issue()
    for _ in range(CODES.of_one):
        assert _get("23456789ABCD").status_code == 404
    right, wrong = _get(issued.code), _get("23456789ABCD")
    assert right.status_code == wrong.status_code == 429
    assert right.content == wrong.content
    assert "查询过于频繁，请 10 分钟后再试" in text_of(right)
    assert right["Retry-After"] == "600"
    other = Client(REMOTE_ADDR="198.51.100.7").get(HOME + issued.code)
    assert other.status_code == 200


def test_behind_a_proxy_the_visitor_counts_and_not_the_proxy_nor_what_he_claims(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(CODES.of_one):
        claimed = f"203.0.113.{number}, 198.51.100.7"
        assert Client().get(f"{HOME}23456789ABCD", headers={"x-forwarded-for": claimed}).status_code == 404
    for visitor, status in (("198.51.100.7", 429), ("198.51.100.8", 404)):
        answer = Client().get(f"{HOME}23456789ABCD", headers={"x-forwarded-for": visitor})
        assert answer.status_code == status


def test_a_network_of_the_new_kind_is_one_visitor() -> None:
    for number in range(CODES.of_one):
        Client(REMOTE_ADDR=f"2001:db8::{number:x}").get(f"{HOME}23456789ABCD")
    for visitor, status in (("2001:db8::ffff", 429), ("2001:db8:0:1::1", 404)):
        assert Client(REMOTE_ADDR=visitor).get(f"{HOME}23456789ABCD").status_code == status


def test_a_revoked_document_says_when_and_why() -> None:
    issued = _issue()
    changes.revoke(MAKER, AT, issued.no, "单位名称有误")
    for answer in (_get(issued.code), _upload(readers.pdf_of(issued))):
        assert _verdict(answer) == "凭证已作废"
        assert "2026-11-21 18:00 作废" in text_of(answer)
        assert "单位名称有误" in text_of(answer)


def test_a_replaced_document_names_the_new_one() -> None:
    issued = _issue()
    new = changes.reissue(MAKER, AT, "payment_slip", "41", payment_slip(SLIP))
    answer = _get(issued.code)
    assert _verdict(answer) == "凭证已被替换"
    assert new.no in text_of(answer)
    assert new.code not in text_of(answer), "who has the old paper has no right to see the new one"


def test_an_uploaded_original_is_confirmed_and_a_longer_one_is_not() -> None:
    content = readers.pdf_of(_issue())
    answer = _upload(content)
    assert (answer.status_code, _verdict(answer)) == (200, "凭证真实有效")
    assert "有效，覆盖整个文件" in text_of(answer)
    answer = _upload(content + b"\n")
    assert _verdict(answer) == "文件被追加了内容"
    assert "请勿采信" in text_of(answer)
    assert _verdict(_upload(plain())) == "文件没有数字签名"


@pytest.mark.parametrize(
    ("what", "status"), [("no bytes", 422), ("a picture", 422), ("with a password", 422), ("too large", 413)]
)
def test_refused_files_are_told_at_the_field(what: str, status: int) -> None:
    answer = _upload(HOSTILE[what][1]())
    assert answer.status_code == status
    assert re.search(r'<span class="err" id="f-file-err">[^<]{10,}</span>', answer.content.decode())


def test_a_form_without_a_file_is_told() -> None:
    answer = Client().post(f"{HOME}file", {})
    assert answer.status_code == 422
    assert "请选择要核验的 PDF 文件" in answer.content.decode()


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    class Unread(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("was read")

    body: Any = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(1 << 40)}
    answer = Client().generic("POST", f"{HOME}file", content_type="multipart/form-data; boundary=x", **body)
    assert answer.status_code == 413


def test_uploads_are_limited_too() -> None:
    for _ in range(FILES.of_one):
        assert _upload(b"no PDF").status_code == 422
    answer = _upload(b"no PDF")
    assert answer.status_code == 429
    assert "查询过于频繁" in text_of(answer)


def test_another_centre_does_not_know_the_document() -> None:
    assert Client().get(f"/nowhere/verify/{_issue().code}").status_code == 404


def test_nothing_is_left_in_browsers_caches_and_search_engines() -> None:
    client = Client()
    issued = _issue()
    for answer in (client.get(HOME), client.get(HOME + issued.code), client.get(f"{HOME}?code={issued.code}")):
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
    assert not client.cookies
    assert client.get(f"{HOME}file").status_code == 302
    assert client.delete(f"{HOME}file").status_code == client.post(HOME).status_code == 405
