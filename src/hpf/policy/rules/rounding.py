"""The rounding modes met in China (domain.md 4.2): which one a city uses is a parameter."""

import enum
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from hpf.kernel.money import Money


class Rounding(enum.StrEnum):
    """How an exact amount becomes money; each part of a deposit by itself (domain.md 4.1)."""

    YUAN_HALF_UP = "yuan_half_up"
    YUAN_DOWN = "yuan_down"
    YUAN_UP = "yuan_up"
    YUAN_UP_FROM_JIAO = "yuan_up_from_jiao"
    JIAO_HALF_UP = "jiao_half_up"
    JIAO_DOWN = "jiao_down"
    JIAO_UP = "jiao_up"
    FEN_HALF_UP = "fen_half_up"
    FEN_DOWN = "fen_down"
    FEN_UP = "fen_up"

    @property
    def label(self) -> str:
        """The mode in Chinese, as cities name it."""
        return _MODES[self][2]


_MODES = {
    Rounding.YUAN_HALF_UP: (100, ROUND_HALF_UP, "四舍五入到元"),
    Rounding.YUAN_DOWN: (100, ROUND_FLOOR, "舍元以下"),
    Rounding.YUAN_UP: (100, ROUND_CEILING, "见分进元"),
    Rounding.YUAN_UP_FROM_JIAO: (100, ROUND_CEILING, "见角进元"),
    Rounding.JIAO_HALF_UP: (10, ROUND_HALF_UP, "四舍五入到角"),
    Rounding.JIAO_DOWN: (10, ROUND_FLOOR, "舍角以下"),
    Rounding.JIAO_UP: (10, ROUND_CEILING, "见分进角"),
    Rounding.FEN_HALF_UP: (1, ROUND_HALF_UP, "四舍五入到分"),
    Rounding.FEN_DOWN: (1, ROUND_FLOOR, "舍分以下"),
    Rounding.FEN_UP: (1, ROUND_CEILING, "见厘进分"),
}


def round_fen(exact_fen: Decimal, mode: Rounding) -> Money:
    """An exact amount in fen, not negative, as money. 见角进元 looks at whole jiao only: 2,814.02 stays 2,814.

    Raises ValueError for a negative amount: differences are taken between rounded amounts.
    """
    if exact_fen < 0:
        raise ValueError(f"only amounts from zero up are rounded: {exact_fen} fen")
    unit, direction, _ = _MODES[mode]
    if mode is Rounding.YUAN_UP_FROM_JIAO:
        exact_fen = exact_fen // 10 * 10
    return Money(int((exact_fen / unit).to_integral_value(rounding=direction)) * unit)
