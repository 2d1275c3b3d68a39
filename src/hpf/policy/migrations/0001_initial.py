"""Amendments, what became of them, versions of the book; and what holds the rule of two people."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION policy_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.decision = 'withdrawn') IS DISTINCT FROM
       (NEW.decided_by_id = (SELECT proposed_by_id FROM policy_amendment WHERE id = NEW.amendment_id)) THEN
        RAISE EXCEPTION 'amendment % is decided by another person, and withdrawn by its own', NEW.amendment_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_two_people BEFORE INSERT ON policy_ruling FOR EACH ROW EXECUTE FUNCTION policy_two_people();
CREATE FUNCTION policy_approved_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.amendment_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM policy_ruling WHERE amendment_id = NEW.amendment_id AND decision = 'approved') THEN
        RAISE EXCEPTION 'amendment % is not approved', NEW.amendment_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_approved_only BEFORE INSERT ON policy_version
    FOR EACH ROW EXECUTE FUNCTION policy_approved_only();
REVOKE UPDATE, DELETE, TRUNCATE ON policy_amendment, policy_ruling, policy_version FROM hpf_app;
"""
UNGUARD = """
DROP TRIGGER policy_approved_only ON policy_version; DROP FUNCTION policy_approved_only;
DROP TRIGGER policy_two_people ON policy_ruling; DROP FUNCTION policy_two_people;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("leaf", models.CharField(max_length=120)),
                ("first_day", models.DateField()),
                ("until", models.DateField(null=True)),
                ("value", models.JSONField(null=True)),
                ("source", models.CharField(max_length=200)),
                ("proposed_by_id", models.BigIntegerField()),
                ("proposed_by", models.CharField(max_length=120)),
                ("proposed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("fingerprint", models.BigIntegerField(unique=True)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                (
                    "amendment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="ruling",
                        serialize=False,
                        to="policy.amendment",
                    ),
                ),
                ("decision", models.CharField(max_length=10)),
                ("decided_by_id", models.BigIntegerField()),
                ("decided_by", models.CharField(max_length=120)),
                ("decided_at", models.DateTimeField()),
                ("note", models.CharField(default="", max_length=300)),
            ],
        ),
        migrations.AddIndex(
            model_name="amendment",
            index=models.Index(fields=["leaf", "id"], name="amendments_of_leaf"),
        ),
        migrations.AddField(
            model_name="version",
            name="amendment",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="version", to="policy.amendment"
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
