"""Money, rates and amounts in capitals."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpf.kernel.capitals import in_capitals
from hpf.kernel.money import ZERO, Money
from hpf.kernel.rate import Rate

amounts = st.integers(min_value=-(10**17) + 1, max_value=10**17 - 1).map(Money)


@pytest.mark.parametrize(
    ("text", "fen"),
    [("0", 0), ("1,234.5", 123450), ("1234.56", 123456), ("-5", -500), ("１，２３４．５０", 123450), (" 8 ", 800)],
)
def test_amounts_are_read_as_people_write_them(text: str, fen: int) -> None:
    assert Money.parse(text) == Money(fen)


@pytest.mark.req("HZ-2.4.1-30")
@pytest.mark.parametrize("text", ["", "1.234", "1e3", "12,34", "1 000", "¥5", "1.", ".5", "nan", "1" * 16, "+1", "--1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money.parse(text)


@given(amounts)
def test_both_forms_are_read_back(amount: Money) -> None:
    assert Money.parse(str(amount)) == Money.parse(amount.plain) == Money.of_yuan(amount.yuan) == amount


@given(st.lists(amounts))
def test_a_total_is_the_sum_of_its_fen(several: list[Money]) -> None:
    assert Money.total(several).fen == sum(amount.fen for amount in several)
    assert Money.total([*several, -Money.total(several)]) == ZERO


@pytest.mark.parametrize("wrong", [1.0, Decimal(1), True, "1", None])
def test_money_holds_nothing_but_whole_fen(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [1.0, True, None])
def test_yuan_are_never_a_float(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money.of_yuan(wrong)  # type: ignore[arg-type]


def test_arithmetic_with_plain_numbers_is_refused() -> None:
    amount = Money(100)
    nonsense: list[Callable[[], object]] = [
        lambda: amount + 1,  # type: ignore[operator]
        lambda: amount - 1,  # type: ignore[operator]
        lambda: amount * 0.5,  # type: ignore[operator]
        lambda: amount < 1,  # type: ignore[operator]
    ]
    for attempt in nonsense:
        with pytest.raises(TypeError):
            attempt()
    assert 3 * amount == amount * 3 == Money(300)
    assert not ZERO and amount


def test_a_part_of_a_fen_is_not_money() -> None:
    with pytest.raises(ValueError, match="whole number of fen"):
        Money.of_yuan(Decimal("0.001"))
    assert Money.of_yuan(5) == Money.of_yuan("5") == Money.of_yuan(Decimal("5.00")) == Money(500)


def test_rates() -> None:
    assert Rate.parse("12%") == Rate.parse("１２") == Rate(Decimal("12.00"))
    assert str(Rate(Decimal("12.00"))) == "12%" and str(Rate.parse("7.5")) == "7.5%" and str(Rate.parse("10")) == "10%"
    assert Rate.parse("5") < Rate.parse("12")
    assert Rate.parse("7%").of(Money.parse("8,333.33")) == Decimal("58333.31")


@pytest.mark.parametrize("text", ["", "%", "101", "-1", "1e1", "5.123", "abc", "1_0", "NaN"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError):
        Rate.parse(text)


def test_a_rate_is_never_a_float() -> None:
    with pytest.raises(TypeError):
        Rate(12.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.53", "伍角叁分"),
        ("10", "壹拾元整"),
        ("10.05", "壹拾元零伍分"),
        ("105.5", "壹佰零伍元伍角整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10010", "壹万零壹拾元整"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("20300400", "贰仟零叁拾万零肆佰元整"),
        ("100000000", "壹亿元整"),
        ("100001000.30", "壹亿零壹仟元零叁角整"),
        ("1000000001.01", "壹拾亿零壹元零壹分"),
        ("1000000000001", "壹万亿零壹元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("-1660", "负壹仟陆佰陆拾元整"),
    ],
)
def test_amounts_in_capitals(amount: str, words: str) -> None:
    assert in_capitals(Money.parse(amount)) == "人民币" + words


def _read_whole(words: str) -> int:
    """Read the capitals of a whole number back, by another road than writing them."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if name in words:
            high, low = words.rsplit(name, 1)
            return _read_whole(high) * unit + _read_whole(low)
    total, digit = 0, 0
    for sign in words:
        if sign in "拾佰仟":
            total += digit * {"拾": 10, "佰": 100, "仟": 1000}[sign]
            digit = 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(sign)
    return total + digit


@given(st.integers(min_value=1, max_value=10**17 - 1).map(Money))
def test_capitals_can_be_read_back_to_the_fen(amount: Money) -> None:
    words = in_capitals(amount).removeprefix("人民币")
    assert "零零" not in words and "零元" not in words and "零万" not in words and "零亿" not in words
    yuan, _, rest = words.rpartition("元") if "元" in words else ("", "", words)
    fen = 0
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in rest:
            fen += "零壹贰叁肆伍陆柒捌玖".index(rest[rest.index(unit) - 1]) * worth
    assert (_read_whole(yuan) if yuan else 0) * 100 + fen == amount.fen
