"""Columns of the room's tables and the facts made of them, for readers, listings and verbs; private to the room."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from hpf.dues.facts import (
    Due,
    DueKind,
    Order,
    OrderState,
    Outcome,
    PayChannel,
    Receipt,
    SettlementState,
)
from hpf.kernel.clock import in_china
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties.facts import Fund, Method

Row = Sequence[Any]
Params = Mapping[str, Any]

DUES = """
SELECT d.id, d.code, d.kind, d.fund, d.employer_account_id, d.made_month, d.made_at, d.policy_version, d.people,
       d.employer_fen, d.personal_fen, d.method, d.state, coalesce(s.prepaid_fen, 0), d.settled_at, d.credited_at,
       coalesce(o.no, ''), coalesce(s.reason, '')
  FROM dues_due d
  LEFT JOIN dues_settlement s ON s.id = d.settlement_id
  LEFT JOIN dues_order o ON o.id = s.order_id
"""

ORDERS = """
SELECT id, no, employer_account_id, fund, case_id, state, amount_fen, dues, people, payee_account, channel, bank,
       created_at, chosen_at, expires_at, paid_at, closed_at, reason
  FROM dues_order
"""

RECEIPTS = """
SELECT transaction_id, order_no, employer_account_id, amount_fen, paid_at, received_at, payee_account, payer_name,
       payer_bank, payer_account, outcome
  FROM dues_receipt
"""


def fetch(sql: str, params: Params) -> list[Row]:
    """Run one query and fetch everything."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params))
        rows: list[Row] = cursor.fetchall()
    return rows


def due(row: Row) -> Due:
    """One row of `DUES`."""
    return Due(
        id=row[0],
        code=row[1],
        kind=DueKind(row[2]),
        fund=Fund(row[3]),
        employer_account_id=row[4],
        month=Month.from_int(row[5]),
        made_at=in_china(row[6]),
        policy_version=row[7],
        people=row[8],
        employer_part=Money(row[9]),
        personal_part=Money(row[10]),
        method=Method(row[11]),
        state=SettlementState(row[12]),
        prepaid=Money(row[13]),
        settled_at=row[14] and in_china(row[14]),
        credited_at=row[15] and in_china(row[15]),
        order_no=row[16],
        reason=row[17],
    )


def order(row: Row) -> Order:
    """One row of `ORDERS`."""
    return Order(
        id=row[0],
        no=row[1],
        employer_account_id=row[2],
        fund=Fund(row[3]),
        case_id=row[4],
        state=OrderState(row[5]),
        amount=Money(row[6]),
        dues=row[7],
        people=row[8],
        payee_account=row[9],
        channel=PayChannel(row[10]) if row[10] else None,
        bank=row[11],
        created_at=in_china(row[12]),
        chosen_at=row[13] and in_china(row[13]),
        expires_at=in_china(row[14]),
        paid_at=row[15] and in_china(row[15]),
        closed_at=row[16] and in_china(row[16]),
        reason=row[17],
    )


def receipt(row: Row) -> Receipt:
    """One row of `RECEIPTS`."""
    return Receipt(
        transaction_id=row[0],
        order_no=row[1],
        employer_account_id=row[2],
        amount=Money(row[3]),
        paid_at=in_china(row[4]),
        received_at=in_china(row[5]),
        payee_account=row[6],
        payer_name=row[7],
        payer_bank=row[8],
        payer_account=row[9],
        outcome=Outcome(row[10]),
    )
