"""Opening, reopening and taking over accounts: one set-based statement per class of effect, however many rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation

from hpf.kernel.identity import IdNumber
from hpf.parties import serials
from hpf.parties.facts import Entry, Opened, Opening, RaceLost, SmsResult
from hpf.parties.incoming import Incoming
from hpf.policy.parameters import DayRules

_LOCK = """
SELECT p.id FROM {incoming} JOIN parties_person p ON p.id_type = i.id_type AND p.id_key = i.id_key
ORDER BY p.id_key FOR UPDATE OF p
"""

# Until it is known, the retirement table's column of a woman follows the kind of employer (domain-values A12).
_PERSONS = """
INSERT INTO parties_person (customer_no, name, id_type, id_no, id_key, mobile, sms, birth, sex, retire_category,
                            deceased)
SELECT i.customer_no, i.name, i.id_type, i.id_key, i.id_key, i.mobile, false, i.birth, i.sex,
       CASE WHEN i.sex = '2' AND e.unit_type = ANY(%(female_55)s) THEN 'F55' WHEN i.sex = '2' THEN 'F50'
            WHEN i.sex = '1' THEN 'M60' ELSE '' END, false
FROM {incoming}
JOIN parties_employeraccount ea ON ea.id = i.employer_account_id JOIN parties_employer e ON e.id = ea.employer_id
WHERE NOT EXISTS (SELECT FROM parties_person p WHERE p.id_type = i.id_type AND p.id_key = i.id_key)
ORDER BY i.place
"""

# One number can be subscribed by one person: the first of the batch gets it.
_CONTACTS = """
WITH wanted AS (
    SELECT p.id, i.mobile, i.sms AND NOT EXISTS (
               SELECT FROM parties_person o WHERE o.sms AND o.mobile = i.mobile AND o.id <> p.id)
           AND row_number() OVER (PARTITION BY i.mobile, i.sms ORDER BY i.place) = 1 AS subscribe
    FROM {incoming} JOIN parties_person p ON p.id_type = i.id_type AND p.id_key = i.id_key
    WHERE i.mobile <> '')
UPDATE parties_person p SET mobile = w.mobile, sms = w.subscribe OR p.sms AND p.mobile = w.mobile
FROM wanted w WHERE p.id = w.id AND (w.mobile <> p.mobile OR w.subscribe)
"""

_DETAILS = """
UPDATE parties_person p
SET details = p.details || i.details::jsonb, retire_category = coalesce(nullif(i.retire, ''), p.retire_category)
FROM {incoming} WHERE p.id_type = i.id_type AND p.id_key = i.id_key AND (i.details <> '{{}}' OR i.retire <> '')
"""

_ACCOUNTS = """
INSERT INTO parties_personalaccount (person_id, fund, opened_on, frozen)
SELECT p.id, i.fund, %(today)s, false
FROM {incoming} JOIN parties_person p ON p.id_type = i.id_type AND p.id_key = i.id_key
WHERE NOT EXISTS (SELECT FROM parties_personalaccount a WHERE a.person_id = p.id AND a.fund = i.fund)
ORDER BY i.place
"""

_FOUND = """
SELECT p.id, p.customer_no, p.sms AND p.mobile = i.mobile, a.id,
       CASE WHEN EXISTS (SELECT FROM parties_membership m WHERE m.account_id = a.id AND m.status = 'sealed'
                         AND m.employer_account_id = i.employer_account_id) THEN 'reopened'
            WHEN EXISTS (SELECT FROM parties_membership m WHERE m.account_id = a.id
                         AND m.status = 'sealed') THEN 'transferred'
            ELSE 'new' END
FROM {incoming} JOIN parties_person p ON p.id_type = i.id_type AND p.id_key = i.id_key
JOIN parties_personalaccount a ON a.person_id = p.id AND a.fund = i.fund
ORDER BY i.place
"""

_MEMBERSHIPS = """
INSERT INTO parties_membership AS m (account_id, employer_account_id, status, kind, opened_month, seal_reason)
SELECT i.account_id, i.employer_account_id, 'normal', i.kind, i.month, '' FROM {incoming} ORDER BY i.place
ON CONFLICT (account_id, employer_account_id) DO UPDATE
SET status = 'normal', kind = excluded.kind, opened_month = excluded.opened_month, sealed_month = NULL, seal_reason = ''
WHERE m.status <> 'normal'
RETURNING m.account_id, m.id
"""

_SPELLS = """
INSERT INTO parties_spell (membership_id, account_id, employer_account_id, first_month, base_fen, employer_rate,
                           personal_rate, employer_fen, personal_fen, exempt, change, case_id, row_no)
SELECT i.membership_id, i.account_id, i.employer_account_id, i.month, i.base_fen, i.employer_rate, i.personal_rate,
       i.employer_fen, i.personal_fen, false, CASE i.entry WHEN 'reopened' THEN 'reopened' ELSE 'new' END,
       i.case_id, i.row_no
FROM {incoming} ORDER BY i.place
"""


def open_rows(openings: Sequence[Opening], today: date, rules: DayRules) -> list[Opened]:
    """Write the openings in the order of id numbers; results in that order. `RaceLost` when uniqueness is refused.

    At most nine statements in a savepoint of its own, so that the caller's transaction survives a lost race.
    """
    ordered = sorted(openings, key=lambda opening: (opening.key.id_no, opening.key.id_type.value))
    try:
        with transaction.atomic():
            return _write(ordered, today, rules)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise RaceLost(str(error)) from error
        raise


def _write(ordered: Sequence[Opening], today: date, rules: DayRules) -> list[Opened]:
    """Lock, then one statement per class of effect."""
    incoming = _incoming(ordered)
    key = ("id_type", "id_key")
    _run(_LOCK, incoming, *key)
    numbers = serials.take(serials.PERSON, len(ordered))
    incoming.add("customer_no", "text", [rules.number_person.format(serial=number) for number in numbers])
    person = ("customer_no", "name", "mobile", "birth", "sex", "employer_account_id")
    _run(_PERSONS, incoming, *key, *person, female_55=list(rules.female_55_unit_types))
    _run(_CONTACTS, incoming, *key, "mobile", "sms")
    if any(opening.details or opening.retire for opening in ordered):
        _run(_DETAILS, incoming, *key, "details", "retire")
    _run(_ACCOUNTS, incoming, *key, "fund", today=today)
    found = _run(_FOUND, incoming, *key, "mobile", "fund", "employer_account_id")
    incoming.add("account_id", "bigint", [row[3] for row in found])
    incoming.add("entry", "text", [row[4] for row in found])
    memberships = dict(_run(_MEMBERSHIPS, incoming, "account_id", "employer_account_id", "kind", "month"))
    if len(memberships) != len(ordered):
        raise RaceLost("an account is already normal here")
    incoming.add("membership_id", "bigint", [memberships[row[3]] for row in found])
    terms = (
        "month",
        "base_fen",
        "employer_rate",
        "personal_rate",
        "employer_fen",
        "personal_fen",
        "entry",
        "case_id",
        "row_no",
    )
    _run(_SPELLS, incoming, "membership_id", "account_id", "employer_account_id", *terms)
    return [
        Opened(
            row_no=opening.row_no,
            case_id=opening.case_id,
            person_id=person_id,
            account_id=account_id,
            membership_id=memberships[account_id],
            customer_no=customer_no,
            entry=Entry(entry),
            sms=_sms_result(opening, subscribed),
        )
        for opening, (person_id, customer_no, subscribed, account_id, entry) in zip(ordered, found, strict=True)
    ]


def _incoming(ordered: Sequence[Opening]) -> Incoming:
    """The openings as columns."""
    papers = [IdNumber(o.key.id_type, o.key.id_no) for o in ordered]
    return Incoming(
        {
            "id_type": ("text", [o.key.id_type.value for o in ordered]),
            "id_key": ("text", [o.key.id_no for o in ordered]),
            "name": ("text", [o.name for o in ordered]),
            "mobile": ("text", [o.mobile for o in ordered]),
            "sms": ("boolean", [o.sms for o in ordered]),
            "birth": ("date", [paper.birth_date for paper in papers]),
            "sex": ("text", [paper.sex or "" for paper in papers]),
            "details": ("text", [json.dumps(dict(o.details), ensure_ascii=False) for o in ordered]),
            "retire": ("text", [o.retire or "" for o in ordered]),
            "fund": ("text", [o.fund.value for o in ordered]),
            "employer_account_id": ("bigint", [o.employer_account_id for o in ordered]),
            "kind": ("text", [o.kind.value for o in ordered]),
            "month": ("integer", [int(o.first_month) for o in ordered]),
            "base_fen": ("bigint", [o.base.fen for o in ordered]),
            "employer_rate": ("numeric", [o.employer_rate.percent for o in ordered]),
            "personal_rate": ("numeric", [o.personal_rate.percent for o in ordered]),
            "employer_fen": ("bigint", [o.employer_part.fen for o in ordered]),
            "personal_fen": ("bigint", [o.personal_part.fen for o in ordered]),
            "case_id": ("bigint", [o.case_id for o in ordered]),
            "row_no": ("integer", [o.row_no for o in ordered]),
        }
    )


def _run(sql: str, incoming: Incoming, *names: str, **params: Any) -> list[tuple[Any, ...]]:
    """Run one statement over the named columns and fetch what it returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(incoming=incoming.table(*names)), incoming.params | params)
        return cursor.fetchall() if cursor.description else []


def _sms_result(opening: Opening, subscribed: bool) -> SmsResult:
    """What the employee's subscription came to."""
    if not (opening.sms and opening.mobile):
        return SmsResult.NOT_ASKED
    return SmsResult.SUBSCRIBED if subscribed else SmsResult.NUMBER_TAKEN
