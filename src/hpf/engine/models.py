"""Tables of the engine: drafts and their rows, import reports, cases. Rows of cases are partitioned by year
(migration 0001).
"""

from django.db import models


class Draft(models.Model):
    """One per employer account and item (F-67); `submit_key` makes submission count once."""

    id = models.BigAutoField(primary_key=True)
    employer_account_id = models.BigIntegerField()
    item_code = models.CharField(max_length=60)
    item_version = models.SmallIntegerField()
    intake = models.CharField(max_length=10, null=True)
    visit = models.CharField(max_length=32)
    submit_key = models.UUIDField(unique=True)
    edited_by = models.CharField(max_length=80)
    edited_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(default=False)
    declared = models.BooleanField(default=False)
    form = models.JSONField(default=dict)
    next_no = models.IntegerField(default=1)
    work_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["employer_account_id", "item_code"], name="draft_once_per_account"),
        )


class DraftRow(models.Model):
    """A line of a draft. `key` names what may not stand twice in a list (an id number, a due); `data` are its texts."""

    id = models.BigAutoField(primary_key=True)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="rows")
    no = models.IntegerField()
    key = models.CharField(max_length=60)
    data = models.JSONField()
    worked = models.JSONField(default=dict)
    refused = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["draft", "no"], name="draft_row_no_once"),)


class DraftWork(models.Model):
    """Long work on a draft, carried out by a worker in portions: a large workbook read in, a long list checked.

    `position` is the last line done, of the file or of the list: a worker that takes over goes on behind it. `month`
    is the month of processing that is judged by; `first_no` and `expires_at` are what the draft had before.
    """

    id = models.BigAutoField(primary_key=True)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="works")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=80)
    employer_id = models.BigIntegerField(null=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    month = models.IntegerField()
    file_name = models.CharField(max_length=200, default="")
    file = models.CharField(max_length=40, default="")
    first_no = models.IntegerField()
    expires_at = models.DateTimeField(null=True)
    report_id = models.BigIntegerField(null=True)
    position = models.IntegerField(default=0)
    expected = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    good = models.IntegerField(default=0)
    told = models.JSONField(default=dict)


class ImportReport(models.Model):
    """One uploaded workbook of a draft: figures, and the problem of its head if nothing was taken."""

    id = models.BigAutoField(primary_key=True)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="reports")
    file_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    total = models.IntegerField()
    good = models.IntegerField()
    bad = models.IntegerField()
    head_problem = models.TextField(default="")


class BadRow(models.Model):
    """A line that was not taken, kept until the draft goes, so that it can be handed back marked."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(ImportReport, models.CASCADE, related_name="bad_rows")
    no = models.IntegerField()
    cells = models.JSONField()
    refused = models.JSONField()


class Case(models.Model):
    """A submission. `no` is the 业务流水号; the counts are kept by the executor in the transaction that changes
    rows. `due_on`: by when the centre is to review it, null for a case that is not reviewed.

    `needs_check`: a second agent of the employer has to check it first; `declared_at` is the moment at which it was
    handed in until `checked_at` is set, from then on the same as that.
    """

    id = models.BigAutoField(primary_key=True)
    no = models.CharField(max_length=20, unique=True)
    item_code = models.CharField(max_length=60)
    item_version = models.SmallIntegerField()
    employer_id = models.BigIntegerField()
    employer_account_id = models.BigIntegerField()
    branch_code = models.CharField(max_length=20, default="", db_default="")
    declared_by = models.CharField(max_length=80)
    declared_by_user_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10)
    declared_at = models.DateTimeField()
    declared_month = models.IntegerField()
    state = models.CharField(max_length=20)
    total = models.IntegerField()
    succeeded = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    referred = models.IntegerField(default=0)
    portions = models.IntegerField(default=0)
    taken_by = models.CharField(max_length=80, default="")
    taken_by_user_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    needs_check = models.BooleanField(default=False, db_default=False)
    checked_by = models.CharField(max_length=80, default="", db_default="")
    checked_by_user_id = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    amount_fen = models.BigIntegerField(default=0)
    processed_at = models.DateTimeField(null=True)
    processed_month = models.IntegerField(null=True)
    policy_version = models.BigIntegerField()
    submit_key = models.UUIDField(unique=True)
    content_hash = models.CharField(max_length=64)
    form = models.JSONField(default=dict)
    result = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["employer_account_id", "item_code", "declared_month"], name="case_of_account"),
            models.Index(fields=["employer_id", "-id"], name="case_of_employer"),
            models.Index(fields=["policy_version", "item_code"], name="case_of_version"),
            models.Index(
                fields=["employer_id", "id"], name="case_to_check", condition=models.Q(state="awaiting_check")
            ),
            models.Index(
                fields=["state", "due_on", "id"], name="case_reviewed", condition=models.Q(due_on__isnull=False)
            ),
            models.Index(
                fields=["declared_at", "id"],
                name="case_open",
                condition=models.Q(
                    state__in=[
                        "submitted",
                        "queued",
                        "in_process",
                        "with_person",
                        "awaiting_review",
                        "accepted",
                        "awaiting_payment",
                    ]
                ),
            ),
        )


class CaseRow(models.Model):
    """A line of a case with its verdict. Partitioned by the year of declaration; every read names the year."""

    pk = models.CompositePrimaryKey("year", "case_id", "row_no")
    year = models.SmallIntegerField()
    case_id = models.BigIntegerField()
    row_no = models.IntegerField()
    id_no = models.CharField(max_length=40)
    data = models.JSONField()
    worked = models.JSONField(default=dict)
    state = models.CharField(max_length=10)
    refused = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    portion = models.IntegerField(null=True)
    processed_at = models.DateTimeField(null=True)
    processed_month = models.IntegerField(null=True)
    policy_version = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "engine_case_row"


class CaseEvent(models.Model):
    """The timeline of a case: what happened, when, and who did it. Append-only."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    event = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    note = models.CharField(max_length=300, default="")


class RowFinding(models.Model):
    """What a reviewer found on one row of a case under review; the last word on a row replaces the one before."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.CASCADE, related_name="findings")
    row_no = models.IntegerField()
    good = models.BooleanField()
    reason = models.CharField(max_length=300, default="")
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "row_no"], name="row_finding_once"),)
