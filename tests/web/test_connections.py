"""接口令牌 and 推送地址 in the hall: issued, shown once, ended; what was pushed, and pushing it again."""

import contextlib
import re
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests import personas
from tests.api.stage import ROOT
from tests.hall import HOME, Roster, text_of
from tests.paying import trail_of
from tests.server import Clone

from hpf.access import tokens
from hpf.access.tokens import Scope
from hpf.kernel.clock import FixedClock
from hpf.outside import changes, listings, webhooks
from hpf.outside.facts import MessageKind, MessageState
from hpf.outside.telling import PAUSES, push, tell

URL = "https://hr.example.com/hpf?from=hpf"


@pytest.fixture
def agent(centre: object, clock: FixedClock) -> Client:
    """The agent of one employer, in a city with others."""
    personas.city()
    return personas.login(personas.AGENT)


def _employer(persona: personas.Persona = personas.AGENT) -> int:
    return personas.account_of(persona).employer_id


def _secret(answer: Any) -> str:
    return str(re.findall(r'id="f-secret" value="([^"]+)"', answer.content.decode())[0])


def _issued(agent: Client, **more: str) -> Any:
    return agent.post(f"{HOME}tokens/issue/", {"once": "1", "name": "薪资系统", "items_read": "1", **more})


def _asked(token: str, path: str = "items") -> int:
    return Client(headers={"Authorization": f"Bearer {token}"}).get(ROOT + path).status_code


# tokens


def test_a_token_is_shown_once_and_opens_what_was_ticked(agent: Client) -> None:
    assert "还没有签发令牌" in text_of(agent.get(f"{HOME}tokens/"))
    answer = _issued(agent)
    secret, words = _secret(answer), text_of(agent.get(f"{HOME}tokens/"))
    assert answer["Cache-Control"] == "no-store" and "只显示这一次" in text_of(answer)
    assert (_asked(secret), _asked(secret, "cases")) == (200, 403)
    assert "薪资系统" in words and "陈思远" in words and "查看事项目录和试算" in words and "从未使用" in words
    assert secret not in agent.get(f"{HOME}tokens/").content.decode()
    assert trail_of("token.issued") == [{"employer": _employer(), "name": "薪资系统", "scopes": ["items:read"]}]


def test_a_form_that_is_sent_again_issues_no_second_token(agent: Client) -> None:
    _issued(agent)
    assert "已经提交过" in text_of(agent.post(f"{HOME}tokens/issue/", {"once": "1", "name": "薪资系统"}, follow=True))
    assert len(tokens.tokens_of("hangzhou", _employer())) == 1
    assert _issued(agent, once="2").status_code == 200


@pytest.mark.parametrize(
    ("path", "sent", "verb"),
    [
        ("tokens/issue/", {"name": "薪资系统", "items_read": "1"}, "issue_token"),
        ("receivers/add/", {"url": URL, "case_moved": "1"}, "add_hook"),
    ],
)
def test_a_double_click_at_the_same_instant_counts_once(
    committed_centre: Clone, monkeypatch: pytest.MonkeyPatch, path: str, sent: dict[str, str], verb: str
) -> None:
    personas.city()
    cookies = personas.login(personas.AGENT).cookies
    both, shown, carry_out = threading.Barrier(2), list[bool](), getattr(changes, verb)

    def together(*args: Any) -> Any:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(1)  # the other comes in as well, if nothing holds it
        return carry_out(*args)

    def click() -> None:
        client = Client()
        client.cookies = cookies
        answer = client.post(f"{HOME}{path}", {"once": "1", **sent})
        shown.append("f-secret" in answer.content.decode())
        connection.close()

    monkeypatch.setattr(changes, verb, together)
    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(shown) == [False, True]
    assert len(tokens.tokens_of("hangzhou", _employer())) + len(listings.hooks_of(_employer())) == 1
    again = Client()
    again.cookies = cookies
    assert again.post(f"{HOME}{path}", {"once": "1", **sent}).status_code == 302, "nor does a reload later"


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"name": " "}, "请填写令牌名称"),
        ({"name": "薪" * 61}, "最多 60 个字"),
        ({"items_read": ""}, "请至少选择一项权限"),
    ],
)
def test_a_token_that_lacks_something_is_not_issued(agent: Client, sent: dict[str, str], why: str) -> None:
    answer = _issued(agent, **sent)
    assert answer.status_code == 422 and why in text_of(answer)
    assert tokens.tokens_of("hangzhou", _employer()) == []


def test_so_many_living_tokens_and_no_more(agent: Client) -> None:
    for number in range(changes.MOST_TOKENS):
        assert _issued(agent, once=str(number)).status_code == 200
    assert "有效的令牌最多 20 个" in text_of(_issued(agent, once="x"))
    one = tokens.tokens_of("hangzhou", _employer())[0]
    agent.post(f"{HOME}tokens/{one.id}/revoke/")
    assert _issued(agent, once="x").status_code == 200


def test_a_revoked_token_opens_nothing(agent: Client) -> None:
    secret = _secret(_issued(agent))
    (token,) = tokens.tokens_of("hangzhou", _employer())
    address = f"{HOME}tokens/{token.id}/revoke/"
    assert "确定停用令牌“薪资系统”" in text_of(agent.get(address)) and _asked(secret) == 200
    assert "已停用令牌" in text_of(agent.post(address, follow=True))
    assert _asked(secret) == 401
    assert "已经停用" in text_of(agent.post(address, follow=True)) and len(trail_of("token.revoked")) == 1
    assert "已停用" in text_of(agent.get(f"{HOME}tokens/"))


def test_a_token_of_the_centre_says_so(agent: Client) -> None:
    tokens.issue(None, "hangzhou", _employer(), "老系统", [Scope.ITEMS_READ])
    assert "老系统 有效 查看事项目录和试算 中心" in text_of(agent.get(f"{HOME}tokens/"))


def test_what_is_anothers_is_not_there(agent: Client) -> None:
    _issued(agent)
    (token,) = tokens.tokens_of("hangzhou", _employer())
    rival = personas.login(personas.RIVAL)
    for method in (rival.get, rival.post):
        assert method(f"{HOME}tokens/{token.id}/revoke/").status_code == 404
    assert "薪资系统" not in text_of(rival.get(f"{HOME}tokens/"))


# addresses


def _added(agent: Client, **more: str) -> Any:
    sent = {"once": str(uuid.uuid4()), "url": URL, "case_moved": "1", **more}
    return agent.post(f"{HOME}receivers/add/", sent)


def test_an_address_is_registered_and_its_key_shown_once(agent: Client) -> None:
    answer = _added(agent)
    secret = _secret(answer)
    assert len(secret) >= 32 and "签名密钥只显示这一次" in text_of(answer)
    page = agent.get(f"{HOME}receivers/").content.decode()
    assert URL in page and "办件有变化" in page and secret not in page
    (hook,) = listings.hooks_of(_employer())
    assert hook.kinds == (MessageKind.CASE_MOVED,)
    assert trail_of("hook.registered") == [{"employer": _employer(), "url": URL}]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"url": "http://hr.example.com/"}, "地址须以 https:// 开头"),
        ({"url": "https://10.0.0.1/"}, "地址指向内部网络"),
        ({"url": "https://127.0.0.1:5432/"}, "地址指向内部网络"),
        ({"url": ""}, "地址格式不正确"),
        ({"case_moved": ""}, "请至少选择一种消息"),
    ],
)
def test_an_address_that_may_not_be_told_is_refused(
    agent: Client, settings: Any, sent: dict[str, str], why: str
) -> None:
    settings.DEMO = False
    answer = _added(agent, **sent)
    assert answer.status_code == 422 and why in text_of(answer)
    assert listings.hooks_of(_employer()) == []


def test_the_sixth_address_is_one_too_many(agent: Client) -> None:
    assert [_added(agent).status_code for _ in range(6)] == [200] * 5 + [422]


@pytest.fixture
def told(agent: Client, monkeypatch: pytest.MonkeyPatch, drain: Callable[[], int]) -> str:
    """An address that answers 500, with the message of a case that was submitted; its page."""
    monkeypatch.setattr(webhooks, "send", _refuse)
    _added(agent)
    (hook,) = listings.hooks_of(_employer())
    roster = Roster(agent).enter()
    roster.save(1)
    roster.submit()
    tell()
    message = listings.messages(hook, page=1)[-1]
    push(delivery=str(message.id), tries=0)
    return f"{HOME}receivers/{hook.id}/"


def _refuse(*_: object, **__: object) -> int:
    raise webhooks.NotDelivered("HTTP 500", 500)


def _message(page: str) -> Any:
    (hook,) = listings.hooks_of(_employer())
    return listings.messages(hook, page=1)[-1]


def test_what_was_pushed_is_listed_with_its_fate(agent: Client, told: str) -> None:
    words = text_of(agent.get(told))
    assert "办件有变化" in words and "等待送达" in words and "对方返回 HTTP 500" in words
    assert "没有符合条件的消息" in text_of(agent.get(told, {"state": "given_up"}))
    assert "等待送达" in text_of(agent.get(told, {"state": "waiting"}))


def test_a_message_is_sent_again_at_once_and_counts_no_second_chain_of_tries(
    agent: Client, told: str, monkeypatch: pytest.MonkeyPatch, drain: Callable[[], int]
) -> None:
    sent: list[str] = []
    message = _message(told)
    assert message.tries == 1
    address = f"{told}messages/{message.id}/again/"
    assert agent.get(address).status_code == 405
    assert "已重新排入推送" in text_of(agent.post(address, follow=True))
    assert "已重新排入推送" in text_of(agent.post(address, follow=True))

    def take(url: str, headers: dict[str, str], *_: object, **__: object) -> int:
        sent.append(headers["HPF-Message-Id"])
        return 204

    monkeypatch.setattr(webhooks, "send", take)
    drain()
    assert sent.count(str(message.id)) == 1, "whatever was queued for the same try"
    now = _message(told)
    assert (now.state, now.tries, now.status) == (MessageState.DELIVERED, 2, 204)
    agent.post(address)
    drain()
    assert sent.count(str(message.id)) == 2 and _message(told).tries == 1, "one that was taken begins anew"
    assert len(trail_of("message.sent_again")) == 3


def test_a_message_that_was_given_up_begins_anew(agent: Client, told: str, drain: Callable[[], int]) -> None:
    message = _message(told)
    for tries in range(1, len(PAUSES) + 1):
        push(delivery=str(message.id), tries=tries)
    assert "已停止推送" in text_of(agent.get(told))
    agent.post(f"{told}messages/{message.id}/again/")
    assert _message(told).state is MessageState.WAITING and _message(told).tries == 0


def test_an_address_that_is_ended_is_gone(agent: Client, told: str) -> None:
    message = _message(told)
    assert "确定停止向这个地址推送" in text_of(agent.get(f"{told}end/"))
    assert "已停止向" in text_of(agent.post(f"{told}end/", follow=True))
    for path in (told, f"{told}end/"):
        assert agent.get(path).status_code == 404
    assert agent.post(f"{told}messages/{message.id}/again/").status_code == 404


def test_a_rivals_address_and_its_messages_are_not_there(agent: Client, told: str) -> None:
    rival, message = personas.login(personas.RIVAL), _message(told)
    assert rival.get(told).status_code == 404
    for path in (f"{told}end/", f"{told}messages/{message.id}/again/"):
        assert rival.post(path).status_code == 404
    assert URL not in rival.get(f"{HOME}receivers/").content.decode()
