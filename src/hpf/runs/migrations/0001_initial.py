"""What ran for which moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40)),
                ("due_at", models.DateTimeField()),
                ("state", models.CharField(max_length=10)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("done", models.IntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("figures", models.JSONField(default=dict)),
                ("position", models.JSONField(default=dict)),
                ("problem", models.CharField(default="", max_length=500)),
            ],
            options={
                "indexes": [models.Index(fields=["-due_at", "-id"], name="run_latest")],
                "constraints": [models.UniqueConstraint(fields=("code", "due_at"), name="run_once_per_due_time")],
            },
        ),
    ]
