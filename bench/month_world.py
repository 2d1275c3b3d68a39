"""The city of `bench.month`: loaded through the doors of the rooms, closed and posted by their verbs."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from hpf.access.actor import Actor
from hpf.access.lanes import side_by_side
from hpf.access.tenancy import in_centre
from hpf.dues import audit, changes, listings
from hpf.dues import load as dues
from hpf.kernel.clock import TZ
from hpf.kernel.identity import check_digit
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger import load as ledger
from hpf.parties import load as parties
from hpf.parties.facts import Method
from hpf.policy import book
from hpf.runs import month_close
from hpf.runs.facts import Progress

CENTRE = "hangzhou"
ACTOR = Actor.system("bench")
FIRST = Month(2026, 11)
BASE_FEN, PART_FEN, RATE = 800_000, 64_000, Decimal(8)
MOVED = 0.3
"""Share of the people who work elsewhere than when their accounts were opened."""


class Payment:
    """A payment in full, as the cashier tells it."""

    notice_id, transaction_id, state = "bench", "bench", "paid"
    payer_name = payer_bank = payer_account = payee_account = reason = ""

    def __init__(self, order_no: str, amount: Money, paid_at: datetime) -> None:
        """Of this order."""
        self.order_no, self.amount, self.paid_at = order_no, amount, paid_at


class World:
    """`accounts` people of `employers` employers of the same size, and one more employer of `large` people."""

    def __init__(self, accounts: int, employers: int, large: int) -> None:
        """Nothing is loaded yet."""
        self.accounts, self.employers, self.large = accounts, employers, large
        self._rules = book.load(CENTRE)
        self._day = self._rules.at(FIRST.first_day)
        self._payees = {branch.code: branch.bank_account for branch in self._day.branches}
        self._ids: list[int] = []
        self._large_id = 0

    def load(self) -> float:
        """COPY the city and give everybody an older balance; seconds."""
        started = time.perf_counter()
        with in_centre(CENTRE):
            loaded = parties.city(self._employers(), self._people(), self._day)
            self._large_id = loaded.employer_account_ids[self.employers]
            self._ids = sorted(loaded.employer_account_ids.values())
            rows = (ledger.OpeningRow(self._large_id, account_id, 0, 1_000_000) for account_id in loaded.account_ids)
            at = datetime(2026, 6, 30, 18, tzinfo=TZ)
            ledger.opening_balances(ACTOR, at, rows, self._payees[self._day.branches[0].code])
        return time.perf_counter() - started

    def month(self, index: int) -> int:
        """The index-th month of the measurement, as stored."""
        return int(FIRST + index)

    def close_and_post(self, number: int) -> dict[str, float]:
        """Make the month's dues by the run itself, then settle them in batches as the run does; seconds of each."""
        month = Month.from_int(number)
        at = datetime.combine(month.last_day, datetime.min.time(), TZ) + timedelta(hours=9)
        batches = [self._ids[first : first + changes.BATCH] for first in range(0, len(self._ids), changes.BATCH)]
        spent: dict[str, float] = {}
        with in_centre(CENTRE):
            self._time(spent, "close", lambda: self._close(at))
            self._time(spent, "post", lambda: side_by_side(lambda batch: self._settle(at, month, batch), batches))
        return spent

    def _close(self, at: datetime) -> None:
        progress = Progress(0, 0)
        while not progress.finished:
            progress = month_close.step(at, at, progress.position)

    def _settle(self, at: datetime, month: Month, batch: list[int]) -> None:
        dues.settle_month(ACTOR, at, month, self._payees, employer_account_ids=batch, limit=len(batch))

    def large_alone(self, number: int) -> dict[str, float]:
        """One employer of many people: its due made, ordered, and paid; seconds of each."""
        month = Month.from_int(number)
        at = datetime.combine(month.last_day, datetime.min.time(), TZ) + timedelta(hours=9)
        spent: dict[str, float] = {}
        with in_centre(CENTRE):
            own = [self._large_id]
            self._time(spent, "made", lambda: changes.make_dues(ACTOR, at, month, self._rules, own))
            due = next(iter(listings.stream_funds(own)))  # the newest
            opened = changes.open_settlement(ACTOR, at, self._rules, own[0], [due.id], payee_account="bench")
            assert opened.order is not None
            paid = Payment(opened.order.no, opened.order.amount, at)
            self._time(spent, "paid and credited", lambda: changes.take_payment(ACTOR, at, paid))
        return spent

    def audit(self) -> dict[str, list[str]]:
        """Identities that are broken: none, one hopes."""
        with in_centre(CENTRE):
            return {name: told for name, told in audit.run_all().items() if told}

    def _time(self, spent: dict[str, float], name: str, work: Callable[[], object]) -> None:
        started = time.perf_counter()
        work()
        spent[name] = round(time.perf_counter() - started, 3)

    def _employers(self) -> Iterator[parties.EmployerRow]:
        branch = self._day.branches[0].code
        for ref in range(self.employers + 1):
            account = parties.EmployerAccountRow(ref, date(2020, 1, 1), Method.COLLECTION, RATE, RATE, branch)
            yield parties.EmployerRow(f"杭州第{ref}单位", f"91330100{ref:010d}", "33", 10, [account])

    def _people(self) -> Iterator[parties.PersonRow]:
        """By employer as they were opened, a share of them moved to any other; then the large employer's."""
        draw = random.Random(1)
        spell = parties.SpellRow(202601, BASE_FEN, RATE, RATE, PART_FEN, PART_FEN)
        for serial in range(self.accounts + self.large):
            ref = min(serial * self.employers // self.accounts, self.employers)
            if ref < self.employers and draw.random() < MOVED:
                ref = draw.randrange(self.employers)
            first = f"330106{date(1960, 1, 1) + timedelta(days=serial // 1000):%Y%m%d}{serial % 1000:03d}"
            account = parties.PersonalAccountRow(date(2020, 1, 1), [parties.MembershipRow(ref, 202601, [spell])])
            yield parties.PersonRow(f"职工{serial}", first + check_digit(first), [account])
