"""Text messages are found by the last four digits of the number: a whole number has no place in an address."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models.functions import Right


class Migration(migrations.Migration):
    """The index of the last four digits."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("notices", "0002_longer_subject")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddIndex(
            "text", models.Index(Right("mobile", 4), models.F("id").desc(), name="notices_text_mobile_end")
        ),
    ]
