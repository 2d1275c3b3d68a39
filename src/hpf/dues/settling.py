"""How settled dues reach the people: shared by payments and by loading, private to the room."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from hpf.access.actor import Actor
from hpf.dues.facts import DueKind
from hpf.kernel.money import Money
from hpf.ledger.facts import Source
from hpf.ledger.posting import post_allocation
from hpf.ledger.vouchers import VoucherKind

VOUCHERS: Mapping[DueKind, VoucherKind] = {
    DueKind.REMITTANCE: VoucherKind.REMITTANCE,
    DueKind.MISSED: VoucherKind.BACK_PAY,
    DueKind.SHORTFALL: VoucherKind.BACK_PAY,
}
"""The kind of voucher by which a due of each kind is credited; its reference is the due's code."""

_SORTS = """
SELECT kind, array_agg(id ORDER BY id), array_agg(DISTINCT made_month), sum(employer_fen + personal_fen)::bigint
  FROM dues_due WHERE id = ANY(%(due_ids)s) GROUP BY kind ORDER BY kind
"""

# The months are named, so that only their partitions are planned and locked. LATERAL and OFFSET 0 leave the planner no
# other way than by the key, due by due: of a month that nobody has counted yet it would think anything.
_LINES = """
SELECT d.code AS ref, d.employer_account_id, l.account_id, l.belongs_month, l.fen
  FROM dues_due d
 CROSS JOIN LATERAL (
       SELECT account_id, belongs_month, employer_fen + personal_fen AS fen FROM dues_due_line
        WHERE due_id = d.id AND made_month = ANY(%(months)s) AND employer_fen + personal_fen > 0 OFFSET 0) l
 WHERE d.id = ANY(%(due_ids)s)
"""


class BooksDisagree(Exception):
    """What was posted is not what was owed: the transaction must be rolled back, and somebody has to look."""


def credit(actor: Actor, at: datetime, due_ids: Sequence[int]) -> Money:
    """Post the dues from their employers' purses to the people and say so in the dues; the sum.

    Three statements per kind of due, whatever the number of dues and people. The caller holds the dues locked and has
    set them settled, in the same transaction. Raises AlreadyPosted, PurseShort, BooksDisagree.
    """
    total = Money.ZERO
    with connection.cursor() as cursor:
        cursor.execute(_SORTS, {"due_ids": list(due_ids)})
        for kind, ids, months, owed in cursor.fetchall():
            params: dict[str, Any] = {"due_ids": ids, "months": months}
            posted = post_allocation(actor, at, VOUCHERS[DueKind(kind)], Source(_LINES, params))
            if posted.amount.fen != owed:
                raise BooksDisagree(f"dues {ids[:5]}…: owed {owed} fen, posted {posted.amount.fen}")
            total += posted.amount
    return total
