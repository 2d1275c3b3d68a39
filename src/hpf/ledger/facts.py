"""What the ledger takes and tells: frozen values, no Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.ledger.vouchers import Account, VoucherKind


@dataclass(frozen=True, slots=True)
class Source:
    """A SELECT that the ledger embeds, so that one due and fifty thousand are posted by the same statement.

    `sql` is text of our own code, with named placeholders for `params`; no parameter may begin with `ledger_`.
    """

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting wrote: vouchers, movements of personal accounts, the sum of what was credited."""

    vouchers: int
    movements: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Balance:
    """A personal account's money: what came in this contribution year (当年归集), what was carried over (上年结转)."""

    this_year: Money = Money.ZERO
    carried: Money = Money.ZERO

    @property
    def total(self) -> Money:
        """All of it."""
        return self.this_year + self.carried


@dataclass(frozen=True, slots=True)
class Purse:
    """What an employer account has in hand (缴存往来): its balance, and the part kept for settlements that are open."""

    balance: Money = Money.ZERO
    reserved: Money = Money.ZERO

    @property
    def free(self) -> Money:
        """What can still be used."""
        return self.balance - self.reserved


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a personal account, money in positive; `balance` is the account's after it.

    `balance` is None where the reader sees one employer's part of the account only.
    """

    posted_on: date
    kind: VoucherKind
    ref: str
    employer_account_id: int
    belongs_month: Month
    this_year: Money
    carried: Money
    balance: Money | None


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """One account of the chart as of now: `debits` and `credits` both positive."""

    account: Account
    debits: Money
    credits: Money


class DayClosed(Exception):
    """The day of the posting is closed: post on a later day; a correction is a new voucher."""


class AlreadyPosted(Exception):
    """A voucher of this kind and reference exists; nothing was posted."""


class PurseShort(Exception):
    """An employer account has less in hand than is to be credited to its people; nothing was posted."""


class CannotClose(Exception):
    """The day cannot be closed; the text says why."""
