"""The one door through which money is booked: vouchers, legs, movements and balances, in one statement per call.

The update of the balances is what costs, so its source is sorted by account (twice as fast once people have moved
between employers), and callers with much to post come in batches of about 1,000 employer accounts by a range of keys.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from hpf.access.actor import Actor
from hpf.access.partitions import ensure_months
from hpf.kernel.clock import in_china
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger.facts import AlreadyPosted, DayClosed, Posted, PurseShort, Source
from hpf.ledger.vouchers import VoucherKind

_RECEIPTS = """
WITH source AS MATERIALIZED (
    SELECT nextval('ledger_voucher_id_seq') AS id, s.* FROM ({source} ORDER BY employer_account_id, ref) s),
vouchers AS (
    INSERT INTO ledger_voucher (id, kind, ref, employer_account_id, posted_on, at, actor_name)
    SELECT id, CASE WHEN employer_account_id IS NULL THEN %(ledger_unknown)s ELSE %(ledger_known)s END,
           ref, employer_account_id, %(ledger_on)s, %(ledger_at)s, %(ledger_actor)s FROM source),
purses AS (
    INSERT INTO ledger_purse AS p (employer_account_id, balance_fen, reserved_fen)
    SELECT employer_account_id, sum(fen), 0 FROM source WHERE employer_account_id IS NOT NULL GROUP BY 1 ORDER BY 1
    ON CONFLICT (employer_account_id) DO UPDATE SET balance_fen = p.balance_fen + excluded.balance_fen),
legs AS (
    INSERT INTO ledger_leg (voucher_id, account, fen, bank_account, employer_account_id)
    SELECT s.id, l.account, l.sign * s.fen,
           CASE WHEN l.sign = 1 THEN s.bank_account END, CASE WHEN l.sign = -1 THEN s.employer_account_id END
      FROM source s
     CROSS JOIN LATERAL (VALUES (101, 1), (CASE WHEN s.employer_account_id IS NULL THEN 21901 ELSE 219 END, -1))
                AS l(account, sign))
SELECT count(*), 0, coalesce(sum(fen), 0)::bigint, coalesce(sum(fen), 0)::bigint FROM source
"""

# Nearly everybody has a balance: an UPDATE, because ON CONFLICT logs a lock of each row before it logs the change. From
# arrays, whose length the planner does not know: so it goes by the key, in the order of accounts, which is the order
# of locks; told how many there are, it would read the whole table for each batch.
# Rows come fresh from the month's close, before anybody counted them, so the planner knows nothing of them and would
# compare every row with every voucher: FULL JOIN, which leaves no row over here, allows it no nested loop.
_ALLOCATIONS = """
WITH source AS MATERIALIZED (SELECT * FROM ({source}) s ORDER BY account_id),
dues AS MATERIALIZED (
    SELECT nextval('ledger_voucher_id_seq') AS id, d.*
      FROM (SELECT ref, employer_account_id, sum(fen)::bigint AS fen, count(*) AS people
              FROM source GROUP BY 1, 2 ORDER BY 2, 1) d),
vouchers AS (
    INSERT INTO ledger_voucher (id, kind, ref, employer_account_id, posted_on, at, actor_name)
    SELECT id, %(ledger_kind)s, ref, employer_account_id, %(ledger_on)s, %(ledger_at)s, %(ledger_actor)s FROM dues),
legs AS (
    INSERT INTO ledger_leg (voucher_id, account, fen, employer_account_id)
    SELECT d.id, l.account, l.sign * d.fen, d.employer_account_id
      FROM dues d CROSS JOIN (VALUES (219, 1), (201, -1)) AS l(account, sign)),
purses AS (
    UPDATE ledger_purse p SET balance_fen = p.balance_fen - d.fen
      FROM (SELECT employer_account_id, sum(fen) AS fen FROM dues GROUP BY 1 ORDER BY 1) d
     WHERE p.employer_account_id = d.employer_account_id
    RETURNING d.fen),
sums AS MATERIALIZED (
    SELECT array_agg(account_id ORDER BY account_id) AS ids, array_agg(fen ORDER BY account_id) AS fens
      FROM (SELECT account_id, sum(fen)::bigint AS fen FROM source GROUP BY account_id) s),
grown AS (
    UPDATE ledger_personal_balance b SET this_year_fen = b.this_year_fen + s.fen
      FROM sums, unnest(ids, fens) AS s(account_id, fen) WHERE b.account_id = s.account_id
    RETURNING b.account_id),
first AS (
    INSERT INTO ledger_personal_balance AS b (account_id, this_year_fen, carried_fen)
    SELECT s.account_id, s.fen, 0 FROM sums, unnest(ids, fens) AS s(account_id, fen)
     WHERE (SELECT count(*) FROM grown) < cardinality(ids) AND s.account_id NOT IN (SELECT account_id FROM grown)
    ON CONFLICT (account_id) DO UPDATE SET this_year_fen = b.this_year_fen + excluded.this_year_fen),
movements AS (
    INSERT INTO ledger_movement (account_id, voucher_id, employer_account_id, this_year_fen, carried_fen, belongs_month,
                                 posted_month, kind)
    SELECT s.account_id, d.id, s.employer_account_id, s.fen, 0, s.belongs_month, %(ledger_month)s, %(ledger_kind)s
      FROM source s FULL JOIN dues d USING (ref))
SELECT count(*), coalesce(sum(people), 0)::bigint, coalesce(sum(fen), 0)::bigint,
       (SELECT coalesce(sum(fen), 0)::bigint FROM purses)
  FROM dues
"""


def post_receipts(actor: Actor, at: datetime, source: Source) -> Posted:
    """Money that came in: bank (101) to purse (219), to 暂收 (21901) where nobody is known. `at` gives the day.

    `source` yields ref (unique text), employer_account_id (bigint or NULL), bank_account (the centre's), fen (> 0).
    Raises AlreadyPosted, DayClosed; nothing is posted then (a savepoint is taken here).
    """
    kinds = {"ledger_unknown": VoucherKind.RECEIPT_UNKNOWN.value, "ledger_known": VoucherKind.RECEIPT.value}
    return _post(_RECEIPTS, actor, at, source, kinds)


def post_receipt(
    actor: Actor, at: datetime, employer_account_id: int | None, amount: Money, bank_account: str, ref: str
) -> None:
    """One sum that came in, see `post_receipts`; the voucher is found again by its kind and `ref`."""
    select = "SELECT %(ref)s::text AS ref, %(account)s::bigint AS employer_account_id, %(bank)s::text AS bank_account,"
    params = {"ref": ref, "account": employer_account_id, "bank": bank_account, "fen": amount.fen}
    post_receipts(actor, at, Source(f"{select} %(fen)s::bigint AS fen", params))


def post_allocation(actor: Actor, at: datetime, kind: VoucherKind, source: Source) -> Posted:
    """Money from purses (219) to the people (201): a voucher per ref, a movement per row, this year's balance.

    `source` yields ref (text, one employer account each), employer_account_id, account_id, belongs_month (yyyymm),
    fen (> 0); at most one row per ref, account and month. Raises AlreadyPosted, DayClosed, PurseShort; nothing is
    posted then (a savepoint is taken here).
    """
    month = Month.of(in_china(at).date())
    _make_room(month)
    return _post(_ALLOCATIONS, actor, at, source, {"ledger_kind": kind.value, "ledger_month": int(month)})


def _post(statement: str, actor: Actor, at: datetime, source: Source, more: Mapping[str, Any]) -> Posted:
    """Run one posting statement around the caller's SELECT."""
    params = {**source.params, **more, "ledger_on": in_china(at).date(), "ledger_at": at, "ledger_actor": actor.name}
    with _refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(source=source.sql), params)
        vouchers, movements, fen, from_purses = cursor.fetchone()
        if fen != from_purses:
            raise PurseShort(f"{fen - from_purses} fen are to be taken from purses that do not exist")
    return Posted(vouchers, movements, Money(fen))


def _make_room(month: Month) -> None:
    """The partition of the month; asked first, because making one waits for whoever makes one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [f"ledger_movement_{int(month)}"])
        if cursor.fetchone()[0]:
            ensure_months("ledger_movement", [int(month)])


@contextmanager
def _refusals() -> Iterator[None]:
    """The database's own refusals under the names of the trade."""
    try:
        yield
    except IntegrityError as error:
        if "ledger_posted_once" in str(error):
            raise AlreadyPosted(str(error)) from error
        if "is closed" in str(error):
            raise DayClosed(str(error)) from error
        if "ledger_purse_covers" in str(error):
            raise PurseShort(str(error)) from error
        raise
