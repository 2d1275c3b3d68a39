"""我的办件 and the page of a case: what happened, what comes next, what failed and the way to correct it."""

import io
import re
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests import personas
from tests.hall import HOME, OPENING, Roster, text_of
from tests.parties import builders as b

from hpf.access.actor import Actor
from hpf.access.clock import clock as shells_clock
from hpf.engine import readers
from hpf.engine.execute.by_person import approve_rows
from hpf.engine.execute.execute import execute
from hpf.kernel.clock import TZ, FixedClock
from hpf.parties import changes as parties

Drain = Callable[[], int]


@pytest.fixture
def roster(centre: object, clock: FixedClock) -> Roster:
    """An agent in the declaration interface; one person is past retirement and needs a person to look."""
    personas.city([b.person(51, b.sealed(personas.ONE, 202601), name="周八")])
    return Roster(personas.login(personas.AGENT)).enter()


def submitted(roster: Roster, *serials: int) -> str:
    """A case of these persons; its address."""
    for serial in serials:
        assert roster.save(serial).status_code == 302
    return roster.submit()


def taken_away(serial: int) -> None:
    """The person becomes normal at another employer after the submission."""
    other = personas.account_of(personas.RIVAL)
    parties.open_accounts(b.ACTOR, b.AT, [b.opening(serial, other.id, name="张三")])


def number(address: str) -> str:
    """The case's number."""
    return address.split("/")[-2]


def counts(client: Client, address: str) -> dict[str, int]:
    """The four counts as shown."""
    page = client.get(address).content.decode()
    return {key: int(n) for key, n in re.findall(r'href="\?show=(\w+)#rows"><span>(\d+)</span>', page)}


@pytest.mark.req("HZ-2.4.1-48", "HZ-2.4.2-08")
def test_a_case_shows_pending_rows_and_renews_itself_until_it_is_done(roster: Roster, drain: Drain) -> None:
    address = submitted(roster, 1, 2)
    page = roster.client.get(address).content.decode()
    assert 'hx-trigger="every 1s"' in page and '<noscript><meta http-equiv="refresh"' in page
    assert counts(roster.client, address) == {"total": 2, "succeeded": 0, "failed": 0, "pending": 2}
    drain()
    page = roster.client.get(address).content.decode()
    assert "every 1s" not in page and "http-equiv" not in page
    assert counts(roster.client, address) == {"total": 2, "succeeded": 2, "failed": 0, "pending": 0}


def test_the_timeline_says_what_happened_and_what_comes_when(roster: Roster, drain: Drain) -> None:
    address = submitted(roster, 1)
    drain()
    words = text_of(roster.client.get(address))
    assert re.search(
        r"已提交 （已完成） 2026-11-16 09:30.*已办结 （已完成）.*生成 2026-11 月应缴 （待进行） 2026-11-20", words
    )
    assert "2026-11-23 至 2026-11-25" in words


@pytest.mark.req("HZ-2.4.2-11", "HZ-1.2-13", "HZ-1.2-14")
def test_a_case_after_five_waits_for_the_morning_and_is_yellow(roster: Roster, clock: FixedClock, drain: Drain) -> None:
    clock.move_to(datetime(2026, 11, 16, 17, 5, tzinfo=TZ))
    address = submitted(roster, 1)
    words = text_of(roster.client.get(address))
    assert "次日批处理 （待进行） 2026-11-17 06:00" in words
    assert '<tr class="t-late"' in roster.client.get(f"{HOME}cases/").content.decode()
    clock.move_to(datetime(2026, 11, 17, 6, 0, tzinfo=TZ))
    execute(readers.case(number(address), None).id, Actor.system("next-day batch"), shells_clock)
    assert "已办结" in text_of(roster.client.get(address))
    assert '<tr class="t-late"' in roster.client.get(f"{HOME}cases/").content.decode(), "it stays yellow"


@pytest.mark.req("HZ-2.4.2-05", "HZ-2.4.2-08")
def test_each_count_opens_exactly_its_rows(roster: Roster, drain: Drain) -> None:
    address = submitted(roster, 1, 2, 3)
    taken_away(2)
    drain()
    assert counts(roster.client, address) == {"total": 3, "succeeded": 2, "failed": 1, "pending": 0}
    for key, rows in {"total": 3, "succeeded": 2, "failed": 1, "pending": 0}.items():
        page = roster.client.get(address, {"show": key}).content.decode()
        assert len(re.findall(r'<th scope=row class="c-name', page)) == rows
    words = text_of(roster.client.get(address, {"show": "failed"}))
    assert "存在正常缴存账户（请待原单位办理封存后再申报）" in words and "部分成功" in words


def test_failed_rows_go_back_marked_and_into_a_new_list_to_be_corrected(roster: Roster, drain: Drain) -> None:
    address = submitted(roster, 1, 2)
    taken_away(2)
    drain()
    answer = roster.client.get(f"{address}failed/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]  # type: ignore[attr-defined]
    lines = [[str(cell.value or "") for cell in line] for line in sheet.iter_rows()]
    assert [line[1] for line in lines if "存在正常缴存账户" in line[-1]] == ["张三"]
    assert any(line[2] == "居民身份证" and line[4] == "新调入" for line in lines), "labels, not codes"
    there = roster.client.post(f"{OPENING}list/again/?case={number(address)}")["Location"]
    roster.visit = there.rpartition("visit=")[2]
    page = roster.page()
    assert roster.names() == ["张三"] and "存在正常缴存账户" in text_of(page) and "更正" in text_of(page)
    blocked = roster.send("list/confirm/")["Location"]
    assert "1 条记录不能申报" in text_of(roster.client.get(blocked))
    form = roster.page(edit=1).content.decode()
    assert 'name="name"' in form and 'name="id_no"' in form, "nothing of it was ever accepted, so all of it may change"
    assert roster.save(3, no="1", name="张三丰").status_code == 302
    assert roster.names() == ["张三丰"]
    assert counts(roster.client, roster.submit())["total"] == 1
    again = roster.client.post(f"{OPENING}list/again/?case={number(address)}", follow=True)
    assert again.status_code == 200


@pytest.mark.req("HZ-2.4.2-14", "HZ-2.4.2-15", "HZ-2.4.2-16")
def test_the_voucher_lists_what_succeeded_and_is_the_same_each_time(roster: Roster, drain: Drain) -> None:
    roster.save(1, name="王成功")
    roster.save(2, name="李失败")
    address = roster.submit()
    assert roster.client.get(f"{address}voucher/").status_code == 404, "nothing has succeeded yet"
    other = personas.account_of(personas.RIVAL)
    parties.open_accounts(b.ACTOR, b.AT, [b.opening(2, other.id, name="李失败")])
    drain()
    page = roster.client.get(address).content.decode()
    assert "voucher/?as=print" in page and "voucher/?as=download" in page
    shown = roster.client.get(f"{address}voucher/", {"as": "print"})
    saved = roster.client.get(f"{address}voucher/", {"as": "download"})
    assert shown["Content-Disposition"].startswith("inline") and saved["Content-Disposition"].startswith("attachment")
    contents = [b"".join(answer.streaming_content) for answer in (shown, saved)]  # type: ignore[attr-defined]
    assert contents[0] == contents[1]
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(contents[0])).pages)
    assert "王成功" in words and "李失败" not in words and number(address) in words


@pytest.mark.req("HZ-2.4.2-17", "HZ-2.4.2-18", "HZ-2.4.1-49")
def test_portions_are_chosen_one_at_a_time(roster: Roster, clock: FixedClock, drain: Drain) -> None:
    old = b.id_no(60, born="19550307")
    roster.save(1, name="王先办")
    saved = roster.client.get(roster.save(60, name="李后办", id_no=old)["Location"])
    assert "由中心人工核实" in text_of(saved)
    assert "1 笔须由中心人工核实" in text_of(roster.to_confirmation())
    address = roster.submit()
    drain()
    words = text_of(roster.client.get(address))
    assert "人工处理中" in words and "2026-11-19 前办结" in words
    clock.move_to(datetime(2026, 11, 17, 10, 0, tzinfo=TZ))
    approve_rows(Actor.system("desk"), readers.case(number(address), None).id, [2], shells_clock)
    chooser = roster.client.get(f"{address}voucher/")
    words = text_of(chooser)
    assert "该笔业务分2批完成，请选择一批打印" in words
    assert chooser.content.decode().count('type="radio"') == 2
    for portion, inside, outside in ((1, "王先办", "李后办"), (2, "李后办", "王先办")):
        answer = roster.client.get(f"{address}voucher/", {"portion": portion})
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace(" ", "")
        assert inside in text and outside not in text and f"第{portion}批" in text


def test_id_numbers_are_masked_until_somebody_asks_which_is_kept(roster: Roster, drain: Drain) -> None:
    number_whole, masked = b.id_no(1), f"{b.id_no(1)[:6]}********{b.id_no(1)[-4:]}"
    roster.save(1, phone="13812345678")
    page = roster.page().content.decode()
    assert masked in page and number_whole not in page and "138****5678" in page
    assert roster.client.post(f"{OPENING}list/reveal/?visit={roster.visit}&no=1").content.decode() == number_whole
    address = roster.submit()
    drain()
    page = roster.client.get(address).content.decode()
    assert masked in page and number_whole not in page
    assert roster.client.post(f"{address}reveal/?row=1").content.decode() == number_whole


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"state": "concluded"}, 1),
        ({"state": "failed"}, 0),
        ({"item": "account.opening"}, 1),
        ({"item": "x"}, 0),
        ({"since": "2026-11-17"}, 0),
        ({"until": "2026-11-16"}, 1),
        ({"q": "2026"}, 1),
        ({"q": "999999999"}, 0),
        ({"since": "x", "state": "y", "page": "z"}, 1),
        ({"until": "9999-12-31"}, 1),
    ],
)
def test_my_cases_are_found_under_conditions(roster: Roster, drain: Drain, query: dict[str, str], found: int) -> None:
    submitted(roster, 1)
    drain()
    words = text_of(roster.client.get(f"{HOME}cases/", query))
    assert f"共 {found} 笔" in words


def test_the_workbench_reminds_of_typed_rows_and_shows_the_newest_cases(roster: Roster, drain: Drain) -> None:
    roster.save(1)
    assert "有 1 条录入的记录尚未提交" in text_of(roster.client.get(HOME))
    address = roster.submit()
    assert number(address) in text_of(roster.client.get(HOME))


def test_a_list_page_asks_the_same_number_of_questions_for_any_number_of_rows(roster: Roster, drain: Drain) -> None:
    def questions(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert roster.client.get(address).status_code == 200
        return len(asked)

    def pages() -> list[int]:
        here = f"visit={roster.visit}"
        return [questions(f"{OPENING}list/?{here}"), questions(f"{OPENING}confirm/?{here}&page=1")]

    roster.save(1)
    roster.to_confirmation()
    few = pages()
    for serial in range(2, 30):
        roster.save(serial)
    roster.to_confirmation()
    assert pages() == few
    address = roster.submit()
    drain()
    case, listing = questions(address), questions(f"{HOME}cases/")
    roster.enter()
    one = submitted(roster, 40)
    drain()
    assert questions(one) == case and questions(f"{HOME}cases/") == listing
