"""What was told of a person at an opening and nothing is computed from."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("parties", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="person",
            name="details",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
