"""Amending the book: one member of staff proposes, another approves or declines; whoever proposed may withdraw.

Approvals of a centre happen one at a time, so versions are numbered in the order in which they count. The rules of two
people and of one decision are held by the database, too.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from hpf.access.actor import Actor, ActorKind, Role
from hpf.access.tenancy import current_centre
from hpf.kernel.month import Month
from hpf.policy import models, readers
from hpf.policy.amending import amended, plain
from hpf.policy.book import Rules
from hpf.policy.facts import Decision, Wrong
from hpf.policy.proposals import Proposal, examine
from hpf.trail.changes import record


class AmendmentRefused(Exception):
    """The verb is not for this person, or not any more; the message is Chinese and says what to do."""


class ProposalRefused(AmendmentRefused):
    """The change cannot be made: `wrong` tells everything that is wrong with it."""

    def __init__(self, wrong: list[Wrong]) -> None:
        """Keep what is wrong."""
        super().__init__("；".join(one.text for one in wrong))
        self.wrong = wrong


class SeenIsStale(AmendmentRefused):
    """The parameter was amended after the person deciding had looked at the effect."""


def propose(actor: Actor, at: datetime, proposal: Proposal, closed: Month | None) -> int:
    """Keep a change for another person to decide about; returns its id. Raises ProposalRefused, AmendmentRefused.

    `closed` is the last month whose dues are made: amounts of it and of those before stay as they are.
    """
    user_id = _policy_maker(actor)
    with transaction.atomic():
        if wrong := examine(readers.current_rules(), proposal, at.date(), closed):
            raise ProposalRefused(wrong)
        change = proposal.change
        row = models.Amendment.objects.create(
            leaf=change.leaf, first_day=change.first_day, until=change.until, value=plain(change.value),
            source=proposal.source, proposed_by_id=user_id, proposed_by=actor.name, proposed_at=at,
        )  # fmt: skip
        record(actor, at, "amendment_proposed", "amendment", row.id, _told(row))
    return row.id


def approve(actor: Actor, at: datetime, amendment_id: int, seen: int, closed: Callable[[Rules], Month | None]) -> int:
    """Put a proposed change in force; returns the number of the version it makes.

    `closed` reads the last month whose dues are made, by the rules as they stand, in this very transaction: a month may
    have been closed since the page was shown.

    `seen` is `readers.last_approved` of the leaf as it was when its effect was shown. Raises SeenIsStale where it is
    another one by now, ProposalRefused where it can no longer be made as proposed, AmendmentRefused for the person who
    proposed it and when it has been decided.
    """
    with transaction.atomic():
        row = _to_decide(actor, amendment_id, Decision.APPROVED)
        if readers.last_approved(row.leaf) != seen:
            raise SeenIsStale("该参数在您查看之后又有新的修改获批准，请核对下列最新影响后再确认")
        before = Rules(amended(current_centre().code, readers.changes_until()))
        change = readers.change_of(row)
        if wrong := examine(before, Proposal(change, row.source), at.date(), closed(before)):
            raise ProposalRefused(wrong)
        _note(before.version, at)
        book = amended(current_centre().code, [*readers.changes_until(), change])
        _rule(actor, at, row, Decision.APPROVED, "")
        made = models.Version.objects.create(fingerprint=book.version, made_at=at, amendment=row)
        readers.forget_pin()
        record(actor, at, "amendment_approved", "amendment", row.id, {**_told(row), "version": made.number})
    return made.number


def decline(actor: Actor, at: datetime, amendment_id: int, reason: str) -> None:
    """Another person says no, with a reason; AmendmentRefused without one, for one's own and when it is decided."""
    _end(actor, at, amendment_id, Decision.DECLINED, reason)


def withdraw(actor: Actor, at: datetime, amendment_id: int) -> None:
    """Whoever proposed it takes it back; AmendmentRefused for anybody else and when it is decided."""
    _end(actor, at, amendment_id, Decision.WITHDRAWN, "")


def note_version(at: datetime) -> None:
    """Give the book as it stands a number, if it has none yet: after an update of the packs. Again does nothing."""
    fingerprint = readers.current_rules().version
    if not readers.numbers_of([fingerprint]):
        with transaction.atomic():
            _lock()
            _note(fingerprint, at)


def _note(fingerprint: int, at: datetime) -> None:
    models.Version.objects.get_or_create(fingerprint=fingerprint, defaults={"made_at": at})


def _end(actor: Actor, at: datetime, amendment_id: int, decision: Decision, reason: str) -> None:
    with transaction.atomic():
        row = _to_decide(actor, amendment_id, decision)
        if decision is Decision.DECLINED and not reason:
            raise AmendmentRefused("请填写不予批准的原因")
        _rule(actor, at, row, decision, reason)
        record(actor, at, f"amendment_{decision.value}", "amendment", row.id, {**_told(row), "reason": reason})


def _to_decide(actor: Actor, amendment_id: int, decision: Decision) -> models.Amendment:
    """The amendment, locked for this transaction, if this person may decide it so. Raises NoAmendment for none."""
    user_id = _policy_maker(actor)
    _lock()
    row = models.Amendment.objects.filter(id=amendment_id).first()
    if row is None:
        raise readers.NoAmendment(amendment_id)
    ended = models.Ruling.objects.filter(amendment=row).first()
    if ended is not None:
        raise AmendmentRefused(f"该修改已由{ended.decided_by}处理（{Decision(ended.decision).label}），不能再次处理")
    own = row.proposed_by_id == user_id
    if own and decision is not Decision.WITHDRAWN:
        raise AmendmentRefused("修改须由提出人以外的另一名政策管理人员批准，不能由本人处理")
    if not own and decision is Decision.WITHDRAWN:
        raise AmendmentRefused("只有提出人可以撤回")
    return row


def _policy_maker(actor: Actor) -> int:
    if actor.kind is not ActorKind.STAFF or Role.POLICY not in actor.roles or actor.user_id is None:
        raise AmendmentRefused("只有政策管理岗位可以提出和处理参数修改")
    return actor.user_id


def _rule(actor: Actor, at: datetime, row: models.Amendment, decision: Decision, note: str) -> None:
    models.Ruling.objects.create(
        amendment=row, decision=decision.value, decided_by_id=_policy_maker(actor), decided_by=actor.name,
        decided_at=at, note=note,
    )  # fmt: skip


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema || '.policy_amendment'))")


def _told(row: models.Amendment) -> dict[str, object]:
    return {"leaf": row.leaf, "first_day": row.first_day.isoformat(), "value": row.value, "source": row.source}
