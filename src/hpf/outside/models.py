"""Tables of what is pushed to employers' own systems: the addresses, the messages, and how far has been looked."""

import uuid

from django.db import models


class Hook(models.Model):
    """An address that messages are pushed to. `since_happening` and `since_at` say from where on it is told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    employer_id = models.BigIntegerField()
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=200)
    kinds = models.JSONField()
    since_happening = models.BigIntegerField()
    since_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["employer_id"], name="hooks_of_employer"),)


class Delivery(models.Model):
    """One message for one address; `id` is the message's own, the same at every try. `subject` names what it tells of
    and stands once per hook; `body` is sent as it is kept. Times of tries are real time.
    """

    id = models.UUIDField(primary_key=True)
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="deliveries", db_index=False)
    subject = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    body = models.TextField()
    at = models.DateTimeField()
    queued = models.BooleanField(default=False)
    tries = models.IntegerField(default=0)
    status = models.IntegerField(null=True)
    reason = models.CharField(max_length=200, default="")
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hook", "subject"], name="told_once_per_hook"),)
        indexes = (
            models.Index(fields=["id"], name="deliveries_to_queue", condition=models.Q(queued=False)),
            models.Index(fields=["hook", "-at", "-id"], name="deliveries_by_time"),
        )


class Mark(models.Model):
    """One row: up to which entry of the timelines has been looked."""

    only = models.BooleanField(primary_key=True, default=True)
    happening = models.BigIntegerField(default=0)
