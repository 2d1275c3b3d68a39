"""Numbers of identity papers: form, date, check digit (GB 11643), and what a number says of its holder.

python-stdnum refuses most people born before the 1980s and all residence permits, hence our own check.
"""

import enum
import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from hpf.kernel.text import clean

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_OLD_RESIDENT = re.compile(r"[0-9]{15}")
_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
_OTHER_PAPER = re.compile(r"[0-9A-Z\u4e00-\u9fff()-]{4,30}")
_OLDEST = 150


class IdType(enum.StrEnum):
    """The paper a number belongs to: national code table, 05 and 06 assumed (A9)."""

    RESIDENT = "01"
    OFFICER = "02"
    PASSPORT = "03"
    FOREIGN_RESIDENT = "04"
    HK_MACAO = "05"
    TAIWAN = "06"
    OTHER = "99"

    @property
    def label(self) -> str:
        """The name of the paper in Chinese."""
        return _LABELS[self]


_LABELS = {
    IdType.RESIDENT: "居民身份证",
    IdType.OFFICER: "军官证",
    IdType.PASSPORT: "护照",
    IdType.FOREIGN_RESIDENT: "外国人永久居留身份证",
    IdType.HK_MACAO: "港澳居民居住证",
    IdType.TAIWAN: "台湾居民居住证",
    IdType.OTHER: "其他",
}
_EIGHTEEN_DIGIT_TYPES = (IdType.RESIDENT, IdType.HK_MACAO, IdType.TAIWAN, IdType.FOREIGN_RESIDENT)


class IdProblem(enum.Enum):
    """Why a number is not one of its paper; the value is the detail for the user, in order of precedence."""

    FORM = "应为18位数字，末位可为X"
    OLD_FORM = "15位旧证件号码请改填18位号码"
    PAPER_FORM = "证件号码格式与所选证件类型不符"
    REGION = "前六位不是所选证件类型的有效代码"
    BIRTH_DATE = "出生日期不存在"
    FUTURE = "出生日期晚于今天"
    TOO_OLD = "出生日期超出合理范围"
    CHECK_DIGIT = "校验位不符"


class Sex(enum.StrEnum):
    """Sex as coded by GB/T 2261.1."""

    MALE = "1"
    FEMALE = "2"

    @property
    def label(self) -> str:
        """男 or 女."""
        return "男" if self is Sex.MALE else "女"


def normal_id(text: str) -> str:
    """The number as stored and compared: half-width, no spaces anywhere, X in capitals."""
    return clean(text).replace(" ", "").upper()


def check_resident_id(text: str, today: date) -> IdProblem | None:
    """What is wrong with a number of a 居民身份证 on `today`; None if nothing (HZ-2.4.1-28)."""
    return check_id(IdType.RESIDENT, text, today)


def check_id(id_type: IdType, text: str, today: date) -> IdProblem | None:
    """What is wrong with `text` (in any spelling) as a number of `id_type` on `today`; None if nothing.

    Residents, residence permits of 港澳台 (81, 82, 83) and of foreigners (9…) have 18 digits, a date of birth and a
    check digit; foreigners also the older three letters and twelve digits. Other papers are held to 4 to 30 signs.
    """
    number = normal_id(text)
    if id_type is IdType.FOREIGN_RESIDENT and _OLD_FOREIGN.fullmatch(number):
        return _check_old_foreign(number)
    if id_type not in _EIGHTEEN_DIGIT_TYPES:
        return None if _OTHER_PAPER.fullmatch(number) else IdProblem.PAPER_FORM
    if not _EIGHTEEN.fullmatch(number):
        return IdProblem.OLD_FORM if _is_old_resident(id_type, number) else IdProblem.FORM
    if not _region_fits(id_type, number):
        return IdProblem.REGION
    return _check_birth(number, today) or (None if number[17] == check_digit(number[:17]) else IdProblem.CHECK_DIGIT)


def check_digit(first_17: str) -> str:
    """The 18th sign after these 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECK_DIGITS[sum(map(mul, map(int, first_17), _WEIGHTS)) % 11]


def upgrade_15(text: str) -> str:
    """The 18-digit number of a person whose record still has the 15-digit one (all of them born in 19xx).

    Raises ValueError when `text` is not 15 digits with a real date.
    """
    number = normal_id(text)
    if not _OLD_RESIDENT.fullmatch(number) or _date(f"19{number[6:12]}") is None:
        raise ValueError(f"not a 15-digit resident id: {text!r}")
    first_17 = f"{number[:6]}19{number[6:]}"
    return first_17 + check_digit(first_17)


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number of a paper in normal form. `IdNumber.of` brings any spelling there; it does not check (see check_id)."""

    id_type: IdType
    number: str

    @classmethod
    def of(cls, id_type: IdType, text: str) -> "IdNumber":
        """The number with full-width digits, spaces and a small x put right."""
        return cls(id_type, normal_id(text))

    @property
    def birth_date(self) -> date | None:
        """The day of birth where the number says it, else None."""
        return _date(self.number[6:14]) if self._speaks else None

    @property
    def sex(self) -> Sex | None:
        """The sex where the number says it (17th digit, odd = male), else None."""
        if not self._speaks:
            return None
        return Sex.MALE if int(self.number[16]) % 2 else Sex.FEMALE

    def masked(self) -> str:
        """The number in lists: first six and last four stay (domain-values B); of short ones two and two."""
        head, tail = (6, 4) if len(self.number) >= 14 else (2, 2)
        return self.number[:head] + "*" * max(len(self.number) - head - tail, 0) + self.number[head:][-tail:]

    @property
    def _speaks(self) -> bool:
        return self.id_type in _EIGHTEEN_DIGIT_TYPES and _EIGHTEEN.fullmatch(self.number) is not None


def _is_old_resident(id_type: IdType, number: str) -> bool:
    return id_type is IdType.RESIDENT and _OLD_RESIDENT.fullmatch(number) is not None


def _region_fits(id_type: IdType, number: str) -> bool:
    match id_type:
        case IdType.HK_MACAO:
            return number[:6] in ("810000", "820000")
        case IdType.TAIWAN:
            return number[:6] == "830000"
        case IdType.FOREIGN_RESIDENT:
            return number[0] == "9" and _PROVINCE.match(number, 1) is not None
        case _:
            return _PROVINCE.match(number) is not None


def _check_birth(number: str, today: date) -> IdProblem | None:
    born = _date(number[6:14])
    if born is None:
        return IdProblem.BIRTH_DATE
    if born > today:
        return IdProblem.FUTURE
    return IdProblem.TOO_OLD if today.year - born.year > _OLDEST else None


def _check_old_foreign(number: str) -> IdProblem | None:
    # Three letters of the country, four digits of the place, yymmdd, serial, check: the century is not in it.
    return None if _date(f"20{number[7:13]}") or _date(f"19{number[7:13]}") else IdProblem.BIRTH_DATE


def _date(yyyymmdd: str) -> date | None:
    try:
        return date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        return None
