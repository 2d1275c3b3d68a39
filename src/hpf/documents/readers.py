"""Issued documents and materials, read as facts."""

from hpf.documents import models
from hpf.documents.facts import DocumentKind, Issued, Material
from hpf.documents.vault import DOCUMENTS, MATERIALS


def valid_document(kind: DocumentKind | str, ref: str) -> Issued | None:
    """The document of this kind that is valid for the thing `ref` today, if one was issued."""
    row = models.IssuedDocument.objects.filter(kind=str(kind), ref=ref, superseded_by=None).first()
    return issued_fact(row) if row else None


def document_by_no(no: str) -> Issued | None:
    """A document by its printed number."""
    row = models.IssuedDocument.objects.filter(no=no).first()
    return issued_fact(row) if row else None


def document_by_code(typed: str) -> Issued | None:
    """A document by its verification code, however it is typed: with or without hyphens, in small letters."""
    code = "".join(c for c in typed.upper() if c.isascii() and c.isalnum())
    row = models.IssuedDocument.objects.filter(code=code).first()
    return issued_fact(row) if row else None


def pdf_of(issued: Issued) -> bytes:
    """The PDF exactly as issued. Raises vault.FileLost when it is missing or was changed."""
    return DOCUMENTS.get(issued.sha256)


def materials_of(owner_kind: str, owner_id: str) -> list[Material]:
    """The materials of a thing, by name, the earliest first."""
    rows = models.UploadedMaterial.objects.filter(owner_kind=owner_kind, owner_id=owner_id)
    return [material_fact(row) for row in rows.order_by("name", "id")]


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
    )


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
