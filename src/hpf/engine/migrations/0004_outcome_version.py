"""Each outcome keeps the version of the rules it was made with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0003_worklist"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE engine_case_row ADD COLUMN policy_version integer",
            "ALTER TABLE engine_case_row DROP COLUMN policy_version",
            state_operations=[
                migrations.AddField(model_name="caserow", name="policy_version", field=models.IntegerField(null=True)),
            ],
        ),
    ]
