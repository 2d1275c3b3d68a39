"""The one table that binds effects to verbs: each class of effect of a chunk is one call, whatever the number of
rows.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hpf.access.actor import Actor
from hpf.dues import changes as dues
from hpf.engine.declare import Effect, IssueVoucher, ItemRules, OpenAccount, SettleDue
from hpf.engine.facts import Case
from hpf.engine.slips import issue_payment_voucher
from hpf.kernel.month import Month
from hpf.notices import changes as notices
from hpf.notices.facts import NewText, TextKind, opening_subject
from hpf.parties import changes as parties
from hpf.parties.facts import EmployerAccountFacts, Opened, Opening, SmsResult


@dataclass(frozen=True, slots=True)
class Work:
    """In whose name, when and for which case effects are applied."""

    actor: Actor
    at: datetime
    month: Month
    case: Case
    applicant: EmployerAccountFacts
    rules: ItemRules


Numbered = Sequence[tuple[int, Any]]
Results = dict[int, dict[str, Any]]
"""By row number: what the row's result shows, e.g. the new customer number."""


def _open_accounts(work: Work, effects: Numbered) -> Results:
    openings = [
        Opening(
            row_no=row_no,
            case_id=work.case.id,
            key=effect.key,
            name=effect.name,
            mobile=effect.mobile,
            sms=effect.sms,
            fund=work.applicant.fund,
            employer_account_id=work.applicant.id,
            base=effect.base,
            employer_rate=effect.employer_rate,
            personal_rate=effect.personal_rate,
            employer_part=effect.employer_part,
            personal_part=effect.personal_part,
            processed_month=work.month,
            kind=effect.kind,
            from_month=effect.from_month,
            retire=effect.retire,
            details=effect.details,
        )
        for row_no, effect in effects
    ]
    opened = parties.open_accounts(work.actor, work.at, openings)
    _text_the_opened(work, openings, opened)
    return {o.row_no: {"customer_no": o.customer_no, "sms": o.sms.label} for o in opened}


def _text_the_opened(work: Work, openings: Sequence[Opening], opened: Sequence[Opened]) -> None:
    """Those who asked for messages are told of their account, where the centre has a text for it (A16, HH-0-05)."""
    form = work.rules.book.at(work.at.date()).texts.sms_opening_done
    if not form:
        return
    texts = []
    for opening, one in zip(openings, opened, strict=True):
        if one.sms is SmsResult.SUBSCRIBED:
            amount = opening.employer_part + opening.personal_part
            text = form.format(employer=work.applicant.name, amount=amount)
            texts.append(NewText(opening_subject(one.case_id, one.row_no), TextKind.OPENING_DONE, opening.mobile, text))
    notices.queue_texts(work.actor, work.at, texts)


def _settle_dues(work: Work, effects: Numbered) -> Results:
    branch = work.rules.today.branch(work.applicant.branch_code)
    made = dues.open_settlement(
        work.actor,
        work.at,
        work.rules.book,
        work.applicant.id,
        [effect.due_id for _, effect in effects],
        payee_account=branch.bank_account,
        case_id=work.case.id,
    )
    order_no = made.order.no if made.order else ""
    return {row_no: {"order_no": "" if effect.due_id in made.zero_due_ids else order_no} for row_no, effect in effects}


def _issue_vouchers(work: Work, effects: Numbered) -> Results:
    results: Results = {}
    for row_no, effect in effects:
        issued = issue_payment_voucher(
            work.actor, work.at, effect.due_id, work.applicant, work.rules.today, work.case.handlers
        )
        results[row_no] = {"document_no": issued.no}
    return results


APPLIERS: Mapping[type[Effect], Callable[[Work, Numbered], Results]] = {
    OpenAccount: _open_accounts,
    SettleDue: _settle_dues,
    IssueVoucher: _issue_vouchers,
}


def apply(work: Work, effects: Sequence[tuple[int, Effect]]) -> Results:
    """Applies the effects of many rows, grouped by class. Raises `parties.facts.RaceLost` when another employer
    was first.
    """
    grouped: dict[type[Effect], list[tuple[int, Effect]]] = defaultdict(list)
    for row_no, effect in effects:
        grouped[type(effect)].append((row_no, effect))
    results: Results = defaultdict(dict)
    for kind, members in grouped.items():
        for row_no, result in APPLIERS[kind](work, members).items():
            results[row_no].update(result)
    return results
