"""How the terms of a month lie against limits, one statement a question: whom a new cap, floor or range would touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties.readers import normal_terms_sql

_COUNT = """
SELECT count(*), count(*) FILTER (WHERE {below}), count(*) FILTER (WHERE {above})
  FROM ({terms}) t JOIN parties_employeraccount a ON a.id = t.employer_account_id
 WHERE %(branches)s::text[] IS NULL OR a.branch_code = ANY(%(branches)s)
"""


@dataclass(frozen=True, slots=True)
class Outside:
    """How many normal memberships there are, and of them below and above the limits asked for."""

    people: int
    below: int
    above: int


def bases_outside(month: Month, floor: Money | None, cap: Money | None, branches: Sequence[str] | None) -> Outside:
    """Memberships due in `month` by their base, at these branches (None: all). A limit of None counts nobody."""
    low, high = None if floor is None else floor.fen, None if cap is None else cap.fen
    return _outside(month, "t.base_fen < %(low)s", "t.base_fen > %(high)s", low, high, branches)


def rates_outside(month: Month, lowest: Rate | None, highest: Rate | None) -> Outside:
    """Memberships due in `month` by their rates, of which either part may lie outside."""
    low, high = None if lowest is None else lowest.percent, None if highest is None else highest.percent
    below = "least(t.employer_rate, t.personal_rate) < %(low)s"
    return _outside(month, below, "greatest(t.employer_rate, t.personal_rate) > %(high)s", low, high, None)


def _outside(
    month: Month,
    below: str,
    above: str,
    low: int | Decimal | None,
    high: int | Decimal | None,
    branches: Sequence[str] | None,
) -> Outside:
    terms, params = normal_terms_sql(month)
    chosen = None if branches is None else list(branches)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(terms=terms, below=below, above=above),
            {**params, "low": low, "high": high, "branches": chosen},
        )
        return Outside(*cursor.fetchone())
