import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0005_checking"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="work_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="DraftWork",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=10)),
                ("user_id", models.BigIntegerField(null=True)),
                ("user_name", models.CharField(max_length=80)),
                ("employer_id", models.BigIntegerField(null=True)),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("month", models.IntegerField()),
                ("file_name", models.CharField(default="", max_length=200)),
                ("file", models.CharField(default="", max_length=40)),
                ("first_no", models.IntegerField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("report_id", models.BigIntegerField(null=True)),
                ("position", models.IntegerField(default=0)),
                ("expected", models.IntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("good", models.IntegerField(default=0)),
                ("told", models.JSONField(default=dict)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="works", to="engine.draft"
                    ),
                ),
            ],
        ),
    ]
