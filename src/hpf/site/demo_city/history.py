"""The months behind the demo: dues made at each turn of the month, and what became of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

from hpf.access.actor import Actor
from hpf.dues import changes as dues
from hpf.dues import load
from hpf.kernel.clock import TZ
from hpf.kernel.month import Month
from hpf.parties.facts import Method
from hpf.policy.book import Rules
from hpf.site.demo_city.people import FIRST_MONTH, LAST_MONTH
from hpf.site.demo_city.workplaces import Workplace, subsidy_ref

DEFERRED = ("E07", Month(2026, 8))
"""缓缴 from that month on."""

FAILED = ("E10", Month(2026, 9))
"""托收 has failed since that month: the mandate was never arranged at the bank."""

FAILURE = "未办妥委托付款手续"

UNPAID = ("E02", "E03", "E11")
"""送缴 employers whose last due waits to be paid; of the bureau's clients every third that pays by itself."""


def close_months(actor: Actor, rules: Rules, places: Sequence[Workplace], ids: Mapping[Hashable, int]) -> None:
    """Make and settle the dues of the demo's months; `ids` are the employer accounts by ref."""
    payees = {branch.code: branch.bank_account for branch in rules.at(LAST_MONTH.first_day).branches}
    deferred, failed = ids[DEFERRED[0]], ids[FAILED[0]]
    for month in Month.between(FIRST_MONTH, LAST_MONTH):
        turn = rules.calendar.turn(month)
        dues.close_month(actor, turn, month)
        dues.make_dues(actor, turn, month, rules, ids.values())
        collected_at = datetime.combine(rules.calendar.first_collection_day(month), time(15, 30), TZ)
        if month >= DEFERRED[1]:
            load.defer_month(actor, collected_at, month, employer_account_ids=[deferred])
        if month >= FAILED[1]:
            load.fail_month(actor, collected_at, month, payees, FAILURE, employer_account_ids=[failed])
        collected = [place for place in places if place.method is Method.COLLECTION]
        _settle(actor, collected_at, month, payees, _accounts(collected, ids))
        paid = [place for place in places if place.method is Method.SELF and not _owes(place, month)]
        _settle(actor, collected_at + timedelta(days=1, hours=-5), month, payees, _accounts(paid, ids))


def _owes(place: Workplace, month: Month) -> bool:
    """Whether a 送缴 employer has not paid the month yet."""
    _, _, number = place.ref.partition("-")
    return month == LAST_MONTH and (place.ref in UNPAID or (bool(number) and int(number) % 3 == 0))


def _accounts(places: Iterable[Workplace], ids: Mapping[Hashable, int]) -> list[int]:
    """Ids of all their employer accounts, of either fund."""
    refs = (ref for place in places for ref in (place.ref, subsidy_ref(place.ref)))
    return [ids[ref] for ref in refs if ref in ids]


def _settle(actor: Actor, at: datetime, month: Month, payees: Mapping[str, str], accounts: list[int]) -> None:
    """Book the month's waiting dues of these accounts as paid and credited."""
    after: int | None = 0
    while after is not None:
        after = load.settle_month(actor, at, month, payees, employer_account_ids=accounts, after=after).next_after
