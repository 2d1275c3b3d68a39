"""Signed and revocable documents, the certificates they were signed with, and the count of tries at verification."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

# Unlogged: a crash forgets who tried how often, and no try costs a write to the log.
_TRIES = """
CREATE UNLOGGED TABLE documents_tries (
    source text NOT NULL,
    until timestamptz NOT NULL,
    tries integer NOT NULL,
    PRIMARY KEY (source, until)
)"""


class Migration(migrations.Migration):
    """A revoked document leaves its place to another one of the same thing."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("documents", "0001_initial")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            "issueddocument", "sealed_with", models.CharField(db_default="", default="", max_length=64)
        ),
        migrations.AddField("issueddocument", "revoked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "issueddocument", "revoked_reason", models.CharField(db_default="", default="", max_length=200)
        ),
        migrations.RemoveConstraint("issueddocument", "documents_one_valid"),
        migrations.AddConstraint(
            "issueddocument",
            models.UniqueConstraint(
                condition=models.Q(("revoked_at", None), ("superseded_by", None)),
                fields=("kind", "ref"),
                name="documents_one_valid",
            ),
        ),
        migrations.AddIndex("issueddocument", models.Index(fields=["sha256"], name="documents_issued_sha256")),
        migrations.CreateModel(
            name="SealCertificate",
            fields=[
                ("fingerprint", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("certificate", models.BinaryField()),
                ("first_used_at", models.DateTimeField()),
            ],
            options={"db_table": "documents_seal"},
        ),
        migrations.RunSQL("REVOKE UPDATE, DELETE, TRUNCATE ON documents_seal FROM hpf_app", migrations.RunSQL.noop),
        migrations.RunSQL(_TRIES, "DROP TABLE documents_tries"),
    ]
