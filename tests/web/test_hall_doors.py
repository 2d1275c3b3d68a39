"""The doors of the hall: who comes in, for whom they may act, what the pages around the items say."""

import pytest
from django.conf import settings
from django.test import Client
from tests import personas
from tests.hall import HOME, OPENING, Roster, row, text_of

from hpf.access.models import User
from hpf.kernel.clock import FixedClock
from hpf.parties import readers as parties

PAGES = ["", "services/", "employers/", "cases/", "items/account.opening/", "items/account.reopening/", "help/"]


@pytest.fixture(autouse=True)
def _city(centre: object, clock: FixedClock) -> None:
    personas.city()


@pytest.mark.req("HZ-1.3-01", "HZ-1.3-02", "HZ-1.3-03", "HZ-3-01", "HZ-3-02", "HZ-3-08", "HZ-1.1-05", "HZ-1.1-10")
def test_the_login_leads_to_the_portal_and_says_whom_to_ask() -> None:
    page = Client().get(f"{HOME}login/", {"next": f"{HOME}cases/"})
    words = text_of(page)
    assert 'href="/accounts/oidc/portal/login/?process=login&amp;next=%2Fhangzhou%2Fcases%2F"' in page.content.decode()
    for part in (
        "浙江政务服务网登录",
        "登录-法人用户登录",
        "400-888-4636",
        "忘记用户名或密码",
        "Chrome",
        "清除浏览器临时文件",
    ):
        assert part in words


@pytest.mark.parametrize("kind", ["unavailable", "cancelled", "refused", "incomplete"])
def test_trouble_at_the_portal_is_told_on_the_login_page(kind: str) -> None:
    answer = Client().get("/login/", {"portal": kind, "next": HOME}, follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"{HOME}login/")
    assert 'class="notice t-bad"' in answer.content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/hangzhou/../x", "javascript:1"])
def test_the_login_never_leads_elsewhere(back: str) -> None:
    page = Client().get(f"{HOME}login/", {"next": back}).content.decode()
    assert "evil" not in page and "javascript" not in page


@pytest.mark.parametrize("path", PAGES[:-1])
def test_without_a_login_every_page_leads_to_it_and_back(path: str) -> None:
    answer = Client().get(HOME + path)
    assert answer.status_code == 302
    assert answer["Location"] == f"{HOME}login/?next=" + (HOME + path).replace("/", "%2F")


def test_nobodys_agent_is_told_what_to_do() -> None:
    for client in (personas.login(personas.STRANGER), personas.teller()):
        page = client.get(HOME)
        assert page.status_code == 403
        assert "没有可办理的单位" in text_of(page)


@pytest.mark.parametrize("path", PAGES)
def test_an_agents_pages_have_their_frame_and_no_cache(path: str) -> None:
    page = personas.login(personas.AGENT).get(HOME + path)
    assert page.status_code == 200 and page["Cache-Control"] == "no-store"
    assert "杭州E1有限公司" in text_of(page)


@pytest.mark.req("HZ-1.3-10", "HZ-2.4.1-03")
def test_a_payroll_bureau_chooses_and_everybody_sees_their_own_only() -> None:
    bureau = personas.login(personas.BUREAU)
    answer = bureau.get(OPENING)
    assert answer["Location"] == f"{HOME}employers/?next=%2Fhangzhou%2Fitems%2Faccount.opening%2F"
    words = text_of(bureau.get(answer["Location"]))
    assert all(f"杭州{ref}有限公司" in words for ref in (personas.ONE, personas.OTHER, personas.THIRD))
    other = personas.account_of(personas.RIVAL).account_no
    assert bureau.get(f"{HOME}employers/{other}/", {"next": OPENING})["Location"] == OPENING
    assert "杭州E2有限公司" in text_of(bureau.get(OPENING))
    agent = personas.login(personas.AGENT)
    assert "杭州E2有限公司" not in text_of(agent.get(f"{HOME}employers/"))
    assert agent.get(f"{HOME}employers/{other}/").status_code == 404
    agent.get(OPENING, {"account": other})
    assert "杭州E2有限公司" not in text_of(agent.get(OPENING))


@pytest.mark.req("HZ-2.4.1-36")
def test_an_account_of_the_other_fund_is_refused_in_words() -> None:
    bureau = personas.login(personas.BUREAU)
    subsidy = next(
        account
        for account in parties.employer_accounts_of_agent(personas.BUREAU_ID)
        if account.account_no.endswith("02")
    )
    bureau.get(f"{HOME}employers/{subsidy.account_no}/")
    answer = Roster(bureau).enter().save(1, fund="SUBSIDY")
    assert answer.status_code == 422 and "住房公积金补贴账户不能在网上设立" in text_of(answer)


def test_the_account_is_changed_in_the_drop_downs_of_the_form() -> None:
    bureau = personas.login(personas.BUREAU)
    one, other = (personas.account_of(who).account_no for who in (personas.AGENT, personas.RIVAL))
    bureau.get(f"{HOME}employers/{one}/")
    assert bureau.get(OPENING, {"branch": "01", "account": other}, follow=True).status_code == 200
    assert "杭州E2有限公司" in text_of(bureau.get(OPENING))


@pytest.mark.req("HZ-1.3-09")
def test_every_item_has_its_own_way_in() -> None:
    client = personas.login(personas.AGENT)
    page = client.get(f"{HOME}services/").content.decode()
    assert page.count("<span>在线办理</span>") >= 4
    assert f'href="{OPENING}"' in page


def test_what_is_not_offered_is_not_there() -> None:
    client = personas.login(personas.AGENT)
    for path in ("items/nothing/", "items/account.opening/nothing/", "items/account.reopening/list/", "cases/1/"):
        assert client.get(HOME + path).status_code == 404


@pytest.mark.req("HZ-3-04", "HZ-1.1-05", "HZ-1.1-10", "HZ-3-06", "HZ-3-07", "HZ-3-08")
@pytest.mark.parametrize("who", [None, personas.AGENT])
def test_the_help_says_months_browsers_workbooks_and_numbers(who: personas.Persona | None) -> None:
    client = personas.login(who) if who else Client()
    words = text_of(client.get(f"{HOME}help/"))
    for part in (
        "每月20日（含）前申报的为当月业务",
        "Chrome",
        "清除浏览器临时文件",
        "Microsoft Office",
        "400-888-4636",
        "12329",
        "2026-12-18",
    ):
        assert part in words


def test_leaving_needs_a_form_of_ones_own() -> None:
    client = personas.login(personas.AGENT)
    client.get(f"{HOME}logout/")
    assert client.get(HOME).status_code == 200, "a mere link does not end a login"
    assert client.post(f"{HOME}logout/").status_code == 302
    assert client.get(HOME).status_code == 302


def test_a_login_that_expired_comes_back_to_the_same_rows_and_words() -> None:
    roster = Roster(personas.login(personas.AGENT)).enter()
    roster.upload(roster.workbook([["李明", "居民身份证", row(2)["id_no"], "新调入", 8000, None, "否"]]))
    roster.client.cookies.pop(settings.SESSION_COOKIE_NAME)
    answer = roster.page()
    assert answer["Location"].startswith(f"{HOME}login/?next=")
    roster.client = personas.login(personas.AGENT)
    assert roster.names() == ["李明"]


def test_what_was_typed_when_the_login_expired_is_there_after_it() -> None:
    roster = Roster(personas.login(personas.AGENT)).enter()
    here = f"http://testserver{OPENING}list/?visit={roster.visit}"
    roster.client.cookies.pop(settings.SESSION_COOKIE_NAME)
    answer = roster.client.post(
        f"{OPENING}list/save/", {"visit": roster.visit, **row(1, name="赵小敏")}, headers={"referer": here}
    )
    assert "visit%3D" + roster.visit in answer["Location"]
    user = User.objects.get(username=personas.AGENT.username)
    roster.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = roster.page().content.decode()
    assert 'value="赵小敏"' in page and roster.names() == []
    assert 'value="赵小敏"' not in roster.page().content.decode(), "once"


def test_a_live_request_without_a_login_is_not_answered_with_a_page() -> None:
    answer = Client().post(f"{OPENING}list/live/", row(1), headers={"hx-request": "true"})
    assert answer.status_code == 403 and answer.content == b""
