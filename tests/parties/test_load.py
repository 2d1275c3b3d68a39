"""A city comes in whole, with numbers of the forms that the city uses."""

import pytest
from django.db import connection
from tests.parties.builders import ACTOR, AT, city, employer, id_no, normal, opening, person

from hpf.kernel.identity import IdType
from hpf.parties import changes, load, readers
from hpf.parties.facts import EmployerAccountStatus, Fund, Method

pytestmark = pytest.mark.usefixtures("centre")


def test_numbers_have_the_forms_of_the_city() -> None:
    loaded = city([employer("A", funds=list(Fund))], [person(1, normal("A"))])
    both = readers.employer_accounts(loaded.employer_account_ids.values())
    assert [account.fund for account in both] == [Fund.HPF, Fund.SUBSIDY]
    assert {account.customer_no for account in both} == {both[0].account_no[:10]}
    assert [len(account.account_no) for account in both] == [12, 12]
    assert [account.account_no[-2:] for account in both] == ["01", "02"]
    owner = readers.people_by_ids(loaded.account_ids)[loaded.account_ids[0]]
    assert len(owner.customer_no) == 12
    assert owner.customer_no.isdigit()


def test_an_agent_finds_the_accounts_of_all_his_employers_and_no_others() -> None:
    city([employer("A", funds=list(Fund)), employer("B")], [person(1, normal("A")), person(2, normal("A"))])
    other = employer("C")._replace(agents=[load.AgentRow("郑文斌", id_no(5), "")])
    city([other], [])
    mine = readers.employer_accounts_of_agent(id_no(999, born="19700101"))
    assert [(account.name, account.fund, account.normal_count) for account in mine] == [
        ("杭州A有限公司", Fund.HPF, 2),
        ("杭州A有限公司", Fund.SUBSIDY, 0),
        ("杭州B有限公司", Fund.HPF, 0),
    ]
    first = mine[0]
    assert (first.status, first.method, str(first.employer_rate)) == (EmployerAccountStatus.NORMAL, Method.SELF, "8%")
    assert [agent.name for agent in first.agents] == ["陈思远"]
    assert readers.employer_account_by_no(first.account_no) == readers.employer_account(first.id) == first
    assert [account.fund for account in readers.employer_accounts_of(first.employer_id)] == list(Fund)
    assert readers.agents(first.employer_id) == list(first.agents)


def test_birth_and_sex_are_read_from_the_number_and_other_papers_have_none() -> None:
    passport = person(2, normal("A"), id_no="E12345678", id_type=IdType.PASSPORT)
    city([employer("A")], [person(1, normal("A")), passport])
    with connection.cursor() as cursor:
        cursor.execute("SELECT birth::text, sex FROM parties_person ORDER BY id")
        assert cursor.fetchall() == [("1990-03-07", "1"), (None, "")]


def test_loading_beside_a_running_centre_meets_nobody() -> None:
    first = city([employer("A")], [person(1, normal("A"))])
    [opened] = changes.open_accounts(ACTOR, AT, [opening(2, first.employer_account_ids["A"])])
    second = city([employer("B")], [person(serial, normal("B")) for serial in range(3, 30)])
    assert len({opened.account_id, *first.account_ids, *second.account_ids}) == 29


def test_people_of_an_unknown_employer_are_refused() -> None:
    with pytest.raises(KeyError):
        city([employer("A")], [person(1, normal("B"))])
