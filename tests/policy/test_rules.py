"""Worked values: rounding, base and deposit of Hangzhou, retirement."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpf.kernel.identity import Sex
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.policy.book import load
from hpf.policy.rules.age import age_on
from hpf.policy.rules.rounding import Rounding, round_fen

RULES = load("hangzhou")
NOVEMBER = RULES.on(Month(2026, 11))
TODAY = RULES.at(date(2026, 11, 2))

R = Rounding
COLUMNS = (R.YUAN_HALF_UP, R.YUAN_DOWN, R.YUAN_UP, R.JIAO_HALF_UP, R.JIAO_UP, R.FEN_HALF_UP, R.FEN_UP)


@pytest.mark.parametrize(
    ("base", "percent", "rounded"),
    [  # domain.md 4.2, in the order of COLUMNS
        ("23456", "12", "2815 2814 2815 2814.7 2814.8 2814.72 2814.72"),
        ("7333.33", "7", "513 513 514 513.3 513.4 513.33 513.34"),
        ("5041", "5", "252 252 253 252.1 252.1 252.05 252.05"),
        ("42151", "12", "5058 5058 5059 5058.1 5058.2 5058.12 5058.12"),
    ],
)
def test_the_modes_of_the_cities(base: str, percent: str, rounded: str) -> None:
    exact = Rate.parse(percent).of(Money.parse(base))
    assert [round_fen(exact, mode) for mode in COLUMNS] == [Money.parse(amount) for amount in rounded.split()]


def test_jiao_up_looks_at_whole_jiao_only() -> None:
    assert round_fen(Decimal("281402"), R.YUAN_UP_FROM_JIAO) == Money.of_yuan(2814)
    assert round_fen(Decimal("281410"), R.YUAN_UP_FROM_JIAO) == Money.of_yuan(2815)
    assert round_fen(Decimal("281402"), R.YUAN_UP) == Money.of_yuan(2815)


exact_amounts = st.decimals(min_value=0, max_value=10**12, places=4)


@given(exact_amounts, st.sampled_from(Rounding))
def test_rounding_stays_within_its_unit_and_leaves_round_amounts_alone(exact: Decimal, mode: Rounding) -> None:
    unit = {"yuan": 100, "jiao": 10, "fen": 1}[mode.split("_")[0]]
    rounded = round_fen(exact, mode)
    assert rounded.fen % unit == 0 and abs(rounded.fen - exact) < unit
    assert round_fen(Decimal(rounded.fen), mode) == rounded
    if "half" in mode:
        assert abs(rounded.fen - exact) * 2 <= unit
    elif mode.endswith("down"):
        assert rounded.fen <= exact
    elif mode.endswith("_up"):
        assert rounded.fen >= exact


@given(exact_amounts, exact_amounts, st.sampled_from(Rounding))
def test_rounding_keeps_the_order(one: Decimal, other: Decimal, mode: Rounding) -> None:
    low, high = sorted((one, other))
    assert round_fen(low, mode) <= round_fen(high, mode)


def test_negative_amounts_are_not_rounded_and_modes_have_names() -> None:
    with pytest.raises(ValueError, match="from zero up"):
        round_fen(Decimal(-1), R.FEN_UP)
    assert len({mode.label for mode in Rounding}) == len(Rounding)


@pytest.mark.req("HZ-2.4.1-34")
@pytest.mark.parametrize(
    ("base", "percent", "each", "to_the_fen"),
    [
        ("2660", "5", "133", "133.00"),
        ("2660", "7", "186", "186.20"),
        ("2430", "5", "122", "121.50"),
        ("8333.33", "7", "583", "583.33"),
        ("8333.33", "12", "1000", "1000.00"),
        ("12345.67", "8", "988", "987.65"),
        ("23456", "12", "2815", "2814.72"),
        ("5041", "5", "252", "252.05"),
        ("40694", "12", "4883", "4883.28"),
        ("42151", "12", "5058", "5058.12"),
    ],
)
def test_worked_deposits(base: str, percent: str, each: str, to_the_fen: str) -> None:
    rate = Rate.parse(percent)
    deposit = NOVEMBER.deposit(Money.parse(base), rate, rate)
    assert deposit.employer == deposit.personal == Money.parse(each)
    assert deposit.total == Money.parse(each) * 2
    assert round_fen(rate.of(Money.parse(base)), Rounding.FEN_HALF_UP) == Money.parse(to_the_fen)


def test_each_part_is_rounded_by_itself() -> None:
    deposit = NOVEMBER.deposit(Money.parse("2430"), Rate.parse("5"), Rate.parse("12"))
    assert (deposit.employer, deposit.personal) == (Money.of_yuan(122), Money.of_yuan(292))
    assert deposit.total == Money.of_yuan(414)  # 17 % of it together would be 413.10


@pytest.mark.req("HZ-2.4.1-31", "HZ-2.4.1-32", "HZ-2.4.1-33")
@pytest.mark.parametrize(
    ("wage", "district", "base", "mark"),
    [
        ("2659.99", "city", "2660", "保底"),
        ("2660", "city", "2660", ""),
        ("2660.01", "city", "2660.01", ""),
        ("0.01", "county", "2430", "保底"),
        ("2500", "county", "2500", ""),
        ("42151", "city", "42151", ""),
        ("42151.01", "city", "42151", "封顶"),
    ],
)
def test_the_base_of_a_wage(wage: str, district: str, base: str, mark: str) -> None:
    clamped = NOVEMBER.clamp(Money.parse(wage), district)
    assert (clamped.amount, clamped.mark) == (Money.parse(base), mark)


@pytest.mark.req("HZ-2.4.1-34")
@pytest.mark.parametrize(
    ("month", "cap", "floors", "highest", "lowest"),
    [
        ("2023-07", 38390, (2280, 2070), 4607, (114, 104)),
        ("2024-06", 38390, (2280, 2070), 4607, (114, 104)),
        ("2024-07", 39530, (2490, 2260), 4744, (125, 113)),
        ("2025-07", 40694, (2490, 2260), 4883, (125, 113)),
        ("2026-06", 40694, (2490, 2260), 4883, (125, 113)),
        ("2026-07", 42151, (2660, 2430), 5058, (133, 122)),
        ("2027-06", 42151, (2660, 2430), 5058, (133, 122)),
    ],
)
def test_limits_by_year(month: str, cap: int, floors: tuple[int, int], highest: int, lowest: tuple[int, int]) -> None:
    rules = RULES.on(Month.parse(month))
    assert rules.base_cap == Money.of_yuan(cap)
    assert rules.deposit(Money.of_yuan(cap), rules.rate_highest, rules.rate_lowest).employer == Money.of_yuan(highest)
    for district, floor, part in zip(("city", "county"), floors, lowest, strict=True):
        assert rules.base_floor(district) == Money.of_yuan(floor)
        lowest_base = Money.of_yuan(floor)
        assert rules.deposit(lowest_base, rules.rate_lowest, rules.rate_lowest).personal.fen == part * 100


@given(st.integers(1, 10**8).map(Money), st.integers(5, 12).map(str).map(Rate.parse))
def test_a_deposit_lies_between_those_of_floor_and_cap(wage: Money, rate: Rate) -> None:
    base = NOVEMBER.clamp(wage, "city").amount
    each = NOVEMBER.deposit(base, rate, rate).employer
    assert Money.of_yuan(133) <= each <= Money.of_yuan(5058)
    assert each.fen % 100 == 0


def test_the_difference_of_an_adjustment_as_worked_out() -> None:
    rate, old, new = Rate.parse("12"), Money.of_yuan(20000), Money.of_yuan(23456)
    difference = NOVEMBER.deposit(new, rate, rate).total - NOVEMBER.deposit(old, rate, rate).total
    assert difference * 2 == Money.of_yuan(1660)


@pytest.mark.parametrize(
    ("category", "born", "retires"),
    [
        ("M60", "1964-12", "2024-12"),
        ("M60", "1965-01", "2025-02"),
        ("M60", "1966-05", "2026-10"),
        ("M60", "1966-06", "2026-11"),
        ("M60", "1976-08", "2039-07"),
        ("M60", "1976-09", "2039-09"),
        ("M60", "1990-01", "2053-01"),
        ("F55", "1969-12", "2024-12"),
        ("F55", "1971-06", "2026-11"),
        ("F55", "1981-08", "2039-07"),
        ("F55", "1981-09", "2039-09"),
        ("F50", "1976-03", "2026-11"),
        ("F50", "1976-04", "2026-12"),
        ("F50", "1984-10", "2039-09"),
        ("F50", "1984-11", "2039-11"),
    ],
)
def test_the_retirement_table(category: str, born: str, retires: str) -> None:
    assert TODAY.retirement_month(category, Month.parse(born).last_day) == Month.parse(retires)


def test_the_column_of_a_woman_follows_the_kind_of_employer() -> None:
    assert TODAY.retire_category(Sex.MALE, "33") == "M60"
    assert [TODAY.retire_category(Sex.FEMALE, kind) for kind in ("10", "20", "33")] == ["F55", "F55", "F50"]


def test_whole_years() -> None:
    assert age_on(date(2010, 11, 2), date(2026, 11, 1)) == 15
    assert age_on(date(2010, 11, 2), date(2026, 11, 2)) == 16
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18
