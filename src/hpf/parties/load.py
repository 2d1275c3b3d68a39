"""Whole cities by COPY: a city's migration, the demo and the bench. The only way in without a trail.

A million accounts pass through here, hence tuples in place of the frozen classes of `facts`. Every number and id comes
from its sequence, so that loading beside a running centre does no harm. Nothing is checked that the tables do not hold.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction

from hpf.kernel.identity import IdNumber, IdType, upgrade_15
from hpf.parties import serials
from hpf.parties.facts import (
    Change,
    EmployerAccountStatus,
    Fund,
    MembershipStatus,
    Method,
    OpenKind,
    RetireCategory,
)
from hpf.parties.serials import take
from hpf.policy.parameters import DayRules

_CHUNK = 20_000


class AgentRow(NamedTuple):
    """An agent of an employer; what he may do counts where the employer checks (`EmployerRow.check_from_fen`)."""

    name: str
    id_no: str
    mobile: str
    id_type: IdType = IdType.RESIDENT
    may_make: bool = True
    may_check: bool = False
    sms: bool = False


class EmployerAccountRow(NamedTuple):
    """An employer account; `ref` is any key of the caller's by which memberships name it."""

    ref: Hashable
    opened_on: date
    method: Method
    employer_rate: Decimal
    personal_rate: Decimal
    branch_code: str
    fund: Fund = Fund.HPF
    status: EmployerAccountStatus = EmployerAccountStatus.NORMAL
    bank_name: str = ""
    bank_account: str = ""


class EmployerRow(NamedTuple):
    """An employer with its accounts, at most one per fund, and its agents.

    `check_from_fen`: from which amount a case needs a second agent, None: never.
    """

    name: str
    credit_code: str
    unit_type: str
    payday: int
    accounts: Sequence[EmployerAccountRow]
    agents: Sequence[AgentRow] = ()
    check_from_fen: int | None = None


class SpellRow(NamedTuple):
    """Terms by business month of processing, months as yyyymm, rates in percent (see `models.Spell`)."""

    first_month: int
    base_fen: int
    employer_rate: Decimal
    personal_rate: Decimal
    employer_fen: int
    personal_fen: int
    last_month: int | None = None
    exempt: bool = False
    change: Change = Change.NEW


class MembershipRow(NamedTuple):
    """An account's relation to the employer account `ref`; `sealed_month` is set unless it is normal."""

    ref: Hashable
    opened_month: int
    spells: Sequence[SpellRow]
    status: MembershipStatus = MembershipStatus.NORMAL
    kind: OpenKind = OpenKind.TRANSFER
    sealed_month: int | None = None
    seal_reason: str = ""


class PersonalAccountRow(NamedTuple):
    """A personal account with its memberships, at most one of them normal."""

    opened_on: date
    memberships: Sequence[MembershipRow]
    fund: Fund = Fund.HPF
    frozen: bool = False


class PersonRow(NamedTuple):
    """A person; `id_no` in normal form, of 15 digits where the record is that old."""

    name: str
    id_no: str
    accounts: Sequence[PersonalAccountRow]
    mobile: str = ""
    sms: bool = False
    id_type: IdType = IdType.RESIDENT
    retire_category: RetireCategory | None = None
    deceased: bool = False


class Loaded(NamedTuple):
    """What was loaded: ids of employer accounts by the caller's ref; ids of personal accounts in the order given."""

    employer_account_ids: dict[Hashable, int]
    account_ids: array[int]


def city(employers: Iterable[EmployerRow], people: Iterable[PersonRow], rules: DayRules) -> Loaded:
    """Load employers, then people, in one transaction; both are read lazily, in chunks of 20,000.

    `rules` give the numbers their form. Raises IntegrityError when a constraint refuses, KeyError
    for a membership of an unknown `ref`.
    """
    account_ids: array[int] = array("q")
    with transaction.atomic():
        refs = _load_employers(employers, rules)
        source = iter(people)
        while chunk := list(islice(source, _CHUNK)):
            account_ids.extend(_load_people(chunk, refs, rules.number_person))
    return Loaded(refs, account_ids)


def _load_employers(employers: Iterable[EmployerRow], rules: DayRules) -> dict[Hashable, int]:
    """COPY employers, their accounts and agents; ids of the accounts by ref."""
    source = iter(employers)
    refs: dict[Hashable, int] = {}
    while chunk := list(islice(source, _CHUNK)):
        ids = take("parties_employer_id_seq", len(chunk))
        serial_nos = take(serials.EMPLOYER, len(chunk))
        account_ids = iter(take("parties_employeraccount_id_seq", sum(len(one.accounts) for one in chunk)))
        accounts = []
        for employer_id, serial, employer in zip(ids, serial_nos, chunk, strict=True):
            for account in employer.accounts:
                account_id = next(account_ids)
                refs[account.ref] = account_id
                account_no = rules.number_employer_account.format(
                    serial=serial, tail=serial % 10**8, fund=account.fund.suffix
                )
                accounts.append((account_id, employer_id, account_no, *account[1:]))
        customer_nos = [rules.number_employer.format(serial=serial) for serial in serial_nos]
        rows = ((i, no, *one[:4], one.check_from_fen) for i, no, one in zip(ids, customer_nos, chunk, strict=True))
        _copy("parties_employer", "id, customer_no, name, credit_code, unit_type, payday, check_from_fen", rows)
        _copy(
            "parties_employeraccount",
            "id, employer_id, account_no, opened_on, method, employer_rate, personal_rate, branch_code, fund, status,"
            " bank_name, bank_account",
            accounts,
        )
        agents = ((i, *agent) for i, one in zip(ids, chunk, strict=True) for agent in one.agents)
        _copy("parties_agent", "employer_id, name, id_no, mobile, id_type, may_make, may_check, sms", agents)
    return refs


def _load_people(chunk: Sequence[PersonRow], refs: dict[Hashable, int], form: str) -> list[int]:
    """COPY a chunk of people with everything below them; ids of their accounts in order."""
    owned = [account for person in chunk for account in person.accounts]
    joined = [membership for account in owned for membership in account.memberships]
    person_ids = take("parties_person_id_seq", len(chunk))
    account_ids = take("parties_personalaccount_id_seq", len(owned))
    membership_ids = take("parties_membership_id_seq", len(joined))
    _copy(
        "parties_person",
        "id, customer_no, name, id_no, id_key, mobile, sms, id_type, birth, sex, retire_category, deceased",
        map(_person, person_ids, (form.format(serial=serial) for serial in take(serials.PERSON, len(chunk))), chunk),
    )
    owners = [person_id for person_id, person in zip(person_ids, chunk, strict=True) for _ in person.accounts]
    _copy(
        "parties_personalaccount",
        "id, person_id, opened_on, fund, frozen",
        (
            (account_id, owner, account.opened_on, account.fund, account.frozen)
            for account_id, owner, account in zip(account_ids, owners, owned, strict=True)
        ),
    )
    of_account = [
        account_id for account_id, account in zip(account_ids, owned, strict=True) for _ in account.memberships
    ]
    links = [
        (membership_id, account_id, refs[membership.ref])
        for membership_id, account_id, membership in zip(membership_ids, of_account, joined, strict=True)
    ]
    _copy(
        "parties_membership",
        "id, account_id, employer_account_id, opened_month, status, kind, sealed_month, seal_reason",
        ((*link, one.opened_month, *one[3:]) for link, one in zip(links, joined, strict=True)),
    )
    _copy(
        "parties_spell",
        "membership_id, account_id, employer_account_id, first_month, base_fen, employer_rate, personal_rate,"
        " employer_fen, personal_fen, last_month, exempt, change",
        ((*link, *spell) for link, one in zip(links, joined, strict=True) for spell in one.spells),
    )
    return account_ids


def _person(person_id: int, customer_no: str, person: PersonRow) -> tuple[Any, ...]:
    """A row of `parties_person`; birth and sex are read from the number."""
    old = person.id_type is IdType.RESIDENT and len(person.id_no) == 15
    key = IdNumber(person.id_type, upgrade_15(person.id_no) if old else person.id_no)
    return (
        person_id,
        customer_no,
        person.name,
        person.id_no,
        key.number,
        person.mobile,
        person.sms,
        person.id_type,
        key.birth_date,
        key.sex or "",
        person.retire_category or "",
        person.deceased,
    )


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into the named columns; errors come as Django's, which a bare `copy` would not do."""
    statement = f"COPY {table} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
