"""Bulk reads of the room: every function runs a fixed number of queries, however many keys it is given."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from hpf.kernel.clock import TZ
from hpf.kernel.identity import IdType
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties.facts import (
    AgentFacts,
    Checking,
    CheckingRequest,
    Duties,
    EmployerAccountFacts,
    EmployerAccountStatus,
    Fund,
    Here,
    IdKey,
    MembershipStatus,
    Method,
    PersonFacts,
    RetireCategory,
    Standing,
    Subscribers,
    UnknownAccount,
)

Params = dict[str, Any]

_ACCOUNTS = """
SELECT ea.id, ea.employer_id, ea.account_no, e.name, e.credit_code, e.customer_no, e.unit_type, e.payday,
       ea.fund, ea.status, ea.method, ea.employer_rate, ea.personal_rate, ea.branch_code, ea.bank_name, ea.bank_account,
       ea.opened_on, ea.held_by_case,
       (SELECT count(*) FROM parties_membership m WHERE m.employer_account_id = ea.id AND m.status = 'normal'),
       e.check_from_fen
FROM parties_employeraccount ea JOIN parties_employer e ON e.id = ea.employer_id
WHERE {condition}
ORDER BY ea.account_no
"""

_STANDINGS = """
SELECT p.id, p.name, p.deceased, a.id, coalesce(a.frozen, false),
       h.id, h.status, h.opened_month, h.sealed_month, h.seal_reason,
       EXISTS (SELECT FROM parties_membership m
               WHERE m.account_id = a.id AND m.employer_account_id <> %(here)s AND m.status = 'normal'),
       EXISTS (SELECT FROM parties_membership m
               WHERE m.account_id = a.id AND m.employer_account_id <> %(here)s AND m.status = 'sealed')
FROM unnest(%(types)s::text[], %(numbers)s::text[]) WITH ORDINALITY AS k(id_type, id_key, place)
LEFT JOIN parties_person p ON p.id_type = k.id_type AND p.id_key = k.id_key
LEFT JOIN parties_personalaccount a ON a.person_id = p.id AND a.fund = %(fund)s
LEFT JOIN parties_membership h ON h.account_id = a.id AND h.employer_account_id = %(here)s
ORDER BY k.place
"""

_PEOPLE = """
SELECT p.id, a.id, p.customer_no, p.name, p.id_type, p.id_no, p.mobile, p.sms, p.retire_category, p.details::text
FROM parties_personalaccount a JOIN parties_person p ON p.id = a.person_id
WHERE a.id = ANY(%(ids)s)
"""

_NORMAL_TERMS = """
SELECT s.employer_account_id, s.account_id, s.base_fen, s.employer_rate, s.personal_rate, s.employer_fen,
       s.personal_fen, s.exempt, CASE WHEN s.first_month = %(month)s THEN s.change ELSE 'none' END AS change
FROM parties_spell s
WHERE s.first_month <= %(month)s AND (s.last_month IS NULL OR s.last_month >= %(month)s)
"""


def employer_accounts_of_agent(id_no: str) -> list[EmployerAccountFacts]:
    """Every employer account that the person with this id number may act for, by account number (HZ-2.4.1-03)."""
    condition = "ea.employer_id IN (SELECT g.employer_id FROM parties_agent g WHERE g.id_no = %(id_no)s)"
    return _employer_accounts(condition, {"id_no": id_no})


def employer_account(employer_account_id: int) -> EmployerAccountFacts:
    """One employer account; `UnknownAccount` when there is none."""
    return _only(employer_accounts([employer_account_id]), employer_account_id)


def employer_account_by_no(account_no: str) -> EmployerAccountFacts:
    """One employer account by 单位住房公积金账号; `UnknownAccount` when there is none."""
    return _only(_employer_accounts("ea.account_no = %(no)s", {"no": account_no}), account_no)


def employer_accounts_of_credit_code(credit_code: str) -> list[EmployerAccountFacts]:
    """The accounts of the employer with this 统一社会信用代码, one per fund, 住房公积金 first."""
    return _employer_accounts("e.credit_code = %(code)s", {"code": credit_code})


def employer_accounts(ids: Iterable[int]) -> list[EmployerAccountFacts]:
    """The employer accounts with these ids, by account number; unknown ids are left out."""
    return _employer_accounts("ea.id = ANY(%(ids)s)", {"ids": list(ids)})


def employer_accounts_of(employer_id: int) -> list[EmployerAccountFacts]:
    """All accounts of an employer, one per fund."""
    return _employer_accounts("ea.employer_id = %(id)s", {"id": employer_id})


def has_employers() -> bool:
    """Whether anybody is registered with this centre at all."""
    return bool(_rows("SELECT 1 FROM parties_employer LIMIT 1", {}))


def employer_account_ids(after: int = 0, limit: int | None = None) -> list[int]:
    """The next `limit` ids of employer accounts above `after`, ascending; all of them without a limit."""
    sql = "SELECT id FROM parties_employeraccount WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"
    return [row[0] for row in _rows(sql, {"after": after, "limit": limit})]


def count_employer_accounts() -> int:
    """How many employer accounts the centre has."""
    count: int = _rows("SELECT count(*) FROM parties_employeraccount", {})[0][0]
    return count


def agents(employer_id: int) -> list[AgentFacts]:
    """The agents of an employer in the order they were entered."""
    return _agents([employer_id])[employer_id]


def checking_request(employer_id: int) -> CheckingRequest | None:
    """The change of 单位内部复核 that waits for another agent, if there is one."""
    sql = """SELECT r.id, r.check_from_fen, r.duties::text, r.asked_by_id, g.name, r.asked_at
             FROM parties_checkingrequest r JOIN parties_agent g ON g.id = r.asked_by_id
             WHERE r.employer_id = %(id)s"""
    rows = _rows(sql, {"id": employer_id})
    if not rows:
        return None
    request_id, fen, duties, asked_by, name, at = rows[0]
    wanted = {int(agent): Duties(*may) for agent, may in json.loads(duties).items()}
    return CheckingRequest(
        request_id, Checking(None if fen is None else Money(fen), wanted), asked_by, name, at.astimezone(TZ)
    )


def subscribers(employer_account_ids: Iterable[int]) -> dict[int, Subscribers]:
    """Who has subscribed messages about these employer accounts, by account; one query (HZ-2.2.2.1-19)."""
    sql = """SELECT ea.id, ea.employer_id, g.id, g.mobile FROM parties_employeraccount ea
             LEFT JOIN parties_agent g ON g.employer_id = ea.employer_id AND g.sms
             WHERE ea.id = ANY(%(ids)s) ORDER BY ea.id, g.id"""
    found: dict[int, Subscribers] = {}
    for account_id, employer_id, agent_id, mobile in _rows(sql, {"ids": list(employer_account_ids)}):
        before = found.get(account_id, Subscribers(employer_id, ()))
        more = () if agent_id is None else ((agent_id, mobile),)
        found[account_id] = Subscribers(employer_id, (*before.agents, *more))
    return found


def standings(employer_account_id: int, fund: Fund, keys: Sequence[IdKey]) -> list[Standing]:
    """How each key stands seen from this employer account, aligned with `keys`, in one query.

    A 15-digit number on record answers to its 18-digit form. A membership that was moved away is neither here nor
    elsewhere (HZ-2.4.1-40, -42, -43).
    """
    params = {
        "here": employer_account_id,
        "fund": fund.value,
        "types": [key.id_type.value for key in keys],
        "numbers": [key.id_no for key in keys],
    }
    return [_standing(row) for row in _rows(_STANDINGS, params)]


def people_by_ids(account_ids: Iterable[int]) -> dict[int, PersonFacts]:
    """The owners of personal accounts, by account id; unknown ids are left out."""
    return {row[1]: _person(row) for row in _rows(_PEOPLE, {"ids": list(account_ids)})}


def normal_terms_sql(month: Month) -> tuple[str, Params]:
    """A SELECT of everyone who is due in `month`, and its parameters, for month close to embed (domain-values A2).

    Columns: employer_account_id, account_id, base_fen, employer_rate, personal_rate, employer_fen, personal_fen,
    exempt, change (`Change` values). It has the one parameter `month`, and no ORDER BY. Filter from outside on
    employer_account_id: the condition is pushed down to an index.
    """
    return _NORMAL_TERMS, {"month": int(month)}


def _rows(sql: str, params: Params) -> list[tuple[Any, ...]]:
    """Run one query and fetch everything."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _only(found: list[EmployerAccountFacts], asked: object) -> EmployerAccountFacts:
    """The one account found, or the error that says what was asked for."""
    if not found:
        raise UnknownAccount(f"no employer account {asked}")
    return found[0]


def _employer_accounts(condition: str, params: Params) -> list[EmployerAccountFacts]:
    """Accounts under a condition, and their agents: two queries."""
    rows = _rows(_ACCOUNTS.format(condition=condition), params)
    by_employer = _agents({row[1] for row in rows})
    return [
        EmployerAccountFacts(
            id=row[0],
            employer_id=row[1],
            account_no=row[2],
            name=row[3],
            credit_code=row[4],
            customer_no=row[5],
            unit_type=row[6],
            payday=row[7],
            fund=Fund(row[8]),
            status=EmployerAccountStatus(row[9]),
            method=Method(row[10]),
            employer_rate=Rate(row[11]),
            personal_rate=Rate(row[12]),
            branch_code=row[13],
            bank_name=row[14],
            bank_account=row[15],
            opened_on=row[16],
            held_by_case=row[17],
            normal_count=row[18],
            agents=tuple(by_employer[row[1]]),
            check_from=None if row[19] is None else Money(row[19]),
        )
        for row in rows
    ]


def _agents(employer_ids: Iterable[int]) -> dict[int, list[AgentFacts]]:
    """Agents by employer, in the order they were entered."""
    sql = """SELECT g.id, g.employer_id, g.name, g.id_type, g.id_no, g.mobile, g.may_make, g.may_check,
                    g.sms
             FROM parties_agent g WHERE g.employer_id = ANY(%(ids)s) ORDER BY g.id"""
    found: dict[int, list[AgentFacts]] = defaultdict(list)
    for row in _rows(sql, {"ids": list(employer_ids)}):
        found[row[1]].append(AgentFacts(row[0], row[1], row[2], IdType(row[3]), *row[4:]))
    return found


def _standing(row: tuple[Any, ...]) -> Standing:
    """One row of `_STANDINGS` as a fact."""
    person_id, name, deceased, account_id, frozen, here_id, status, opened, sealed, reason, normal, was_sealed = row
    if person_id is None:
        return Standing()
    here = None
    if here_id is not None:
        sealed_month = None if sealed is None else Month.from_int(sealed)
        here = Here(MembershipStatus(status), here_id, Month.from_int(opened), sealed_month, reason)
    return Standing(person_id, name, account_id, here, normal, was_sealed, frozen, deceased)


def _person(row: tuple[Any, ...]) -> PersonFacts:
    """One row of `_PEOPLE` as a fact."""
    retire = RetireCategory(row[8]) if row[8] else None
    return PersonFacts(
        row[0], row[1], row[2], row[3], IdType(row[4]), row[5], row[6], row[7], retire, json.loads(row[9])
    )
