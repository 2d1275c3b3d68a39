"""The table of the API: what was submitted under which key."""

from django.db import models


class Submission(models.Model):
    """A submission that was taken. `key` is the submission key of its case; `digest` says what was sent under it;
    `left_out` are the lines that were not taken, as they were told.
    """

    key = models.UUIDField(primary_key=True)
    employer_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    case_id = models.BigIntegerField(null=True)
    left_out = models.JSONField(default=list)
    at = models.DateTimeField()
