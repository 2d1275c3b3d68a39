"""What each city calls a thing, on its own pages: who moves the money (HH-3.1-02, HZ-2.1), where one logs in."""

import pytest
from django.test import Client
from tests import personas, reviewing
from tests.hall import HOME, text_of

from hpf.kernel.clock import FixedClock


@pytest.fixture
def agent(centre: object, clock: FixedClock) -> Client:
    """One person, agent of a self-remitting employer in both cities."""
    personas.city()
    reviewing.city()
    return personas.login(personas.AGENT)


@pytest.mark.parametrize(("city", "word", "not_here"), [(HOME, "送缴", "非托收"), (reviewing.HALL, "非托收", "送缴")])
def test_each_city_has_its_word_for_paying_oneself(agent: Client, city: str, word: str, not_here: str) -> None:
    words = text_of(agent.get(city))
    assert f"缴存方式 {word} " in words
    form = text_of(agent.get(f"{city}items/account.opening{'_reviewed' if city == reviewing.HALL else ''}/"))
    assert f"缴存方式 {word} " in form and not_here not in form


def test_a_bureau_sees_the_word_of_the_city_beside_each_employer(agent: Client) -> None:
    assert "送缴" in text_of(personas.login(personas.BUREAU).get(f"{HOME}employers/"))


@pytest.mark.req("HH-1-01")
def test_the_help_leads_to_the_citys_own_portal(agent: Client) -> None:
    page = agent.get(f"{reviewing.HALL}help/").content.decode()
    assert 'href="https://www.zwfw.hlj.gov.cn"' in page and "zjzwfw" not in page
