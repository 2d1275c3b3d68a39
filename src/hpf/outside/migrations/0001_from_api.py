"""The tables of hooks come over from the API as they are (docs/decisions/016)."""

import uuid
from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

_HERE = """
ALTER TABLE api_hook RENAME TO outside_hook;
ALTER TABLE api_delivery RENAME TO outside_delivery;
ALTER TABLE api_mark RENAME TO outside_mark;
UPDATE outside_delivery SET queued = false WHERE delivered_at IS NULL AND given_up_at IS NULL;
"""
"""What waits in the queue under the job's old name is queued again under the new one."""
_BACK = """
ALTER TABLE outside_hook RENAME TO api_hook;
ALTER TABLE outside_delivery RENAME TO api_delivery;
ALTER TABLE outside_mark RENAME TO api_mark;
"""


class Migration(migrations.Migration):
    """The first; only the order of messages gets an index of its own."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = [("api", "0001_initial")]
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_HERE, _BACK)],
            state_operations=[
                migrations.CreateModel(
                    name="Mark",
                    fields=[
                        ("only", models.BooleanField(default=True, primary_key=True, serialize=False)),
                        ("happening", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Hook",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                        ("employer_id", models.BigIntegerField()),
                        ("url", models.CharField(max_length=500)),
                        ("secret", models.CharField(max_length=200)),
                        ("kinds", models.JSONField()),
                        ("since_happening", models.BigIntegerField()),
                        ("since_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                    ],
                    options={"indexes": [models.Index(fields=["employer_id"], name="hooks_of_employer")]},
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("subject", models.CharField(max_length=80)),
                        ("kind", models.CharField(max_length=20)),
                        ("body", models.TextField()),
                        ("at", models.DateTimeField()),
                        ("queued", models.BooleanField(default=False)),
                        ("tries", models.IntegerField(default=0)),
                        ("status", models.IntegerField(null=True)),
                        ("reason", models.CharField(default="", max_length=200)),
                        ("delivered_at", models.DateTimeField(null=True)),
                        ("given_up_at", models.DateTimeField(null=True)),
                        (
                            "hook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="outside.hook",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("queued", False)), fields=["id"], name="deliveries_to_queue"
                            )
                        ],
                        "constraints": [models.UniqueConstraint(fields=("hook", "subject"), name="told_once_per_hook")],
                    },
                ),
            ],
        ),
        migrations.AlterField(
            "delivery",
            "hook",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="outside.hook",
            ),
        ),
        migrations.AddIndex("delivery", models.Index(fields=["hook", "-at", "-id"], name="deliveries_by_time")),
    ]
