"""The verbs of this room: issue a document, take in, delete and hand in materials; each with its trail."""

import secrets
from datetime import datetime
from pathlib import PurePath
from typing import IO

from django.conf import settings
from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.access.tenancy import current_centre
from hpf.documents import models, readers
from hpf.documents.facts import (
    CODE_ALPHABET,
    CODE_LENGTH,
    DocumentData,
    DocumentKind,
    Imprint,
    Issued,
    Material,
    MaterialLimits,
    MaterialRefused,
    Revocation,
    RevocationOutcome,
    RevocationRefused,
)
from hpf.documents.facts import to_json as data_json
from hpf.documents.render import pdf
from hpf.documents.signing import Statement, fingerprint, signer
from hpf.documents.uploads import MEDIA_TYPES, check_upload
from hpf.documents.vault import DOCUMENTS, MATERIALS, digest_of
from hpf.kernel.clock import TZ
from hpf.kernel.text import clean, words_of
from hpf.trail import changes as trail

_REASON_LENGTH = 200
_MATERIALS_LOCK = 0x6D6174  # first key of the advisory locks that guard a shared material file


def issue(
    actor: Actor,
    at: datetime,
    kind: DocumentKind | str,
    ref: str,
    data: DocumentData,
    employer_account_id: int | None = None,
) -> Issued:
    """The valid document of `kind` for the thing `ref`: the one that exists, else a new one made of `data`.

    Called twice, even at once, it gives the same document. `at` (aware) is printed as the time of printing. Raises
    fonts.MissingGlyphs with a text for the user when a character cannot be printed.
    """
    kind = DocumentKind(kind)
    return readers.valid_document(kind, ref) or _issue(actor, at, kind, ref, data, employer_account_id)


def reissue(actor: Actor, at: datetime, kind: DocumentKind | str, ref: str, data: DocumentData) -> Issued:
    """A new document in place of the valid one, which from now on names the new one as its successor."""
    kind = DocumentKind(kind)
    with transaction.atomic():
        found = models.IssuedDocument.objects.select_for_update().filter(
            kind=kind.value, ref=ref, superseded_by=None, revoked_at=None
        )
        old = found.first()
        no = _number(kind, at)
        if old is not None:
            old.superseded_by = no
            old.save(update_fields=["superseded_by"])
        return _issue(actor, at, kind, ref, data, old.employer_account_id if old else None, no)


def revoke(actor: Actor, at: datetime, no: str, reason: str) -> Issued:
    """The document of this number counts no more; `reason` is shown to everybody who verifies it.

    The thing it was issued for may get another one. Raises RevocationRefused for a number that is not known, a document
    revoked before and a reason of nothing or of more than 200 characters.
    """
    reason = _checked_reason(reason)
    with transaction.atomic():
        row = _to_revoke(no)
        row.revoked_at, row.revoked_reason = at, reason
        row.save(update_fields=["revoked_at", "revoked_reason"])
        waiting = models.Revocation.objects.filter(no=row.no, outcome=RevocationOutcome.WAITING)
        waiting.update(
            outcome=RevocationOutcome.REVOKED, decided_by_id=actor.user_id, decided_by=actor.name, decided_at=at
        )
        trail.record(actor, at, "revoked", "document", row.no, {"reason": reason})
    return readers.issued_fact(row)


def ask_revocation(actor: Actor, at: datetime, no: str, reason: str) -> Revocation:
    """Somebody wants the document revoked; another has to agree. Raises RevocationRefused as `revoke` does."""
    reason = _checked_reason(reason)
    with transaction.atomic():
        row = _to_revoke(no)
        before = _waiting(row.no)
        if before is not None:
            raise RevocationRefused(f"{before.asked_by}已于 {_moment(before.asked_at)} 提出作废，正等待复核")
        asked = models.Revocation.objects.create(
            no=row.no,
            reason=reason,
            asked_by_id=actor.user_id,
            asked_by=actor.name,
            asked_at=at,
            outcome=RevocationOutcome.WAITING,
        )
        trail.record(actor, at, "revocation.asked", "document", row.no, {"reason": reason})
    return readers.revocation_fact(asked)


def agree_to_revoke(actor: Actor, at: datetime, no: str) -> Issued:
    """The second person agrees: the document counts no more. Raises RevocationRefused, also for who asked."""
    with transaction.atomic():
        asked = _asked_by_another(actor, no)
        return revoke(actor, at, asked.no, asked.reason)


def refuse_to_revoke(actor: Actor, at: datetime, no: str, words: str) -> None:
    """The second person disagrees and says why: the document goes on counting. Raises RevocationRefused."""
    words = words_of(words)
    if not words or len(words) > _REASON_LENGTH:
        raise RevocationRefused(f"请填写不予作废的原因，最多 {_REASON_LENGTH} 个字")
    with transaction.atomic():
        _end(_asked_by_another(actor, no), RevocationOutcome.REFUSED, actor, at, words)
        trail.record(actor, at, "revocation.refused", "document", clean(no), {"reason": words})


def withdraw_revocation(actor: Actor, at: datetime, no: str) -> None:
    """Who asked takes it back. Raises RevocationRefused."""
    with transaction.atomic():
        _to_revoke(no)
        asked = _waiting(clean(no))
        if asked is None or asked.asked_by_id != actor.user_id:
            raise RevocationRefused("没有本人提出的、等待复核的作废申请")
        _end(asked, RevocationOutcome.WITHDRAWN, actor, at, "")
        trail.record(actor, at, "revocation.withdrawn", "document", asked.no)


def _checked_reason(reason: str) -> str:
    reason = words_of(reason)
    if not reason:
        raise RevocationRefused("请填写作废原因；核验凭证的人会看到它")
    if len(reason) > _REASON_LENGTH:
        raise RevocationRefused(f"作废原因最多 {_REASON_LENGTH} 个字，现为 {len(reason)} 个字")
    return reason


def _to_revoke(no: str) -> models.IssuedDocument:
    """The document, locked, which counts still."""
    row = models.IssuedDocument.objects.select_for_update().filter(no=clean(no)).first()
    if row is None:
        raise RevocationRefused(f"没有编号为“{clean(no)}”的凭证，请核对编号")
    if row.revoked_at is not None:
        raise RevocationRefused(f"凭证 {row.no} 已于 {_moment(row.revoked_at)} 作废")
    return row


def _waiting(no: str) -> models.Revocation | None:
    return models.Revocation.objects.filter(no=no, outcome=RevocationOutcome.WAITING).first()


def _asked_by_another(actor: Actor, no: str) -> models.Revocation:
    """The waiting request for a document that is locked now."""
    asked = _waiting(_to_revoke(no).no)
    if asked is None:
        raise RevocationRefused("该凭证没有等待复核的作废申请，可能刚被撤回或已有人复核")
    if asked.asked_by_id == actor.user_id:
        raise RevocationRefused("不能复核本人提出的作废，请由另一名工作人员复核")
    return asked


def _end(asked: models.Revocation, outcome: RevocationOutcome, actor: Actor, at: datetime, words: str) -> None:
    asked.outcome, asked.decided_by_id, asked.decided_by = outcome, actor.user_id, actor.name
    asked.decided_at, asked.words = at, words
    asked.save(update_fields=["outcome", "decided_by_id", "decided_by", "decided_at", "words"])


def _moment(at: datetime) -> str:
    return f"{at.astimezone(TZ):%Y-%m-%d %H:%M}"


def take_material(
    actor: Actor,
    at: datetime,
    owner_kind: str,
    owner_id: str,
    name: str,
    file_name: str,
    upload: IO[bytes],
    limits: MaterialLimits,
) -> Material:
    """Takes in one upload under the name the material list prompts for. The same file twice under a name is kept once.

    Raises MaterialRefused for a wrong type, an empty, too large or broken file, and for too many under one name; where
    files are told apart by their own names (`limits.by_file_name`), for one that has come under another name, too.
    """
    shown = clean(PurePath(file_name.replace("\\", "/")).name)[-120:] or "未命名"
    content = upload.read(limits.max_bytes + 1)
    media_type = MEDIA_TYPES[check_upload(content, limits)]
    with transaction.atomic():
        digest = digest_of(content)
        _lock_material(digest)  # before the file is written: a deletion of its last other owner may be under way
        MATERIALS.put(content)
        others = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=owner_id, name=name)
        again = others.filter(sha256=digest).first()
        if again is not None:
            if limits.by_file_name and again.file_name.casefold() != shown.casefold():
                raise MaterialRefused(f"与已上传的“{again.file_name}”是同一张图片，请核对是否选错文件")
            return readers.material_fact(again)
        if limits.by_file_name:
            for older in others.filter(file_name__iexact=shown):
                delete_material(actor, at, owner_kind, owner_id, older.id)
        if others.count() >= limits.max_files:
            raise MaterialRefused(f"“{name}”最多上传 {limits.max_files} 个文件，请先删除不需要的文件")
        row = models.UploadedMaterial.objects.create(
            owner_kind=owner_kind,
            owner_id=owner_id,
            name=name,
            file_name=shown,
            media_type=media_type,
            size=len(content),
            sha256=digest,
            uploaded_at=at,
        )
        trail.record(actor, at, "uploaded", owner_kind, owner_id, {"material": name, "sha256": digest})
    return readers.material_fact(row)


def delete_material(actor: Actor, at: datetime, owner_kind: str, owner_id: str, material_id: int) -> bool:
    """Deletes a material of this thing that has not been handed in; False when there is no such one.

    The file goes with the last row that refers to it, once the transaction has committed.
    """
    with transaction.atomic():
        rows = models.UploadedMaterial.objects.select_for_update()
        row = rows.filter(owner_kind=owner_kind, owner_id=owner_id, pk=material_id, handed_in=False).first()
        if row is None:
            return False
        digest = row.sha256
        row.delete()
        trail.record(actor, at, "deleted", owner_kind, owner_id, {"material": row.name, "sha256": digest})
        transaction.on_commit(lambda: _forget(digest))
    return True


def copy_materials(actor: Actor, at: datetime, owner_kind: str, from_id: str, to_id: str) -> int:
    """The materials of one thing are uploaded for another, too, where that has none like them; how many came.

    They can be deleted there, whatever became of the first.
    """
    with transaction.atomic():
        rows = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=from_id).order_by("id")
        mine = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=to_id)
        have = set(mine.values_list("name", "sha256"))
        found = [row for row in rows if (row.name, row.sha256) not in have]
        for digest in sorted({row.sha256 for row in found}):
            _lock_material(digest)
        for row in found:
            row.pk, row.owner_id, row.uploaded_at, row.handed_in = None, to_id, at, False
        models.UploadedMaterial.objects.bulk_create(found)
        if found:
            detail = {"from": from_id, "materials": [[row.name, row.sha256] for row in found]}
            trail.record(actor, at, "copied", owner_kind, to_id, detail)
    return len(found)


def hand_in(actor: Actor, at: datetime, owner_kind: str, owner_id: str) -> int:
    """The materials of a thing are submitted: from now on they stay. Returns how many."""
    rows = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=owner_id, handed_in=False)
    count = rows.update(handed_in=True)
    if count:
        trail.record(actor, at, "handed in", owner_kind, owner_id, {"materials": count})
    return count


def _issue(
    actor: Actor,
    at: datetime,
    kind: DocumentKind,
    ref: str,
    data: DocumentData,
    employer_account_id: int | None,
    no: str = "",
) -> Issued:
    """Renders and stores. The database decides a race between two issuers: the loser gives back the winner's."""
    seal = signer()
    certificate = seal.certificates[0]
    used = models.SealCertificate(fingerprint=fingerprint(certificate), certificate=certificate, first_used_at=at)
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        imprint = Imprint(no or _number(kind, at), code, _verify_url(code), at.astimezone(TZ))
        content = seal.sign(pdf(data, imprint), _statement(kind, data, imprint))
        row = models.IssuedDocument(
            no=imprint.no,
            code=code,
            kind=kind.value,
            ref=ref,
            issued_at=at,
            title=data.title,
            business_no=data.business_no,
            employer_account_id=employer_account_id,
            data=data_json(data),
            sha256=DOCUMENTS.put(content),
            size=len(content),
            sealed_with=used.fingerprint,
        )
        with transaction.atomic():
            models.SealCertificate.objects.bulk_create([used], ignore_conflicts=True)
            models.IssuedDocument.objects.bulk_create([row], ignore_conflicts=True)
            made = readers.document_by_no(imprint.no)
            if made is not None:
                trail.record(actor, at, "issued", "document", made.no, {"kind": kind.value, "ref": ref})
                return made
        winner = readers.valid_document(kind, ref)
        if winner is not None:
            return winner


def _statement(kind: DocumentKind, data: DocumentData, imprint: Imprint) -> Statement:
    """What the signature says: the document's kind and number, the centre, and the time that is printed."""
    return Statement(f"{kind.label} {imprint.no}", current_centre().name, data.centre, imprint.printed_at)


def _number(kind: DocumentKind, at: datetime) -> str:
    """A document number: two letters of the kind, the day, eight digits of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('documents_number')")
        return f"{kind.prefix}{at.astimezone(TZ):%Y%m%d}{cursor.fetchone()[0]:08d}"


def _verify_url(code: str) -> str:
    """The address of the page that tells whether the document is genuine, as the QR code carries it."""
    return f"{settings.PUBLIC_URL}/{current_centre().code}/verify/{code}"


def _lock_material(digest: str) -> None:
    """Until the end of the transaction nobody else takes in or forgets this content."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_MATERIALS_LOCK, digest])


def _forget(digest: str) -> None:
    with transaction.atomic():
        _lock_material(digest)
        if not models.UploadedMaterial.objects.filter(sha256=digest).exists():
            MATERIALS.drop(digest)
