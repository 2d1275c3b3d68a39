"""Heihe's book: worked values to the fen, limits, the natural month, and what the city does not have."""

from datetime import date, datetime

import pytest

from hpf.kernel.clock import TZ
from hpf.kernel.identity import IdType
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.policy.book import load
from hpf.policy.leaves import PolicyGap
from hpf.runs.schedule import RUNS

RULES = load("heihe")
NOVEMBER = RULES.on(Month(2026, 11))
TODAY = RULES.at(date(2026, 11, 2))


@pytest.mark.parametrize(
    ("base", "rate", "part"),
    [  # domain-values A3, column HH
        ("2660.00", "5", "133.00"),
        ("2660.00", "7", "186.20"),
        ("2430.00", "5", "121.50"),
        ("8333.33", "7", "583.33"),
        ("8333.33", "12", "1000.00"),
        ("12345.67", "8", "987.65"),
        ("23456.00", "12", "2814.72"),
        ("5041.00", "5", "252.05"),
        ("40694.00", "12", "4883.28"),
        ("42151.00", "12", "5058.12"),
    ],
)
def test_each_part_is_rounded_to_the_fen(base: str, rate: str, part: str) -> None:
    deposit = NOVEMBER.deposit(Money.parse(base), Rate.parse(rate), Rate.parse(rate))
    assert (deposit.employer, deposit.personal) == (Money.parse(part), Money.parse(part))


def test_the_two_rates_may_differ() -> None:
    deposit = NOVEMBER.deposit(Money.parse("8333.33"), Rate.parse("12"), Rate.parse("10"))
    assert (deposit.employer.plain, deposit.personal.plain, deposit.total.plain) == ("1000.00", "833.33", "1833.33")


def test_limits_by_district() -> None:
    assert [NOVEMBER.base_floor(where) for where in ("city", "county")] == [Money.of_yuan(2010), Money.of_yuan(1910)]
    assert NOVEMBER.base_cap == Money.of_yuan(21300)
    with pytest.raises(PolicyGap):
        _ = RULES.on(Month(2025, 11)).base_cap
    assert [(branch.name, branch.district) for branch in TODAY.branches] == [
        ("市本级", "city"), *((f"{name}管理部", "county") for name in ("北安", "五大连池", "嫩江", "逊克", "孙吴")),
    ]  # fmt: skip


@pytest.mark.req("HH-0-03")
@pytest.mark.parametrize("month", ["2026-01", "2026-02", "2026-06", "2026-12"])
def test_a_month_is_the_calendars_whatever_days_off_it_has(month: str) -> None:
    asked, calendar = Month.parse(month), RULES.calendar
    assert calendar.window(asked) == (asked.first_day, asked.last_day)
    assert calendar.business_month(asked.first_day) == calendar.business_month(asked.last_day) == asked
    assert not calendar.has_cutoff(asked)
    assert calendar.closed_early(asked.last_day) is None


@pytest.mark.req("HH-0-03")
def test_nothing_waits_for_the_next_day() -> None:
    late = datetime(2026, 11, 20, 23, 59, tzinfo=TZ)
    assert not RULES.calendar.after_daily_cutoff(late)
    assert RULES.calendar.expected_processing(late) == late
    assert TODAY.items_under_daily_cutoff == ()


def test_the_centre_makes_no_dues() -> None:
    month = Month(2026, 11)
    assert not RULES.calendar.makes_dues(month)
    with pytest.raises(PolicyGap):
        RULES.calendar.due_made_on(month)
    made = next(run for run in RUNS if run.code == "month_close")
    since, until = (datetime(2026, n, 1, tzinfo=TZ) for n in (1, 12))
    assert list(made.times(RULES, since, until)) == []
    assert list(made.times(load("hangzhou"), since, until))


def test_what_is_accepted_online() -> None:
    assert (TODAY.name_max_chars, TODAY.name_allows_dot_and_latin) == (30, True)
    assert set(TODAY.id_types_online) == set(IdType) - {IdType.OFFICER, IdType.OTHER}
    assert [choice.text for choice in TODAY.desk_refusal_reasons][2:5] == [
        "清册与录入信息不一致", "未加盖单位公章", "征信授权书非签字原件",
    ]  # fmt: skip
    assert TODAY.number_case.format(day=date(2026, 11, 2), item="01", serial=7) == "2026110200000007"
    assert TODAY.number_employer_account.format(serial=1_000_000_007, tail=7, fund="01") == "231100000007"
    assert TODAY.number_person.format(serial=100_000_000_007) == "23100000000007"


@pytest.mark.req("HH-0-05")
def test_no_text_for_an_sms() -> None:
    assert (TODAY.texts.sms_opening_done, TODAY.texts.sms_due_made) == ("", "")
