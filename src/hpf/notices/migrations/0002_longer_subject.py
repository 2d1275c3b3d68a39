"""The subject of an inbox entry has room for the longest number of a payment (64 characters)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="subject",
            field=models.CharField(max_length=80, unique=True),
        ),
    ]
