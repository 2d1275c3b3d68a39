"""Which dues were made under which version of the policy book. For the desk."""

from collections.abc import Mapping

from django.db import connection

from hpf.kernel.month import Month


def dues_by_version() -> Mapping[int, int]:
    """How many dues were made under each version, by its fingerprint; one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT policy_version, count(*) FROM dues_due GROUP BY policy_version")
        return dict(cursor.fetchall())


def dues_of_version(fingerprint: int) -> Mapping[Month, int]:
    """How many dues were made under one version, by business month, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT made_month, count(*) FROM dues_due WHERE policy_version = %s GROUP BY 1 ORDER BY 1 DESC",
            [fingerprint],
        )
        return {Month.from_int(number): dues for number, dues in cursor.fetchall()}
