"""Cases that a second agent of the employer checks before they are declared."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0004_outcome_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="needs_check",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="case",
            name="checked_by",
            field=models.CharField(db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="case",
            name="checked_by_user_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="checked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "awaiting_check")), fields=["employer_id", "id"], name="case_to_check"
            ),
        ),
    ]
