"""短信 at the desk: who sees it, what is masked, how one finds a message, what can be sent again."""

import pytest
from django.test import Client
from tests.hall import HOME, text_of
from tests.parties import builders as b
from tests.paying import trail_of
from tests.staff import at_desk
from tests.texting import ACTOR, UNKNOWN, Phones, due_again, new_text, number, queue, send_now, sent, states

from hpf.access.actor import Role
from hpf.notices import changes, delivery

TEXTS = f"{HOME}desk/texts/"


@pytest.fixture
def operator(centre: object, clock: object) -> Client:
    """A batch operator at the desk."""
    return at_desk(Role.BATCH)


def test_an_empty_list_says_so(operator: Client) -> None:
    assert "没有符合条件的短信" in text_of(operator.get(TEXTS))
    assert "短信" in text_of(operator.get(f"{HOME}desk/"))


def test_numbers_and_amounts_are_masked_and_a_number_is_found_by_its_end(operator: Client) -> None:
    mobile = number()
    queue(new_text(1, mobile), new_text(2))
    for source in (operator.get(TEXTS).content.decode(), at_desk(Role.AUDITOR).get(TEXTS).content.decode()):
        assert mobile not in source and "1,312.00" not in source and f"138****{mobile[-4:]}" in source
        assert "月缴存额*,***.**元" in source
    assert "共 1 条" in text_of(operator.get(TEXTS, {"q": mobile[-4:]}))
    assert "没有符合条件的短信" in text_of(operator.get(TEXTS, {"q": "0000"}))
    assert 'maxlength="4"' in operator.get(TEXTS).content.decode()  # a whole number does not get into an address
    for wrong in (mobile, mobile[-3:], "12a4"):
        answer = operator.get(TEXTS, {"q": wrong})
        assert "请只输入号码的后4位" in text_of(answer) and mobile not in answer.content.decode()
    assert "没有符合条件的短信" in text_of(operator.get(TEXTS, {"state": "delivered"}))
    assert "没有符合条件的短信" in text_of(operator.get(TEXTS, {"kind": "due_made"}))
    assert "没有符合条件的短信" in text_of(operator.get(TEXTS, {"since": "2026-11-17"}))
    nonsense = {"state": "nonsense", "since": "x", "until": "9999-12-31", "page": "9"}
    assert f"138****{mobile[-4:]}" in text_of(operator.get(TEXTS, nonsense))


def test_what_failed_is_sent_again_by_who_may(phones: Phones, operator: Client) -> None:
    queue(new_text(1, UNKNOWN))
    send_now()
    phones.hand_on()
    (text,) = sent()
    words = text_of(operator.get(TEXTS))
    assert "空号" in words and "发送失败" in words and "重发" in words
    assert "重发" not in text_of(at_desk(Role.TELLER).get(TEXTS))
    assert at_desk(Role.TELLER).post(f"{TEXTS}{text.id}/again/").status_code == 403
    assert "已重新发送" in text_of(operator.post(f"{TEXTS}{text.id}/again/", follow=True))
    assert "不能重发" in text_of(operator.post(f"{TEXTS}{text.id}/again/", follow=True))
    assert "不能重发" in text_of(operator.post(f"{TEXTS}999999/again/", follow=True))
    assert operator.get(f"{TEXTS}{text.id}/again/").status_code == 405
    send_now()
    assert len(phones.received(UNKNOWN)) >= 2 and states() == ["sent"]
    assert trail_of("texts.resent") == [{"count": 1}]


def test_all_that_the_gateway_never_answered_for_is_sent_again_at_once(phones: Phones, operator: Client) -> None:
    queue(new_text(1), new_text(2))
    assert "全部重发" not in text_of(operator.get(TEXTS))
    phones.unplug()
    for _ in range(len(delivery.PAUSES) + 1):
        due_again()
        send_now()
    assert "网关无应答的全部重发" in text_of(operator.get(TEXTS))
    phones.wire()
    assert "已重新发送 2 条短信" in text_of(operator.post(f"{TEXTS}again/", follow=True))
    assert "没有需要重发的短信" in text_of(operator.post(f"{TEXTS}again/", follow=True))
    send_now()
    assert states() == ["sent", "sent"]


def test_a_forgotten_number_says_so_and_pages_turn(operator: Client) -> None:
    queue(*(new_text(n) for n in range(60)))
    send_now()
    assert changes.forget_texts(ACTOR, b.AT, b.AT.replace(year=2027)) == 60
    words = text_of(operator.get(TEXTS, {"page": "2"}))
    assert "已清除" in words and "未配置短信网关" in words and "共 60 条" in words
    assert "没有需要重发的短信" in text_of(operator.post(f"{TEXTS}again/", follow=True)), "nobody knows where to"
