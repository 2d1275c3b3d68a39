"""The simulated portal: account login of legal persons, the list of items, OpenID Connect as the standard has it."""

import base64
import hashlib
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
import yaml
from stdnum.cn import uscc
from tests.outside_world import CENTRE_URL, ROOT, Sandbox

CALLBACK = f"{CENTRE_URL}/accounts/oidc/portal/login/callback/"
WORLD = yaml.safe_load((ROOT / "demo" / "world.yaml").read_text(encoding="utf-8"))


class Visitor:
    """A browser at the portal."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Nobody yet."""
        self.portal = sandbox.url
        self.session = requests.Session()

    def log_in(self, user: str, password: str, target: str = "/") -> requests.Response:
        """The account login; redirects are left to the caller."""
        page = f"{self.portal}/login/"
        self.session.get(page, timeout=10)
        form = {
            "csrfmiddlewaretoken": self.session.cookies["sbx_csrftoken"],
            "username": user,
            "password": password,
            "next": target,
        }
        return self.session.post(page, form, headers={"Referer": page}, timeout=10, allow_redirects=False)

    def authorize(self, verifier: str, **changes: str) -> requests.Response:
        """The authorization request of the centre's site."""
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": "hpf",
            "redirect_uri": CALLBACK,
            "scope": "openid profile legal_person",
            "state": "s1",
            "nonce": "n1",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **changes,
        }
        address = f"{self.portal}/identity/o/authorize?{urlencode(asked)}"
        return self.session.get(address, timeout=10, allow_redirects=False)

    def token(self, code: str, **changes: str) -> requests.Response:
        """The token request of the centre's site."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": "hpf",
            "client_secret": "demo",
            **changes,
        }
        return requests.post(f"{self.portal}/identity/o/api/token", asked, timeout=10)


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    """A browser nobody has logged in with."""
    return Visitor(sandbox)


def code_for(visitor: Visitor, user: str, verifier: str) -> str:
    """Log in and get an authorization code."""
    assert visitor.log_in(user, "demo").status_code == 302
    answer = visitor.authorize(verifier)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
    asked = parse_qs(back.query)
    assert asked["state"] == ["s1"]
    return asked["code"][0]


@pytest.mark.parametrize("login", [person["login"] for each in WORLD["employers"] for person in each["handlers"]])
def test_every_handler_of_the_demo_world_comes_in_with_their_claims(login: str, visitor: Visitor) -> None:
    """Code and PKCE; userinfo tells handler and legal person, the id token tells no id number."""
    verifier = secrets.token_urlsafe(48)
    told = visitor.token(code_for(visitor, login, verifier), code_verifier=verifier).json()
    access = {"Authorization": f"Bearer {told['access_token']}"}
    claims = requests.get(f"{visitor.portal}/identity/o/api/userinfo", headers=access, timeout=10).json()
    employer, person = next(
        (each, person) for each in WORLD["employers"] for person in each["handlers"] if person["login"] == login
    )
    assert (claims["name"], claims["id_no"], claims["mobile"]) == (person["name"], person["id_no"], person["mobile"])
    assert (claims["legal_name"], claims["credit_code"]) == (employer["name"], employer["credit_code"])
    keys = jwt.PyJWKClient(f"{visitor.portal}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(told["id_token"])
    token = jwt.decode(told["id_token"], key.key, algorithms=["RS256"], audience="hpf", issuer=visitor.portal)
    assert token["sub"] == claims["sub"]
    assert person["id_no"] not in str(token)


def test_claims_follow_the_scopes(visitor: Visitor) -> None:
    """Without the scope for legal persons there is no id number."""
    verifier = secrets.token_urlsafe(48)
    visitor.log_in("e03", "demo")
    answer = visitor.authorize(verifier, scope="openid profile")
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    told = visitor.token(code, code_verifier=verifier).json()
    access = {"Authorization": f"Bearer {told['access_token']}"}
    claims = requests.get(f"{visitor.portal}/identity/o/api/userinfo", headers=access, timeout=10).json()
    assert set(claims) == {"sub", "name", "preferred_username", "mobile"}


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "x" * 43}, {"client_secret": "wrong"}, {"redirect_uri": "http://evil.example/"}]
)
def test_a_stolen_code_is_worth_nothing(changes: dict[str, str], visitor: Visitor) -> None:
    """Without verifier, secret and the right address there is no token; nor for a code used before."""
    verifier = secrets.token_urlsafe(48)
    code = code_for(visitor, "e03", verifier)
    assert visitor.token(code, **{"code_verifier": verifier, **changes}).status_code in {400, 401}


def test_a_code_works_once(visitor: Visitor) -> None:
    """The second use is refused."""
    verifier = secrets.token_urlsafe(48)
    code = code_for(visitor, "e03", verifier)
    assert visitor.token(code, code_verifier=verifier).ok
    assert visitor.token(code, code_verifier=verifier).status_code == 400


def test_a_code_goes_to_the_registered_address_only(visitor: Visitor) -> None:
    """A changed return address ends on the portal's own error page, in Chinese, with nothing sent there."""
    visitor.log_in("e03", "demo")
    answer = visitor.authorize("v" * 43, redirect_uri="http://evil.example/")
    assert "Location" not in answer.headers
    assert "登录请求无效" in answer.text


def test_a_stranger_is_asked_to_log_in_and_comes_back(visitor: Visitor) -> None:
    """The authorization request survives the login."""
    answer = visitor.authorize("v" * 43)
    place = urlsplit(answer.headers["Location"])
    assert place.path == "/login/"
    target = parse_qs(place.query)["next"][0]
    back = visitor.log_in("e02", "demo", target)
    assert back.headers["Location"] == target
    again = visitor.session.get(visitor.portal + target, timeout=10, allow_redirects=False)
    assert again.headers["Location"].startswith(CALLBACK)


@pytest.mark.parametrize(("user", "password"), [("e02", "wrong"), ("nobody", "demo"), ("", "")])
def test_wrong_passwords_get_a_clear_message(user: str, password: str, visitor: Visitor) -> None:
    """What to do stands beside it; which of the two was wrong does not."""
    answer = visitor.log_in(user, password)
    assert answer.status_code == 422
    assert "用户名或密码不正确" in answer.text
    assert "400-888-4636" in answer.text


@pytest.mark.parametrize("target", ["http://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_login_goes_nowhere_else(target: str, visitor: Visitor) -> None:
    """An open redirect is not one."""
    assert visitor.log_in("e02", "demo", target).headers["Location"] == "/"


@pytest.mark.req("HZ-1.3-09")
def test_home_lists_items_with_deep_links_into_the_hall(visitor: Visitor) -> None:
    """Every item has its own “在线办理”, which leads to the item's own entry in the hall."""
    page = visitor.session.get(visitor.portal, timeout=10).text
    assert _links(page) == _items("hangzhou")


@pytest.mark.req("HH-2-01", "HH-2-02", "HH-2-03", "HH-2-05", "HH-2-06")
def test_another_city_is_chosen_with_its_department(visitor: Visitor) -> None:
    """The selector offers both cities; the second's services, and no others, lead into its own hall."""
    page = visitor.session.get(visitor.portal, timeout=10).text
    assert re.findall(r'<option value="(\w+)"[^>]*>([^<]+)<', page) == [
        ("hangzhou", "杭州市 / 杭州住房公积金管理中心"),
        ("heihe", "黑河市 / 黑河市住房公积金管理中心"),
    ]
    page = visitor.session.get(visitor.portal, params={"centre": "heihe"}, timeout=10).text
    assert "黑龙江政务服务网" in page and "部门服务 / 黑河市住房公积金管理中心" in page
    assert _links(page) == _items("heihe")


def _links(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)">在线办理', page)


def _items(centre: str) -> list[str]:
    listed = [item for item in WORLD["portal_items"] if item.get("centre", "hangzhou") == centre]
    return [f"{CENTRE_URL}/{centre}/items/{item['code']}/" for item in listed]


def test_logging_out_of_the_hall_asks_and_comes_back(visitor: Visitor) -> None:
    """The portal asks whether to leave it too, then returns; to registered addresses only."""
    visitor.log_in("e02", "demo")
    page = f"{visitor.portal}/identity/o/logout"
    back = {"client_id": "hpf", "post_logout_redirect_uri": f"{visitor.portal}/"}
    asked = visitor.session.get(page, params=back, timeout=10)
    assert "是否同时退出" in asked.text
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', asked.text)[0]
    form = {**back, "csrfmiddlewaretoken": token, "action": "logout"}
    answer = visitor.session.post(page, form, headers={"Referer": page}, timeout=10, allow_redirects=False)
    assert answer.headers["Location"] == f"{visitor.portal}/"
    assert "法人用户登录" in visitor.session.get(visitor.portal, timeout=10).text
    stranger = visitor.session.get(
        page, params={**back, "post_logout_redirect_uri": "http://evil.example/"}, timeout=10
    )
    assert stranger.url.startswith(f"{visitor.portal}/")
    assert "登录请求无效" in stranger.text


@pytest.mark.parametrize("path", ["/", "/login/", "/switches/", "/bank/statement/", "/sms/"])
def test_pages_are_strict_and_script_free(path: str, sandbox: Sandbox) -> None:
    """Nothing inline, no script at all, no cookie that could meet the hall's."""
    answer = requests.get(sandbox.url + path, timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|<style| style=| on\w+=", answer.text)
    assert all(name.startswith("sbx_") for name in answer.cookies.keys())  # noqa: SIM118 - a jar iterates cookies


def test_the_demo_world_is_sound() -> None:
    """Credit codes and ids hold by their check digits; nobody appears twice."""
    people = [person for each in WORLD["employers"] for person in each["handlers"]]
    for each in WORLD["employers"]:
        uscc.validate(each["credit_code"])
    for person in people:
        weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        total = sum(weight * int(digit) for weight, digit in zip(weights, person["id_no"], strict=False))
        assert person["id_no"][17] == "10X98765432"[total % 11]
    for key in ("login", "id_no", "mobile"):
        assert len({person[key] for person in people}) == len(people)
    assert len({each["credit_code"] for each in WORLD["employers"]}) == len(WORLD["employers"])


def test_sandbox_and_centre_share_no_code() -> None:
    """They may only meet over the wire."""
    for package, other in (("sandbox", "hpf"), ("hpf", "sandbox")):
        for path in Path(ROOT / "src" / package).rglob("*.py"):
            assert not re.search(rf"^\s*(from|import) {other}\b", path.read_text(), re.MULTILINE), path
