"""What ran for which moment: one record per run and due time, with its progress and figures."""

from django.db import models


class Run(models.Model):
    """`due_at` is the moment the run fell due; once per code and due time. `position` is where a restart goes on."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    figures = models.JSONField(default=dict)
    position = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "due_at"], name="run_once_per_due_time"),)
        indexes = (models.Index(fields=["-due_at", "-id"], name="run_latest"),)
