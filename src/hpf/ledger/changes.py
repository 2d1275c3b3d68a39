"""The verbs of the ledger that are not postings: closing a day."""

from datetime import date, datetime

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.kernel.clock import in_china
from hpf.ledger import audit
from hpf.ledger.facts import CannotClose
from hpf.ledger.readers import last_closed_day
from hpf.trail import changes as trail


def close_day(actor: Actor, at: datetime, day: date) -> None:
    """Close `day` and every day before it: nothing posts into them any more, a correction is a new voucher later.

    Raises CannotClose for a day that is not over, a day closed already, and books that disagree.
    """
    if day >= in_china(at).date():
        raise CannotClose(f"{day} 尚未结束，不能关账")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema || '.ledger_closed_day'))")
        closed = last_closed_day()
        if closed is not None and day <= closed:
            raise CannotClose(f"{day} 已关账")
        problems = [text for found in audit.run().values() for text in found]
        if problems:
            raise CannotClose(f"账目核对不一致，不能关账：{problems[0]}")
        cursor.execute("INSERT INTO ledger_closed_day (day, at, actor_name) VALUES (%s, %s, %s)", [day, at, actor.name])
        trail.record(actor, at, "ledger.close", "day", day.isoformat())
