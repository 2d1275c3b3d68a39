"""Months that were settled before: for a city's migration, the demo and the bench. Set-based, in batches, restartable.

A month of history is `changes.make_dues` with the `at` of that time over loaded spells, then `settle_month` here, which
books the money as having come in on `at`; `fail_month` and `defer_month` are for those it did not come in for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.dues.making import BATCH
from hpf.dues.settling import credit
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger.facts import Source
from hpf.ledger.posting import post_receipts
from hpf.trail import changes as trail

_CHOSEN = """
SELECT id, employer_account_id, 'before-' || code FROM dues_due
 WHERE kind = 'remittance' AND made_month = %(month)s AND state = 'waiting' AND employer_account_id > %(after)s
   AND (%(only)s::bigint[] IS NULL OR employer_account_id = ANY(%(only)s))
   AND employer_fen + personal_fen > 0
 ORDER BY employer_account_id LIMIT %(limit)s FOR UPDATE
"""

# OFFSET 0 keeps the planner from hashing every employer of the city for each batch.
_SETTLE = """
WITH chosen AS MATERIALIZED (
    SELECT d.id, d.code, d.employer_account_id, d.method, d.employer_fen + d.personal_fen AS fen, b.account AS payee,
           p.payer, p.bank_name, p.bank_account
      FROM dues_due d
     CROSS JOIN LATERAL (
           SELECT e.branch_code, e.bank_name, e.bank_account,
                  (SELECT p.name FROM parties_employer p WHERE p.id = e.employer_id) AS payer
             FROM parties_employeraccount e WHERE e.id = d.employer_account_id OFFSET 0) p
      JOIN unnest(%(branches)s::text[], %(accounts)s::text[]) AS b(branch, account) ON b.branch = p.branch_code
     WHERE d.id = ANY(%(ids)s)),
tries AS (
    INSERT INTO dues_settlement (due_id, method, prepaid_fen, cash_fen, payee_account, state, opened_at, closed_at)
    SELECT id, method, 0, fen, payee, 'succeeded', %(at)s, %(at)s FROM chosen ORDER BY id
    RETURNING id, due_id),
receipts AS (
    INSERT INTO dues_receipt (transaction_id, order_no, employer_account_id, amount_fen, paid_at, received_at,
                              payee_account, payer_name, payer_bank, payer_account, outcome)
    SELECT 'before-' || code, '', employer_account_id, fen, %(at)s, %(at)s, payee, payer, bank_name, bank_account,
           'settled' FROM chosen)
UPDATE dues_due d SET state = 'settled', settlement_id = t.id, settled_at = %(at)s, credited_at = %(at)s
  FROM tries t WHERE d.id = t.due_id
"""

_FAIL = """
WITH tries AS (
    INSERT INTO dues_settlement (due_id, method, prepaid_fen, cash_fen, payee_account, state, opened_at, closed_at,
                                 reason)
    SELECT d.id, d.method, 0, d.employer_fen + d.personal_fen, b.account, 'failed', %(at)s, %(at)s, %(reason)s
      FROM dues_due d
      JOIN parties_employeraccount e ON e.id = d.employer_account_id
      JOIN unnest(%(branches)s::text[], %(accounts)s::text[]) AS b(branch, account) ON b.branch = e.branch_code
     WHERE d.kind = 'remittance' AND d.made_month = %(month)s AND d.state = 'waiting' AND e.id = ANY(%(only)s)
    RETURNING id, due_id)
UPDATE dues_due d SET state = 'failed', settlement_id = t.id FROM tries t WHERE d.id = t.due_id
"""

_DEFER = """
UPDATE dues_due SET state = 'deferred'
 WHERE kind = 'remittance' AND made_month = %(month)s AND state = 'waiting' AND employer_account_id = ANY(%(only)s)
"""

_RECEIPTS = """
SELECT transaction_id AS ref, employer_account_id, payee_account AS bank_account, amount_fen AS fen
  FROM dues_receipt WHERE transaction_id = ANY(%(refs)s)
"""


class NoPayee(LookupError):
    """The branch of an employer account has no account of the centre to pay into."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one call settled: dues and their sum; where to go on, None at the end."""

    dues: int
    amount: Money
    next_after: int | None


def settle_month(
    actor: Actor,
    at: datetime,
    month: Month,
    payee_accounts: Mapping[str, str],
    *,
    employer_account_ids: Iterable[int] | None = None,
    after: int = 0,
    limit: int = BATCH,
) -> Settled:
    """Book the regular dues of `month` as paid and credited at `at`, by their own method, in one transaction per call.

    Takes the next `limit` unsettled ones by employer account above `after`, with `employer_account_ids` only among
    those; what is settled is passed over. `payee_accounts`: the centre's account by branch code (else NoPayee).
    """
    only = None if employer_account_ids is None else list(employer_account_ids)
    params: dict[str, Any] = {"month": int(month), "after": after, "limit": limit, "only": only, "at": at}
    params |= {"branches": list(payee_accounts), "accounts": list(payee_accounts.values())}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CHOSEN, params)
        chosen = cursor.fetchall()
        if not chosen:
            return Settled(0, Money.ZERO, None)
        params["ids"] = [row[0] for row in chosen]
        cursor.execute(_SETTLE, params)
        if cursor.rowcount != len(chosen):
            raise NoPayee(f"{len(chosen) - cursor.rowcount} dues of {month} belong to branches without an account")
        post_receipts(actor, at, Source(_RECEIPTS, {"refs": [row[2] for row in chosen]}))
        amount = credit(actor, at, params["ids"])
        trail.record(actor, at, "dues.load", "month", str(month), {"dues": len(chosen), "fen": amount.fen})
    return Settled(len(chosen), amount, chosen[-1][1] if len(chosen) == limit else None)


def fail_month(
    actor: Actor,
    at: datetime,
    month: Month,
    payee_accounts: Mapping[str, str],
    reason: str,
    *,
    employer_account_ids: Iterable[int],
) -> int:
    """Mark these employers' waiting dues of `month` as failed at `at` for the bank's `reason`; how many."""
    params: dict[str, Any] = {"month": int(month), "at": at, "reason": reason, "only": list(employer_account_ids)}
    params |= {"branches": list(payee_accounts), "accounts": list(payee_accounts.values())}
    return _mark(actor, at, "dues.load_failed", _FAIL, params)


def defer_month(actor: Actor, at: datetime, month: Month, *, employer_account_ids: Iterable[int]) -> int:
    """Mark these employers' waiting dues of `month` as deferred (缓缴, domain-values A13); how many."""
    params = {"month": int(month), "only": list(employer_account_ids)}
    return _mark(actor, at, "dues.load_deferred", _DEFER, params)


def _mark(actor: Actor, at: datetime, verb: str, statement: str, params: dict[str, Any]) -> int:
    """Run one marking statement with its trail."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        marked: int = cursor.rowcount
        trail.record(actor, at, verb, "month", params["month"], {"dues": marked})
    return marked
