"""The identities of the books (house.md 6), each a named query that finds what breaks it; all of them every morning."""

from collections.abc import Mapping

from django.db import connection

SHOWN = 20
"""How many problems of one kind are told."""

CHECKS: Mapping[str, str] = {
    "debits equal credits": """
        SELECT format('voucher %%s: %%s legs, off by %%s fen', v.id, count(l.voucher_id), coalesce(sum(l.fen), 0))
          FROM ledger_voucher v LEFT JOIN ledger_leg l ON l.voucher_id = v.id
         GROUP BY v.id HAVING count(l.voucher_id) <> 2 OR sum(l.fen) <> 0""",
    "personal balances make account 201": """
        SELECT format('balances sum to %%s fen, account 201 holds %%s', b.fen, -l.fen)
          FROM (SELECT coalesce(sum(this_year_fen + carried_fen), 0) AS fen FROM ledger_personal_balance) b,
               (SELECT coalesce(sum(fen), 0) AS fen FROM ledger_leg WHERE account = 201) l
         WHERE b.fen <> -l.fen""",
    "movements make each balance": """
        SELECT format('account %%s: balance %%s + %%s, movements %%s + %%s', account_id,
                      b.this_year_fen, b.carried_fen, m.this_year_fen, m.carried_fen)
          FROM (SELECT account_id, sum(this_year_fen) AS this_year_fen, sum(carried_fen) AS carried_fen
                  FROM ledger_movement GROUP BY account_id) m
          FULL JOIN ledger_personal_balance b USING (account_id)
         WHERE coalesce(b.this_year_fen, 0) <> coalesce(m.this_year_fen, 0)
            OR coalesce(b.carried_fen, 0) <> coalesce(m.carried_fen, 0)""",
    "movements make each voucher": """
        SELECT format('voucher %%s: account 201 has %%s fen, movements %%s', coalesce(l.voucher_id, m.voucher_id),
                      -coalesce(l.fen, 0), coalesce(m.fen, 0))
          FROM (SELECT voucher_id, employer_account_id, sum(this_year_fen + carried_fen) AS fen
                  FROM ledger_movement GROUP BY 1, 2) m
          FULL JOIN (SELECT voucher_id, employer_account_id, fen FROM ledger_leg WHERE account = 201) l
                 USING (voucher_id, employer_account_id)
         WHERE coalesce(m.fen, 0) <> -coalesce(l.fen, 0)""",
    "purses make account 219": """
        SELECT format('employer account %%s: purse %%s fen, account 219 %%s', coalesce(p.id, l.id),
                      coalesce(p.fen, 0), -coalesce(l.fen, 0))
          FROM (SELECT employer_account_id AS id, balance_fen AS fen FROM ledger_purse) p
          FULL JOIN (SELECT employer_account_id AS id, sum(fen) AS fen FROM ledger_leg WHERE account = 219 GROUP BY 1) l
                 USING (id)
         WHERE coalesce(p.fen, 0) <> -coalesce(l.fen, 0)""",
    "nothing is negative": """
        SELECT format('account %%s: %%s + %%s', account_id, this_year_fen, carried_fen) FROM ledger_personal_balance
         WHERE this_year_fen < 0 OR carried_fen < 0
         UNION ALL
        SELECT format('purse of %%s: %%s, reserved %%s', employer_account_id, balance_fen, reserved_fen)
          FROM ledger_purse WHERE balance_fen < reserved_fen OR reserved_fen < 0""",
    "nothing is posted twice": """
        SELECT format('%%s vouchers of kind %%s for %%s', count(*), kind, ref) FROM ledger_voucher
         GROUP BY kind, ref HAVING count(*) > 1""",
}
"""Name of the identity → a query with one sentence per break."""


def run() -> dict[str, list[str]]:
    """Every identity of the ledger with the problems found, empty lists when the books are right. Reads everything."""
    return run_checks(CHECKS)


def run_checks(checks: Mapping[str, str]) -> dict[str, list[str]]:
    """The same for any set of named queries, at most `SHOWN` problems each."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for name, query in checks.items():
            cursor.execute(f"SELECT * FROM ({query}) AS problems LIMIT %s", [SHOWN])
            found[name] = [row[0] for row in cursor.fetchall()]
    return found
