"""Which business months are closed: what is processed from the mark on belongs to a later one (domain-values A2)."""

from datetime import datetime

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.kernel.month import Month
from hpf.trail import changes as trail


def close_month(actor: Actor, at: datetime, month: Month) -> bool:
    """Close `month` for processing, before its dues are made. True the first time, again does nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dues_closed_month (month, closed_at) VALUES (%s, %s) ON CONFLICT (month) DO NOTHING",
            [int(month), at],
        )
        first: bool = cursor.rowcount == 1
        if first:
            trail.record(actor, at, "month.close", "month", str(month), {})
    return first


def last_closed_month() -> Month | None:
    """The latest business month that is closed; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(month) FROM dues_closed_month")
        number = cursor.fetchone()[0]
    return None if number is None else Month.from_int(number)
