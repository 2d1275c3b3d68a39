"""Text messages, inbox entries, and who has seen which."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=60, unique=True)),
                ("employer_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("text", models.TextField()),
                ("target", models.CharField(max_length=10)),
                ("ref", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["employer_id", "-id"], name="notices_inbox")],
            },
        ),
        migrations.CreateModel(
            name="Read",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "entry_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="notices.entry"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Text",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=60, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("mobile", models.CharField(max_length=20)),
                ("text", models.TextField()),
                ("state", models.CharField(max_length=10)),
                ("ref", models.UUIDField(unique=True)),
                ("gateway_id", models.CharField(db_default="", default="", max_length=40)),
                ("tries", models.IntegerField(db_default=0, default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(db_default="", default="", max_length=100)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["next_at", "id"], name="notices_to_send"
                    ),
                    models.Index(fields=["state", "-id"], name="notices_text_state"),
                    models.Index(fields=["mobile", "-id"], name="notices_text_mobile"),
                    models.Index(
                        condition=models.Q(("mobile", ""), _negated=True),
                        fields=["created_at"],
                        name="notices_text_kept",
                    ),
                ],
            },
        ),
    ]
