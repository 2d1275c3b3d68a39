"""Enquiries as an agent meets them: results at once, the rows behind, export, print, and nobody else's records."""

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from tests import personas
from tests.hall import HOME, Answer, Roster, text_of
from tests.parties import builders as b
from tests.paying import FUNDS, ORDERS, dues_of, owing, trail_of, unescaped

from hpf.kernel.clock import FixedClock
from hpf.kernel.money import Money

QUERY = f"{HOME}items/account.opening_query/"


@pytest.fixture
def client(centre: object, clock: FixedClock) -> Client:
    """The agent of an employer that owes October for three people."""
    owing()
    return personas.login(personas.AGENT)


def get(client: Client, address: str, **query: str) -> Answer:
    """A page."""
    return client.get(address, query)


def sheet(client: Client, address: str, **query: str) -> list[tuple[object, ...]]:
    """The lines of an exported workbook."""
    answer = client.get(address, query)
    assert answer.status_code == 200 and ".xlsx" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    return list(book.worksheets[0].iter_rows(values_only=True))


# 缴存资金查询 (HZ-2.8.1.5)


@pytest.mark.req("HZ-2.8.1.5-01", "HZ-2.8.1.5-02", "HZ-2.8.1.5-03", "HZ-2.8.1.5-08")
def test_funds_are_shown_on_entering_with_card_and_states(client: Client) -> None:
    words, due = text_of(get(client, FUNDS)), dues_of()[0]
    assert due.code in words and "3,840.00" in words
    for label in (
        "缴存地公积金中心",
        "单位住房公积金账号",
        "结算状态",
        "入账状态",
        "待结算",
        "未入账",
        "业务代码",
        "备注",
    ):
        assert label in words
    for card in ("本期业务年月 2026-10", "缴款期限", "预缴资金余额", "较上月增加 3 人"):
        assert card in words
    assert dues_of(personas.RIVAL)[0].code not in words


def test_conditions_narrow_the_list_and_bad_ones_are_told(client: Client) -> None:
    code = dues_of()[0].code
    assert code in text_of(get(client, FUNDS, kind="remittance", state="waiting", year="2026"))
    assert code not in text_of(get(client, FUNDS, kind="missed"))
    assert code not in text_of(get(client, FUNDS, year="2025"))
    bad = get(client, FUNDS, kind="nonsense")
    assert bad.status_code == 422 and "不在可选范围内" in text_of(bad)
    for day in ("yesterday", "9999-12-31"):
        bad = get(client, ORDERS, since="", until=day)
        assert bad.status_code == 422 and "不是有效的日期" in text_of(bad)


@pytest.mark.req("HZ-2.8.1.5-05", "HZ-2.8.1.5-06")
def test_the_business_code_opens_the_people_whose_sum_it_is(client: Client) -> None:
    due = dues_of()[0]
    source = unescaped(get(client, FUNDS))
    address = re.findall(rf'href="([^"]*detail/\?of={due.code})"', source)[0]
    words = text_of(get(client, address))
    assert all(f"职工{serial}" in words for serial in (1, 2, 3))
    assert due.amount == Money(384_000) and "3,840.00" in words and "只看变动" in words
    assert b.id_no(1) not in words and b.id_no(1)[:6] in words


@pytest.mark.req("HZ-2.8.1.5-07")
def test_the_people_are_exported_with_their_whole_numbers_and_that_is_kept(client: Client) -> None:
    due = dues_of()[0]
    lines = sheet(client, f"{FUNDS}export/", of=due.code)
    assert lines[1][1:4] == ("姓名", "证件号码", "所属年月")
    assert [line[1] for line in lines[2:5]] == ["职工1", "职工2", "职工3"]
    assert lines[2][2] == b.id_no(1) and lines[2][9] == 1280 and lines[5][9] == 3840
    assert trail_of("listing.exported") == [{"of": due.code, "rows": 3}]
    assert sheet(client, f"{FUNDS}export/")[2][0] == due.code


def test_a_whole_number_is_shown_on_demand_and_that_is_kept(client: Client) -> None:
    source = unescaped(get(client, f"{FUNDS}detail/", of=dues_of()[0].code))
    address = re.findall(r'formaction="([^"]*reveal[^"]*)"', source)[0]
    assert client.get(address).status_code == 404
    assert client.post(address).content.decode() == b.id_no(1)
    assert len(trail_of("id.revealed")) == 1


def test_print_lists_everything_on_one_page(client: Client) -> None:
    page = get(client, f"{FUNDS}detail/", of=dues_of()[0].code, print="1")
    assert "打印本页" in text_of(page) and "data-print" in page.content.decode() and "已列出全部 3 条" in text_of(page)
    assert "reveal" not in page.content.decode()


@pytest.mark.parametrize("step", ["detail/", "export/"])
def test_another_employers_people_are_not_there(client: Client, step: str) -> None:
    foreign = dues_of(personas.RIVAL)[0].code
    assert client.get(f"{FUNDS}{step}", {"of": foreign}).status_code == 404
    assert client.get(f"{FUNDS}{step}", {"of": "H9"}).status_code == 404


def test_a_bureau_changes_the_account_in_the_drop_down(client: Client) -> None:
    bureau = personas.login(personas.BUREAU)
    one, other = dues_of()[0], dues_of(personas.RIVAL)[0]
    accounts = {persona: personas.account_of(persona).account_no for persona in (personas.AGENT, personas.RIVAL)}
    for persona, mine, foreign in ((personas.RIVAL, other, one), (personas.AGENT, one, other)):
        page = bureau.get(FUNDS, {"account": accounts[persona]}, follow=True)
        if page.redirect_chain and "/employers/" in page.redirect_chain[0][0]:
            bureau.get(f"{HOME}employers/{accounts[persona]}/")
            page = bureau.get(FUNDS)
        words = text_of(page)
        assert mine.code in words and foreign.code not in words


# 送缴结算查询 (HZ-2.8.2.3)


@pytest.mark.req("HZ-2.8.2.3-02", "HZ-2.8.2.3-05")
def test_the_orders_say_which_way_to_take(client: Client) -> None:
    words = text_of(get(client, ORDERS))
    assert "为避免误操作，查询订单请由本功能进入" in words and "没有符合条件的订单" in words


# 个人账户设立（启封）查询 (HZ-2.4.2)


@pytest.fixture
def declared(client: Client, clock: FixedClock, drain: Callable[[], int]) -> Client:
    """Two people opened, and one who somebody else opened first in the meantime."""
    roster = Roster(client).enter()
    for serial, name in ((11, "李一"), (12, "李二"), (13, "李三")):
        roster.save(serial, name=name, phone=f"1380000{serial:04d}")
    confirmation = roster.to_confirmation()
    rival = Roster(personas.login(personas.RIVAL)).enter()
    rival.save(13, name="李三")
    rival.submit()
    drain()
    roster.send("confirm/", roster.submission(confirmation))
    drain()
    return client


@pytest.mark.req("HZ-2.4.2-01", "HZ-2.4.2-04", "HZ-2.4.2-12", "HZ-2.4.2-20")
def test_a_month_alone_lists_a_line_per_submission_with_its_counts(declared: Client) -> None:
    words = text_of(get(declared, QUERY))
    for label in ("业务年月", "总笔数", "成功笔数", "失败笔数", "待确认笔数", "申报业务年月", "处理成功业务年月"):
        assert label in words
    assert "共 1 条" in words and "资金性质" not in words.split("业务年月")[0]
    assert "该业务年月没有设立（启封）申报" in text_of(get(declared, QUERY, month="2026-10"))
    bad = get(declared, QUERY, month="十月")
    assert bad.status_code == 422 and "不是有效的年月" in text_of(bad)


@pytest.mark.req("HZ-2.4.2-05", "HZ-2.4.2-09", "HZ-2.4.2-10")
def test_each_count_opens_exactly_the_people_behind_it(declared: Client) -> None:
    source = unescaped(get(declared, QUERY))
    links = dict(re.findall(r'href="([^"]*behind=(\w+)[^"]*)"', source) and
                 [(name, href) for href, name in re.findall(r'href="([^"]*behind=(\w+)[^"]*)"', source)])  # fmt: skip
    expected = {"total": {"李一", "李二", "李三"}, "succeeded": {"李一", "李二"}, "failed": {"李三"}}
    for behind, names in expected.items():
        words = text_of(get(declared, links[behind]))
        assert {name for name in ("李一", "李二", "李三") if name in words} == names
        assert f"共 {len(names)} 条" in words
    words = text_of(get(declared, links["failed"]))
    assert "存在正常缴存账户" in words and "短信订阅结果" in words and "13800000013" not in words


@pytest.mark.req("HZ-2.4.2-14", "HZ-2.4.2-15")
def test_what_was_declared_online_can_be_printed_and_downloaded(declared: Client) -> None:
    source = unescaped(get(declared, QUERY))
    for way in ("print", "download"):
        address = re.findall(rf'href="([^"]*voucher/\?as={way})"', source)[0]
        assert declared.get(address)["Content-Type"] == "application/pdf"


@pytest.mark.req("HZ-2.4.2-11", "HZ-2.4.2-07")
def test_what_waits_for_the_next_day_is_yellow(client: Client, clock: FixedClock, drain: Callable[[], int]) -> None:
    roster = Roster(client).enter()
    roster.save(11, name="李一")
    assert "t-late" not in get(client, QUERY).content.decode()
    clock.move_to(clock.now().replace(hour=17, minute=5))
    roster.submit()
    drain()
    page = get(client, QUERY)
    assert re.search(r'<tr class="t-late"', page.content.decode())


def test_a_case_of_another_employer_is_not_there(declared: Client) -> None:
    number = re.findall(r"of=(\d+)", unescaped(get(declared, QUERY)))[0]
    rival = personas.login(personas.RIVAL)
    assert rival.get(f"{QUERY}detail/", {"of": number}).status_code == 404
    assert rival.get(f"{QUERY}export/", {"of": number}).status_code == 404
