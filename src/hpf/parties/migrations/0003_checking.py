"""单位内部复核: from which amount cases need a second agent, the agents' duties, and changes that wait."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("parties", "0002_person_details")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="employer",
            name="check_from_fen",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="employer",
            constraint=models.CheckConstraint(
                condition=models.Q(("check_from_fen__gte", 0)), name="parties_check_from_positive"
            ),
        ),
        migrations.AddField(
            model_name="agent",
            name="may_make",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="agent",
            name="may_check",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="CheckingRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("check_from_fen", models.BigIntegerField(null=True)),
                ("duties", models.JSONField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="parties.agent")),
                ("employer", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="parties.employer")),
            ],
        ),
    ]
