"""Partitions of the large tables: made by a function of the owner's, since the process itself may not create tables.

A table that grows with time is declared in plain SQL (`PARTITION BY RANGE`) by a migration of its package; its parts
are made by `ensure_months` or `ensure_years`, from migrations and from runs alike: CREATE, then ATTACH, so that no
reader waits. The process has no rights on the parts themselves, only through the parent.
"""

from collections.abc import Iterable

from django.db import connection

FUNCTION_SQL = """
CREATE FUNCTION public.ensure_partition(parent regclass, suffix text, low bigint, high bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    schema_name name; parent_name name; part_name name;
BEGIN
    SELECT n.nspname, c.relname INTO schema_name, parent_name
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent AND c.relkind = 'p';
    IF NOT FOUND OR suffix !~ '^[0-9]{4,6}$' THEN
        RAISE EXCEPTION 'no partition % of %', suffix, parent;
    END IF;
    part_name := parent_name || '_' || suffix;
    PERFORM pg_advisory_xact_lock(hashtext(schema_name || '.' || parent_name));
    IF to_regclass(format('%I.%I', schema_name, part_name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL EXCLUDING IDENTITY)',
                   schema_name, part_name, schema_name, parent_name);
    EXECUTE format('REVOKE ALL ON %I.%I FROM hpf_app', schema_name, part_name);
    EXECUTE format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES FROM (%s) TO (%s)',
                   schema_name, parent_name, schema_name, part_name, low, high);
    RETURN true;
END $$;
GRANT EXECUTE ON FUNCTION public.ensure_partition TO hpf_app;
"""


def ensure_months(table: str, months: Iterable[int]) -> None:
    """Partitions of `table` (ranged by an INTEGER yyyymm) for `months` (202611); those that exist stay."""
    _execute(months_sql(table, months))


def ensure_years(table: str, years: Iterable[int]) -> None:
    """Partitions of `table` (ranged by an INTEGER year) for `years`; those that exist stay."""
    _execute(years_sql(table, years))


def months_sql(table: str, months: Iterable[int]) -> str:
    """The statements of `ensure_months`, for a migration's RunSQL. `table` is a name from our own code."""
    return "".join(f"SELECT public.ensure_partition('{table}', '{int(m)}', {int(m)}, {int(m) + 1});" for m in months)


years_sql = months_sql
"""The same for years: a part holds one whole number of the range column."""


def _execute(statements: str) -> None:
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(statements)
