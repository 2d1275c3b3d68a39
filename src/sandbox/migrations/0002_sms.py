"""Text messages that the SMS gateway took, and the reports of what became of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sandbox", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Text",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.CharField(max_length=64, unique=True)),
                ("gateway_id", models.CharField(max_length=32)),
                ("to", models.CharField(db_index=True, max_length=20)),
                ("body", models.TextField()),
                ("accepted_at", models.DateTimeField()),
                ("report_url", models.CharField(max_length=300)),
                ("delivered", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="TextReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delivered", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("due_at", models.FloatField(db_index=True)),
                ("held", models.BooleanField(default=False)),
                ("sends_left", models.IntegerField(default=1)),
                ("attempts", models.IntegerField(default=0)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("last_answer", models.CharField(blank=True, max_length=200)),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="sandbox.text"
                    ),
                ),
            ],
        ),
    ]
