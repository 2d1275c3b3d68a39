"""Names and mobile numbers of people: what a centre accepts online and how lists mask them."""

import enum
import re

from hpf.kernel.text import clean, is_han

DOT = "·"
_DOTS = re.compile("[·•‧∙⋅・]")
_CHECKED = re.compile("(.+)（复核：(.+)）")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class NameProblem(enum.Enum):
    """Why a name is not accepted; the value says it in Chinese (HZ-2.4.1-24, -25)."""

    TOO_LONG = "姓名超长，请至中心柜面办理"
    ILLEGAL_CHARACTERS = "存在非法字符，不得提交"


def normal_name(text: str) -> str:
    """The name as stored and compared: cleaned, every middle dot as "·" (keyboards have six of them)."""
    return _DOTS.sub(DOT, clean(text))


def check_name(text: str, max_chars: int, *, allow_dot_latin: bool = False) -> NameProblem | None:
    """What keeps the name `text` (in normal form) from being taken online, length first; None if nothing does.

    `max_chars` counts characters, so 𠮷 is one. `allow_dot_latin` also takes middle dots and Latin letters between the
    characters, never at the ends for the dot. An empty name is illegal. Source: HZ-2.4.1-22, -23; limits A7.
    """
    if len(text) > max_chars:
        return NameProblem.TOO_LONG
    parts = text.split(DOT) if allow_dot_latin else [text]
    latin = (lambda sign: sign.isascii() and sign.isalpha()) if allow_dot_latin else (lambda sign: False)
    legal = all(part and all(is_han(sign) or latin(sign) for sign in part) for part in parts)
    return None if legal else NameProblem.ILLEGAL_CHARACTERS


def mask_name(name: str) -> str:
    """The name in lists: 张三 → 张*, 王小明 → 王*明; a single character becomes *."""
    if len(name) <= 2:
        return name[: len(name) - 1] + "*" * bool(name)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_handlers(names: str) -> str:
    """Maker and checker as a paper names them, each masked by itself: 张三（复核：王小明） → 张*（复核：王*明）."""
    found = _CHECKED.fullmatch(names)
    return f"{mask_name(found[1])}（复核：{mask_name(found[2])}）" if found else mask_name(names)


def is_mobile(text: str) -> bool:
    """Whether `text` is a mainland mobile number of 11 digits (B1.2)."""
    return _MOBILE.fullmatch(text) is not None


def mask_phone(phone: str) -> str:
    """The number in lists: 138****1234; of a shorter one only the last two digits stay."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else "*" * max(len(phone) - 2, 0) + phone[-2:]
