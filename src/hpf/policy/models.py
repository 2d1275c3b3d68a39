"""Tables of amendments. All three are append-only: the process may not update or delete a row of them."""

from typing import ClassVar

from django.db import models


class Amendment(models.Model):
    """A proposed change of one leaf of the book. `value` is plain, as a pack has it."""

    id = models.BigAutoField(primary_key=True)
    leaf = models.CharField(max_length=120)
    first_day = models.DateField()
    until = models.DateField(null=True)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=200)
    proposed_by_id = models.BigIntegerField()
    proposed_by = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["leaf", "id"], name="amendments_of_leaf")]


class Ruling(models.Model):
    """What became of an amendment. A trigger holds that nobody rules on their own, and only withdraws their own."""

    amendment = models.OneToOneField(Amendment, models.PROTECT, primary_key=True, related_name="ruling")
    decision = models.CharField(max_length=10)
    decided_by_id = models.BigIntegerField()
    decided_by = models.CharField(max_length=120)
    decided_at = models.DateTimeField()
    note = models.CharField(max_length=300, default="")


class Version(models.Model):
    """One content of the book, in order. `fingerprint` is what dues, cases and outcomes keep."""

    number = models.BigAutoField(primary_key=True)
    fingerprint = models.BigIntegerField(unique=True)
    made_at = models.DateTimeField()
    amendment = models.OneToOneField(Amendment, models.PROTECT, null=True, related_name="version")
