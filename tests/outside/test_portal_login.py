"""From the hall's door through the portal and back: two processes, code with PKCE, and what goes wrong on the way."""

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from django.conf import LazySettings
from django.test import Client
from tests.outside_world import CENTRE_URL, Sandbox, free_port

from hpf.access.models import Identity, User
from hpf.outside import portal

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def browser() -> Client:
    """The visitor's browser at the centre's site."""
    return Client(SERVER_NAME="testserver")


@pytest.fixture(autouse=True)
def _portal_of_this_test(sandbox: Sandbox, settings: LazySettings) -> None:
    point_at(sandbox.url, settings)


def point_at(url: str, settings: LazySettings) -> None:
    """Make this the portal's address."""
    provider: Any = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    app = {**provider["APPS"][0], "client_id": "hpf", "secret": "demo"}
    app["settings"] = {**app["settings"], "server_url": url}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**provider, "APPS": [app]}}


def at_the_portal(sandbox: Sandbox, user: str, address: str) -> str:
    """What the visitor does at the portal: log in and be sent back; returns the way back to the centre."""
    session = requests.Session()
    answer = session.get(address, timeout=10, allow_redirects=False)
    place = urlsplit(answer.headers["Location"])
    session.get(f"{sandbox.url}/login/", timeout=10)
    page = f"{sandbox.url}{place.path}"
    target = unquote(place.query.removeprefix("next="))
    form = {
        "csrfmiddlewaretoken": session.cookies["sbx_csrftoken"],
        "username": user,
        "password": "demo",
        "next": target,
    }
    session.post(page, form, headers={"Referer": page}, timeout=10, allow_redirects=False)
    back: str = session.get(sandbox.url + target, timeout=10, allow_redirects=False).headers["Location"]
    assert back.startswith(CENTRE_URL)
    return back.removeprefix(CENTRE_URL)


@pytest.mark.req("HZ-1.3-02", "HZ-1.3-04", "HH-1-03")
def test_a_handler_comes_in_and_is_remembered(sandbox: Sandbox, browser: Client) -> None:
    """The first visit makes the login, the second takes over what the portal says now; both end where they went."""
    for _visit in range(2):
        start = browser.get(portal.login_url("/hangzhou/hall/items/account.opening/"))
        assert start["Location"].startswith(sandbox.url)
        assert "code_challenge_method=S256" in start["Location"]
        end = browser.get(at_the_portal(sandbox, "e02", start["Location"]))
        assert end["Location"] == "/hangzhou/hall/items/account.opening/"
        who = Identity.objects.get()
        assert (who.name, who.id_no, who.credit_code) == ("周海燕", "330184198503192063", "91330113MA2K20BF28")
        assert who.employer_name == "杭州临平精工机械有限公司"
        assert browser.session["_auth_user_id"] == str(who.user_id)
        assert not end.cookies.get("messages") and "_messages" not in browser.session, "allauth greets nobody"
        Identity.objects.update(name="旧名", credit_code="")
        browser.logout()
    assert not User.objects.get().has_usable_password()


def test_another_handler_is_another_login(sandbox: Sandbox, browser: Client) -> None:
    """Who logs in as somebody else in the same browser is somebody else."""
    for user in ("e01", "e01b"):
        start = browser.get(portal.login_url("/"))
        browser.get(at_the_portal(sandbox, user, start["Location"]))
    assert [who.name for who in Identity.objects.order_by("user_id")] == ["陈思远", "吴佳宁"]
    assert browser.session["_auth_user_id"] == str(Identity.objects.get(name="吴佳宁").user_id)


@pytest.mark.parametrize(
    "target", ["http://evil.example/", "//evil.example/", "https:///evil.example", "http://127.0.0.1/", "javascript:1"]
)
def test_the_way_back_stays_on_this_site(target: str, sandbox: Sandbox, browser: Client) -> None:
    """Whatever `next` says."""
    start = browser.get(portal.login_url(target))
    end = browser.get(at_the_portal(sandbox, "e03", start["Location"]))
    assert urlsplit(end["Location"]).netloc == ""
    assert end["Location"].startswith("/")
    assert not end["Location"].startswith("//")


@pytest.mark.parametrize("problem", ["switched off", "unreachable"])
@pytest.mark.parametrize("when", ["at the start", "on the way back"])
def test_a_portal_that_is_down_leads_to_the_login_page(
    problem: str, when: str, sandbox: Sandbox, browser: Client, settings: LazySettings
) -> None:
    """Not a fault page: our own login page with a reason, and nobody is logged in."""
    address = portal.login_url("/")
    if when == "on the way back":
        address = at_the_portal(sandbox, "e02", browser.get(address)["Location"])
    if problem == "switched off":
        sandbox.turn(portal_down=1)
    else:
        point_at(f"http://127.0.0.1:{free_port()}", settings)
    answer = browser.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"{settings.LOGIN_URL}?portal=unavailable")
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("error=access_denied&state={state}", "cancelled"),
        ("error=server_error&state={state}", "refused"),
        ("code=stolen&state={state}", "refused"),
        ("code=stolen&state=unknown", "refused"),
        ("", "refused"),
    ],
)
def test_a_login_that_fails_says_why(
    query: str, kind: str, sandbox: Sandbox, browser: Client, settings: LazySettings
) -> None:
    """Cancelled, refused, or an answer nobody asked for."""
    start = browser.get(portal.login_url("/"))
    state = dict(pair.split("=", 1) for pair in urlsplit(start["Location"]).query.split("&"))["state"]
    answer = browser.get(f"/accounts/oidc/portal/login/callback/?{query.format(state=state)}")
    assert answer["Location"] == f"{settings.LOGIN_URL}?portal={kind}"
    assert kind in portal.TROUBLES
    assert not User.objects.exists()


@pytest.mark.req("HH-1-04")
@pytest.mark.parametrize("missing", ["sub", "name", "id_no", "legal_name", "credit_code"])
def test_claims_must_be_complete(missing: str) -> None:
    """Without one of them nobody can act for an employer."""
    told = {"sub": "zj-1", "name": "周海燕", "id_no": "33018419850319206x", "legal_name": "甲", "credit_code": "9133"}
    assert portal.PortalClaims.of(told).id_no == "33018419850319206X"
    for wrong in ({**told, missing: " "}, {name: text for name, text in told.items() if name != missing}):
        with pytest.raises(portal.IncompleteClaims, match=missing):
            portal.PortalClaims.of(wrong)


def test_an_account_without_a_legal_person_is_sent_back(
    sandbox: Sandbox, browser: Client, settings: LazySettings
) -> None:
    """The portal knows personal accounts too; the hall is for employers."""
    provider: Any = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    app = {**provider["APPS"][0], "settings": {**provider["APPS"][0]["settings"], "scope": ["openid", "profile"]}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**provider, "APPS": [app]}}
    start = browser.get(portal.login_url("/"))
    end = browser.get(at_the_portal(sandbox, "e02", start["Location"]))
    assert end["Location"] == f"{settings.LOGIN_URL}?portal=incomplete"
    assert not User.objects.exists()


def test_leaving() -> None:
    """The address that asks whether to leave the portal too."""
    url = portal.logout_url("http://127.0.0.1:8001/", "hpf", "http://127.0.0.1:8000/")
    assert url.startswith(
        "http://127.0.0.1:8001/identity/o/logout?client_id=hpf&post_logout_redirect_uri=http%3A%2F%2F"
    )
