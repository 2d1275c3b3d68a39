"""The simulated gateway: who may hand messages over, what it keeps, what it reports, and the page of the telephones."""

import html
import re
import uuid
from dataclasses import replace

import pytest
import requests
from tests.outside_world import Door, Sandbox, door, sandbox, sandbox_process
from tests.texting import UNKNOWN, number

from hpf.notices.facts import GatewayUnavailable, Outgoing, Report
from hpf.outside.sms import PATH, Contract, ForgedReports, SmsGateway

__all__ = ["door", "sandbox", "sandbox_process"]


def contract(sandbox: Sandbox, door: Door) -> Contract:
    """The centre's contract, reporting to the door."""
    return Contract(sandbox.url, "hpf", "demo", door.url)


@pytest.fixture
def gateway(sandbox: Sandbox, door: Door) -> SmsGateway:
    """The centre's client."""
    return SmsGateway(contract(sandbox, door))


def message(mobile: str = "", text: str = "您好") -> Outgoing:
    """A message under a number of its own."""
    return Outgoing(str(uuid.uuid4()), mobile or number(), text)


def texts(sandbox: Sandbox, mobile: str) -> list[str]:
    """What a telephone shows."""
    return [text["body"] for text in sandbox.get(f"/api/sms?to={mobile}")["texts"]]


def test_messages_are_taken_once_and_reported(sandbox: Sandbox, door: Door, gateway: SmsGateway) -> None:
    good, unknown, wrong = message(), message(UNKNOWN), message("12345")
    first = gateway.send([good, unknown, wrong])
    again = gateway.send([good, replace(unknown, text="别的")])
    assert [reply.refused for reply in first] == ["", "", "号码格式错误"]
    assert [reply.gateway_id for reply in again] == [reply.gateway_id for reply in first[:2]]
    assert texts(sandbox, good.mobile) == ["您好"]
    reports = gateway.verify_reports(*door.wait_for(1)[0])
    assert reports == [Report(good.ref, True), Report(unknown.ref, False, "空号")]
    sandbox.wait_idle()
    assert len(door.came) == 1


def test_strangers_are_refused(sandbox: Sandbox, door: Door) -> None:
    mine = contract(sandbox, door)
    for theirs in (replace(mine, secret="other"), replace(mine, app_id="other")):
        with pytest.raises(GatewayUnavailable, match="401"):
            SmsGateway(theirs).send([message()])
    with pytest.raises(GatewayUnavailable, match="401"):
        SmsGateway(mine, wall=lambda: 0).send([message()])
    for body in (b"", b"{}", b"[]"):
        assert requests.post(sandbox.url + PATH, data=body, timeout=10).status_code == 401


def test_an_answer_about_something_else_is_no_answer(door: Door, sandbox: Sandbox) -> None:
    with pytest.raises(GatewayUnavailable, match="unreadable"):
        SmsGateway(replace(contract(sandbox, door), base_url=door.url)).send([message()])


def test_reports_are_trusted_only_when_fresh_and_rightly_signed(
    sandbox: Sandbox, door: Door, gateway: SmsGateway
) -> None:
    gateway.send([message()])
    headers, body = door.wait_for(1)[0]
    assert len(gateway.verify_reports(headers, body)) == 1
    with pytest.raises(ForgedReports, match="does not fit"):
        gateway.verify_reports(headers, body + b" ")
    with pytest.raises(ForgedReports, match="too long ago"):
        SmsGateway(contract(sandbox, door), wall=lambda: 0).verify_reports(headers, body)
    with pytest.raises(ForgedReports, match="unreadable"):
        gateway.verify_reports({}, body)
    with pytest.raises(ForgedReports):
        gateway.verify_reports({**headers, "Sms-Signature": "é"}, body)


def test_down_means_nothing_was_taken(sandbox: Sandbox, gateway: SmsGateway) -> None:
    sandbox.turn(sms_down=1)
    asked = message()
    with pytest.raises(GatewayUnavailable, match="503"):
        gateway.send([asked])
    assert texts(sandbox, asked.mobile) == []
    assert requests.get(f"{sandbox.url}/sms/", timeout=10).ok


@pytest.mark.parametrize(
    ("switches", "ends"),
    [
        ({"sms_retried": 1}, [False, True]),
        ({"sms_retried": 1, "sms_reorder": 1}, [True, False]),
        ({"sms_twice": 1}, [True, True]),
        ({"sms_unknown": 1}, [False]),
    ],
)
def test_reports_come_as_the_switches_say(
    switches: dict[str, int], ends: list[bool], sandbox: Sandbox, door: Door, gateway: SmsGateway
) -> None:
    sandbox.turn(**switches)
    gateway.send([message()])
    batches = [gateway.verify_reports(*came) for came in door.wait_for(len(ends))]
    came = [report.delivered for batch in batches for report in batch]
    assert came == ends
    sandbox.wait_idle()
    assert len(door.came) == len(ends)


def test_held_reports_do_not_keep_the_world_busy(sandbox: Sandbox, door: Door, gateway: SmsGateway) -> None:
    sandbox.turn(sms_late=3600)
    gateway.send([message()])
    assert sandbox.get("/idle")["idle"] and door.came == []
    assert sandbox.post("/api/release", {}) == {"released": 1}
    door.wait_for(1)


def test_a_report_that_was_not_taken_comes_again(sandbox: Sandbox, door: Door, gateway: SmsGateway) -> None:
    door.fail_next = 1
    gateway.send([message()])
    door.wait_for(1)
    assert not sandbox.get("/idle")["idle"]
    first, second = (gateway.verify_reports(*came) for came in door.wait_for(2))
    assert first == second


def test_the_telephones_can_be_searched(sandbox: Sandbox, gateway: SmsGateway, door: Door) -> None:
    one, other = message(text="<b>一</b>"), message(text="二")
    gateway.send([one, other])
    door.wait_for(1)

    def shown(**query: str) -> list[str]:
        page = requests.get(f"{sandbox.url}/sms/", params=query, timeout=10).text
        return [html.unescape(text) for text in re.findall(r'class="bubble">([^<]*)<', page)]

    assert shown(number=one.mobile) == ["<b>一</b>"]
    assert shown(number=other.mobile, text="一") == []
    assert shown()[:2] == ["二", "<b>一</b>"]
    assert shown(page="9999", number=one.mobile) == ["<b>一</b>"]
