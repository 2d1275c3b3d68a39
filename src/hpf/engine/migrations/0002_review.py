"""Review: who has taken a case, and what was found on its rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RowFinding",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("row_no", models.IntegerField()),
                ("good", models.BooleanField()),
                ("reason", models.CharField(default="", max_length=300)),
                ("actor", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="case_open",
        ),
        migrations.AddField(
            model_name="case",
            name="taken_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="taken_by",
            field=models.CharField(default="", max_length=80),
        ),
        migrations.AddField(
            model_name="case",
            name="taken_by_user_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "submitted",
                            "queued",
                            "in_process",
                            "with_person",
                            "awaiting_review",
                            "accepted",
                            "awaiting_payment",
                        ],
                    )
                ),
                fields=["declared_at", "id"],
                name="case_open",
            ),
        ),
        migrations.AddField(
            model_name="rowfinding",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="engine.case"
            ),
        ),
        migrations.AddConstraint(
            model_name="rowfinding",
            constraint=models.UniqueConstraint(fields=("case", "row_no"), name="row_finding_once"),
        ),
    ]
