"""The first day of the demo, with smaller employers: books balance, and the months behind show what they should."""

import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from tests import personas

from hpf.access.actor import Role
from hpf.access.models import User
from hpf.access.readers import known_logins, roles
from hpf.access.tenancy import CentreInfo, in_centre
from hpf.centres import hangzhou
from hpf.dues import audit
from hpf.dues import readers as dues
from hpf.engine import catalogue
from hpf.engine.declare import ItemRules
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Line, judge
from hpf.engine.intake.cells import BadCell, amount_of, text_of
from hpf.engine.intake.filled import read_filled
from hpf.engine.intake.reader import read_workbook
from hpf.engine.intake.workbooks import sheet_of
from hpf.kernel.month import Month
from hpf.parties import listings, readers
from hpf.parties.facts import EmployerAccountFacts, Fund, MembershipStatus
from hpf.policy import book
from hpf.site import seed
from hpf.site.demo_city.roster import MISTAKES, UnknownEmployer, demo_rows, write_roster

TODAY = seed.FIRST_MOMENT.date()
OCTOBER = 202610


@pytest.fixture
def small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """demo/world.yaml with 1,000 people in place of 33,000, and ten clients of the bureau."""
    world = yaml.safe_load((Path(__file__).parents[2] / "demo" / "world.yaml").read_text(encoding="utf-8"))
    for employer in world["employers"]:
        employer["people"] = {"E01": 1_000, "E13": 50}.get(employer["code"], employer.get("people"))
        if "clients" in employer:
            employer["clients"] = 10
    path = tmp_path / "world.yaml"
    path.write_text(yaml.safe_dump(world, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("HPF_WORLD", str(path))


@pytest.fixture
def city(centre: CentreInfo, small_world: None) -> Iterator[None]:
    """The seeded city, and Hangzhou's items."""
    seed.seed_demo()
    before = dict(catalogue.installed())
    catalogue.install({centre.code: hangzhou.CATALOGUE})
    yield
    catalogue.install(before)


def _fetch(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _account(code: str) -> EmployerAccountFacts:
    from hpf.site.demo_city.world import read_world  # noqa: PLC0415 - reads the small world

    credit_code = next(one.credit_code for one in read_world().employers if one.code == code)
    return readers.employer_accounts_of_credit_code(credit_code)[0]


def test_the_city_is_made_once(centre: CentreInfo, small_world: None) -> None:
    assert seed.is_empty()
    seed.seed_demo()
    assert not seed.is_empty()


def test_a_demo_that_was_made_before_gets_the_staff_it_lacks(
    centre: CentreInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed, "CITIES", seed.CITIES[:1])
    personas.city()
    personas.teller()
    User.objects.filter(username="teller").update(name="换了人")
    seed.seed_demo()
    assert known_logins(["policy", "policy2", "auditor"]) == {"policy", "policy2", "auditor"}
    policy = User.objects.get(username="policy")
    assert policy.check_password(seed.PASSWORD) and roles(policy.pk, centre.code) == {Role.POLICY}
    kept = User.objects.get(username="teller")
    assert kept.name == "换了人" and not kept.check_password(seed.PASSWORD)
    before = User.objects.count()
    seed.seed_demo()
    assert User.objects.count() == before


@pytest.mark.usefixtures("city")
def test_the_first_day_shows_what_it_should() -> None:
    assert {name: found for name, found in audit.run_all().items() if found} == {}
    months = dict(_fetch("SELECT made_month, count(*) FROM dues_due GROUP BY made_month"))
    assert sorted(months) == [202607, 202608, 202609, OCTOBER]
    states = {
        (account_id, month): state
        for account_id, month, state in _fetch("SELECT employer_account_id, made_month, state FROM dues_due")
    }
    for code in ("E02", "E03", "E11"):
        assert [states[_account(code).id, month] for month in sorted(months)] == ["settled"] * 3 + ["waiting"]
    assert [states[_account("E10").id, month] for month in sorted(months)] == ["settled"] * 2 + ["failed"] * 2
    assert [states[_account("E07").id, month] for month in sorted(months)] == ["settled"] + ["deferred"] * 3
    assert {states[_account("E01").id, month] for month in months} == {"settled"}
    assert [account_id for account_id, _ in states if account_id == _account("E12").id] == []
    assert _fetch("SELECT max(day) FROM ledger_closed_day") == [(date(2026, 11, 1),)]


@pytest.mark.usefixtures("city")
def test_people_and_handlers_are_as_told() -> None:
    assert _account("E02").normal_count == 500
    assert listings.people(_account("E12").id, status=MembershipStatus.SEALED).total == 6
    assert [agent.name for agent in _account("E01").agents] == ["陈思远", "吴佳宁"]
    assert len(readers.employer_accounts_of_agent("330102198906085081")) == 10
    school = readers.employer_accounts_of_agent("330105198106223043")
    assert [(one.fund, one.normal_count) for one in school] == [(Fund.HPF, 96), (Fund.SUBSIDY, 96)]
    subsidy = listings.people(school[1].id)
    assert subsidy.totals["personal_part"].fen == 0
    assert subsidy.totals["employer_part"].fen > 0
    checking = _account("E09")
    assert checking.check_from is not None and checking.check_from.fen == 100_000
    assert [(one.name, one.may_make, one.may_check) for one in checking.agents] == [
        ("方小满", True, False), ("方有庆", False, True),
    ]  # fmt: skip
    assert _account("E01").check_from is None
    late = listings.people(_account("E01").id, search="庞一凡").items[0]
    assert late.opened_month == Month(2026, 11)


@pytest.mark.usefixtures("city")
def test_staff_can_log_in() -> None:
    teller, admin, other = (User.objects.get(username=name) for name in ("teller", "admin", "hh-reviewer"))
    assert teller.check_password("demo")
    assert Role.TELLER in roles(teller.pk, "hangzhou")
    assert Role.ADMIN in roles(admin.pk, "hangzhou")
    assert not roles(teller.pk, "hangzhou") & roles(admin.pk, "hangzhou")
    assert Role.REVIEWER in roles(other.pk, "heihe")
    assert not roles(other.pk, "hangzhou") | roles(teller.pk, "heihe")


@pytest.mark.usefixtures("city")
def test_the_second_city_has_its_own_people_and_months() -> None:
    with in_centre("heihe"):
        assert {name: found for name, found in audit.run_all().items() if found} == {}
        accounts = readers.employer_accounts(range(1, 100_000))
        assert all(len(one.account_no) == 12 and one.account_no.startswith("2311") for one in accounts)
        assert [one.normal_count for one in accounts] == [118, 9, 640, 35, 52, 76, 3]
        school, energy, grain = accounts[0], accounts[2], accounts[3]
        assert (str(energy.employer_rate), str(energy.personal_rate)) == ("12%", "10%")
        assert dues.paid_until(school.id) == Month(2026, 10)
        assert dues.paid_until(energy.id) == Month(2026, 9)
        assert dues.paid_until(grain.id) is None
        line = listings.people(energy.id, search="史文波").items[0]
        assert (line.employer_part.fen, line.personal_part.fen) == (255_600, 213_000)
        assert len(line.customer_no) == 14
    assert readers.employer_accounts_of_agent("231102197805123010") == []


@pytest.mark.usefixtures("city")
def test_a_roster_has_as_many_wrong_rows_as_asked_for() -> None:
    """What the workbook's maker calls wrong, reading and judging refuse, and nothing else."""
    made = io.BytesIO()
    write_roster(made, "E02", rows=90, bad=33, seed=4, today=TODAY)
    rules = book.load("hangzhou")
    item_rules = ItemRules(rules, TODAY, rules.calendar.business_month(TODAY))
    judging = Judging(catalogue.item_of("account.opening"), _account("E02"), item_rules)
    spec = sheet_of(judging)
    lines: list[Line] = []
    unreadable: set[int] = set()
    with read_workbook(made.getvalue()) as workbook:
        for row in read_filled(workbook, spec).rows:
            texts: dict[str, str] = {}
            for column in spec.columns[1:]:
                cell = row.cells.get(column.key)
                value = amount_of(cell) if column.kind == "money" else text_of(cell)
                if isinstance(value, BadCell):
                    unreadable.add(len(lines))
                texts[column.key] = value.text if isinstance(value, BadCell) else value
            lines.append(Line(len(lines), texts))
    verdicts = judge(judging, lines)
    refused = [bool(verdict.refused) or verdict.line.no in unreadable for verdict in verdicts]
    kinds = [kind for _, kind in demo_rows(90, 33, 4, TODAY, "E02")]
    assert refused == [kind != "" for kind in kinds]
    assert Counter(kinds)[""] == 57
    assert set(kinds) >= set(MISTAKES)
    entries = {verdict.worked.kind.label for verdict in verdicts if verdict.passes}
    assert entries == {"设立", "调入"}


def test_another_seed_gives_other_people_and_the_same_one_the_same() -> None:
    first, again, other = (list(demo_rows(50, 10, number, TODAY, "E02")) for number in (1, 1, 2))
    assert first == again
    good = [{cells["id_no"] for cells, kind in rows if not kind} for rows in (first, other)]
    assert not good[0] & good[1]


@pytest.mark.usefixtures("city")
def test_an_employer_without_an_account_has_no_roster() -> None:
    for code in ("E14", "E15", "E99"):
        with pytest.raises(UnknownEmployer):
            write_roster(io.BytesIO(), code, rows=5, bad=1, seed=1, today=TODAY)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="good row"):
        list(demo_rows(5, 5, 1, TODAY, "E02"))
