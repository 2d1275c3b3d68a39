"""Issued documents, uploaded materials, and the sequence that document numbers come from."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

_KINDS = [("payment_slip", "汇（补）缴款凭证"), ("business_voucher", "业务凭证")]


class Migration(migrations.Migration):
    """The first tables of the documents room."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL("CREATE SEQUENCE documents_number", "DROP SEQUENCE documents_number"),
        migrations.CreateModel(
            name="IssuedDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.CharField(max_length=24, unique=True)),
                ("code", models.CharField(max_length=12, unique=True)),
                ("kind", models.CharField(choices=_KINDS, max_length=20)),
                ("ref", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
                ("title", models.CharField(max_length=120)),
                ("data", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.IntegerField()),
                ("superseded_by", models.CharField(max_length=24, null=True)),
            ],
            options={
                "db_table": "documents_issued",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_by", None)),
                        fields=("kind", "ref"),
                        name="documents_one_valid",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadedMaterial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner_kind", models.CharField(max_length=20)),
                ("owner_id", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=80)),
                ("file_name", models.CharField(max_length=120)),
                ("media_type", models.CharField(max_length=40)),
                ("size", models.IntegerField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("uploaded_at", models.DateTimeField()),
                ("handed_in", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "documents_material",
                "indexes": [models.Index(fields=["owner_kind", "owner_id"], name="documents_material_owner")],
            },
        ),
    ]
