"""Whether name, paper and wage of a row can be taken online, judged from the manual's words (HZ-2.4.1-22 to -33)."""

import re
from dataclasses import dataclass
from datetime import date, datetime

TOO_LONG = "姓名超长，请至中心柜面办理"
ILLEGAL = "存在非法字符，不得提交"
WRONG_ID = "职工身份证格式错误"
ACTIVE_ELSEWHERE = "存在正常缴存账户"
REGISTERED = "已有登记记录"
OTHER_NAME = "姓名与系统登记不符"
WRONG_WAGE, WRONG_PHONE, WRONG_PAPER, TWICE = "wage", "phone", "paper", "twice"
"""Faults for which the manual quotes no text: any refusal of the row will do."""

QUOTED = frozenset({TOO_LONG, ILLEGAL, WRONG_ID, ACTIVE_ELSEWHERE, REGISTERED, OTHER_NAME})
RESIDENT, HK_MACAO, TAIWAN = "居民身份证", "港澳居民居住证", "台湾居民居住证"
REGIONS = {RESIDENT: r"[1-7]\d{5}", HK_MACAO: "8[12]0000", TAIWAN: "830000"}
_WEIGHTS = tuple(2**power % 11 for power in range(17, 0, -1))
_LAST_MONTH_OF_WORK = 63 * 12
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]+")


@dataclass(frozen=True)
class RowSent:
    """A line of an opening as it was typed; `wage` is text because it may be nonsense."""

    name: str
    id_type: str
    id_no: str
    arrival: str
    wage: str
    phone: str = ""
    sms: str = "否"


def check_sign(first_17: str) -> str:
    """The last sign: the weighted sum of all eighteen leaves 1 when divided by 11 (GB 11643)."""
    rest = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    needed = (1 - rest) % 11
    return "X" if needed == 10 else str(needed)


def born(id_no: str) -> date | None:
    """The day of birth in a number; None when there is no such day."""
    try:
        return datetime.strptime(id_no[6:14] + "+0800", "%Y%m%d%z").date()
    except ValueError:
        return None


def is_id(id_type: str, id_no: str, today: date) -> bool:
    """Whether this is a number of that paper on `today`."""
    number = id_no.upper()
    if not re.fullmatch(r"\d{17}[\dX]", number) or not re.fullmatch(REGIONS[id_type], number[:6]):
        return False
    day = born(number)
    return day is not None and day <= today and check_sign(number[:17]) == number[17]


def is_past_retirement(id_no: str, today: date) -> bool:
    """Whether nobody of that age works any more, whatever the sex and the trade: 63 years and a month (A12)."""
    day = born(id_no)
    return day is not None and (today.year - day.year) * 12 + today.month - day.month > _LAST_MONTH_OF_WORK


def is_wage(text: str) -> bool:
    """More than nothing, two decimals at most."""
    return re.fullmatch(r"\d+(\.\d{1,2}0*)?", text) is not None and any(sign in "123456789" for sign in text)


def faults(row: RowSent, today: date) -> set[str]:
    """What is wrong with a row by itself."""
    found = set()
    if len(row.name) > 10:
        found.add(TOO_LONG)
    elif not _HAN.fullmatch(row.name):
        found.add(ILLEGAL)
    if row.id_type not in REGIONS:
        found.add(WRONG_PAPER)
    elif not is_id(row.id_type, row.id_no, today):
        found.add(WRONG_ID)
    if not is_wage(row.wage):
        found.add(WRONG_WAGE)
    if row.phone and not re.fullmatch(r"1[3-9]\d{9}", row.phone):
        found.add(WRONG_PHONE)
    return found
