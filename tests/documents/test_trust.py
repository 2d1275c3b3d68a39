"""Documents that can be trusted: what is signed, told apart, shown, revoked, and refused."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_pem_x509_certificates
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pypdf.generic import StreamObject
from pytest_django.fixtures import Settings
from tests.documents.hostile import HOSTILE, plain, with_script
from tests.documents.samples import AT, IMPRINT, SLIP, people, voucher

from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo
from hpf.documents import changes, readers, signing, verification
from hpf.documents.demo_seal import ensure_demo_seal
from hpf.documents.facts import (
    Confirmed,
    DocumentState,
    Examination,
    Issued,
    PdfRefused,
    RevocationRefused,
    TooManyTries,
    Verdict,
    grouped,
    is_code,
    plain_code,
)
from hpf.documents.fonts import font_status
from hpf.documents.forms import payment_slip
from hpf.documents.render import slip_pdf
from hpf.documents.tries import CODES, FILES, WINDOW, count_try
from hpf.documents.vault import DOCUMENTS

MAKER = Actor.agent(7, "王芳", 3)
CLERK = Actor.system("test")
HERE = "192.0.2.1"
pytestmark = pytest.mark.skipif(not font_status().usable, reason=f"not run: {font_status().text}")


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Files and keys of a test go with it."""
    settings.VAR = tmp_path
    yield tmp_path


def _issue(ref: str = "41") -> Issued:
    return changes.issue(MAKER, AT, "payment_slip", ref, payment_slip(SLIP))


def _status(content: bytes) -> PdfSignatureStatus:
    """The judgement of pyHanko's own validator, given the authority of our seal."""
    roots = [Certificate.load(signing.signer().certificates[-1])]
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=roots, moment=AT, allow_fetching=False))


def _examined(content: bytes) -> Examination:
    return verification.examine_file(content, HERE, AT)


# signing


def test_a_validator_finds_the_signature_good_and_the_whole_file_covered(centre: CentreInfo) -> None:
    issued = _issue()
    status = _status(readers.pdf_of(issued))
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.signer_reported_dt == AT
    assert status.signing_cert.subject.native["common_name"] == f"{centre.name}业务专用章"


def test_the_signature_names_the_document_and_allows_no_change(centre: CentreInfo) -> None:
    issued = _issue()
    (signature,) = PdfFileReader(io.BytesIO(readers.pdf_of(issued))).embedded_signatures
    assert signature.sig_object["/Reason"] == f"汇（补）缴款凭证 {issued.no}"
    assert signature.sig_object["/Location"] == centre.name
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level == MDPPerm.NO_CHANGES


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="not run: pdfsig (poppler-utils) is not installed")
def test_another_programme_finds_it_good_too(centre: CentreInfo, tmp_path: Path) -> None:
    (tmp_path / "slip.pdf").write_bytes(readers.pdf_of(_issue()))
    told = subprocess.run(["pdfsig", "slip.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told


def test_a_signed_list_of_many_pages_is_good(centre: CentreInfo) -> None:
    issued = changes.issue(MAKER, AT, "business_voucher", "7/1", voucher(people(450)))
    assert _status(readers.pdf_of(issued)).bottom_line


def test_each_centre_has_a_certificate_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    one, again = (ensure_demo_seal(tmp_path / "keys", "one", "甲市中心") for _ in range(2))
    other = ensure_demo_seal(tmp_path / "keys", "two", "乙市中心")
    assert one == again
    ours, theirs = (load_pem_x509_certificates(chain.read_bytes()) for _, chain in (one, other))
    assert ours[0].public_key() != theirs[0].public_key()
    assert ours[-1] == theirs[-1], "one authority"
    assert all(key.stat().st_mode & 0o077 == 0 for key, _ in (one, other))


@pytest.mark.parametrize("form", ["pem", "pem with password", "pkcs12"])
def test_the_seal_comes_from_the_files_that_the_settings_name(
    centre: CentreInfo, settings: Settings, tmp_path: Path, form: str
) -> None:
    key_file, chain_file = ensure_demo_seal(tmp_path / "real", "seal", "真实机构")
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    chain = load_pem_x509_certificates(chain_file.read_bytes())
    password = b"" if form == "pem" else b"secret"
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    if form == "pkcs12":
        stored = pkcs12.serialize_key_and_certificates(b"seal", key, chain[0], chain[1:], locked)  # type: ignore[arg-type]
        (tmp_path / f"{centre.code}.p12").write_bytes(stored)
        names = {"certificate": f"{tmp_path}/{{centre}}.p12", "key": ""}
    else:
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        (tmp_path / f"{centre.code}.key").write_bytes(pem)
        names = {"certificate": str(chain_file), "key": f"{tmp_path}/{{centre}}.key"}
    settings.HPF_SEAL = {**settings.HPF_SEAL, **names, "password": password.decode()}
    status = _status(readers.pdf_of(_issue()))
    assert status.bottom_line
    assert status.signing_cert.subject.native["organization_name"] == "真实机构"


def test_a_seal_that_cannot_sign_says_why(centre: CentreInfo, settings: Settings, tmp_path: Path) -> None:
    key, _ = ensure_demo_seal(tmp_path / "a", "a", "甲")
    _, chain = ensure_demo_seal(tmp_path / "b", "b", "乙")
    settings.HPF_SEAL = {**settings.HPF_SEAL, "certificate": str(chain), "key": str(key)}
    with pytest.raises(signing.SealUnusable, match="not the key of its certificate"):
        _issue()
    settings.HPF_SEAL = {**settings.HPF_SEAL, "key": f"{tmp_path}/nothing.key"}
    with pytest.raises(signing.SealUnusable, match=r"nothing\.key"):
        _issue()
    assert readers.valid_document("payment_slip", "41") is None


def test_nothing_is_signed_outside_the_certificates_time(centre: CentreInfo) -> None:
    with pytest.raises(signing.SealUnusable, match="not valid at 2050"):
        signing.signer().sign(
            slip_pdf(payment_slip(SLIP), IMPRINT),
            signing.Statement("", "", "", AT.replace(year=2050)),
        )


def test_a_deployment_without_a_seal_is_warned(settings: Settings) -> None:
    assert "documents.W001" in [told.id for told in run_checks(include_deployment_checks=True)]
    settings.HPF_SEAL = {**settings.HPF_SEAL, "certificate": "seal.pem"}
    assert "documents.W001" not in [told.id for told in run_checks(include_deployment_checks=True)]


# uploads


def test_the_issued_pdf_is_recognised(centre: CentreInfo) -> None:
    issued = _issue()
    examined = _examined(readers.pdf_of(issued))
    assert (examined.verdict, examined.signed) == (Verdict.GENUINE, True)
    assert examined.document is not None
    assert examined.document.issued == issued


@pytest.mark.parametrize("tail", [b"\n", b"% note", b"\n1 0 obj\n<<>>\nendobj\n"])
def test_whatever_is_appended_is_seen_and_the_original_named(centre: CentreInfo, tail: bytes) -> None:
    issued = _issue()
    examined = _examined(readers.pdf_of(issued) + tail)
    assert (examined.verdict, examined.signed) == (Verdict.APPENDED, False)
    assert examined.document is not None
    assert examined.document.issued.no == issued.no


def test_an_update_that_shows_other_amounts_is_seen(centre: CentreInfo) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(readers.pdf_of(_issue())), incremental=True)
    writer.pages[0].rotate(90)
    out = io.BytesIO()
    writer.write(out)
    assert _examined(out.getvalue()).verdict is Verdict.APPENDED


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.85])
def test_a_changed_byte_is_never_genuine(centre: CentreInfo, share: float) -> None:
    content = bytearray(readers.pdf_of(_issue()))
    content[int(len(content) * share)] ^= 1
    try:
        assert _examined(bytes(content)).verdict in (Verdict.CHANGED, Verdict.UNSIGNED, Verdict.FOREIGN)
    except PdfRefused as refused:
        assert refused.kind == "damaged"


def test_a_changed_amount_leaves_the_signature_standing_and_wrong(centre: CentreInfo) -> None:
    content = readers.pdf_of(_issue())
    drawn = pypdf.PdfReader(io.BytesIO(content)).pages[0]["/Contents"].get_object()
    assert isinstance(drawn, StreamObject)
    packed = drawn._data
    at = content.index(packed) + len(packed) // 2  # in what is drawn on the page
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    examined = _examined(changed)
    assert (examined.verdict, examined.document) == (Verdict.CHANGED, None)


def test_another_centre_and_another_authority_are_told_apart(centre: CentreInfo, settings: Settings, var: Path) -> None:
    content = slip_pdf(payment_slip(SLIP), IMPRINT)
    statement = signing.Statement("", "", SLIP.centre, AT)
    _issue()
    neighbour = signing.open_seal(CentreInfo("two", "乙市中心"))
    settings.VAR = var / "of a forger"
    forger = signing.open_seal(centre)
    settings.VAR = var
    examined = _examined(neighbour.sign(content, statement))
    assert (examined.verdict, examined.signer) == (Verdict.OTHER_CENTRE, "乙市中心")
    examined = _examined(forger.sign(content, statement))
    assert (examined.verdict, examined.signer, examined.document) == (Verdict.FOREIGN, "", None)


def test_our_signature_on_what_was_never_issued_is_told(centre: CentreInfo) -> None:
    _issue()
    content = signing.signer().sign(plain(), signing.Statement("", "", "", AT))
    assert _examined(content).verdict is Verdict.UNREGISTERED


def test_a_pdf_without_a_signature_is_told(centre: CentreInfo) -> None:
    assert _examined(plain()).verdict is Verdict.UNSIGNED


def test_a_document_from_before_there_were_signatures_is_genuine(centre: CentreInfo) -> None:
    issued = _issue()
    content = slip_pdf(payment_slip(SLIP), IMPRINT)
    with connection.cursor() as cursor:
        change = "UPDATE documents_issued SET sha256 = %s, sealed_with = '' WHERE no = %s"
        cursor.execute(change, [DOCUMENTS.put(content), issued.no])
    examined = _examined(content)
    assert (examined.verdict, examined.signed) == (Verdict.GENUINE, False)


def test_a_document_stays_genuine_after_the_seal_was_renewed(
    centre: CentreInfo, settings: Settings, tmp_path: Path
) -> None:
    content = readers.pdf_of(_issue())
    key, chain = ensure_demo_seal(tmp_path / "new", "new", "换发的印章")
    settings.HPF_SEAL = {**settings.HPF_SEAL, "certificate": str(chain), "key": str(key)}
    later = _issue("42")
    assert [_examined(one).signed for one in (content, readers.pdf_of(later))] == [True, True]


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_with_a_text(centre: CentreInfo, what: str) -> None:
    kind, make = HOSTILE[what]
    with pytest.raises(PdfRefused) as refused:
        _examined(make())
    assert refused.value.kind == kind
    assert str(refused.value)


def test_a_script_appended_to_a_genuine_document_is_refused(centre: CentreInfo) -> None:
    with pytest.raises(PdfRefused, match="含有脚本"):
        _examined(with_script(readers.pdf_of(_issue())))


# what is shown, and to whom


def _shown(document: Confirmed | None) -> str:
    assert document is not None
    return repr((document.sections, document.portion, document.rows))


def test_the_code_shows_what_is_on_the_slip_with_the_name_masked(centre: CentreInfo) -> None:
    issued = _issue()
    typed = f" {grouped(issued.code).lower()} "
    shown = verification.confirm_code(typed, HERE, AT)
    assert shown is not None
    assert shown.issued == issued
    text = _shown(shown)
    assert all(part in text for part in ("杭州西子精密机械制造有限公司", "¥ 372,864.50", "**** **** **** 3456", "王*"))
    assert SLIP.handler not in text
    assert SLIP.payer_account not in text


def test_of_maker_and_checker_each_name_is_masked_by_itself(centre: CentreInfo) -> None:
    data = payment_slip(replace(SLIP, handler="陈思远（复核：傅以衡）"))
    issued = changes.issue(MAKER, AT, "payment_slip", "41", data)
    text = _shown(verification.confirm_code(issued.code, HERE, AT))
    assert "陈*远（复核：傅*衡）" in text and "思" not in text


def test_of_a_list_only_head_and_totals_are_shown(centre: CentreInfo) -> None:
    issued = changes.issue(MAKER, AT, "business_voucher", "7/1", voucher(people(61), portion="第1批"))
    shown = verification.confirm_code(issued.code, HERE, AT)
    text = _shown(shown)
    assert shown is not None
    assert (shown.rows, shown.portion) == (61, "第1批")
    assert "61 笔" in text
    assert "杭州西子精密机械制造有限公司" in text
    assert not any(secret in repr(shown) for row in people(61) for secret in (row[1], row[2], "2,468.00"))


@pytest.mark.parametrize(
    ("typed", "ok"),
    [
        ("7KQ4-9MXD-2HTB", True),
        ("７ｋｑ４—９ｍｘｄ 2htb", True),
        ("7KQ4-9MXD-2HT", False),
        ("7KQ4-9MXD-2HT0", False),
        ("7KQ4-9MXD-2HTB2", False),
        ("验证码", False),
        ("", False),
    ],
)
def test_a_slip_of_the_fingers_is_no_guess(typed: str, ok: bool) -> None:
    assert is_code(plain_code(typed)) is ok


def test_guesses_of_one_visitor_are_limited_and_open_again(centre: CentreInfo) -> None:
    issued = _issue()
    guesses = [f"23456789ABC{end}" for end in "DEFGHJKMNP"]
    assert [verification.confirm_code(guess, HERE, AT) for guess in guesses] == [None] * CODES.of_one
    for code in (issued.code, guesses[0]):
        with pytest.raises(TooManyTries, match=r"查询过于频繁，请 10 分钟后再试"):
            verification.confirm_code(code, HERE, AT)
    with pytest.raises(TooManyTries, match="请 3 分钟后再试"):
        verification.confirm_code(issued.code, HERE, AT + timedelta(minutes=7, seconds=30))
    assert verification.confirm_code(issued.code, "192.0.2.2", AT) is not None
    assert verification.confirm_code(issued.code, HERE, AT + WINDOW) is not None


def test_what_was_found_does_not_count(centre: CentreInfo) -> None:
    issued = _issue()
    for _ in range(CODES.of_one + 5):
        assert verification.confirm_code(issued.code, HERE, AT) is not None


def test_guesses_of_all_are_limited_but_one_cannot_use_up_the_others_share(centre: CentreInfo) -> None:
    for _ in range(CODES.of_all + 5):
        try:
            count_try(CODES, HERE, AT)
        except TooManyTries:
            continue
    count_try(CODES, "192.0.2.2", AT)
    for visitor in range(CODES.of_all // CODES.of_one):
        for _ in range(CODES.of_one - (visitor < 2)):
            try:
                count_try(CODES, f"198.51.100.{visitor}", AT)
            except TooManyTries:
                continue
    with pytest.raises(TooManyTries):
        count_try(CODES, "192.0.2.3", AT)


def test_no_address_is_kept_and_old_counts_go(centre: CentreInfo) -> None:
    count_try(CODES, HERE, AT)
    count_try(FILES, HERE, AT + 3 * WINDOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT source, until > %s FROM documents_tries", [AT + 2 * WINDOW])
        rows = cursor.fetchall()
    assert [fresh for _, fresh in rows] == [True, True]
    assert not any(HERE in source for source, _ in rows)


def test_uploads_are_limited(centre: CentreInfo) -> None:
    for _ in range(FILES.of_one):
        count_try(FILES, HERE, AT)
    with pytest.raises(TooManyTries):
        _examined(plain())


# whether it still counts


def test_a_revoked_document_says_when_and_why_and_leaves_its_place(centre: CentreInfo) -> None:
    first = _issue()
    assert first.state is DocumentState.VALID
    later = AT + timedelta(days=3)
    revoked = changes.revoke(CLERK, later, first.no, "单位名称有误")
    assert (revoked.state, revoked.revoked_at, revoked.revoked_reason) == (
        DocumentState.REVOKED,
        later,
        "单位名称有误",
    )
    shown = verification.confirm_code(first.code, HERE, later)
    assert shown is not None
    assert shown.issued == revoked
    assert _examined(readers.pdf_of(first)).document == shown
    second = _issue()
    assert second.no != first.no
    assert readers.document_by_no(first.no) == revoked


def test_a_replaced_document_names_the_one_that_counts(centre: CentreInfo) -> None:
    first = _issue()
    second = changes.reissue(MAKER, AT, "payment_slip", "41", payment_slip(SLIP))
    shown = verification.confirm_code(first.code, HERE, AT)
    assert shown is not None
    assert (shown.issued.state, shown.issued.superseded_by) == (DocumentState.SUPERSEDED, second.no)


def test_revocation_is_in_the_trail(centre: CentreInfo) -> None:
    issued = _issue()
    changes.revoke(CLERK, AT, issued.no, "单位名称有误")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT detail->>'reason' FROM trail_entry WHERE verb = 'revoked' AND object_id = %s", [issued.no]
        )
        assert cursor.fetchall() == [("单位名称有误",)]


def test_the_reason_of_a_revocation_stays_as_it_was_written(centre: CentreInfo) -> None:
    assert changes.revoke(CLERK, AT, _issue().no, " 单位名称（全称）有误，\n已重开！ ").revoked_reason == (
        "单位名称（全称）有误， 已重开！"
    )


_OPEN = "UPDATE documents_revocation SET outcome = "


@pytest.mark.parametrize(
    "statement",
    [
        f"{_OPEN}'revoked', decided_by_id = 71",
        f"{_OPEN}'refused', decided_by_id = 71",
        f"{_OPEN}'withdrawn', decided_by_id = 72",
        "UPDATE documents_revocation SET asked_by_id = 72",
        "UPDATE documents_revocation SET reason = '别的原因'",
        "DELETE FROM documents_revocation",
        "INSERT INTO documents_revocation (no, reason, asked_by_id, asked_by, asked_at, outcome, decided_by, words)"
        " VALUES ('X', '原因', 71, '甲', now(), 'revoked', '乙', '')",
    ],
)
def test_the_database_holds_that_two_people_revoke(centre: CentreInfo, statement: str) -> None:
    issued = _issue()
    changes.ask_revocation(Actor.staff(71, "甲", frozenset()), AT, issued.no, "单位名称有误")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert changes.agree_to_revoke(Actor.staff(72, "乙", frozenset()), AT, issued.no).revoked_at == AT
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{_OPEN}'refused', decided_by_id = 73")


def test_what_cannot_be_revoked(centre: CentreInfo) -> None:
    issued = _issue()
    for no, reason, text in (
        (issued.no, "  ", "请填写作废原因"),
        (issued.no, "长" * 201, "最多 200 个字"),
        ("HJ1", "有误", "没有编号为“HJ1”的凭证"),
    ):
        with pytest.raises(RevocationRefused, match=text):
            changes.revoke(CLERK, AT, no, reason)
    changes.revoke(CLERK, AT, issued.no, "有误")
    with pytest.raises(RevocationRefused, match="已于 2026-11-21 18:00 作废"):
        changes.revoke(CLERK, AT + WINDOW, issued.no, "又有误")
