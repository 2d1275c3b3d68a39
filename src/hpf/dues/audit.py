"""The identities between what is owed, what was paid and what is booked (house.md 6); and all identities together."""

from collections.abc import Mapping

from hpf.ledger import audit as ledger_audit

CHECKS: Mapping[str, str] = {
    "a due is the sum of its lines": """
        SELECT format('due %%s: %%s + %%s fen of %%s people, lines %%s + %%s of %%s', d.code, d.employer_fen,
                      d.personal_fen, d.people, l.employer_fen, l.personal_fen, l.people)
          FROM dues_due d
          FULL JOIN (SELECT due_id, made_month, sum(employer_fen) AS employer_fen, sum(personal_fen) AS personal_fen,
                            count(DISTINCT account_id) AS people
                       FROM dues_due_line GROUP BY 1, 2) l ON l.due_id = d.id AND l.made_month = d.made_month
         WHERE (d.employer_fen, d.personal_fen, d.people)
               IS DISTINCT FROM (l.employer_fen, l.personal_fen, l.people)""",
    "what is settled is posted": """
        SELECT format('due %%s: %%s, credited %%s, owed %%s fen, posted %%s', coalesce(d.code, v.ref), d.state,
                      d.credited_at, d.employer_fen + d.personal_fen, v.fen)
          FROM (SELECT * FROM dues_due WHERE credited_at IS NOT NULL AND employer_fen + personal_fen > 0) d
          FULL JOIN (SELECT v.ref, -l.fen AS fen FROM ledger_voucher v JOIN ledger_leg l ON l.voucher_id = v.id
                      WHERE v.kind IN (4, 5) AND l.account = 201) v ON v.ref = d.code
         WHERE v.fen IS DISTINCT FROM d.employer_fen + d.personal_fen""",
    "a due stands as its settlements say": """
        SELECT format('due %%s is %%s, its settlement %%s %%s', d.code, d.state, s.id, s.state)
          FROM dues_due d LEFT JOIN dues_settlement s ON s.id = d.settlement_id AND s.due_id = d.id
         WHERE d.state <> CASE s.state WHEN 'open' THEN 'settling' WHEN 'succeeded' THEN 'settled'
                                       WHEN 'failed' THEN 'failed' ELSE d.state END
            OR d.state IN ('settling', 'settled', 'failed') AND s.id IS NULL
            OR s.prepaid_fen + s.cash_fen <> d.employer_fen + d.personal_fen""",
    "an order is the sum of its settlements": """
        SELECT format('order %%s: %%s fen of %%s dues, settlements %%s of %%s',
                      o.no, o.amount_fen, o.dues, s.fen, s.dues)
          FROM dues_order o
          LEFT JOIN (SELECT order_id, sum(cash_fen) AS fen, count(*) AS dues FROM dues_settlement GROUP BY 1) s
                 ON s.order_id = o.id
         WHERE (o.amount_fen, o.dues) IS DISTINCT FROM (s.fen, s.dues)""",
    "an order stands as its settlements say": """
        SELECT format('order %%s is %%s, settlement %%s of it %%s', o.no, o.state, s.id, s.state)
          FROM dues_order o JOIN dues_settlement s ON s.order_id = o.id
         WHERE s.state <> CASE o.state WHEN 'unpaid' THEN 'open' WHEN 'paid' THEN 'succeeded'
                                       WHEN 'failed' THEN 'failed' ELSE 'withdrawn' END""",
    "every receipt is booked": """
        SELECT format('payment %%s: received %%s fen into %%s, booked %%s into %%s', coalesce(r.transaction_id, v.ref),
                      r.amount_fen, r.payee_account, v.fen, v.bank_account)
          FROM dues_receipt r
          FULL JOIN (SELECT v.ref, l.fen, l.bank_account FROM ledger_voucher v JOIN ledger_leg l ON l.voucher_id = v.id
                      WHERE v.kind IN (2, 3) AND l.account = 101) v ON v.ref = r.transaction_id
         WHERE (r.amount_fen, r.payee_account) IS DISTINCT FROM (v.fen, v.bank_account)""",
    "a paid order was paid once and in full": """
        SELECT format('order %%s of %%s fen: %%s payments of %%s fen settled it',
                      o.no, o.amount_fen, count(r.id), sum(r.amount_fen))
          FROM dues_order o LEFT JOIN dues_receipt r ON r.order_id = o.id AND r.outcome = 'settled'
         GROUP BY o.id
        HAVING count(r.id) <> CASE WHEN o.state = 'paid' THEN 1 ELSE 0 END OR sum(r.amount_fen) <> o.amount_fen""",
}
"""Name of the identity → a query with one sentence per break."""


def run_all() -> dict[str, list[str]]:
    """Every identity of ledger and dues with the problems found; all lists are empty when the books are right."""
    return {**ledger_audit.run(), **ledger_audit.run_checks(CHECKS)}
