"""People who come to the city, and the mistakes made when they are typed in. The same seed, the same people."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from drill.papers import HK_MACAO, RESIDENT, TAIWAN, RowSent, check_sign

_SURNAMES = "柳莫尹褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
_GIVEN = "安邦博采辰达恩繁歌浩佳凯朗明宁鹏琪然思桐薇欣雅泽䶮"
_REGIONS = ("130102", "140105", "210102", "370102", "430102", "510104", "620102")
_ARRIVALS = ("新参加工作", "新调入")
_LOWEST_AGE, _HIGHEST_AGE = 19, 45


class People:
    """Draws newcomers."""

    def __init__(self, seed: int) -> None:
        """Nobody of one seed is met again under another, as a rule: the serial digits of the ids go by the seed."""
        self._draw = random.Random(f"people {seed}")
        self._taken: set[str] = set()

    def one(self, today: date) -> RowSent:
        """Somebody new, of working age, with a wage below, between or above the limits."""
        draw = self._draw
        kind = draw.choices((RESIDENT, HK_MACAO, TAIWAN), (18, 1, 1))[0]
        phone = "" if draw.randrange(4) == 0 else f"177{draw.randrange(10**8):08d}"
        return RowSent(
            name=draw.choice(_SURNAMES) + "".join(draw.choice(_GIVEN) for _ in range(draw.randint(1, 2))),
            id_type=kind,
            id_no=self._id(kind, today),
            arrival=draw.choice(_ARRIVALS),
            wage=self._wage(),
            phone=phone,
            sms=draw.choice(("是", "否")) if phone else "否",
        )

    def elder(self, today: date) -> RowSent:
        """Somebody who should have retired: a case for a person of the centre."""
        return replace(self.one(today), id_type=RESIDENT, id_no=self._id(RESIDENT, today, (64, 70)))

    def _id(self, kind: str, today: date, ages: tuple[int, int] = (_LOWEST_AGE, _HIGHEST_AGE)) -> str:
        while True:
            region = {HK_MACAO: self._draw.choice(("810000", "820000")), TAIWAN: "830000"}.get(kind)
            days = self._draw.randrange(ages[0] * 366, ages[1] * 365)
            born = today - timedelta(days=days)
            number = f"{region or self._draw.choice(_REGIONS)}{born:%Y%m%d}{self._draw.randrange(1000):03d}"
            if number not in self._taken:
                self._taken.add(number)
                return number + check_sign(number)

    def _wage(self) -> str:
        draw = self._draw
        fen = draw.choice(
            (
                draw.randrange(100_000, 243_000),
                draw.randrange(243_000, 266_001),
                draw.randrange(266_001, 4_215_100),
                draw.randrange(266_001, 1_500_000),
                draw.randrange(4_215_100, 9_000_000),
                100 * draw.randrange(2_660, 42_152),
            )
        )
        return f"{fen // 100}.{fen % 100:02d}" if fen % 100 or draw.randrange(2) else str(fen // 100)


def _long(row: RowSent) -> RowSent:
    return replace(row, name="古丽巴哈尔阿不都热西提")


def _digit(row: RowSent) -> RowSent:
    return replace(row, name=row.name[0] + "3")


def _check(row: RowSent) -> RowSent:
    return replace(row, id_no=row.id_no[:17] + ("0" if row.id_no[17] != "0" else "1"))


def _short(row: RowSent) -> RowSent:
    return replace(row, id_no=row.id_no[:17])


def _born(row: RowSent) -> RowSent:
    number = f"{row.id_no[:10]}0231{row.id_no[14:17]}"
    return replace(row, id_no=number + check_sign(number))


def _nothing(row: RowSent) -> RowSent:
    return replace(row, wage="0")


def _decimals(row: RowSent) -> RowSent:
    return replace(row, wage="8000.125")


def _phone(row: RowSent) -> RowSent:
    return replace(row, phone="1770000", sms="否")


MISTAKES: Mapping[str, Callable[[RowSent], RowSent]] = {
    "name of 11 characters": _long,
    "digit in the name": _digit,
    "wrong check digit": _check,
    "a digit missing": _short,
    "born on 31 February": _born,
    "wage 0": _nothing,
    "three decimals": _decimals,
    "wrong phone": _phone,
}
"""What can be wrong with a row by itself."""
