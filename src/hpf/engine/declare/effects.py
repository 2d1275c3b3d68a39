"""Effects: what a row that passes does to the world. Each class is applied by exactly one verb
(`engine.execute.apply`).

An effect names values of the trade only; the case, the row and the months are the executor's to add. Adding a class
here is a matter for review: more than about 25 of them would be a second API.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties.facts import IdKey, OpenKind, RetireCategory


class Effect:
    """Base of all effects."""


@dataclass(frozen=True, slots=True)
class OpenAccount(Effect):
    """The person deposits here from the business month of processing on: first account, reopening or move within
    the city.

    `employer_part` and `personal_part` are the monthly deposit, already rounded. `mobile` is empty when not given.
    `from_month`: the first month that is due, where it is a later one. `retire` and `details` (by name, only what was
    given) are kept with the person.
    """

    key: IdKey
    name: str
    mobile: str
    sms: bool
    kind: OpenKind
    base: Money
    employer_rate: Rate
    personal_rate: Rate
    employer_part: Money
    personal_part: Money
    from_month: Month | None = None
    retire: RetireCategory | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettleDue(Effect):
    """The due goes into the one order of this case, to be paid by the employer itself (HZ-2.8.2.1)."""

    due_id: int


@dataclass(frozen=True, slots=True)
class IssueVoucher(Effect):
    """The payment voucher (缴款凭证) of a settled and credited due becomes the result of this case (HZ-2.15.4)."""

    due_id: int
