"""Makes citizens: a name, a valid id nobody else has, a phone, a wage. The same seed gives the same people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hpf.kernel.identity import Sex, check_digit
from hpf.kernel.money import Money
from hpf.site.demo_city import names

TOWN_SERIALS = range(1, 600)
"""The last digits before the check digit of people who live in the city on the first day."""

NEWCOMER_SERIALS = range(600, 1000)
"""The same of people who come later by a roster, so that the two never meet."""

WAGE_STEPS_YUAN = (
    2_660, 3_070, 3_700, 4_300, 4_890, 5_490, 6_100, 6_750, 7_450, 8_200,
    9_030, 9_960, 11_020, 12_260, 13_750, 15_630, 18_150, 21_900, 28_940, 39_580,
)  # fmt: skip
"""Wages, log-normal with median 8,200 and mean 11,000 (domain-values A14), in steps of equal weight."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who could be employed."""

    name: str
    id_no: str
    sex: Sex
    born: date
    mobile: str


class Citizens:
    """An endless supply of people of working age on `today`."""

    def __init__(
        self,
        random: Random,
        serials: range,
        phones_from: int,
        today: date,
        taken: Iterable[str] = (),
        places: Sequence[str] = names.PEOPLE_PLACES,
    ) -> None:
        """Phones count up from 199 + `phones_from` (8 digits); ids `taken` are given to nobody; most come from the
        first of the `places` (six digits of an id).
        """
        self._random, self._serials, self._phone, self._today = random, serials, phones_from, today
        self._places = places
        self._taken = {id_no[:17] for id_no in taken}

    def one(self) -> Citizen:
        """One more, 19 to 57 years old (women to 48), one in eight without a phone."""
        draw = self._random
        sex = draw.choice((Sex.MALE, Sex.FEMALE))
        oldest = 57 if sex is Sex.MALE else 48
        born = self._today - timedelta(days=draw.randrange(19 * 366, oldest * 365))
        self._phone += 1
        mobile = "" if draw.randrange(8) == 0 else f"199{self._phone:08d}"
        return Citizen(self._name(sex), self._id_no(born, sex), sex, born, mobile)

    def wage(self) -> Money:
        """A monthly wage: 6 % are below the floor, 4 % above the cap."""
        dice = self._random.randrange(100)
        if dice < 6:
            return Money(self._random.randrange(180_000, 240_000))
        if dice < 10:
            return Money(self._random.randrange(4_300_000, 9_000_000))
        step = self._random.randrange(len(WAGE_STEPS_YUAN) - 1)
        yuan = self._random.randrange(WAGE_STEPS_YUAN[step], WAGE_STEPS_YUAN[step + 1])
        return Money(yuan * 100 + self._random.choice((0, 0, 0, 50, self._random.randrange(100))))

    def _name(self, sex: Sex) -> str:
        draw = self._random
        rank = min(draw.randrange(len(names.SURNAMES)), draw.randrange(len(names.SURNAMES)))
        surname = draw.choice(names.COMPOUND_SURNAMES) if draw.randrange(250) == 0 else names.SURNAMES[rank]
        signs = names.GIVEN_MALE if sex is Sex.MALE else names.GIVEN_FEMALE
        if draw.randrange(500) == 0:
            return surname + draw.choice(names.RARE_GIVEN)
        given = draw.choice(signs)
        return surname + given + (draw.choice(signs) if draw.randrange(10) < 7 else "")

    def _id_no(self, born: date, sex: Sex) -> str:
        while True:
            place = self._places[min(self._random.randrange(len(self._places)) for _ in range(2))]
            serial = self._random.choice(self._serials)
            number = f"{place}{born:%Y%m%d}{serial:03d}"
            if (serial % 2 == 1) == (sex is Sex.MALE) and number not in self._taken:
                self._taken.add(number)
                return number + check_digit(number)
