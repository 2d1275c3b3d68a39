"""Drafts, cases and their rows; rows of cases are partitioned by the year of declaration."""

import django.db.models.deletion
from django.db import migrations, models

from hpf.access.partitions import years_sql

ROWS = """
CREATE SEQUENCE engine_case_number;
CREATE TABLE engine_case_row (
    year integer NOT NULL,
    case_id bigint NOT NULL,
    row_no integer NOT NULL,
    id_no varchar(40) NOT NULL,
    data jsonb NOT NULL,
    worked jsonb NOT NULL,
    state varchar(10) NOT NULL CHECK (state IN ('pending', 'referred', 'succeeded', 'failed')),
    refused jsonb NOT NULL,
    result jsonb NOT NULL,
    portion integer,
    processed_at timestamptz,
    processed_month integer,
    PRIMARY KEY (year, case_id, row_no)
) PARTITION BY RANGE (year);
CREATE INDEX engine_case_row_waiting ON engine_case_row (case_id) WHERE state IN ('pending', 'referred');
REVOKE DELETE, TRUNCATE ON engine_case_row, engine_case FROM hpf_app;
REVOKE UPDATE, DELETE, TRUNCATE ON engine_caseevent FROM hpf_app;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CaseRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "year", "case_id", "row_no", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.SmallIntegerField()),
                ("case_id", models.BigIntegerField()),
                ("row_no", models.IntegerField()),
                ("id_no", models.CharField(max_length=40)),
                ("data", models.JSONField()),
                ("worked", models.JSONField(default=dict)),
                ("state", models.CharField(max_length=10)),
                ("refused", models.JSONField(default=list)),
                ("result", models.JSONField(default=dict)),
                ("portion", models.IntegerField(null=True)),
                ("processed_at", models.DateTimeField(null=True)),
                ("processed_month", models.IntegerField(null=True)),
            ],
            options={
                "db_table": "engine_case_row",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("no", models.CharField(max_length=20, unique=True)),
                ("item_code", models.CharField(max_length=60)),
                ("item_version", models.SmallIntegerField()),
                ("employer_id", models.BigIntegerField()),
                ("employer_account_id", models.BigIntegerField()),
                ("declared_by", models.CharField(max_length=80)),
                ("declared_by_user_id", models.BigIntegerField(null=True)),
                ("channel", models.CharField(max_length=10)),
                ("declared_at", models.DateTimeField()),
                ("declared_month", models.IntegerField()),
                ("state", models.CharField(max_length=20)),
                ("total", models.IntegerField()),
                ("succeeded", models.IntegerField(default=0)),
                ("failed", models.IntegerField(default=0)),
                ("referred", models.IntegerField(default=0)),
                ("portions", models.IntegerField(default=0)),
                ("amount_fen", models.BigIntegerField(default=0)),
                ("processed_at", models.DateTimeField(null=True)),
                ("processed_month", models.IntegerField(null=True)),
                ("policy_version", models.BigIntegerField()),
                ("submit_key", models.UUIDField(unique=True)),
                ("content_hash", models.CharField(max_length=64)),
                ("form", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["employer_account_id", "item_code", "declared_month"], name="case_of_account"),
                    models.Index(fields=["employer_id", "-id"], name="case_of_employer"),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["submitted", "queued", "in_process", "with_person", "awaiting_payment"])
                        ),
                        fields=["declared_at", "id"],
                        name="case_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("event", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("actor", models.CharField(max_length=80)),
                ("note", models.CharField(default="", max_length=300)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="engine.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("employer_account_id", models.BigIntegerField()),
                ("item_code", models.CharField(max_length=60)),
                ("item_version", models.SmallIntegerField()),
                ("intake", models.CharField(max_length=10, null=True)),
                ("visit", models.CharField(max_length=32)),
                ("submit_key", models.UUIDField(unique=True)),
                ("edited_by", models.CharField(max_length=80)),
                ("edited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("confirmed", models.BooleanField(default=False)),
                ("declared", models.BooleanField(default=False)),
                ("form", models.JSONField(default=dict)),
                ("next_no", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("employer_account_id", "item_code"), name="draft_once_per_account")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportReport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("file_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("total", models.IntegerField()),
                ("good", models.IntegerField()),
                ("bad", models.IntegerField()),
                ("head_problem", models.TextField(default="")),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="engine.draft"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BadRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("no", models.IntegerField()),
                ("cells", models.JSONField()),
                ("refused", models.JSONField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bad_rows", to="engine.importreport"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DraftRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("no", models.IntegerField()),
                ("key", models.CharField(max_length=60)),
                ("data", models.JSONField()),
                ("worked", models.JSONField(default=dict)),
                ("refused", models.JSONField(default=list)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="engine.draft"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("draft", "no"), name="draft_row_no_once")],
            },
        ),
        migrations.RunSQL(ROWS, "DROP TABLE engine_case_row; DROP SEQUENCE engine_case_number"),
        migrations.RunSQL(years_sql("engine_case_row", range(2024, 2029)), migrations.RunSQL.noop),
    ]
