"""Rate exists so that a percentage is never a float and never confused with a fraction."""

import re
from dataclasses import dataclass
from decimal import Decimal

from hpf.kernel.money import Money
from hpf.kernel.text import clean

_WRITTEN = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%?")


@dataclass(frozen=True, order=True, slots=True)
class Rate:
    """A rate in percent, 0 to 100 with at most two decimals, as stored in numeric(5,2).

    Raises TypeError for anything but a Decimal, ValueError outside that range.
    """

    percent: Decimal

    def __post_init__(self) -> None:
        """Hold the promise of the class."""
        if not isinstance(self.percent, Decimal):
            raise TypeError(f"Rate holds a Decimal, not {type(self.percent).__name__} {self.percent!r}")
        if not (self.percent.is_finite() and 0 <= self.percent <= 100):
            raise ValueError(f"a rate lies between 0 and 100 percent: {self.percent}")
        if self.percent * 100 != int(self.percent * 100):
            raise ValueError(f"a rate has at most two decimals: {self.percent}")

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """A rate as people write it: "12%" or "12". Raises ValueError for anything else."""
        match = _WRITTEN.fullmatch(clean(text))
        if match is None:
            raise ValueError(f"not a rate in percent: {text!r}")
        return cls(Decimal(match[1]))

    def of(self, amount: Money) -> Decimal:
        """That share of `amount`, in fen and exact: a rounding mode of the city makes money of it."""
        return (Decimal(amount.fen) * self.percent).scaleb(-2)

    def __str__(self) -> str:
        """As people read it: "12%", "7.5%"."""
        return f"{self.percent.normalize():f}%"
