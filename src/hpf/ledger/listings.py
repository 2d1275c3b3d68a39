"""What enquiries on personal accounts are made of: the movements of one account, with a running balance."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.paging import PAGE_SIZE, Page
from hpf.ledger.facts import Movement
from hpf.ledger.vouchers import VoucherKind

_TOTALS = """
SELECT count(*), coalesce(sum(this_year_fen + carried_fen), 0)::bigint FROM ledger_movement m WHERE {condition}
"""

# Known is the balance of now, so the running one is told backwards from it, through all later movements.
_MOVEMENTS = """
SELECT v.posted_on, m.kind, v.ref, m.employer_account_id, m.belongs_month, m.this_year_fen, m.carried_fen, m.balance_fen
  FROM (SELECT m.*, (SELECT b.this_year_fen + b.carried_fen FROM ledger_personal_balance b
                      WHERE b.account_id = m.account_id)
                    - coalesce(sum(m.this_year_fen + m.carried_fen) OVER later, 0)::bigint AS balance_fen
          FROM ledger_movement m WHERE m.account_id = %(account)s AND m.posted_month >= %(first)s
        WINDOW later AS (ORDER BY posted_month DESC, voucher_id DESC, belongs_month DESC
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) m
  JOIN ledger_voucher v ON v.id = m.voucher_id
 WHERE {condition}
 ORDER BY m.posted_month DESC, m.voucher_id DESC, m.belongs_month DESC LIMIT %(limit)s OFFSET %(offset)s
"""


def movements(
    account_id: int,
    first: Month,
    last: Month,
    *,
    employer_account_id: int | None = None,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Movement]:
    """The movements of a personal account posted in the months `first` to `last`, newest first, in two queries.

    With an `employer_account_id` only those that came through it, and without balances: an employer sees its own part
    of an account only. Totals: `amount` (Money).
    """
    condition = "m.account_id = %(account)s AND m.posted_month BETWEEN %(first)s AND %(last)s"
    if employer_account_id is not None:
        condition += " AND m.employer_account_id = %(employer)s"
    params: dict[str, Any] = {"account": account_id, "first": int(first), "last": int(last)}
    params |= {"employer": employer_account_id, "limit": size, "offset": (number - 1) * size}
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(condition=condition), params)
        count, fen = cursor.fetchone()
        cursor.execute(_MOVEMENTS.format(condition=condition), params)
        items = [_movement(row, whole=employer_account_id is None) for row in cursor.fetchall()]
    return Page(items, count, number, size, {"amount": Money(fen)})


def _movement(row: Sequence[Any], *, whole: bool) -> Movement:
    """One row of `_MOVEMENTS` as a fact."""
    posted_on, kind, ref, employer_account_id, belongs_month, this_year, carried, balance = row
    return Movement(
        posted_on=posted_on,
        kind=VoucherKind(kind),
        ref=ref,
        employer_account_id=employer_account_id,
        belongs_month=Month.from_int(belongs_month),
        this_year=Money(this_year),
        carried=Money(carried),
        balance=Money(balance) if whole else None,
    )
