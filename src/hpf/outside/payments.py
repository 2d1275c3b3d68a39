"""What hall, callback and runs do with the cashier: start a payment, take what it says, ask for what it did not.

Whatever the cashier says, in a notice or when asked, goes one way: `take`. It is applied once, and the case of the
order moves in the same transaction.
"""

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction

from hpf.access.actor import Actor
from hpf.access.clock import clock
from hpf.access.jobs import job
from hpf.access.tenancy import current_centre
from hpf.dues import changes as dues
from hpf.dues import readers
from hpf.dues.facts import Order, OrderState, PayChannel, Taken
from hpf.dues.till import NOT_BOOKED, NoAnswer
from hpf.engine.lifecycle.orders import conclude_orders
from hpf.engine.readers import case_by_id
from hpf.notices import changes as notices
from hpf.notices.facts import EntryKind, NewEntry, Target
from hpf.outside.cashier import Cashier
from hpf.outside.facts import (
    CashierRefused,
    CashierUnavailable,
    Contract,
    PaymentNotice,
    PaymentRequest,
    PaymentStart,
    PaymentState,
    Way,
)
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.book import Rules
from hpf.policy.readers import current_rules

log = logging.getLogger(__name__)
CASHIER = Actor.system("统一收银台")
STILL_ASKED = timedelta(days=1)
"""How long after its end an order is still asked for: money may have come for a void one without a notice."""


class EndedMeanwhile(Exception):
    """The order was to be cancelled, but was paid or refused before; `taken` says which."""

    def __init__(self, taken: Taken) -> None:
        super().__init__(taken.outcome.label)
        self.taken = taken


@lru_cache(maxsize=4)
def _cashier(told: tuple[tuple[str, Any], ...]) -> Cashier:
    return Cashier(Contract.load(**dict(told)))


def cashier() -> Cashier:
    """The cashier by the settings; its keys are read once per process."""
    return _cashier(tuple(sorted(settings.HPF_CASHIER.items())))


def choose(
    actor: Actor,
    at: datetime,
    rules: Rules,
    applicant: EmployerAccountFacts,
    order_no: str,
    channel: PayChannel,
    bank: str,
    return_url: str,
) -> PaymentStart:
    """Fixes the channel of an order and starts its payment, or starts it again by the same channel (HZ-2.8.2.2-06).

    When the cashier does not answer nothing has changed: CashierUnavailable, CashierRefused. Raises OrderRefused.
    """
    with transaction.atomic():
        order = dues.choose_channel(actor, at, rules, applicant.id, order_no, channel, bank)
        if channel is not PayChannel.QR:
            cashier().query(
                order_no
            )  # the bank's page needs no call, so this is how we learn that the cashier is there
        return _start(order, rules, applicant, return_url)


def _start(order: Order, rules: Rules, applicant: EmployerAccountFacts, return_url: str) -> PaymentStart:
    banks = {bank.code: bank.name for bank in rules.at(order.created_at.date()).banks_corporate}
    return cashier().create_payment(
        PaymentRequest(
            order_no=order.no,
            amount=order.amount,
            way=Way.QR if order.channel is PayChannel.QR else Way.CORPORATE_BANK,
            subject=f"{order.fund.label}缴存 {order.no}",
            payee_account=order.payee_account,
            notify_url=f"{settings.PUBLIC_URL}/callbacks/cashier/{current_centre().code}",
            return_url=return_url,
            expires=order.expires_at,
            bank=banks.get(order.bank, order.bank),
            payer_name=applicant.name,
        )
    )


def code_of(order: Order, rules: Rules, applicant: EmployerAccountFacts) -> str:
    """The text of an order's QR code, the same each time. Raises CashierUnavailable, CashierRefused."""
    return _start(order, rules, applicant, "").qr_text


def take(at: datetime, notice: PaymentNotice) -> Taken:
    """Applies what the cashier says of an order, moves its case and tells the employer of money that could not be used
    as it was meant, in one transaction. Again changes nothing.
    """
    with transaction.atomic():
        taken = dues.take_payment(CASHIER, at, notice)
        if taken.order is not None:
            conclude_orders(CASHIER, at, [taken.order])
            if taken.outcome.to_purse and taken.order.case_id is not None:
                _tell_of_purse(at, taken, taken.order.case_id, notice.transaction_id)
        return taken


def _tell_of_purse(at: datetime, taken: Taken, case_id: int, transaction_id: str) -> None:
    case, form = case_by_id(case_id), current_rules().at(at.date()).texts.inbox
    text = form(EntryKind.TO_PURSE.value).format(amount=taken.amount, reason=taken.outcome.label, no=case.no)
    subject = f"receipt:{transaction_id}"
    notices.put_entries(at, [NewEntry(subject, case.employer_id, EntryKind.TO_PURSE, text, Target.CASE, case.no)])


def enquire(order: Order, at: datetime) -> Taken | None:
    """Asks the cashier about an order; None when it knows nothing new. Raises CashierUnavailable, CashierRefused."""
    notice = cashier().query(order.no)
    if notice is None or notice.state in (PaymentState.WAITING, PaymentState.CLOSED):
        return None
    return take(at, notice)


def settle_up(order: Order, at: datetime) -> bool:
    """`dues.till.Till`: the cashier's last word on an order. What was paid is taken; what was not is closed
    there, so that nobody can pay it any more. False when the cashier refuses to tell. Raises NoAnswer.
    """
    try:
        known = cashier().query(order.no)
        if known is None or known.state is PaymentState.WAITING:
            if cashier().close(order.no):
                return True
            known = cashier().query(order.no)  # paid between the two
        if known is not None and known.state in (PaymentState.PAID, PaymentState.FAILED):
            take(at, known)
        return known is not None and known.state is not PaymentState.WAITING
    except CashierUnavailable as problem:
        raise NoAnswer(str(problem)) from problem
    except CashierRefused as problem:
        log.warning("the cashier refuses to tell about %s: %s", order.no, problem)
        return False


def cancel(actor: Actor, at: datetime, rules: Rules, employer_account_id: int, order_no: str) -> Order:
    """Cancels an unpaid order, at the cashier first, so that nobody can pay it any more (HZ-2.8.2.2-07).

    Raises EndedMeanwhile, OrderRefused, and CashierUnavailable or CashierRefused, with which nothing has changed.
    """
    order = readers.order_by_no(order_no, employer_account_id)
    if order.state is OrderState.UNPAID and order.channel is not None:
        known = cashier().query(order_no)
        if known is not None and known.state is PaymentState.WAITING and cashier().close(order_no):
            known = None
        taken = enquire(order, at) if known is not None else None
        if taken is not None and taken.order is not None and taken.order.state is not OrderState.UNPAID:
            raise EndedMeanwhile(taken)
    with transaction.atomic():
        cancelled = dues.cancel_order(actor, at, rules, employer_account_id, order_no)
        conclude_orders(actor, at, [cancelled])
        return cancelled


@job
def enquire_open_orders() -> None:
    """Asks the cashier about every order whose notice may be lost; queued once a minute for each centre.

    A payment that cannot be booked is logged and asked for again; those behind it are booked.
    """
    now = clock.now()
    for order in readers.orders_to_ask(now - STILL_ASKED):
        try:
            enquire(order, now)
        except CashierUnavailable as problem:
            log.warning("the cashier does not answer, orders are asked for again in a minute: %s", problem)
            return
        except CashierRefused as problem:
            log.warning("the cashier refuses to tell about %s: %s", order.no, problem)
        except NOT_BOOKED:
            log.exception("what the cashier says of %s cannot be booked", order.no)
