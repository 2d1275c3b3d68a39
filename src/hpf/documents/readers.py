"""Issued documents and materials, read as facts."""

from collections.abc import Collection
from dataclasses import replace

from django.db.models import Q
from django.db.models.functions import Lower

from hpf.documents import models
from hpf.documents.facts import (
    Confirmed,
    DocumentKind,
    Field,
    Issued,
    Material,
    Revocation,
    RevocationOutcome,
    Section,
    SlipData,
    from_json,
    plain_code,
)
from hpf.documents.vault import DOCUMENTS, MATERIALS
from hpf.kernel.names import mask_handlers


def valid_document(kind: DocumentKind | str, ref: str) -> Issued | None:
    """The document of this kind that is valid for the thing `ref` today, if one was issued."""
    rows = models.IssuedDocument.objects.filter(kind=str(kind), ref=ref, superseded_by=None, revoked_at=None)
    row = rows.first()
    return issued_fact(row) if row else None


def document_by_no(no: str) -> Issued | None:
    """A document by its printed number."""
    row = models.IssuedDocument.objects.filter(no=no).first()
    return issued_fact(row) if row else None


def document_by_code(typed: str) -> Issued | None:
    """A document by its verification code, however it is typed (facts.plain_code)."""
    row = models.IssuedDocument.objects.filter(code=plain_code(typed)).first()
    return issued_fact(row) if row else None


def confirmed_by_code(typed: str) -> Confirmed | None:
    """What anybody may see of the document with this verification code."""
    row = models.IssuedDocument.objects.filter(code=plain_code(typed)).first()
    return _confirmed(row) if row else None


def confirmed_by_no(no: str) -> Confirmed | None:
    """The same of the document with this printed number."""
    row = models.IssuedDocument.objects.filter(no=no).first()
    return _confirmed(row) if row else None


def revocations_of(no: str) -> list[Revocation]:
    """Every request to revoke this document, the newest first."""
    return [revocation_fact(row) for row in models.Revocation.objects.filter(no=no).order_by("-id")]


def confirmed_by_digest(sha256: str) -> Confirmed | None:
    """What anybody may see of the document whose PDF has this SHA-256: proof that its holder has it as issued."""
    row = models.IssuedDocument.objects.filter(sha256=sha256).first()
    return _confirmed(row) if row else None


def seal_certificates() -> dict[str, bytes]:
    """Every certificate the current centre has ever signed with (DER), by its SHA-256."""
    rows = models.SealCertificate.objects.values_list("fingerprint", "certificate")
    return {fingerprint: bytes(der) for fingerprint, der in rows}


def pdf_of(issued: Issued) -> bytes:
    """The PDF exactly as issued. Raises vault.FileLost when it is missing or was changed."""
    return DOCUMENTS.get(issued.sha256)


def materials_of(owner_kind: str, owner_id: str) -> list[Material]:
    """The materials of a thing, by name, the earliest first."""
    rows = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=owner_id)
    return [material_fact(row) for row in rows.order_by("name", "id")]


def materials_beside(
    owner_kind: str, owner_id: str, names_per_row: Collection[str], file_names: Collection[str]
) -> list[Material]:
    """Like `materials_of`, but of the materials that every row has a file of only the files with these names.

    `file_names` are in lower case; letters count the same in either.
    """
    rows = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=owner_id)
    rows = rows.alias(lower=Lower("file_name"))
    rows = rows.filter(~Q(name__in=list(names_per_row)) | Q(lower__in=list(file_names)))
    return [material_fact(row) for row in rows.order_by("name", "id")]


def material(owner_kind: str, owner_id: str, material_id: int) -> Material | None:
    """One material of a thing."""
    row = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=owner_id, id=material_id).first()
    return None if row is None else material_fact(row)


def material_names(owner_kind: str, owner_id: str) -> frozenset[str]:
    """The names under which something has been uploaded for a thing."""
    rows = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=owner_id)
    return frozenset(rows.values_list("name", flat=True))


def content_of(material: Material) -> bytes:
    """The file as uploaded. Raises vault.FileLost when it is missing or was changed."""
    return MATERIALS.get(material.sha256)


def issued_fact(row: models.IssuedDocument) -> Issued:
    """A row as a fact."""
    return Issued(
        no=row.no,
        code=row.code,
        kind=DocumentKind(row.kind),
        ref=row.ref,
        issued_at=row.issued_at,
        title=row.title,
        sha256=row.sha256,
        size=row.size,
        superseded_by=row.superseded_by,
        sealed_with=row.sealed_with,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
        business_no=row.business_no,
        employer_account_id=row.employer_account_id,
    )


def revocation_fact(row: models.Revocation) -> Revocation:
    """A row as a fact."""
    return Revocation(
        id=row.pk,
        no=row.no,
        reason=row.reason,
        asked_by_id=row.asked_by_id,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        outcome=RevocationOutcome(row.outcome),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        words=row.words,
    )


def _confirmed(row: models.IssuedDocument) -> Confirmed:
    """The paper from the stored data: names masked, rows only counted."""
    data = from_json(row.data)
    parts = data.sections if isinstance(data, SlipData) else (Section("", data.head), Section("合计", data.totals))
    return Confirmed(
        issued=issued_fact(row),
        centre=data.centre,
        business_no=data.business_no,
        portion="" if isinstance(data, SlipData) else data.portion,
        sections=tuple(replace(part, fields=tuple(map(_public, part.fields))) for part in parts),
        rows=None if isinstance(data, SlipData) else len(data.rows),
    )


def _public(field: Field) -> Field:
    return replace(field, value=mask_handlers(field.value)) if field.personal and field.value else field


def material_fact(row: models.UploadedMaterial) -> Material:
    """A row as a fact."""
    return Material(
        id=row.pk,
        owner_kind=row.owner_kind,
        owner_id=row.owner_id,
        name=row.name,
        file_name=row.file_name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        uploaded_at=row.uploaded_at,
        handed_in=row.handed_in,
    )
