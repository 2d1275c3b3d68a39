"""Base and monthly deposit as every item works them out that starts from a wage."""

from dataclasses import dataclass
from typing import Any, Self

from hpf.engine.declare.rules import ItemRules
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.parameters import MonthRules


def base_limits(employer: EmployerAccountFacts, rules: ItemRules, month: Month) -> tuple[Money | None, Money | None]:
    """The lowest and the highest base of a month, where the employer deposits; None where there is no such limit."""
    limits = rules.on(month)
    return limits.base_floor(rules.today.branch(employer.branch_code).district), limits.base_cap


def base_outside(base: Money, employer: EmployerAccountFacts, rules: ItemRules, month: Month) -> str:
    """Where the base of a month has to lie, in words, when `base` does not; else empty."""
    floor, cap = base_limits(employer, rules, month)
    if (floor is None or base >= floor) and (cap is None or base <= cap):
        return ""
    if floor is None or cap is None:
        return f"{cap}元以下" if floor is None else f"{floor}元以上"
    return f"{floor}元至{cap}元"


_TERMS = ("base", "employer_rate", "personal_rate", "employer_part", "personal_part")


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositTerms:
    """What `item.DEPOSIT_COLUMNS` show. An item's `Worked` inherits it and adds what is its own."""

    base: Money
    mark: str
    employer_rate: Rate
    personal_rate: Rate
    employer_part: Money
    personal_part: Money
    total: Money

    @classmethod
    def of(cls, wage: Money, employer: EmployerAccountFacts, rules: ItemRules, **own: Any) -> Self:
        """By the limits and rounding of the month of processing and the employer's rates (HZ-2.4.1-31 to -34)."""
        base = rules.this_month.clamp(wage, rules.today.branch(employer.branch_code).district)
        return cls.on(base.amount, employer, rules.this_month, mark=base.mark, **own)

    @classmethod
    def on(cls, base: Money, employer: EmployerAccountFacts, month: MonthRules, *, mark: str = "", **own: Any) -> Self:
        """On a base that is as it is to be, by the rounding of `month`."""
        deposit = month.deposit(base, employer.employer_rate, employer.personal_rate)
        return cls(
            base=base,
            mark=mark,
            employer_rate=employer.employer_rate,
            personal_rate=employer.personal_rate,
            employer_part=deposit.employer,
            personal_part=deposit.personal,
            total=deposit.total,
            **own,
        )

    def terms(self) -> dict[str, Any]:
        """Base, rates and parts under the names that effects give them."""
        return {name: getattr(self, name) for name in _TERMS}
