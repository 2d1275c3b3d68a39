"""Whose a document is and what it is about, to find it by; requests to revoke one, decided by a second person."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

# The tables of dues and cases are there only where documents were issued before this migration.
_KNOWN = """
UPDATE documents_issued SET business_no = left(data ->> 'business_no', 40);
DO $$ BEGIN
    IF to_regclass('dues_due') IS NOT NULL THEN
        UPDATE documents_issued d SET employer_account_id = o.employer_account_id
          FROM dues_due o WHERE d.kind = 'payment_slip' AND o.id::text = d.ref;
    END IF;
    IF to_regclass('engine_case') IS NOT NULL THEN
        UPDATE documents_issued d SET employer_account_id = c.employer_account_id
          FROM engine_case c WHERE d.kind = 'business_voucher' AND c.no = d.business_no;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    """What was issued before is filled in."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("documents", "0002_trust")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            "issueddocument", "business_no", models.CharField(db_default="", default="", max_length=40)
        ),
        migrations.AddField("issueddocument", "employer_account_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
        migrations.AddIndex("issueddocument", models.Index(fields=["business_no"], name="documents_issued_business")),
        migrations.AddIndex(
            "issueddocument", models.Index(fields=["employer_account_id", "-id"], name="documents_issued_employer")
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.CharField(max_length=24)),
                ("reason", models.CharField(max_length=200)),
                ("asked_by_id", models.BigIntegerField(null=True)),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "待复核"),
                            ("revoked", "已作废"),
                            ("refused", "不予作废"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("decided_by", models.CharField(default="", max_length=120)),
                ("decided_at", models.DateTimeField(null=True)),
                ("words", models.CharField(default="", max_length=200)),
            ],
            options={
                "db_table": "documents_revocation",
                "indexes": [models.Index(fields=["no"], name="documents_revocation_no")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "waiting")),
                        fields=("no",),
                        name="documents_one_revocation_waits",
                    )
                ],
            },
        ),
    ]
