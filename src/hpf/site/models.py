"""The table of the house itself, in the shared schema."""

from django.db import models


class ScheduleMark(models.Model):
    """How far the scheduler has looked for due runs of a centre: everything up to `looked_until` has been started."""

    centre_code = models.CharField(max_length=63, primary_key=True)
    looked_until = models.DateTimeField()
