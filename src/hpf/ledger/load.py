"""Opening balances by COPY: a city's migration, the demo and the bench. The only way in beside the postings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.access.partitions import ensure_months
from hpf.kernel.clock import in_china
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger.facts import Posted
from hpf.ledger.vouchers import VoucherKind
from hpf.trail import changes as trail

_OPEN = """
WITH vouchers AS (
    INSERT INTO ledger_voucher (kind, ref, employer_account_id, posted_on, at, actor_name)
    SELECT %(kind)s, 'opening-' || employer_account_id, employer_account_id, %(on)s, %(at)s, %(actor)s
      FROM loaded_opening GROUP BY employer_account_id ORDER BY employer_account_id
    RETURNING id, employer_account_id),
movements AS (
    INSERT INTO ledger_movement (account_id, voucher_id, employer_account_id, this_year_fen, carried_fen, belongs_month,
                                 posted_month, kind)
    SELECT o.account_id, v.id, o.employer_account_id, o.this_year_fen, o.carried_fen, %(month)s, %(month)s, %(kind)s
      FROM loaded_opening o JOIN vouchers v USING (employer_account_id) ORDER BY o.account_id
    RETURNING voucher_id, employer_account_id, this_year_fen + carried_fen AS fen),
legs AS (
    INSERT INTO ledger_leg (voucher_id, account, fen, bank_account, employer_account_id)
    SELECT m.voucher_id, l.account, l.sign * sum(m.fen), CASE WHEN l.sign = 1 THEN %(bank)s END,
           CASE WHEN l.sign = -1 THEN m.employer_account_id END
      FROM movements m CROSS JOIN (VALUES (101, 1), (201, -1)) AS l(account, sign)
     GROUP BY m.voucher_id, m.employer_account_id, l.account, l.sign),
balances AS (
    INSERT INTO ledger_personal_balance AS b (account_id, this_year_fen, carried_fen)
    SELECT account_id, sum(this_year_fen)::bigint, sum(carried_fen)::bigint FROM loaded_opening
     GROUP BY account_id ORDER BY account_id
    ON CONFLICT (account_id) DO UPDATE
       SET this_year_fen = b.this_year_fen + excluded.this_year_fen, carried_fen = b.carried_fen + excluded.carried_fen)
SELECT (SELECT count(*) FROM vouchers), (SELECT count(*) FROM movements),
       (SELECT coalesce(sum(fen), 0)::bigint FROM movements)
"""


class OpeningRow(NamedTuple):
    """A personal account's money when the books begin, under the employer account that kept it; fen, not both zero."""

    employer_account_id: int
    account_id: int
    this_year_fen: int
    carried_fen: int


def opening_balances(actor: Actor, at: datetime, rows: Iterable[OpeningRow], bank_account: str) -> Posted:
    """Bring in balances of an older system: one voucher per employer account, bank to 201, a movement per row.

    One call per employer account, one row per account in it. Raises IntegrityError for a second one.
    """
    month = int(Month.of(in_china(at).date()))
    params: dict[str, Any] = {
        "kind": VoucherKind.OPENING.value,
        "on": in_china(at).date(),
        "at": at,
        "actor": actor.name,
    }
    params |= {"month": month, "bank": bank_account}
    with transaction.atomic(), connection.cursor() as cursor:
        ensure_months("ledger_movement", [month])
        cursor.execute(
            "CREATE TEMP TABLE loaded_opening (employer_account_id bigint, account_id bigint, this_year_fen bigint,"
            " carried_fen bigint) ON COMMIT DROP"
        )
        with connection.wrap_database_errors, cursor.copy("COPY loaded_opening FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE loaded_opening")
        cursor.execute(_OPEN, params)
        vouchers, movements, fen = cursor.fetchone()
        cursor.execute("DROP TABLE loaded_opening")
        trail.record(actor, at, "ledger.open", "books", bank_account, {"accounts": movements, "fen": fen})
    return Posted(vouchers, movements, Money(fen))
