"""Base and monthly deposit as every item works them out that starts from a wage."""

from dataclasses import dataclass
from typing import Any, Self

from hpf.engine.declare.rules import ItemRules
from hpf.kernel.money import Money
from hpf.kernel.rate import Rate
from hpf.parties.facts import EmployerAccountFacts


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
        deposit = rules.this_month.deposit(base.amount, employer.employer_rate, employer.personal_rate)
        return cls(
            base=base.amount,
            mark=base.mark,
            employer_rate=employer.employer_rate,
            personal_rate=employer.personal_rate,
            employer_part=deposit.employer,
            personal_part=deposit.personal,
            total=deposit.total,
            **own,
        )
