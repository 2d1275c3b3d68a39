"""The auditor's own arithmetic and its own calendar against the golden values of the city."""

from datetime import date

import pytest

from drill import days, law, papers


@pytest.mark.parametrize(
    ("base", "rate", "yuan"),
    [
        ("2660.00", 5, 133),
        ("2660.00", 7, 186),
        ("2430.00", 5, 122),
        ("8333.33", 7, 583),
        ("8333.33", 12, 1_000),
        ("12345.67", 8, 988),
        ("23456.00", 12, 2_815),
        ("5041.00", 5, 252),
        ("40694.00", 12, 4_883),
        ("42151.00", 12, 5_058),
        ("20000.00", 12, 2_400),
        ("2430.00", 5, 122),
    ],
)
def test_a_part_is_rounded_to_whole_yuan_half_up(base: str, rate: int, yuan: int) -> None:
    assert law.part(law.fen(base), rate * 100) == yuan * 100


@pytest.mark.parametrize(
    ("wage", "month", "district", "base"),
    [
        ("2659.99", 202611, "city", "2660.00"),
        ("2660.00", 202611, "city", "2660.00"),
        ("2660.01", 202611, "city", "2660.01"),
        ("42151.01", 202611, "city", "42151.00"),
        ("42150.99", 202611, "city", "42150.99"),
        ("2429.99", 202611, "county", "2430.00"),
        ("42151.00", 202606, "city", "40694.00"),
        ("2400.00", 202606, "city", "2490.00"),
        ("2000.00", 202406, "county", "2070.00"),
        ("2000.00", 202407, "county", "2260.00"),
    ],
)
def test_a_wage_is_clamped_to_floor_and_cap_of_the_month(wage: str, month: int, district: str, base: str) -> None:
    assert law.clamped(law.fen(wage), month, district) == law.fen(base)


@pytest.mark.parametrize(
    ("month", "most", "least_city", "least_county"),
    [(202307, 4_607, 114, 104), (202407, 4_744, 125, 113), (202507, 4_883, 125, 113), (202607, 5_058, 133, 122)],
)
def test_most_and_least_per_side(month: int, most: int, least_city: int, least_county: int) -> None:
    assert law.deposit(law.fen("100000"), 1200, month, "city").employer_fen == most * 100
    assert law.deposit(1, 500, month, "city").personal_fen == least_city * 100
    assert law.deposit(1, 500, month, "county").personal_fen == least_county * 100


def test_a_month_before_the_table_has_no_value() -> None:
    with pytest.raises(law.NoValue):
        law.clamped(1, 202306, "city")


@pytest.mark.parametrize(
    ("text", "fen"), [("1,234.56", 123_456), ("7", 700), ("¥ 0.50", 50), ("-3.5", -350), ("0.00", 0)]
)
def test_amounts_are_read_to_the_fen(text: str, fen: int) -> None:
    assert law.fen(text) == fen


@pytest.mark.parametrize("text", ["", "1.234", "1e4", "一", "1.2.3", "--1x"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        law.fen(text)


@pytest.mark.parametrize(
    ("declared", "processed", "declared_month", "processed_month"),
    [
        ("2026-11-20 16:59", "2026-11-20 16:59", 202611, 202611),
        ("2026-11-20 17:00", "2026-11-21 06:00", 202611, 202612),
        ("2026-12-18 16:59", "2026-12-18 16:59", 202612, 202612),
        ("2026-12-18 17:30", "2026-12-19 06:00", 202612, 202701),
        ("2026-12-19 10:00", "2026-12-19 10:00", 202701, 202701),
        ("2026-02-14 12:00", "2026-02-14 12:00", 202602, 202602),
        ("2026-02-15 12:00", "2026-02-15 12:00", 202603, 202603),
        ("2026-06-18 17:00", "2026-06-19 06:00", 202606, 202607),
        ("2026-09-20 16:00", "2026-09-20 16:00", 202609, 202609),
    ],
)
def test_golden_moments(declared: str, processed: str, declared_month: int, processed_month: int) -> None:
    moment = days.moment(declared)
    assert days.processed_at(moment) == days.moment(processed)
    assert days.business_month(moment.date()) == declared_month
    assert days.business_month(days.processed_at(moment).date()) == processed_month


def test_the_table_of_days_ends() -> None:
    assert days.business_month(date(2027, 1, 21)) == 202702
    with pytest.raises(days.OffTheTable):
        days.business_month(date(2027, 4, 1))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("柳青", None),
        ("王䶮", None),
        ("田𠮷", None),
        ("一二三四五六七八九十", None),
        ("一二三四五六七八九十一", papers.TOO_LONG),
        ("柳 青", papers.ILLEGAL),
        ("柳3", papers.ILLEGAL),
        ("柳A", papers.ILLEGAL),
        ("柳·青", papers.ILLEGAL),
    ],
)
def test_names(name: str, fault: str | None) -> None:
    row = papers.RowSent(name, papers.RESIDENT, "330106197908151020", "新调入", "8000")
    assert papers.faults(row, date(2026, 11, 2)) == ({fault} if fault else set())


@pytest.mark.parametrize(
    ("kind", "number", "right"),
    [
        (papers.RESIDENT, "330106197908151020", True),
        (papers.RESIDENT, "33010419691018203X", True),
        (papers.RESIDENT, "33010419691018203x", True),
        (papers.RESIDENT, "330106197908151021", False),
        (papers.RESIDENT, "33010619790815102", False),
        (papers.RESIDENT, "3301061979023112" + "34", False),
        (papers.HK_MACAO, "330106197908151020", False),
        (papers.TAIWAN, "83000019900214406" + papers.check_sign("83000019900214406"), True),
    ],
)
def test_id_numbers(kind: str, number: str, right: bool) -> None:
    assert papers.is_id(kind, number, date(2026, 11, 2)) is right


@pytest.mark.parametrize(
    ("wage", "right"),
    [("8000", True), ("0.01", True), ("1.23", True), ("0", False), ("-1", False), ("1.234", False), ("", False)],
)
def test_wages(wage: str, right: bool) -> None:
    assert papers.is_wage(wage) is right
