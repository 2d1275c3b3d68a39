"""Ages: in whole years, and the month of statutory retirement by the decision of 2024-09-13 (domain-values A12)."""

from dataclasses import dataclass
from datetime import date

from hpf.kernel.month import Month


@dataclass(frozen=True, slots=True)
class RetirementRule:
    """One column of the table: who is born from `first_birth_month` on retires later than at `old_age` years.

    The delay is a month for every `step` months of birth begun since then, at most `longest_delay` months.
    """

    first_birth_month: Month
    old_age: int
    step: int
    longest_delay: int


def retirement_delay(rule: RetirementRule, born: Month) -> int:
    """Months after the old age, 0 for those born before the table begins."""
    months_in = born - rule.first_birth_month
    return 0 if months_in < 0 else min(months_in // rule.step + 1, rule.longest_delay)


def retirement_month(rule: RetirementRule, born: Month) -> Month:
    """法定退休年月 of a person born in that month; the last month that is paid."""
    return born + rule.old_age * 12 + retirement_delay(rule, born)


def age_on(born: date, day: date) -> int:
    """周岁: whole years on `day`; who is born on 29 February turns a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
