"""An agent's subscription of messages: one number for one employer."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("parties", "0003_checking")]

    operations: ClassVar = [
        migrations.AddField(model_name="agent", name="sms", field=models.BooleanField(db_default=False, default=False)),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sms", True)), fields=("mobile",), name="parties_agent_sms_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(
                condition=models.Q(("sms", False), models.Q(("mobile", ""), _negated=True), _connector="OR"),
                name="parties_agent_sms_needs_mobile",
            ),
        ),
    ]
