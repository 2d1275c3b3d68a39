"""The verbs that write to the room, each with its trail; acting user first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from hpf.access.actor import Actor
from hpf.kernel.money import Money
from hpf.parties import models, readers
from hpf.parties.facts import (
    AccountHeld,
    Checking,
    CheckingRequest,
    Duties,
    Opened,
    Opening,
    Sealing,
    UnknownAccount,
)
from hpf.parties.incoming import Incoming
from hpf.parties.opening import open_rows
from hpf.parties.refusals import CheckingRefusals, CheckingRefused
from hpf.policy.readers import current_rules
from hpf.trail import changes as trail

_SEAL = """
UPDATE parties_membership m SET status = 'sealed', sealed_month = i.month, seal_reason = i.reason
FROM {incoming} WHERE m.id = i.membership_id AND m.status = 'normal'
RETURNING m.id
"""

_END_SPELLS = """
UPDATE parties_spell s SET last_month = CASE WHEN i.month %% 100 = 1 THEN i.month - 89 ELSE i.month - 1 END
FROM {incoming} WHERE s.membership_id = i.membership_id AND s.last_month IS NULL
"""

_DIED = """
UPDATE parties_person p SET deceased = true
FROM {incoming}
JOIN parties_membership m ON m.id = i.membership_id JOIN parties_personalaccount a ON a.id = m.account_id
WHERE p.id = a.person_id AND i.deceased
"""

# In turn: of two that subscribe one number at the same moment the second sees what the first has done.
_SAME_NUMBER = """
SELECT o.id FROM parties_agent g JOIN parties_agent o ON o.id = g.id OR (g.mobile <> '' AND o.mobile = g.mobile)
WHERE g.id = %s ORDER BY o.id FOR UPDATE OF o
"""

_ELSEWHERE = """
UPDATE parties_agent o SET sms = false FROM parties_agent g
WHERE g.id = %s AND g.mobile <> '' AND o.mobile = g.mobile AND o.id <> g.id AND o.sms
RETURNING o.id
"""

_MOVE = """
UPDATE parties_membership s SET status = 'moved'
FROM parties_membership n JOIN parties_personalaccount a ON a.id = n.account_id
WHERE n.status = 'normal' AND s.account_id = n.account_id AND s.status = 'sealed' AND NOT a.frozen
RETURNING s.id, n.id
"""


def lock_employer_account(employer_account_id: int) -> int | None:
    """Lock the employer account until the transaction ends; the case that holds it, if any. `UnknownAccount`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT held_by_case FROM parties_employeraccount WHERE id = %s FOR UPDATE", [employer_account_id]
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownAccount(f"no employer account {employer_account_id}")
    held: int | None = row[0]
    return held


def hold(employer_account_id: int, case_id: int) -> None:
    """Keep the account for a case between its chunks, so that month close comes back to it; again is harmless.

    `AccountHeld` when another case has it. No trail entry: the case itself tells of it.
    """
    held = lock_employer_account(employer_account_id)
    if held not in (None, case_id):
        raise AccountHeld(held)
    _set_holder(employer_account_id, case_id)


def release(employer_account_id: int, case_id: int) -> None:
    """Give the account back; nothing happens when this case does not hold it."""
    if lock_employer_account(employer_account_id) == case_id:
        _set_holder(employer_account_id, None)


def open_accounts(actor: Actor, at: datetime, openings: Sequence[Opening]) -> list[Opened]:
    """Open, reopen or take over accounts, all or none, in the order of id numbers (HZ-2.3-02, HZ-2.4.1-01).

    The caller has locked the employer account and judged; a key may be there once. Results align with `openings`.
    Raises `RaceLost` when another employer was faster. The number of statements does not depend on that of openings.
    """
    if not openings:
        return []
    with transaction.atomic():
        rules = current_rules("parties").at(at.date())
        opened = open_rows(openings, at.date(), rules)
        by_row = {(one.case_id, one.row_no): one for one in opened}
        result = [by_row[opening.case_id, opening.row_no] for opening in openings]
        details = [
            (
                str(one.membership_id),
                {
                    "case": one.case_id,
                    "row": one.row_no,
                    "entry": one.entry.value,
                    "employer_account": opening.employer_account_id,
                    "account": one.account_id,
                    "month": int(opening.first_month),
                    "base_fen": opening.base.fen,
                    "sms": one.sms.value,
                },
            )
            for opening, one in zip(openings, result, strict=True)
        ]
        trail.record_many(actor, at, "account.open", "membership", details)
    return result


def seal_accounts(actor: Actor, at: datetime, sealings: Sequence[Sealing]) -> int:
    """Seal normal memberships; the number that were normal and now are sealed. Statements do not grow with rows."""
    if not sealings:
        return 0
    ordered = sorted(sealings, key=lambda sealing: sealing.membership_id)
    incoming = Incoming(
        {
            "membership_id": ("bigint", [s.membership_id for s in ordered]),
            "month": ("integer", [int(s.processed_month) for s in ordered]),
            "reason": ("text", [s.reason for s in ordered]),
            "deceased": ("boolean", [s.deceased for s in ordered]),
        }
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SEAL.format(incoming=incoming.table("membership_id", "month", "reason")), incoming.params)
        done = {row[0] for row in cursor.fetchall()}
        cursor.execute(_END_SPELLS.format(incoming=incoming.table("membership_id", "month")), incoming.params)
        cursor.execute(_DIED.format(incoming=incoming.table("membership_id", "deceased")), incoming.params)
        details = [
            (str(s.membership_id), {"month": int(s.processed_month), "reason": s.reason})
            for s in ordered
            if s.membership_id in done
        ]
        trail.record_many(actor, at, "account.seal", "membership", details)
    return len(done)


def subscribe_agent(actor: Actor, at: datetime, agent_id: int, *, subscribe: bool) -> bool:
    """The agent's number gets the employer's messages from now on, or no longer (HZ-2.2.2.1-19).

    A number serves one employer: the subscription that another employer had is cancelled by this one (-27, -28), of two
    at the same moment by the later; whether there was one. Without a number nothing is subscribed.
    """
    elsewhere: list[tuple[str, dict[str, object]]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        if subscribe:
            cursor.execute(_SAME_NUMBER, [agent_id])
            cursor.execute(_ELSEWHERE, [agent_id])
            elsewhere = [(str(row[0]), {"sms": False, "because": agent_id}) for row in cursor.fetchall()]
            trail.record_many(actor, at, "agent.subscribe", "agent", elsewhere)
        cursor.execute(
            "UPDATE parties_agent SET sms = %(sms)s AND mobile <> '' WHERE id = %(id)s RETURNING sms",
            {"sms": subscribe, "id": agent_id},
        )
        for row in cursor.fetchall():
            trail.record(actor, at, "agent.subscribe", "agent", agent_id, {"sms": row[0]})
    return bool(elsewhere)


def move_memberships(actor: Actor, at: datetime) -> int:
    """Turn every sealed membership of a person who is normal elsewhere in the city into a moved one, unless frozen.

    Run on the day after an opening (domain-values part C, 5); no money moves. Running again moves nothing twice.
    Returns the number moved.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_MOVE)
            moved = sorted(cursor.fetchall())
        if moved:
            trail.record_many(
                actor, at, "account.move", "membership", [(str(old), {"to_membership": new}) for old, new in moved]
            )
    return len(moved)


def set_checking(actor: Actor, at: datetime, employer_id: int, agent_id: int, wanted: Checking) -> bool:
    """Set 单位内部复核 of an employer, asked by one of its agents; whether it holds from now on.

    What holds nothing back that was held back before holds at once; anything looser waits until another agent confirms
    it (False), in place of what waited before. Raises `CheckingRefused`.
    """
    with transaction.atomic():
        before = _locked_checking(employer_id)
        _check_workable(employer_id, before, wanted)
        if wanted == before:
            raise CheckingRefused(CheckingRefusals.UNCHANGED.refuse())
        models.CheckingRequest.objects.filter(employer_id=employer_id).delete()
        if wanted.loosens(before):
            models.CheckingRequest.objects.create(
                employer_id=employer_id,
                check_from_fen=_fen(wanted),
                duties={str(agent): [duty.make, duty.check] for agent, duty in wanted.duties.items()},
                asked_by_id=agent_id,
                asked_at=at,
            )
            trail.record(actor, at, "checking.asked", "employer", employer_id, _told(before, wanted))
            return False
        _apply_checking(actor, at, employer_id, before, wanted, "checking.set")
        return True


def confirm_checking(actor: Actor, at: datetime, employer_id: int, agent_id: int, request_id: int) -> None:
    """Another agent than the one who asked confirms a change, which holds from now on. Raises `CheckingRefused`."""
    with transaction.atomic():
        before = _locked_checking(employer_id)
        asked = _request(employer_id, request_id)
        if asked.asked_by == agent_id:
            raise CheckingRefused(CheckingRefusals.OWN_REQUEST.refuse())
        _check_workable(employer_id, before, asked.wanted)
        models.CheckingRequest.objects.filter(id=request_id).delete()
        _apply_checking(actor, at, employer_id, before, asked.wanted, "checking.confirmed")


def drop_checking_request(actor: Actor, at: datetime, employer_id: int, request_id: int) -> None:
    """A change that waits is taken back by who asked for it, or refused by another agent. Raises `CheckingRefused`."""
    with transaction.atomic():
        before = _locked_checking(employer_id)
        asked = _request(employer_id, request_id)
        models.CheckingRequest.objects.filter(id=request_id).delete()
        trail.record(actor, at, "checking.dropped", "employer", employer_id, _told(before, asked.wanted))


def _locked_checking(employer_id: int) -> Checking:
    """What holds for the employer, locked until the transaction ends. Raises `UnknownAccount`."""
    employer = models.Employer.objects.select_for_update().filter(id=employer_id).first()
    if employer is None:
        raise UnknownAccount(f"no employer {employer_id}")
    fen = employer.check_from_fen
    duties = {one.id: Duties(one.may_make, one.may_check) for one in readers.agents(employer_id)}
    return Checking(None if fen is None else Money(fen), duties)


def _check_workable(employer_id: int, before: Checking, wanted: Checking) -> None:
    """Every agent is named, and whoever hands in a case finds somebody else to check it."""
    if len(before.duties) < 2:
        raise CheckingRefused(CheckingRefusals.ONE_AGENT.refuse())
    if wanted.duties.keys() != before.duties.keys():
        raise CheckingRefused(CheckingRefusals.OTHER_AGENTS.refuse())
    if wanted.check_from is None:
        return
    if not any(duty.make for duty in wanted.duties.values()):
        raise CheckingRefused(CheckingRefusals.NO_MAKER.refuse())
    alone = wanted.left_unchecked()
    if alone is not None:
        name = next(one.name for one in readers.agents(employer_id) if one.id == alone)
        raise CheckingRefused(CheckingRefusals.NO_CHECKER.refuse(name=name))


def _request(employer_id: int, request_id: int) -> CheckingRequest:
    """The change that waits, if it is still this one."""
    found = readers.checking_request(employer_id)
    if found is None or found.id != request_id:
        raise CheckingRefused(CheckingRefusals.GONE.refuse())
    return found


def _apply_checking(actor: Actor, at: datetime, employer_id: int, before: Checking, after: Checking, verb: str) -> None:
    """Write what holds from now on, with its trail."""
    models.Employer.objects.filter(id=employer_id).update(check_from_fen=_fen(after))
    for agent_id, duty in sorted(after.duties.items()):
        if duty != before.duties.get(agent_id):
            models.Agent.objects.filter(id=agent_id).update(may_make=duty.make, may_check=duty.check)
    trail.record(actor, at, verb, "employer", employer_id, _told(before, after))


def _fen(checking: Checking) -> int | None:
    """The amount as it is stored."""
    return None if checking.check_from is None else checking.check_from.fen


def _told(before: Checking, after: Checking) -> dict[str, object]:
    """Both settings for the trail: agents by their ids, as [may make, may check]."""
    return {
        name: {"from_fen": _fen(one), "duties": {str(k): [d.make, d.check] for k, d in sorted(one.duties.items())}}
        for name, one in (("before", before), ("after", after))
    }


def _set_holder(employer_account_id: int, case_id: int | None) -> None:
    """Write who holds the locked account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_employeraccount SET held_by_case = %s WHERE id = %s", [case_id, employer_account_id]
        )
