"""Amounts in capitals (大写金额) for slips: 支付结算办法, annex 1; domain.md 7.2.

cn2an drops a 零 in 100001000.30, hence our own.
"""

from hpf.kernel.money import Money

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_WAN, _YI = 10**4, 10**8


def in_capitals(amount: Money) -> str:
    """`amount` as a slip writes it: 人民币壹仟肆佰零玖元伍角整; of a negative one 人民币负…

    One 零 for any run of zeros; 整 after 元 or 角, never after 分; 零 before 角 when the yuan end in zero.
    """
    yuan, cents = divmod(abs(amount.fen), 100)
    jiao, fen = divmod(cents, 10)
    words = _whole(yuan) + "元" if yuan else ""
    if jiao:
        words += ("零" if yuan and yuan % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif fen and yuan:
        words += "零"
    words += _DIGITS[fen] + "分" if fen else "整"
    if not amount:
        words = "零元整"
    return "人民币" + ("负" if amount.fen < 0 else "") + words


def _whole(number: int) -> str:
    """A positive whole number. Split at 亿, then at 万, so that 1,000,100,000,000 is 壹万零壹亿 and not 壹万亿壹亿."""
    if number < _WAN:
        return _below_wan(number)
    unit, name = (_YI, "亿") if number >= _YI else (_WAN, "万")
    high, low = divmod(number, unit)
    gap = "零" if 0 < low < unit // 10 else ""
    return _whole(high) + name + gap + (_whole(low) if low else "")


def _below_wan(number: int) -> str:
    words, gap = "", False
    for place, name in _PLACES:
        digit = number // place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + name
        gap = digit == 0
    return words
