"""Text messages: queued once, handed over in batches, retried, reported in whatever order, resent, forgotten."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.parties import builders as b
from tests.paying import trail_of
from tests.texting import ACTOR, REPORTS, UNKNOWN, Phones, due_again, new_text, queue, send_now, sent, states

from hpf.access.tenancy import in_centre
from hpf.kernel.clock import FixedClock
from hpf.notices import changes, delivery, jobs, readers
from hpf.notices.facts import Reply, Report, TextState
from hpf.web.callbacks import REFUSED_KEPT

pytestmark = pytest.mark.usefixtures("centre", "clock")


def refs() -> list[str]:
    """What the gateway knows the messages by, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ref FROM notices_text ORDER BY id")
        return [str(row[0]) for row in cursor.fetchall()]


def report(*told: tuple[str, bool]) -> int:
    """Take these reports at once."""
    return changes.take_reports(ACTOR, b.AT, [Report(ref, good, "" if good else "关机") for ref, good in told])


def test_a_subject_is_told_once_and_nothing_without_number_or_text() -> None:
    assert queue(new_text(1), new_text(1), new_text(2)) == 2
    assert queue(new_text(2), new_text(3)) == 1
    assert queue(new_text(4, text="")) == 0
    empty = new_text(5)
    assert changes.queue_texts(ACTOR, b.AT, [type(empty)(empty.subject, empty.kind, "", empty.text)]) == 0
    assert states() == ["waiting"] * 3
    assert [entry["count"] for entry in trail_of("texts.queued")] == [2, 1]


def test_ten_thousand_messages_take_as_many_queries_as_ten(phones: Phones) -> None:
    counts = []
    queue(new_text(1))  # the first statement of a connection names its schema
    for size in (10, 10_000):
        with CaptureQueriesContext(connection) as seen:
            queue(*(new_text(size + n) for n in range(size)))
        counts.append(len(seen))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as seen:
        send_now()
    assert len(seen) == 2 * 21 + 1  # batches of 500: what is due, what was said; then that nothing is
    phones.sandbox.wait_idle()
    for number in range(len(phones.door.came)):
        phones.hand_on(number)
    assert readers.text_counts() == dict.fromkeys(readers.text_counts(), 0)


def test_what_waits_is_sent_after_the_transaction_and_delivered(phones: Phones, drain: Callable[[], int]) -> None:
    known = new_text(1)
    queue(known, new_text(2, UNKNOWN))
    drain()
    assert states() == ["sent", "sent"]
    assert phones.hand_on().status_code == 200
    assert [(text.state.value, text.reason) for text in sent()] == [("delivered", ""), ("failed", "空号")]
    assert phones.bodies(known.mobile) == ["月缴存额1,312.00元"]
    assert trail_of("texts.reported") == [{"delivered": 1, "failed": 1}]


@pytest.mark.parametrize("how", ["down", "unplugged"])
def test_while_the_gateway_is_down_messages_wait_and_pauses_grow(
    how: str, phones: Phones, caplog: pytest.LogCaptureFixture
) -> None:
    asked = new_text(1)
    queue(asked)
    if how == "down":
        phones.sandbox.turn(sms_down=1)
    else:
        phones.unplug()
    with caplog.at_level(logging.DEBUG):
        send_now()
        send_now()
    (text,) = sent()
    assert (text.state, text.tries, text.reason) == (TextState.WAITING, 1, "短信网关暂时无法连接")
    assert asked.mobile not in caplog.text and "1,312.00" not in caplog.text
    phones.wire().sandbox.turn(sms_down=0)
    send_now()
    assert states() == ["waiting"]  # its pause is not over
    due_again()
    send_now()
    assert states() == ["sent"]
    assert len(phones.received(asked.mobile)) == 1


def test_after_the_last_pause_it_is_given_up_and_can_be_resent(phones: Phones) -> None:
    queue(new_text(1), new_text(2))
    phones.unplug()
    for tried in range(len(delivery.PAUSES) + 1):
        assert states() == ["waiting"] * 2, tried
        due_again()
        send_now()
    assert states() == ["given_up"] * 2 and readers.text_counts()[TextState.GIVEN_UP] == 2
    phones.wire()
    assert changes.resend(ACTOR, b.AT) == 2
    send_now()
    assert states() == ["sent"] * 2


def test_without_a_gateway_a_message_says_so() -> None:
    queue(new_text(1))
    send_now()
    assert [(text.state.value, text.reason) for text in sent()] == [("given_up", "未配置短信网关")]


def test_an_answer_that_was_lost_is_asked_for_again_and_sent_once(phones: Phones, monkeypatch: Any) -> None:
    monkeypatch.setattr("hpf.outside.sms.TIMEOUT_SECONDS", (3, 1))
    phones.sandbox.turn(sms_slow=2)
    asked = new_text(1)
    queue(asked)
    send_now()
    assert states() == ["waiting"]
    phones.hand_on()  # the report has overtaken the answer
    assert states() == ["delivered"]
    phones.sandbox.turn(sms_slow=0)
    due_again()
    send_now()
    assert states() == ["delivered"] and len(phones.received(asked.mobile)) == 1


def test_a_report_that_overtakes_the_answer_leaves_its_number_and_the_try_to_it() -> None:
    queue(new_text(1))
    (ref,) = refs()
    report((ref, False))
    delivery.note_replies(b.AT, [Reply(ref, "G1")])
    (text,) = sent()
    assert (text.state, text.reason, text.tries, text.sent_at) == (TextState.FAILED, "关机", 1, b.AT)


@pytest.mark.parametrize("order", [(False, True), (True, False), (True, True, False), (False, False, True)])
def test_reports_count_once_and_their_order_makes_no_difference(order: tuple[bool, ...]) -> None:
    queue(new_text(1))
    (ref,) = refs()
    for good in order:
        report((ref, good))
    assert states() == ["delivered"]
    assert report(*((ref, good) for good in order)) == 0


def test_both_ends_in_one_batch_and_strangers_reports() -> None:
    queue(new_text(1))
    (ref,) = refs()
    assert report(("00000000-0000-4000-8000-000000000000", True)) == 0
    assert report((ref, True), (ref, False)) == 1
    assert states() == ["delivered"]


def test_a_late_report_of_the_first_sending_does_not_end_the_second() -> None:
    queue(new_text(1))
    (first,) = refs()
    report((first, False))
    (text,) = sent()
    assert changes.resend(ACTOR, b.AT, text.id) == 1
    assert report((first, False)) == 0 and states() == ["waiting"]
    assert changes.resend(ACTOR, b.AT, text.id) == 0


def test_what_the_gateway_refuses_has_failed(phones: Phones) -> None:
    queue(new_text(1, "12345"))
    send_now()
    assert [(text.state.value, text.reason) for text in sent()] == [("failed", "号码格式错误")]


@pytest.mark.parametrize("switch", ["sms_twice", "sms_retried", "sms_reorder", "sms_late"])
def test_the_worlds_moods_end_in_delivered(switch: str, phones: Phones) -> None:
    moods = {"sms_late": {"sms_late": 3600}, "sms_reorder": {"sms_retried": 1, "sms_reorder": 1}}
    phones.sandbox.turn(**moods.get(switch, {switch: 1}))
    queue(new_text(1))
    send_now()
    if switch == "sms_late":
        phones.sandbox.wait_idle()
        assert phones.door.came == []
        phones.sandbox.post("/api/release", {})
    batches = 1 if switch == "sms_late" else 2
    for number in range(batches):
        phones.hand_on(number)
    assert states() == ["delivered"]
    phones.sandbox.wait_idle()


def test_forged_reports_change_nothing(phones: Phones) -> None:
    phones.sandbox.turn(sms_forged=1)
    phones.door.fail_next = 1
    queue(new_text(1))
    send_now()
    assert phones.hand_on().status_code == 401
    phones.sandbox.turn(sms_forged=0)
    body = phones.door.wait_for(2)[1][1]
    for changed in (body.replace(b"delivered", b"failed"), b"", b"{}", b"\xff"):
        assert phones.hand_on(1, changed).status_code == 401
    assert phones.hand_on(1, headers={"Sms-Timestamp": "1"}).status_code == 401
    assert states() == ["sent"]
    assert len(trail_of("reports.refused")) == 6
    for _ in range(REFUSED_KEPT):
        assert phones.hand_on(1, b"").status_code == 401
    kept = trail_of("reports.refused")
    assert len(kept) == REFUSED_KEPT and ["note" in one for one in kept] == [False] * (REFUSED_KEPT - 1) + [True]
    assert phones.hand_on(1).status_code == 200 and states() == ["delivered"]


@pytest.mark.parametrize(
    "told",
    [
        {"reports": [{"id": 5, "status": "failed"}]},
        {"reports": [{"id": ["x"], "status": "failed"}]},
        {"reports": [{"id": None, "status": "delivered"}]},
        {"reports": ["x"]},
        {"reports": 5},
        [],
    ],
)
def test_signed_reports_that_cannot_be_read_change_nothing_and_are_a_clear_400(phones: Phones, told: object) -> None:
    queue(new_text(1))
    send_now()
    body, stamp = json.dumps(told), str(int(time.time()))
    signature = hmac.new(b"demo", f"{stamp}\nn\n{body}\n".encode(), hashlib.sha256).hexdigest()
    headers = {"Sms-Timestamp": stamp, "Sms-Nonce": "n", "Sms-Signature": signature}
    answer = Client().post(REPORTS, body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.content) == (400, b"unreadable")
    assert states() == ["sent"] and len(trail_of("reports.refused")) == 1


def test_reports_of_one_centre_say_nothing_in_another(phones: Phones) -> None:
    queue(new_text(1))
    send_now()
    with in_centre("heihe"):
        assert states() == []
    assert phones.door.wait_for(1)
    assert Client().post("/callbacks/sms/nowhere", b"{}", content_type="application/json").status_code == 404


def test_numbers_and_texts_are_forgotten_and_what_became_of_them_stays(phones: Phones, clock: FixedClock) -> None:
    queue(new_text(1), new_text(2))
    (first, _) = refs()
    report((first, True))
    clock.move_to(b.AT + timedelta(days=180))
    jobs.forget_old_texts()
    assert trail_of("texts.forgotten") == []
    clock.move_to(b.AT + timedelta(days=180, seconds=1))
    jobs.forget_old_texts()
    jobs.forget_old_texts()
    assert trail_of("texts.forgotten") == [{"count": 1}]
    text, waiting = sent()
    assert (text.mobile, text.text, text.state) == ("", "", TextState.DELIVERED)
    assert waiting.mobile
    assert changes.resend(ACTOR, b.AT, text.id) == 0
