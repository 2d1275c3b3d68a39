"""Tables of issued documents and of uploaded materials; the files themselves are in the vault."""

from typing import ClassVar

from django.db import models

from hpf.documents.facts import DocumentKind, RevocationOutcome


class IssuedDocument(models.Model):
    """A document that left the house, with the data it was made of; one valid document per kind and thing.

    `business_no` is printed on it; `employer_account_id` is whose it is (plain, null where it is nobody's).
    """

    no = models.CharField(max_length=24, unique=True)
    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in DocumentKind])
    ref = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    title = models.CharField(max_length=120)
    business_no = models.CharField(max_length=40, default="", db_default="")
    employer_account_id = models.BigIntegerField(null=True)
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
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sha256"], name="documents_issued_sha256"),
            models.Index(fields=["business_no"], name="documents_issued_business"),
            models.Index(fields=["employer_account_id", "-id"], name="documents_issued_employer"),
        ]


class Revocation(models.Model):
    """That somebody wants a document revoked, and what another decided; one at a time waits for a document.

    The database holds that it is another (migration 0004): what is decided stays, and what was asked is never changed.
    """

    no = models.CharField(max_length=24)
    reason = models.CharField(max_length=200)
    asked_by_id = models.BigIntegerField(null=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=[(one.value, one.label) for one in RevocationOutcome])
    decided_by_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=120, default="")
    decided_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "documents_revocation"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["no"], condition=models.Q(outcome="waiting"), name="documents_one_revocation_waits"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["no"], name="documents_revocation_no")]


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
