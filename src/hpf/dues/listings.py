"""What enquiries on dues are made of: filter, sort, page, totals, stream. Each page is a fixed number of queries."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hpf.dues import rows
from hpf.dues.facts import PAYABLE, Due, DueLine, FundsFilter, Order, OrderFilter, Outcome, Receipt
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.paging import PAGE_SIZE, Page
from hpf.kernel.rate import Rate
from hpf.parties.facts import Change
from hpf.parties.readers import people_by_ids

_CHUNK = 2_000

_FUNDS = """
 WHERE d.employer_account_id = ANY(%(accounts)s)
   AND (%(first)s::integer IS NULL OR d.made_month >= %(first)s)
   AND (%(last)s::integer IS NULL OR d.made_month <= %(last)s)
   AND (%(kind)s::text IS NULL OR d.kind = %(kind)s) AND (%(states)s::text[] IS NULL OR d.state = ANY(%(states)s))
"""
_FUNDS_ORDER = " ORDER BY d.made_month DESC, d.id DESC"
_FUNDS_TOTALS = """
SELECT count(*), coalesce(sum(d.people), 0)::bigint, coalesce(sum(d.employer_fen + d.personal_fen), 0)::bigint,
       coalesce(sum(s.prepaid_fen), 0)::bigint
  FROM dues_due d LEFT JOIN dues_settlement s ON s.id = d.settlement_id
"""

_LINES = """
SELECT account_id, belongs_month, base_fen, employer_rate, personal_rate, employer_fen, personal_fen, exempt, change
  FROM dues_due_line WHERE due_id = %(due)s AND made_month = %(month)s AND (NOT %(only_changed)s OR change <> 'none')
"""
_LINES_TOTALS = """
SELECT count(*), count(DISTINCT account_id), coalesce(sum(employer_fen), 0)::bigint,
       coalesce(sum(personal_fen), 0)::bigint
  FROM dues_due_line WHERE due_id = %(due)s AND made_month = %(month)s AND (NOT %(only_changed)s OR change <> 'none')
"""
_LINES_ORDER = " ORDER BY account_id, belongs_month"

_ORDERS = """
 WHERE employer_account_id = ANY(%(accounts)s) AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR created_at < %(until)s)
"""


def funds(
    employer_account_ids: Sequence[int],
    chosen: FundsFilter | None = None,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Due]:
    """缴存资金查询 (HZ-2.8.1.5): all dues, newest month first, then latest made first. Two queries.

    Totals: `people`, `amount`, `prepaid`, `cash`. The fund is chosen by the employer accounts that are given.
    """
    params = _funds_params(employer_account_ids, chosen or FundsFilter())
    return _dues(params, number, size)


def payable(
    employer_account_ids: Sequence[int], first: Month, last: Month, *, number: int = 1, size: int = PAGE_SIZE
) -> Page[Due]:
    """What can be put into an order now, of the business months `first` to `last` (a 缴存年度), newest month first; two
    queries, totals as in `funds` (HZ-2.8.2.1-02). Dues of nothing are there too: choosing them settles them."""
    params = _funds_params(employer_account_ids, FundsFilter(first, last))
    return _dues(params | {"states": [state.value for state in PAYABLE]}, number, size)


def stream_funds(employer_account_ids: Sequence[int], chosen: FundsFilter | None = None) -> Iterator[Due]:
    """The same dues as `funds` without pages, for exports; one query."""
    params = _funds_params(employer_account_ids, chosen or FundsFilter())
    yield from map(rows.due, rows.fetch(rows.DUES + _FUNDS + _FUNDS_ORDER, params))


def remittances_made(month: Month, after: int, size: int) -> list[Due]:
    """The regular dues of a month with an id above `after`, in the order of making; one query."""
    where = (
        " WHERE d.kind = 'remittance' AND d.made_month = %(month)s AND d.id > %(after)s ORDER BY d.id LIMIT %(size)s"
    )
    found = rows.fetch(rows.DUES + where, {"month": int(month), "after": after, "size": size})
    return [rows.due(row) for row in found]


def people_of_due(due: Due, *, only_changed: bool = False, number: int = 1, size: int = PAGE_SIZE) -> Page[DueLine]:
    """The people from whom a due arises, by personal account and month (HZ-2.8.1.5-06, B2.2). Three queries.

    Totals: `people` (persons, not lines), `employer_part`, `personal_part`, `amount`.
    """
    params = {"due": due.id, "month": int(due.month), "only_changed": only_changed}
    count, people, employer_fen, personal_fen = rows.fetch(_LINES_TOTALS, params)[0]
    window = {"limit": size, "offset": (number - 1) * size}
    found = rows.fetch(_LINES + _LINES_ORDER + " LIMIT %(limit)s OFFSET %(offset)s", params | window)
    parts = {"employer_part": Money(employer_fen), "personal_part": Money(personal_fen)}
    totals = {"people": people, **parts, "amount": Money(employer_fen + personal_fen)}
    return Page(_with_people(due.id, found), count, number, size, totals)


def stream_people_of_due(due: Due, *, only_changed: bool = False) -> Iterator[DueLine]:
    """The same people without pages, for exports (HZ-2.8.1.5-07); two queries per 2,000 lines."""
    params: dict[str, Any] = {"due": due.id, "month": int(due.month), "only_changed": only_changed, "limit": _CHUNK}
    after = " AND (account_id, belongs_month) > (%(account)s, %(belongs)s)"
    account_id, belongs_month = 0, 0
    while True:
        place = {"account": account_id, "belongs": belongs_month}
        found = rows.fetch(_LINES + after + _LINES_ORDER + " LIMIT %(limit)s", params | place)
        yield from _with_people(due.id, found)
        if len(found) < _CHUNK:
            return
        account_id, belongs_month = found[-1][:2]


def orders(
    employer_account_ids: Sequence[int],
    chosen: OrderFilter | None = None,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Order]:
    """送缴结算查询 (HZ-2.8.2.3, B2.5): orders, latest first. Two queries. Totals: `dues`, `amount`."""
    chosen = chosen or OrderFilter()
    params: dict[str, Any] = {
        "accounts": list(employer_account_ids),
        "state": chosen.state and chosen.state.value,
        "since": chosen.first_day and datetime.combine(chosen.first_day, time(0), TZ),
        "until": chosen.last_day and datetime.combine(chosen.last_day + timedelta(days=1), time(0), TZ),
        "limit": size,
        "offset": (number - 1) * size,
    }
    totals = "SELECT count(*), coalesce(sum(dues), 0)::bigint, coalesce(sum(amount_fen), 0)::bigint FROM dues_order"
    count, dues, fen = rows.fetch(totals + _ORDERS, params)[0]
    window = " ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s"
    items = [rows.order(row) for row in rows.fetch(rows.ORDERS + _ORDERS + window, params)]
    return Page(items, count, number, size, {"dues": dues, "amount": Money(fen)})


def receipts_with_problem(*, number: int = 1, size: int = PAGE_SIZE) -> Page[Receipt]:
    """Money that nobody could place by itself: a wrong amount, or an order that is not ours; the latest first. Two
    queries. Totals: `amount`."""
    params: dict[str, Any] = {"outcomes": [one.value for one in Outcome if one.is_problem]}
    where = " WHERE outcome = ANY(%(outcomes)s)"
    totals = "SELECT count(*), coalesce(sum(amount_fen), 0)::bigint FROM dues_receipt"
    count, fen = rows.fetch(totals + where, params)[0]
    window = " ORDER BY received_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s"
    found = rows.fetch(rows.RECEIPTS + where + window, params | {"limit": size, "offset": (number - 1) * size})
    return Page([rows.receipt(row) for row in found], count, number, size, {"amount": Money(fen)})


def _funds_params(employer_account_ids: Sequence[int], chosen: FundsFilter) -> dict[str, Any]:
    """Parameters of `_FUNDS`."""
    return {
        "accounts": list(employer_account_ids),
        "first": chosen.first_month and int(chosen.first_month),
        "last": chosen.last_month and int(chosen.last_month),
        "kind": chosen.kind and chosen.kind.value,
        "states": chosen.state and [chosen.state.value],
    }


def _dues(params: dict[str, Any], number: int, size: int) -> Page[Due]:
    """A page of dues with totals over all pages."""
    count, people, fen, prepaid = rows.fetch(_FUNDS_TOTALS + _FUNDS, params)[0]
    window = {"limit": size, "offset": (number - 1) * size}
    sql = rows.DUES + _FUNDS + _FUNDS_ORDER + " LIMIT %(limit)s OFFSET %(offset)s"
    items = [rows.due(row) for row in rows.fetch(sql, params | window)]
    totals = {"people": people, "amount": Money(fen), "prepaid": Money(prepaid), "cash": Money(fen - prepaid)}
    return Page(items, count, number, size, totals)


def _with_people(due_id: int, found: Sequence[rows.Row]) -> list[DueLine]:
    """Rows of `_LINES` with the names of their people, in one more query."""
    people = people_by_ids({row[0] for row in found})
    lines = []
    for account_id, belongs, base, employer_rate, personal_rate, employer, personal, exempt, change in found:
        person = people[account_id]
        lines.append(
            DueLine(
                due_id=due_id,
                account_id=account_id,
                belongs_month=Month.from_int(belongs),
                base=Money(base),
                employer_rate=Rate(Decimal(employer_rate)),
                personal_rate=Rate(Decimal(personal_rate)),
                employer_part=Money(employer),
                personal_part=Money(personal),
                exempt=exempt,
                change=Change(change),
                customer_no=person.customer_no,
                name=person.name,
                id_type=person.id_type,
                id_no=person.id_no,
            )
        )
    return lines
