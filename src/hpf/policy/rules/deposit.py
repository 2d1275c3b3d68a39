"""Base and monthly deposit: the wage between floor and cap, each part rounded by itself (domain-values A3)."""

from dataclasses import dataclass

from hpf.kernel.money import Money
from hpf.kernel.rate import Rate
from hpf.policy.rules.rounding import Rounding, round_fen


@dataclass(frozen=True, slots=True)
class ClampedBase:
    """A base, and why it is not the wage: "保底" (raised to the floor), "封顶" (lowered to the cap) or ""."""

    amount: Money
    mark: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """The two parts of a month's deposit (单位月缴存额, 个人月缴存额)."""

    employer: Money
    personal: Money

    @property
    def total(self) -> Money:
        """合计月缴存额."""
        return self.employer + self.personal


def clamp(wage: Money, floor: Money | None, cap: Money | None) -> ClampedBase:
    """The base of an average monthly wage (HZ-2.4.1-31 to -33); a wage exactly at a limit is inside (F-15). A city may
    have no floor or no cap (HH-0-04).
    """
    if floor is not None and wage < floor:
        return ClampedBase(floor, "保底")
    return ClampedBase(cap, "封顶") if cap is not None and wage > cap else ClampedBase(wage, "")


def deposit(base: Money, employer_rate: Rate, personal_rate: Rate, rounding: Rounding) -> Deposit:
    """The month's deposit on `base` (HZ-2.4.1-34); limits apply to the base, before rounding."""
    return Deposit(round_fen(employer_rate.of(base), rounding), round_fen(personal_rate.of(base), rounding))
