"""The desk's door: who comes in and how, who may open and do what, and who hands out logins."""

import re
import time

import pytest
from django.conf import settings
from django.test import Client
from tests import personas, reviewing
from tests.hall import HOME, Answer, text_of
from tests.paying import trail_of
from tests.staff import PASSWORD, at_desk, enter, member, totp

from hpf.access import second_factor, tries
from hpf.access.actor import Role
from hpf.access.changes import StaffRefused, give_password, give_roles
from hpf.access.models import User
from hpf.access.readers import roles, staff
from hpf.kernel.clock import FixedClock

DESK = f"{HOME}desk/"


@pytest.fixture
def waiting(centre: object, clock: FixedClock) -> str:
    """A case of the agent's employer that waits for review."""
    reviewing.city()
    return reviewing.applied(personas.login(personas.AGENT), reviewing.person(1, "李一"))


def test_the_administrator_sees_nobodys_data(waiting: str) -> None:
    admin = at_desk(Role.ADMIN, centre=reviewing.CENTRE)
    for page in ("", "runs/", "staff/", "account/"):
        source = admin.get(reviewing.DESK + page).content.decode()
        assert "李一" not in source and reviewing.number(1) not in source and waiting not in source


@pytest.mark.parametrize(
    "held", [{Role.ADMIN, Role.REVIEWER}, {Role.AUDITOR, Role.TELLER}, {Role.ACCOUNTANT, Role.REVIEWER}, set(Role)]
)
def test_duties_are_kept_apart(centre: object, held: set[Role]) -> None:
    with pytest.raises(StaffRefused, match="不能由同一人兼任"):
        give_roles("one", "陈立", PASSWORD, personas.CENTRE, frozenset(held))
    assert not roles(User.objects.get(username="one").pk, personas.CENTRE)


# coming in


def test_a_password_alone_opens_nothing(centre: object, clock: FixedClock) -> None:
    _, username, secret = member(Role.TELLER)
    client = Client()
    answer = client.post("/desk-login", {"username": username, "password": PASSWORD, "next": f"{DESK}runs/"})
    assert answer["Location"] == "/desk-login/code"
    assert client.get(DESK)["Location"].startswith("/desk-login?next=")
    assert "动态口令" in text_of(client.get("/desk-login/code"))
    wrong = client.post("/desk-login/code", {"code": f"{(int(totp(secret)) + 1) % 1_000_000:06d}"})
    assert wrong.status_code == 422 and "动态口令不正确" in text_of(wrong)
    assert client.get(DESK).status_code == 302
    assert client.post("/desk-login/code", {"code": totp(secret)})["Location"] == f"{DESK}runs/"
    assert client.get(DESK).status_code == 200
    assert len(trail_of("logged_in")) == 1


def test_a_code_counts_once_and_a_clock_may_be_a_little_off(centre: object, clock: FixedClock) -> None:
    _, username, secret = member(Role.TELLER)
    if time.time() % 30 > 25:
        time.sleep(6)  # not across the half minute
    code = totp(secret)
    enter(username, secret)
    second = Client()
    second.post("/desk-login", {"username": username, "password": PASSWORD})
    assert "已使用过" in text_of(second.post("/desk-login/code", {"code": code}))
    assert second.post("/desk-login/code", {"code": totp(secret, 2)}).status_code == 422
    assert second.post("/desk-login/code", {"code": f" {totp(secret, 1)[:3]} {totp(secret, 1)[3:]}"}).status_code == 302


def test_a_recovery_code_stands_in_once(centre: object, clock: FixedClock) -> None:
    user_id, username, _ = member(Role.TELLER)
    code = second_factor.recovery_codes(user_id)[0]
    for status in (302, 422):
        client = Client()
        client.post("/desk-login", {"username": username, "password": PASSWORD})
        assert client.post("/desk-login/code", {"code": code}).status_code == status
    assert len(second_factor.recovery_codes(user_id)) == 9


def test_after_five_failures_the_name_is_closed_whether_it_exists_or_not(centre: object, clock: FixedClock) -> None:
    _, username, secret = member(Role.TELLER)
    for name in (username, "nobody"):
        for _ in range(tries.LIMIT):
            answer = Client().post("/desk-login", {"username": name, "password": "wrong"})
            assert "用户名或密码错误" in text_of(answer)
        closed = Client().post("/desk-login", {"username": name, "password": PASSWORD})
        assert closed.status_code == 422 and "请10分钟后再试" in text_of(closed)
    tries.forget(username)
    client = Client()
    client.post("/desk-login", {"username": username, "password": PASSWORD})
    for _ in range(tries.LIMIT):
        client.post("/desk-login/code", {"code": "000000"})
    assert "请10分钟后再试" in text_of(client.post("/desk-login/code", {"code": totp(secret)}))


def test_the_first_login_sets_the_second_factor_up(centre: object, clock: FixedClock) -> None:
    user_id = give_roles("fresh", "新人", PASSWORD, personas.CENTRE, frozenset({Role.TELLER}))
    given, client = give_password(user_id), Client()
    client.post("/desk-login", {"username": "fresh", "password": given})
    assert client.get("/desk-login/code")["Location"] == "/desk-login/setup"
    page = client.get("/desk-login/setup")
    secret = "".join(re.findall(r'class="secret">([^<]+)<', page.content.decode())[0].split())
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    chosen = {"code": totp(secret), "password": "another-long-password", "again": "another-long-password"}
    for wrong, why in (
        ({"code": "000000"}, "动态口令不正确"),
        ({"again": "something-else-long"}, "两次输入的新密码不一致"),
        ({"password": "short", "again": "short"}, "密码长度太短"),
        ({"password": given, "again": given}, "新密码不能与原密码相同"),
    ):
        answer = client.post("/desk-login/setup", {**chosen, **wrong})
        assert answer.status_code == 422 and why in text_of(answer)
        assert not second_factor.holders([user_id]) and client.get(DESK).status_code == 302
        tries.forget("fresh")
    codes = client.post("/desk-login/setup", chosen, follow=True)
    assert len(set(re.findall(r"<code>(\d{4} \d{4})</code>", codes.content.decode()))) == 10
    assert client.post(f"{DESK}account/codes/")["Location"] == DESK
    assert client.get(f"{DESK}account/codes/")["Location"] == f"{DESK}account/"
    again = Client()
    assert again.post("/desk-login", {"username": "fresh", "password": given}).status_code == 422
    again.post("/desk-login", {"username": "fresh", "password": "another-long-password"})
    assert again.post("/desk-login/code", {"code": totp(secret, 1)})["Location"] == DESK


def test_secrets_lie_encrypted(centre: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - the table itself

    user_id, _, secret = member(Role.TELLER)
    assert secret not in str([row.data for row in Authenticator.objects.filter(user_id=user_id)])
    monkeypatch.setattr(settings, "SECRET_KEY", "another key")
    assert not second_factor.check(user_id, totp(secret))


def test_the_demos_code_is_shown_in_the_demo_only(
    centre: object, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, username, _ = member(Role.TELLER)
    second_factor.plant(user_id, second_factor.DEMO_SECRET)
    client = Client()
    client.post("/desk-login", {"username": username, "password": PASSWORD})
    monkeypatch.setattr(settings, "DEMO", False)
    assert "demo-code" not in client.get("/desk-login/code").content.decode()
    monkeypatch.setattr(settings, "DEMO", True)
    shown = re.findall(r'id="demo-code">(\d{6})<', client.get("/desk-login/code").content.decode())[0]
    assert client.post("/desk-login/code", {"code": shown})["Location"] == DESK


def test_an_agent_has_no_way_in_through_the_desks_door(centre: object, clock: FixedClock) -> None:
    personas.city()
    user = User.objects.create_user("agent", PASSWORD, name="陈思远")
    answer = Client().post("/desk-login", {"username": "agent", "password": PASSWORD})
    assert answer.status_code == 422 and "用户名或密码错误" in text_of(answer)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(DESK).status_code == 302  # the hall's cookie is not the desk's


def test_a_session_of_the_hall_is_none_of_the_desk(centre: object, clock: FixedClock) -> None:
    hall = personas.teller()  # staff, but never through the desk's door
    client = Client()
    client.cookies["hpf_desk"] = hall.cookies["hpf_hall"].value
    assert client.get(DESK)["Location"].startswith("/desk-login?next=")


@pytest.mark.parametrize(
    ("back", "lands"),
    [
        ("/hangzhou/desk/cases/", "/hangzhou/desk/cases/"),
        ("https://evil.example/desk/", DESK),
        ("//evil.example/desk/", DESK),
        ("/hangzhou/", DESK),
        ("", DESK),
    ],
)
def test_the_login_leads_to_the_desk_and_nowhere_else(centre: object, clock: FixedClock, back: str, lands: str) -> None:
    _, username, secret = member(Role.TELLER)
    wrong = Client().post("/desk-login", {"username": username, "password": "wrong", "next": back})
    assert wrong.status_code == 422 and PASSWORD not in wrong.content.decode()
    client = Client()
    client.post("/desk-login", {"username": username, "password": PASSWORD, "next": back})
    assert client.post("/desk-login/code", {"code": totp(secret)})["Location"] == lands


def test_who_leaves_has_to_log_in_again(centre: object, clock: FixedClock) -> None:
    client = at_desk(Role.TELLER)
    client.get(f"{DESK}logout/")
    assert client.get(DESK).status_code == 200
    client.post(f"{DESK}logout/")
    assert client.get(DESK).status_code == 302


def test_a_password_is_changed_by_who_knows_it(centre: object, clock: FixedClock) -> None:
    _, username, secret = member(Role.ACCOUNTANT)
    client, new = enter(username, secret), "yet-another-password"
    for sent, why in (
        ({"old": "wrong", "password": new, "again": new}, "原密码不正确"),
        ({"old": PASSWORD, "password": new, "again": "x"}, "两次输入的新密码不一致"),
        ({"old": PASSWORD, "password": "short", "again": "short"}, "密码长度太短"),
    ):
        assert why in text_of(client.post(f"{DESK}account/", sent))
    assert "密码已修改" in text_of(
        client.post(f"{DESK}account/", {"old": PASSWORD, "password": new, "again": new}, follow=True)
    )
    assert Client().post("/desk-login", {"username": username, "password": PASSWORD}).status_code == 422
    assert Client().post("/desk-login", {"username": username, "password": new}).status_code == 302


# who hands out logins


@pytest.fixture
def admin(centre: object, clock: FixedClock) -> Client:
    """The system administrator."""
    return at_desk(Role.ADMIN, name="盛怀谷")


def _change(admin: Client, user_id: int, **sent: str) -> Answer:
    answer: Answer = admin.post(f"{DESK}staff/{user_id}/change/", sent, follow=True)
    return answer


def test_a_new_login_gets_a_password_that_is_shown_once(admin: Client) -> None:
    answer = admin.post(f"{DESK}staff/add/", {"username": "gy02", "name": "沈柜员", "teller": "1", "reviewer": "1"})
    given = re.findall(r"初始密码 (\S+?)。", text_of(answer))[0]
    (fresh,) = [who for who in staff(personas.CENTRE) if who.username == "gy02"]
    assert fresh.roles == {Role.TELLER, Role.REVIEWER} and fresh.initial_password
    words = text_of(admin.get(f"{DESK}staff/"))
    assert "沈柜员" in words and "初始密码" in words and given not in words
    client = Client()
    client.post("/desk-login", {"username": "gy02", "password": given})
    assert "再输入一次新密码" in text_of(client.get("/desk-login/setup"))
    assert trail_of("login_added") == [{"roles": ["reviewer", "teller"]}]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"username": "Gy 2", "name": "沈", "teller": "1"}, "登录名为3至30位小写字母"),
        ({"username": "portal:x", "name": "沈", "teller": "1"}, "登录名为3至30位小写字母"),
        ({"username": "gy02", "teller": "1"}, "请填写姓名"),
        ({"username": "gy02", "name": "沈"}, "请至少选择一个岗位"),
        ({"username": "taken", "name": "沈", "teller": "1"}, "该登录名已被使用"),
        ({"username": "gy02", "name": "沈", "teller": "1", "admin": "1"}, "不能由同一人兼任"),
    ],
)
def test_a_login_that_lacks_something_is_not_added(admin: Client, sent: dict[str, str], why: str) -> None:
    User.objects.create_user("taken", PASSWORD, name="张")
    before = User.objects.count()
    answer = admin.post(f"{DESK}staff/add/", sent)
    assert answer.status_code == 422 and why in text_of(answer)
    assert User.objects.count() == before


def test_roles_are_given_and_taken_and_passwords_and_telephones_replaced(admin: Client) -> None:
    user_id, username, secret = member(Role.TELLER, name="沈柜员")
    client = enter(username, secret)
    assert "岗位已修改" in text_of(_change(admin, user_id, do="roles", reviewer="1"))
    assert client.get(f"{DESK}receipts/").status_code == 403 and client.get(f"{DESK}reviews/").status_code == 200
    assert "动态口令已重置" in text_of(_change(admin, user_id, do="factor"))
    assert not second_factor.holders([user_id])
    given = re.findall(r"初始密码 (\S+?)。", text_of(_change(admin, user_id, do="password")))[0]
    assert client.get(DESK).status_code == 302  # the sessions with the old password are over
    assert Client().post("/desk-login", {"username": username, "password": given}).status_code == 302
    assert "已停用" in text_of(_change(admin, user_id, do="roles"))
    assert Client().post("/desk-login", {"username": username, "password": given}).status_code == 422
    assert trail_of("roles_given") == [
        {"before": ["teller"], "after": ["reviewer"]}, {"before": ["reviewer"], "after": []},
    ]  # fmt: skip


def test_nobody_changes_their_own_login_and_no_other_centres(admin: Client) -> None:
    own = next(who.user_id for who in staff(personas.CENTRE) if Role.ADMIN in who.roles)
    for do in ("roles", "password", "factor"):
        answer = _change(admin, own, do=do, auditor="1")
        assert answer.status_code == 422 and "不能修改本人" in text_of(answer)
    elsewhere, _, _ = member(Role.TELLER, centre=reviewing.CENTRE)
    assert _change(admin, elsewhere, do="password").status_code == 404
    assert {Role.ADMIN} == roles(own, personas.CENTRE)


def test_a_login_that_another_centre_keeps_gets_roles_here_but_no_password(admin: Client) -> None:
    user_id, username, _ = member(Role.TELLER, centre=reviewing.CENTRE)
    give_roles(username, "", "", personas.CENTRE, frozenset({Role.TELLER}))
    answer = _change(admin, user_id, do="password")
    assert answer.status_code == 422 and "由其他中心管理" in text_of(answer)
    assert "已停用" in text_of(_change(admin, user_id, do="roles"))
    assert roles(user_id, reviewing.CENTRE) == {Role.TELLER}
