"""What enquiries on people are made of: filter, sort, page, totals, stream."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from django.db import connection

from hpf.kernel.identity import IdType, normal_id
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.paging import PAGE_SIZE, Page
from hpf.kernel.text import clean
from hpf.parties.facts import MembershipStatus, PersonLine

SORTS: Mapping[str, str] = MappingProxyType(
    {
        "customer_no": "p.customer_no",
        "name": "p.name, p.customer_no",
        "id_no": "p.id_key, p.customer_no",
        "opened": "m.opened_month DESC, p.customer_no",
        "base": "s.base_fen DESC NULLS LAST, p.customer_no",
    }
)
"""What people can be sorted by; the first is the default."""

_FROM = """
FROM parties_membership m
JOIN parties_personalaccount a ON a.id = m.account_id
JOIN parties_person p ON p.id = a.person_id
LEFT JOIN LATERAL (SELECT s.base_fen, s.employer_fen, s.personal_fen, s.exempt FROM parties_spell s
                   WHERE s.membership_id = m.id ORDER BY s.first_month DESC, s.id DESC LIMIT 1) s ON true
WHERE m.employer_account_id = %(employer_account_id)s AND m.status = ANY(%(statuses)s)
"""

_FOUND = " AND (p.name LIKE %(part)s OR p.id_key = %(exact)s OR p.id_no = %(exact)s OR p.customer_no = %(exact)s)"

_COLUMNS = """
SELECT m.id, a.id, p.customer_no, p.name, p.id_type, p.id_no, p.mobile, m.status, m.opened_month, m.sealed_month,
       a.frozen, coalesce(s.exempt, false), coalesce(s.base_fen, 0),
       coalesce(s.employer_fen, 0), coalesce(s.personal_fen, 0)
"""

_TOTALS = "SELECT count(*), coalesce(sum(s.employer_fen), 0)::bigint, coalesce(sum(s.personal_fen), 0)::bigint "


def people(
    employer_account_id: int,
    *,
    search: str = "",
    status: MembershipStatus | None = MembershipStatus.NORMAL,
    sort: str = "customer_no",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[PersonLine]:
    """One page of the people of an employer account, in two queries.

    `search` matches a part of the name, or all of the id number (15 or 18 digits) or of the 个人客户号. `status` None
    shows every status. Base and parts of a sealed person are those last in force. Totals: `employer_part`,
    `personal_part` (Money, per month). Raises KeyError for an unknown `sort`.
    """
    condition, params = _condition(employer_account_id, search, status)
    window = {"limit": size, "offset": (number - 1) * size}
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS + condition, params)
        count, employer_fen, personal_fen = cursor.fetchone()
        order = f" ORDER BY {SORTS[sort]} LIMIT %(limit)s OFFSET %(offset)s"
        cursor.execute(_COLUMNS + condition + order, params | window)
        items = [_line(row) for row in cursor.fetchall()]
    totals = {"employer_part": Money(employer_fen), "personal_part": Money(personal_fen)}
    return Page(items, count, number, size, totals)


def find_employer_accounts(text: str, *, most: int = 200) -> list[int]:
    """Ids of employer accounts by account number, credit code, or a part of the employer's name; at most so many."""
    text = clean(text)
    sql = """SELECT ea.id FROM parties_employeraccount ea JOIN parties_employer e ON e.id = ea.employer_id
             WHERE ea.account_no = %(text)s OR e.credit_code = %(text)s OR e.name LIKE %(part)s
             ORDER BY ea.account_no LIMIT %(most)s"""
    if not text:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, {"text": text.upper(), "part": _part(text), "most": most})
        return [row[0] for row in cursor.fetchall()]


def employer_names(employer_ids: Collection[int]) -> dict[int, str]:
    """The names of these employers by id; one query, none for none."""
    if not employer_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM parties_employer WHERE id = ANY(%s)", [list(employer_ids)])
        return dict(cursor.fetchall())


def stream_people(
    employer_account_id: int, *, search: str = "", status: MembershipStatus | None = MembershipStatus.NORMAL
) -> Iterator[PersonLine]:
    """The same people without pages, by 个人客户号, for exports."""
    condition, params = _condition(employer_account_id, search, status)
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS + condition + f" ORDER BY {SORTS['customer_no']}", params)
        while rows := cursor.fetchmany(2_000):
            yield from map(_line, rows)


def _condition(employer_account_id: int, search: str, status: MembershipStatus | None) -> tuple[str, dict[str, Any]]:
    """FROM and WHERE of a listing with their parameters."""
    statuses = [status.value] if status else [one.value for one in MembershipStatus]
    params: dict[str, Any] = {"employer_account_id": employer_account_id, "statuses": statuses}
    text = clean(search)
    if not text:
        return _FROM, params
    return _FROM + _FOUND, params | {"part": _part(text), "exact": normal_id(text)}


def _part(text: str) -> str:
    """A LIKE pattern that finds this text anywhere."""
    return "%" + text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"


def _line(row: tuple[Any, ...]) -> PersonLine:
    """One row of `_COLUMNS` as a fact."""
    return PersonLine(
        membership_id=row[0],
        account_id=row[1],
        customer_no=row[2],
        name=row[3],
        id_type=IdType(row[4]),
        id_no=row[5],
        mobile=row[6],
        status=MembershipStatus(row[7]),
        opened_month=Month.from_int(row[8]),
        sealed_month=None if row[9] is None else Month.from_int(row[9]),
        frozen=row[10],
        exempt=row[11],
        base=Money(row[12]),
        employer_part=Money(row[13]),
        personal_part=Money(row[14]),
    )
