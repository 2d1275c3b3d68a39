"""Making and changing the tables, as the owner: the shared schema, then one schema per centre."""

from django.core.management import call_command
from django.db import connection

from hpf.access.changes import register_centre
from hpf.access.tenancy import centres

_GRANTS = """
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO hpf_app;
ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO hpf_app;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO hpf_app;
"""


def migrate_all(verbosity: int = 0) -> None:
    """Bring every schema to this version."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS)
    call_command("migrate_schemas", interactive=False, verbosity=verbosity)


def add_centre(code: str, name: str) -> None:
    """A centre with its schema and tables; one that exists is left alone. `code` is schema name and path prefix."""
    if code in {centre.code for centre in centres()}:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {connection.ops.quote_name(code)}")
    call_command("migrate_schemas", tenant=True, schema_name=code, interactive=False, verbosity=0)
    register_centre(code, name)
