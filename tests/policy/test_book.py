"""The book: what a pack may hold, what a gap says, what a version is, and that a city is only a folder."""

import shutil
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from tests.policy.packs import AMOUNTS_FILE, MONTH_FILE, edited

from hpf.kernel.identity import IdType
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.policy.book import PACKS, Rules, load, read
from hpf.policy.dated import parameters_of
from hpf.policy.leaves import PolicyError, PolicyGap
from hpf.policy.parameters import DayRules, MonthRules, Texts

ENTRY_FILE, TEXTS_FILE, DAYS_FILE = "hangzhou/entry.yaml", "hangzhou/texts.yaml", "common/days_off.yaml"
TODAY = date(2026, 11, 2)


def test_every_parameter_of_the_shipped_centre_has_a_value_today() -> None:
    rules = load("hangzhou")
    today, month = rules.at(TODAY), rules.on(Month(2026, 11))
    for view in (today, month, today.texts):
        for name in parameters_of(type(view)):
            assert getattr(view, name) is not None
    assert {branch.district for branch in today.branches} == set(month.base_floor.keys)
    assert len({branch.bank_account for branch in today.branches}) == len(today.branches) == 11
    assert set(today.materials.keys) == set(today.declaration.keys)


def test_values_have_the_types_that_are_promised() -> None:
    today = load("hangzhou").at(TODAY)
    assert today.import_life == timedelta(minutes=30) and today.daily_cutoff == time(17)
    assert today.qr_limit == Money.of_yuan(50000)
    assert today.id_types_online == (IdType.RESIDENT, IdType.HK_MACAO, IdType.TAIWAN)
    assert today.banks_corporate[0].name == "中国建设银行"
    assert today.branch("07").name == "桐庐分中心"
    assert [material.required for material in today.materials("account.opening")] == [True, False]
    assert today.materials("enquiry.voucher") == ()


def test_numbers_are_made_by_pattern() -> None:
    today = load("hangzhou").at(TODAY)
    assert today.number_case.format(day=TODAY, item="21", serial=7) == "202611022100000007"
    assert today.number_due.format(kind="H", month=int(Month(2026, 11)), serial=7) == "H20261100000007"
    assert today.number_order.format(day=TODAY, serial=7) == "S202611020000000007"
    assert today.number_employer_account.format(serial=7, fund="01") == "000000000701"


@pytest.mark.parametrize(
    ("ask", "parameter"),
    [
        (lambda rules: rules.on(Month(2023, 6)).base_cap, "base_cap"),
        (lambda rules: rules.on(Month(2027, 7)).base_cap, "base_cap"),
        (lambda rules: rules.on(Month(2026, 11)).base_floor("island"), "base_floor.island"),
        (lambda rules: rules.at(TODAY).materials("no.item"), "materials.no.item"),
        (lambda rules: rules.at(TODAY).branch("99"), "branches.99"),
        (lambda rules: rules.at(date(2019, 12, 31)).texts.zero_amount, "zero_amount"),
    ],
)
def test_a_gap_names_parameter_centre_day_and_asker(ask: object, parameter: str) -> None:
    with pytest.raises(PolicyGap) as gap:
        ask(load("hangzhou").asked_by("month close"))  # type: ignore[operator]
    assert (gap.value.parameter, gap.value.centre, gap.value.asker) == (parameter, "hangzhou", "month close")
    assert all(word in str(gap.value) for word in (parameter, "hangzhou", "month close", str(gap.value.day)))


def test_a_gap_in_one_parameter_does_not_stop_those_who_need_another() -> None:
    assert load("hangzhou").on(Month(2027, 7)).rate_highest.percent == 12


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (MONTH_FILE, "batch_hour:", "batch_minute:", "batch_minute: no part of the system asks"),
        (AMOUNTS_FILE, "rate_lowest:", "base_cap:", "'base_cap' stands twice"),
        (AMOUNTS_FILE, "2024-07-01: 39530", "2023-07-01: 39530", "stands twice"),
        (AMOUNTS_FILE, "until: 2027-06-30", "untill: 2027-06-30", "unknown keys ['untill']"),
        (AMOUNTS_FILE, "until: 2027-06-30", "until: 2025-06-30", "lies before"),
        (AMOUNTS_FILE, "until: 2027-06-30", "until: soon", "are days"),
        (AMOUNTS_FILE, "unit: percent", "unit: yuan", "the unit has to be one of ('percent',)"),
        (AMOUNTS_FILE, "38390", "38390.5", "Money is expected, not float"),
        (AMOUNTS_FILE, "38390", '"38,390.555"', "not an amount"),
        (AMOUNTS_FILE, "yuan_half_up", "to_the_moon", "to_the_moon"),
        (AMOUNTS_FILE, "{2020-01-01: 12}", "{2020-01-01: 13}", "outside the law's range"),
        (AMOUNTS_FILE, "{2020-01-01: 5}", "{}", "values are a mapping"),
        (AMOUNTS_FILE, "{2020-01-01: 5}", "{2020: 5}", "values are a mapping"),
        (AMOUNTS_FILE, "rounding:", "rounding", "not YAML"),
        (MONTH_FILE, '"17:00"', "17:00", "time is expected, not int 1020"),
        (MONTH_FILE, "{2020-01-01: 20}", '{2020-01-01: "20"}', "int is expected, not str"),
        (MONTH_FILE, "{2020-01-01: 20}", "{2020-01-01: true}", "int is expected, not bool"),
        (MONTH_FILE, "unit: yes or no", "unit:", "unit and source are texts"),
        (MONTH_FILE, "assumption: true", "assumption: maybe", "assumption is true or absent"),
        (ENTRY_FILE, "unit: minutes", "unit: moments", "the unit has to be one of ('seconds'"),
        (ENTRY_FILE, '["01", "05", "06"]', '["01", "05", "77"]', "77"),
        (ENTRY_FILE, "[jpg, jpeg, png, pdf]", "jpg", "a list is expected"),
        (ENTRY_FILE, "required: false, note:", "needed: false, note:", "Material is expected"),
        (ENTRY_FILE, "{serial:012d}", "{number:012d}", "placeholders ['number']"),
        (TEXTS_FILE, "{limit}元", "{most}元", "placeholders ['most']"),
        (TEXTS_FILE, "zero_amount:", "import_life:", "import_life"),
        (DAYS_FILE, "[2027-01-01]", "[2028-01-01]", "days off and workdays of 2027"),
        (DAYS_FILE, "[2027-01-01]", "[2027-01-01, 2027-01-01]", "each once"),
    ],
)
def test_a_wrong_pack_is_refused_by_name_of_file(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    with pytest.raises(PolicyError) as error:
        edited(tmp_path, file, (old, new))
    assert told in str(error.value) and Path(file).name in str(error.value)


@pytest.mark.parametrize("name", ["base_cap", "batch_hour", "zero_amount", "materials", "retirement"])
def test_a_parameter_without_a_leaf_is_refused(tmp_path: Path, name: str) -> None:
    shutil.copytree(PACKS, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.rglob("*.yaml"):
        text = path.read_text("utf-8")
        if f"\n{name}:" in text:
            start = text.index(f"\n{name}:") + 1
            rest = text[start:].splitlines(keepends=True)[1:]
            kept = next((n for n, line in enumerate(rest) if line[0] not in " \n"), len(rest))
            path.write_text(text[:start] + "".join(rest[kept:]), "utf-8")
    with pytest.raises(PolicyError, match=f"hangzhou: no leaf {name}"):
        read("hangzhou", (tmp_path / "common", tmp_path / "hangzhou"))


def test_a_leaf_in_two_files_is_refused(tmp_path: Path) -> None:
    shutil.copytree(PACKS, tmp_path, dirs_exist_ok=True)
    shutil.copy(tmp_path / AMOUNTS_FILE, tmp_path / "hangzhou" / "again.yaml")
    with pytest.raises(PolicyError, match=r"base_cap: stands already in .*again\.yaml"):
        read("hangzhou", (tmp_path / "common", tmp_path / "hangzhou"))


def test_a_centre_is_only_a_folder(tmp_path: Path) -> None:
    shutil.copytree(PACKS / "hangzhou", tmp_path / "jinan")
    amounts = tmp_path / "jinan" / "amounts.yaml"
    text = (
        amounts.read_text("utf-8")
        .replace("2026-07-01: 42151", "2026-07-01: 33902")
        .replace("yuan_half_up", "fen_half_up")
    )
    amounts.write_text(text.replace("  county:", "  four_counties:"), "utf-8")
    rules = Rules(read("jinan", (PACKS / "common", tmp_path / "jinan"))).on(Month(2026, 11))
    assert rules.base_cap == Money.of_yuan(33902)
    assert rules.clamp(Money.of_yuan(1), "four_counties").amount == Money.of_yuan(2430)
    assert str(rules.deposit(Money.of_yuan(2430), rules.rate_lowest, rules.rate_lowest).total) == "243.00"


@pytest.mark.parametrize("code", ["nowhere", "common", ""])
def test_an_unknown_centre_has_no_rules(code: str) -> None:
    with pytest.raises(PolicyError):
        load(code)


def test_a_version_changes_with_values_and_not_with_sources(tmp_path: Path) -> None:
    shipped = load("hangzhou").version
    assert 0 < shipped < 2**31
    assert edited(tmp_path / "a", AMOUNTS_FILE, ("# Bases", "# All bases")).version == shipped
    assert edited(tmp_path / "b", AMOUNTS_FILE, ("42151", "42152")).version != shipped
    assert edited(tmp_path / "c", AMOUNTS_FILE, ("until: 2027-06-30", "until: 2027-12-31")).version != shipped


def test_views_are_read_only_and_hold_nothing_else() -> None:
    month = load("hangzhou").on(Month(2026, 11))
    with pytest.raises(AttributeError):
        month.base_cap = Money(0)
    with pytest.raises(AttributeError):
        month.base_capp  # type: ignore[attr-defined]  # noqa: B018
    names = [name for view in (MonthRules, DayRules, Texts) for name in parameters_of(view)]
    assert len(names) == len(set(names))


def test_wordings_are_filled_with_the_slots_they_declare() -> None:
    texts = load("hangzhou").at(TODAY).texts
    assert texts.after_daily_cutoff.format(cutoff="17:00").startswith("现已超过17:00，本次提交为业务受理")
    assert "{" not in texts.closed_early.format(month="12月", day="12月18日", next_month="2027年01月")
    assert texts.sms_due_made.format(month="2026年11月", amount="1.00", people=1, method="送缴").startswith(
        "【杭州公积金】"
    )
