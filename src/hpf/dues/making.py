"""Month close: the month's dues, made of everyone who is normal as the business month turns (HZ-2.8-04, A2)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.access.partitions import ensure_months
from hpf.dues.closing import close_month
from hpf.dues.facts import DueKind, Made, SettlementState
from hpf.kernel.clock import in_china
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties.readers import normal_terms_sql
from hpf.policy.book import Rules
from hpf.trail import changes as trail

BATCH = 1_000
"""Employer accounts per transaction: few enough that nobody waits long, and that the planner goes by index."""

_CHOSEN = """
SELECT e.id, (SELECT d.id FROM dues_due d WHERE d.kind = 'remittance' AND d.employer_account_id = e.id
                                            AND d.made_month = %(month)s LIMIT 1) IS NOT NULL
  FROM parties_employeraccount e WHERE e.id = ANY(%(ids)s) ORDER BY e.id
"""

# Somebody who is executing a case on the account has it locked, or holds it between two chunks: come back to it.
_FREE = """
SELECT id FROM parties_employeraccount WHERE id = ANY(%(ids)s) AND held_by_case IS NULL
 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""

# `per_account` must read `terms`, not the table again: the lines and the sums of a due are the same rows.
_MAKE = """
WITH terms AS MATERIALIZED (
    SELECT * FROM ({terms}) t WHERE employer_account_id = ANY(%(ids)s)),
per_account AS (
    SELECT employer_account_id, count(*)::integer AS people, sum(employer_fen)::bigint AS employer_fen,
           sum(personal_fen)::bigint AS personal_fen
      FROM terms GROUP BY employer_account_id),
made AS (
    INSERT INTO dues_due (code, kind, fund, employer_account_id, made_month, made_at, policy_version, people,
                          employer_fen, personal_fen, method, state)
    SELECT c.code, %(kind)s, e.fund, e.id, %(month)s, %(at)s, %(version)s, p.people,
           p.employer_fen, p.personal_fen, e.method, %(state)s
      FROM per_account p
      JOIN parties_employeraccount e ON e.id = p.employer_account_id
      JOIN unnest(%(ids)s::bigint[], %(codes)s::text[]) AS c(id, code) ON c.id = e.id
     ORDER BY e.id
    ON CONFLICT (employer_account_id, made_month) WHERE kind = 'remittance' DO NOTHING
    RETURNING id, employer_account_id, people, employer_fen + personal_fen AS fen),
lines AS (
    INSERT INTO dues_due_line (due_id, account_id, belongs_month, made_month, base_fen, employer_fen, personal_fen,
                               employer_rate, personal_rate, exempt, change)
    SELECT m.id, t.account_id, %(month)s, %(month)s, t.base_fen, t.employer_fen, t.personal_fen,
           t.employer_rate, t.personal_rate, t.exempt, t.change
      FROM terms t JOIN made m USING (employer_account_id))
SELECT count(*), coalesce(sum(people), 0)::bigint, coalesce(sum(fen), 0)::bigint FROM made
"""


def make_dues(
    actor: Actor,
    at: datetime,
    month: Month,
    rules: Rules,
    employer_account_ids: Iterable[int],
) -> Made:
    """Make the dues of `month` for these employer accounts, all in one transaction: at most `BATCH` of them at a time.

    Who has a due already is passed over, so that running again does nothing; who has nobody normal gets none
    (domain-values A2). Held or locked accounts are skipped and returned. A fixed number of statements, however many
    people there are. The month is closed by it. Prepaid money is not taken.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        close_month(actor, at, month)
        cursor.execute("SELECT to_regclass(%s) IS NULL", [f"dues_due_line_{int(month)}"])
        if cursor.fetchone()[0]:
            ensure_months("dues_due_line", [int(month)])
        cursor.execute(_CHOSEN, {"ids": list(employer_account_ids), "month": int(month)})
        chosen = cursor.fetchall()
        wanted = [account_id for account_id, has_due in chosen if not has_due]
        cursor.execute(_FREE, {"ids": wanted})
        free = [row[0] for row in cursor.fetchall()]
        held = tuple(sorted(set(wanted) - set(free)))
        if not free:
            return Made(0, 0, Money.ZERO, held)
        dues, people, fen = _make(free, at, month, rules)
        if dues:
            detail = {"dues": dues, "people": people, "fen": fen, "first": free[0], "last": free[-1]}
            trail.record(actor, at, "dues.make", "month", str(month), detail)
    return Made(dues, people, Money(fen), held)


def _make(ids: list[int], at: datetime, month: Month, rules: Rules) -> tuple[int, int, int]:
    """Dues and lines of these locked employer accounts; number of dues, of lines, their sum in fen."""
    terms, params = normal_terms_sql(month)
    numbering = rules.at(in_china(at).date()).number_due
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('dues_due_no') FROM generate_series(1, %s)", [len(ids)])
        codes = [numbering.format(kind="H", month=int(month), serial=row[0]) for row in cursor.fetchall()]
        cursor.execute(
            _MAKE.format(terms=terms),
            {
                **params,
                "ids": ids,
                "codes": codes,
                "at": at,
                "version": rules.version,
                "kind": DueKind.REMITTANCE.value,
                "state": SettlementState.WAITING.value,
            },
        )
        dues, people, fen = cursor.fetchone()
    return dues, people, fen
