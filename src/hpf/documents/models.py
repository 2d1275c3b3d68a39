"""Tables of issued documents and of uploaded materials; the files themselves are in the vault."""

from typing import ClassVar

from django.db import models

from hpf.documents.facts import DocumentKind


class IssuedDocument(models.Model):
    """A document that left the house, with the data it was made of; one valid document per kind and thing."""

    no = models.CharField(max_length=24, unique=True)
    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in DocumentKind])
    ref = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    title = models.CharField(max_length=120)
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField()
    superseded_by = models.CharField(max_length=24, null=True)  # the other's number
    sealed_with = models.CharField(max_length=64, default="", db_default="")  # fingerprint of a SealCertificate
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        db_table = "documents_issued"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "ref"],
                condition=models.Q(superseded_by=None, revoked_at=None),
                name="documents_one_valid",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["sha256"], name="documents_issued_sha256")]


class SealCertificate(models.Model):
    """A certificate this centre has signed with; one is added when it is first used, none is ever forgotten."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    certificate = models.BinaryField()
    first_used_at = models.DateTimeField()

    class Meta:
        db_table = "documents_seal"


class UploadedMaterial(models.Model):
    """A picture or scan, owned by a thing of another package by kind and plain id."""

    owner_kind = models.CharField(max_length=20)
    owner_id = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    file_name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_at = models.DateTimeField()
    handed_in = models.BooleanField(default=False)

    class Meta:
        db_table = "documents_material"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner_kind", "owner_id"], name="documents_material_owner")
        ]
