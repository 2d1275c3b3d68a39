"""Base, rate and rounding in Hangzhou, computed with whole numbers: amounts in fen, rates in hundredths of a percent.

Sources: domain-values A3 (caps, floors, rounding to the yuan half up, each side by itself), A5 (payment).
"""

from dataclasses import dataclass

CAP_FEN = ((202307, 3_839_000), (202407, 3_953_000), (202507, 4_069_400), (202607, 4_215_100))
FLOOR_FEN = {
    "city": ((202307, 228_000), (202407, 249_000), (202507, 249_000), (202607, 266_000)),
    "county": ((202307, 207_000), (202407, 226_000), (202507, 226_000), (202607, 243_000)),
}
COUNTIES = ("桐庐", "淳安", "建德")
"""Branches of the three counties begin with these; all others have the city's floor."""

QR_LIMIT_FEN = 5_000_000
QR_LIFE_MINUTES = 15
PAYMENT_CLOSES = 17
_PERCENT = 100
_EXACT = 100 * _PERCENT * 100
"""fen × hundredths of a percent, per yuan."""


class NoValue(LookupError):
    """The table begins later than the month asked for."""


@dataclass(frozen=True)
class Deposit:
    """What a month costs one person: the clamped base and both parts, in fen."""

    base_fen: int
    employer_fen: int
    personal_fen: int

    @property
    def total_fen(self) -> int:
        """Both parts."""
        return self.employer_fen + self.personal_fen


def in_force(table: tuple[tuple[int, int], ...], month: int) -> int:
    """The value of the last line that begins in or before `month` (yyyymm)."""
    found = [value for first, value in table if first <= month]
    if not found:
        raise NoValue(month)
    return found[-1]


def district_of(branch: str) -> str:
    """Which floor holds at a branch."""
    return "county" if branch.startswith(COUNTIES) else "city"


def clamped(wage_fen: int, month: int, district: str) -> int:
    """The base of a wage in a month."""
    return max(in_force(FLOOR_FEN[district], month), min(wage_fen, in_force(CAP_FEN, month)))


def part(base_fen: int, rate: int) -> int:
    """One side's part in fen, a whole number of yuan: what is half a yuan or more goes up."""
    yuan, rest = divmod(base_fen * rate, _EXACT)
    return 100 * (yuan + (1 if 2 * rest >= _EXACT else 0))


def deposit(wage_fen: int, rate: int, month: int, district: str) -> Deposit:
    """What a wage costs in a month, at the same rate on both sides (hundredths of a percent: 5 % is 500)."""
    base = clamped(wage_fen, month, district)
    return Deposit(base, part(base, rate), part(base, rate))


def fen(text: str) -> int:
    """`1,234.56`, `1234`, `-0.5` → fen. Raises ValueError for anything else, and for a third decimal."""
    plain = text.strip().replace(",", "").removeprefix("¥").strip()
    sign = -1 if plain.startswith("-") else 1
    whole, _, decimals = plain.lstrip("+-").partition(".")
    if not whole.isdecimal() or (decimals and not decimals.isdecimal()) or len(decimals) > 2:
        raise ValueError(text)
    return sign * (int(whole) * 100 + int((decimals + "00")[:2]))


def yuan(amount_fen: int) -> str:
    """1234.56, as one types it."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def rate_of(text: str) -> int:
    """`12%`, `单位 5%`, `7.5 %` → hundredths of a percent."""
    return fen("".join(sign for sign in text if sign.isdecimal() or sign == "."))
