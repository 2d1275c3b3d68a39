"""Employees who asked for messages, from the opening to the enquiry's column (HZ-2.4.1-55, HZ-2.4.2-09)."""

import html
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import personas
from tests.hall import HOME, Roster
from tests.parties import builders as b
from tests.texting import UNKNOWN, Phones, due_again, number, send_now, states

from hpf.engine import readers
from hpf.engine.facts import CaseState
from hpf.kernel.clock import FixedClock
from hpf.notices import listings

QUERY = f"{HOME}items/account.opening_query/"
WAITING = "订阅中，等待短信网关回执"
Drain = Callable[[], int]


@pytest.fixture
def roster(centre: object, clock: FixedClock) -> Roster:
    """The agent's list of new staff."""
    personas.city()
    return Roster(personas.login(personas.AGENT)).enter()


def line(serial: int, mobile: str, wants: str = "是") -> list[object]:
    """A line of the workbook with telephone and wish."""
    return ["李明", "居民身份证", b.id_no(serial), "新调入", 8200, mobile or None, wants]


def opened(roster: Roster, drain: Drain, *lines: list[object]) -> str:
    """These people are opened by workbook; the number of the case."""
    assert "行有误" not in roster.upload(roster.workbook(lines)).content.decode()
    no = roster.submit().rstrip("/").split("/")[-1]
    drain()
    assert readers.case(no, None).state is CaseState.CONCLUDED
    return no


def shown(client: Client, no: str) -> list[str]:
    """The column 短信订阅结果 of the enquiry."""
    page = html.unescape(client.get(f"{QUERY}detail/", {"of": no}).content.decode())
    heads = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", page, re.S)
    place = next(n for n, head in enumerate(heads) if "短信订阅结果" in head)
    rows = re.findall(r"<tr class=\"t-.*?</tr>", page, re.S)
    return [re.sub(r"<[^>]+>", "", re.findall(r"<t[dh].*?</t[dh]>", row, re.S)[place]).strip() for row in rows]


@pytest.mark.req("HZ-2.4.1-55", "HZ-2.4.2-09")
def test_who_asks_is_texted_and_the_enquiry_says_what_the_gateway_said(
    phones: Phones, roster: Roster, drain: Drain
) -> None:
    mobile = number()
    no = opened(
        roster, drain, line(1, mobile), line(2, UNKNOWN), line(3, number(), "否"), line(4, "", "否"), line(5, mobile)
    )
    told = shown(roster.client, no)
    assert told == [WAITING, WAITING, "未订阅", "未订阅", "订阅失败：该号码已被其他职工订阅"]
    assert phones.bodies(mobile) == [
        "【杭州公积金】杭州E1有限公司已为您设立（启封）住房公积金账户，月缴存额1,312.00元。"
    ]
    phones.hand_on()
    told = shown(roster.client, no)
    assert told[:2] == ["订阅成功", "订阅失败：空号"]
    exported: Any = roster.client.get(f"{QUERY}export/", {"of": no})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(exported.streaming_content)))
    cells = [str(cell.value) for row in sheet.worksheets[0].iter_rows() for cell in row if cell.value]
    assert cells.count("订阅成功") == 1 and cells.count("订阅失败：空号") == 1


@pytest.mark.req("HZ-2.4.2-09")
def test_a_gateway_that_is_down_holds_up_no_case_and_is_told_of(phones: Phones, roster: Roster, drain: Drain) -> None:
    phones.sandbox.turn(sms_down=1)
    mobile = number()
    no = opened(roster, drain, line(1, mobile))
    assert shown(roster.client, no) == [WAITING] and phones.received(mobile) == []
    phones.sandbox.turn(sms_down=0)
    due_again()
    send_now()
    phones.hand_on()
    assert shown(roster.client, no) == ["订阅成功"] and len(phones.received(mobile)) == 1


def test_executing_again_texts_nobody_twice(phones: Phones, roster: Roster, drain: Drain) -> None:
    mobile = number()
    opened(roster, drain, line(1, mobile))
    drain()
    assert states() == ["sent"] and len(phones.received(mobile)) == 1


def test_without_a_gateway_the_enquiry_says_so(roster: Roster, drain: Drain) -> None:
    no = opened(roster, drain, line(1, number()))
    assert shown(roster.client, no) == ["订阅失败：未配置短信网关"]


def test_texts_cost_an_opening_a_fixed_number_of_queries(phones: Phones, roster: Roster, drain: Drain) -> None:
    phones.unplug()
    counts = []
    for first, size in ((1, 2), (100, 40)):
        roster.enter()
        roster.upload(roster.workbook([line(first + n, number()) for n in range(size)]))
        roster.submit()
        with CaptureQueriesContext(connection) as seen:
            drain()
        counts.append(len(seen))
    assert counts[0] == counts[1] and listings.texts().total == 42
