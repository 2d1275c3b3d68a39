"""Money exists so that no amount is ever a float: a whole number of fen, in memory as in the database (BIGINT)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from hpf.kernel.text import clean

_WRITTEN = re.compile(r"-?(?P<yuan>[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.(?P<part>[0-9]{1,2}))?")


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount of yuan as `fen`, a whole number that may be negative. Raises TypeError for anything but an int."""

    ZERO: ClassVar["Money"]

    fen: int

    def __post_init__(self) -> None:
        """Refuse floats, Decimals and booleans: a silent conversion here would be a wrong amount later."""
        if type(self.fen) is not int:
            raise TypeError(f"Money holds whole fen as int, not {type(self.fen).__name__} {self.fen!r}")

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Yuan as people write them: "1,234.5", full-width digits too, at most two decimals (HZ-2.4.1-30).

        Raises ValueError for anything else: exponents, currency signs, more than 15 digits before the point.
        """
        written = clean(text)
        match = _WRITTEN.fullmatch(written)
        if match is None:
            raise ValueError(f"not an amount in yuan with at most two decimals: {text!r}")
        fen = int(match["yuan"].replace(",", "")) * 100 + int((match["part"] or "").ljust(2, "0"))
        return cls(-fen if written.startswith("-") else fen)

    @classmethod
    def of_yuan(cls, yuan: "int | str | Decimal") -> "Money":
        """An amount given in yuan. Raises ValueError where it is not a whole number of fen, TypeError for a float."""
        if isinstance(yuan, bool) or not isinstance(yuan, int | str | Decimal):
            raise TypeError(f"yuan are int, str or Decimal, not {type(yuan).__name__} {yuan!r}")
        if isinstance(yuan, str):
            return cls.parse(yuan)
        if isinstance(yuan, Decimal):
            if not yuan.is_finite() or yuan * 100 != int(yuan * 100):
                raise ValueError(f"not a whole number of fen: {yuan}")
            return cls(int(yuan * 100))
        return cls(yuan * 100)

    @classmethod
    def total(cls, amounts: Iterable["Money"]) -> "Money":
        """The sum of `amounts`, ZERO of none (the built-in sum would start with an int)."""
        return cls(sum(amount.fen for amount in amounts))

    @property
    def yuan(self) -> Decimal:
        """The amount in yuan with two decimals, for workbooks and arithmetic outside the house."""
        return Decimal(self.fen).scaleb(-2)

    @property
    def plain(self) -> str:
        """The amount as machines read it: "1234.56"."""
        return f"{self.yuan:.2f}"

    def __str__(self) -> str:
        """The amount as people read it: "1,234.56"."""
        return f"{self.yuan:,.2f}"

    def __add__(self, other: "Money") -> "Money":
        """The sum with another amount."""
        return Money(self.fen + other.fen) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: "Money") -> "Money":
        """The difference to another amount."""
        return Money(self.fen - other.fen) if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> "Money":
        """The same amount the other way."""
        return Money(-self.fen)

    def __mul__(self, count: int) -> "Money":
        """The amount `count` times; shares and percentages go through Rate and a rounding mode."""
        return Money(self.fen * count) if type(count) is int else NotImplemented

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """False for nothing at all."""
        return self.fen != 0


Money.ZERO = ZERO = Money(0)
