"""Bulk reads of the ledger: each a fixed number of queries, however many keys are given."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from hpf.kernel.money import Money
from hpf.ledger.facts import AccountTotal, Balance, Purse
from hpf.ledger.vouchers import Account


def balances(account_ids: Iterable[int]) -> dict[int, Balance]:
    """What the personal accounts hold, by account id; those without any money yet are there with zero. One query."""
    ids = list(account_ids)
    sql = "SELECT account_id, this_year_fen, carried_fen FROM ledger_personal_balance WHERE account_id = ANY(%s)"
    found = {row[0]: Balance(Money(row[1]), Money(row[2])) for row in _rows(sql, [ids])}
    return {account_id: found.get(account_id, Balance()) for account_id in ids}


def purses(employer_account_ids: Iterable[int]) -> dict[int, Purse]:
    """What the employer accounts have in hand, by id; those that never had money are there with zero. One query."""
    ids = list(employer_account_ids)
    sql = "SELECT employer_account_id, balance_fen, reserved_fen FROM ledger_purse WHERE employer_account_id = ANY(%s)"
    found = {row[0]: Purse(Money(row[1]), Money(row[2])) for row in _rows(sql, [ids])}
    return {account_id: found.get(account_id, Purse()) for account_id in ids}


def bank_balances() -> dict[str, Money]:
    """What the centre's bank accounts hold by the books, by account number. One query over all legs of account 101."""
    sql = "SELECT bank_account, sum(fen)::bigint FROM ledger_leg WHERE account = %s GROUP BY 1 ORDER BY 1"
    return {row[0]: Money(row[1]) for row in _rows(sql, [Account.BANK.value])}


def account_totals() -> list[AccountTotal]:
    """The trial balance: every account of the chart with what was debited and credited, by number. One query."""
    sql = """SELECT account, coalesce(sum(fen) FILTER (WHERE fen > 0), 0)::bigint,
                    coalesce(-sum(fen) FILTER (WHERE fen < 0), 0)::bigint FROM ledger_leg GROUP BY 1"""
    found = {row[0]: AccountTotal(Account(row[0]), Money(row[1]), Money(row[2])) for row in _rows(sql, [])}
    return [found.get(one.value, AccountTotal(one, Money.ZERO, Money.ZERO)) for one in Account]


def last_closed_day() -> date | None:
    """The latest closed day; nothing is posted on it or before it any more. None before the first closing."""
    day: date | None = _rows("SELECT max(day) FROM ledger_closed_day", [])[0][0]
    return day


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Run one query and fetch everything."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
