"""Who decided about a revocation, by login; and what holds the rule of two people."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

GUARD = """
CREATE FUNCTION documents_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.outcome <> 'waiting' THEN
            RAISE EXCEPTION 'a revocation is asked for before it is decided' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.outcome <> 'waiting' OR
          (NEW.outcome = 'withdrawn') IS DISTINCT FROM (NEW.decided_by_id IS NOT DISTINCT FROM OLD.asked_by_id) THEN
        RAISE EXCEPTION 'revocation % is decided once, by another person, and withdrawn by its own', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_two_people BEFORE INSERT OR UPDATE ON documents_revocation
    FOR EACH ROW EXECUTE FUNCTION documents_two_people();
REVOKE UPDATE, DELETE, TRUNCATE ON documents_revocation FROM hpf_app;
GRANT UPDATE (outcome, decided_by_id, decided_by, decided_at, words) ON documents_revocation TO hpf_app;
"""
UNGUARD = """
DROP TRIGGER documents_two_people ON documents_revocation; DROP FUNCTION documents_two_people;
GRANT UPDATE, DELETE, TRUNCATE ON documents_revocation TO hpf_app;
"""


class Migration(migrations.Migration):
    """Decisions made before keep the name only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("documents", "0003_revocations")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("revocation", "decided_by_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
