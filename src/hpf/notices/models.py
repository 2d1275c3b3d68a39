"""Tables of the room: private to it; writes go through `changes`, reads through `readers` and `listings`."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Right

from hpf.notices.facts import MOBILE_END, TextState


class Text(models.Model):
    """One text message. `subject` stands once, so nothing is sent twice; `ref` is what the gateway knows it by, a new
    one for each time it is sent on a person's word.

    `next_at` is real time, null for at once; the other times are business time.
    """

    subject = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)
    mobile = models.CharField(max_length=20)
    text = models.TextField()
    state = models.CharField(max_length=10)
    ref = models.UUIDField(unique=True)
    gateway_id = models.CharField(max_length=40, default="", db_default="")
    tries = models.IntegerField(default=0, db_default=0)
    next_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=100, default="", db_default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at", "id"], name="notices_to_send", condition=Q(state=TextState.WAITING.value)),
            models.Index(fields=["state", "-id"], name="notices_text_state"),
            models.Index(fields=["mobile", "-id"], name="notices_text_mobile"),
            models.Index(Right("mobile", MOBILE_END), F("id").desc(), name="notices_text_mobile_end"),
            models.Index(fields=["created_at"], name="notices_text_kept", condition=~Q(mobile="")),
        ]


class Entry(models.Model):
    """One inbox entry of an employer, for all its agents. `subject` has room for the longest number of a payment."""

    subject = models.CharField(max_length=80, unique=True)
    employer_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    text = models.TextField()
    target = models.CharField(max_length=10)
    ref = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["employer_id", "-id"], name="notices_inbox")]


class Read(models.Model):
    """An agent (by login) has seen an entry."""

    pk = models.CompositePrimaryKey("user_id", "entry_id")
    user_id = models.BigIntegerField()
    entry = models.ForeignKey(Entry, models.CASCADE, db_index=False)
    at = models.DateTimeField()
