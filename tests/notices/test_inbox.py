"""The inbox of the hall: what is told, to whom, once; read by each agent for himself; nothing of another employer."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import personas, reviewing
from tests.checking import CHECKER, MAKER, employer, id_of
from tests.engine.hall import BEFORE_60S
from tests.hall import HOME, Roster, text_of
from tests.outside_world import Door, Sandbox
from tests.parties import builders as b
from tests.paying import Payer, Till, at, dues_of, owing, trail_of
from tests.reviewing import REVIEWS
from tests.staff import at_desk
from tests.texting import Phones

from hpf.access.actor import Actor, Role
from hpf.access.models import User
from hpf.access.tenancy import in_centre
from hpf.dues.facts import OrderState
from hpf.kernel.clock import FixedClock
from hpf.notices import changes, listings, readers
from hpf.notices.facts import EntryKind, NewEntry, Target
from hpf.outside import payments
from hpf.outside.facts import PaymentNotice, PaymentState
from hpf.parties import load
from hpf.parties import readers as parties
from hpf.policy import book

INBOX = f"{HOME}inbox/"
Drain = Callable[[], int]


def entries(client: Client, home: str = HOME) -> list[tuple[str, str, str]]:
    """What the inbox shows: title, text, whether it is read; the latest first."""
    source = client.get(f"{home}inbox/").content.decode()
    found = re.findall(
        r'class="tag t-\w+">([^<]+)</span></td>.*?/inbox/\d+/"[^>]*>(?:<[^>]+>)*([^<]+)<.*?(已读|未读)', source, re.S
    )
    return found


def unread(client: Client) -> str:
    """What the bell says."""
    return "".join(re.findall(r"消息(?:，(\S+) 条未读)?</span>", client.get(HOME).content.decode())[:1])


def links(client: Client, home: str = HOME) -> list[str]:
    """The addresses of the entries."""
    return re.findall(rf'href="({home}inbox/\d+/)"', client.get(f"{home}inbox/").content.decode())


@pytest.fixture
def agent(centre: object, clock: FixedClock) -> Client:
    """The agent of an employer."""
    personas.city([b.person(50, b.normal(personas.OTHER), name="赵六")])
    return personas.login(personas.AGENT)


def opened(client: Client, drain: Drain, *people: dict[str, str]) -> str:
    """The number of a case of these people, carried out."""
    roster = Roster(client).enter()
    for serial, more in enumerate(people, 1):
        roster.save(serial, **more)
    address = roster.submit()
    drain()
    return address.rstrip("/").split("/")[-1]


def test_an_empty_inbox_says_so_and_nothing_rings(agent: Client) -> None:
    assert "还没有消息" in text_of(agent.get(INBOX)) and unread(agent) == ""
    assert "没有未读消息" in text_of(agent.post(f"{INBOX}read/", follow=True))


def test_a_concluded_case_is_told_and_leads_there_once_read(agent: Client, drain: Drain) -> None:
    no = opened(agent, drain, {}, {})
    assert entries(agent) == [("办件已办结", f"“个人账户设立（启封）”（{no}）已办结：成功2笔，失败0笔。", "未读")]
    assert unread(agent) == "1"
    (link,) = links(agent)
    assert agent.get(link)["Location"] == f"{HOME}cases/{no}/"
    assert unread(agent) == "" and entries(agent)[0][2] == "已读"
    assert "没有未读消息" in text_of(agent.get(INBOX, {"unread": "1"}))
    agent.get(link)
    assert [entry["count"] for entry in trail_of("inbox.read")] == [1]


def test_rows_with_a_person_are_told_and_how_they_were_decided(agent: Client, clock: FixedClock, drain: Drain) -> None:
    clock.move_to(at("2026-11-18 10:00"))
    no = opened(agent, drain, {}, {"id_no": b.id_no(3, **BEFORE_60S)})
    title, text, _ = entries(agent)[0]
    assert title == "转人工处理" and f"（{no}）有1笔转由中心人工处理" in text
    sent = {"row": "2", "do": "refuse", "reason": "02", "words": "材料不清晰"}
    at_desk(Role.TELLER).post(f"{HOME}desk/cases/{no}/decide/", sent)
    assert [title for title, _, _ in entries(agent)] == ["办件已办结", "记录未通过", "转人工处理"]
    assert "材料不清晰" in entries(agent)[1][1]


def test_each_agent_reads_for_himself_and_sees_only_the_chosen_employer(agent: Client, drain: Drain) -> None:
    opened(agent, drain, {})
    (link,) = links(agent)
    rival, bureau = personas.login(personas.RIVAL), personas.login(personas.BUREAU)
    assert rival.get(link).status_code == 404 and entries(rival) == []
    ones = personas.account_of(personas.AGENT)
    page = text_of(bureau.get(f"{HOME}employers/"))
    assert "未读消息" in page
    for account in parties.employer_accounts_of_agent(personas.BUREAU_ID):
        bureau.get(f"{HOME}employers/{account.account_no}/")
        mine = account.employer_id == ones.employer_id
        assert bureau.get(link).status_code == (302 if mine else 404)
        assert len(entries(bureau)) == (1 if mine else 0)
    assert unread(agent) == "1"
    bureau.get(f"{HOME}employers/{ones.account_no}/")
    bureau.post(f"{INBOX}read/")
    assert unread(agent) == "1"
    assert Client().get(link).status_code == 302
    assert agent.get(f"{INBOX}read/").status_code == 400
    assert agent.get(f"{INBOX}999999/").status_code == 404


def test_a_bureau_sees_the_unread_of_each_employer(agent: Client, drain: Drain) -> None:
    opened(agent, drain, {})
    bureau = personas.login(personas.BUREAU)
    row = re.findall(r"<tr.*?</tr>", bureau.get(f"{HOME}employers/").content.decode(), re.S)
    mine = personas.account_of(personas.AGENT)
    counts = {
        mine.account_no in one: re.findall(r'class="c-count r[^"]*">([^<]*)<', one) for one in row if "330" in one
    }
    assert counts[True][-1] == "1" and counts[False][-1] == "0"


def test_pages_filters_and_all_read(agent: Client, clock: FixedClock) -> None:
    mine = personas.account_of(personas.AGENT)
    told = [NewEntry(f"t:{n}", mine.employer_id, EntryKind.FAILED, f"第{n}条", Target.CASE, "1") for n in range(120)]
    changes.put_entries(clock.now(), told)
    changes.put_entries(clock.now(), told)
    assert unread(agent) == "99+" and len(entries(agent)) == 50
    assert "第119条" in text_of(agent.get(INBOX)) and "第19条" in text_of(agent.get(INBOX, {"page": "3"}))
    assert "第0条" in text_of(agent.get(INBOX, {"page": "99"})) and "120" in text_of(agent.get(INBOX))
    assert "已将 120 条消息标为已读" in text_of(agent.post(f"{INBOX}read/", follow=True))
    assert unread(agent) == "" and entries(agent)[0][2] == "已读"


def test_the_bell_is_one_query_and_the_inbox_a_fixed_number(agent: Client, clock: FixedClock) -> None:
    mine = personas.account_of(personas.AGENT)
    agent.get(INBOX)
    counts = []
    for size in (1, 60):
        told = [NewEntry(f"{size}:{n}", mine.employer_id, EntryKind.PAID, "x", Target.CASE, "1") for n in range(size)]
        changes.put_entries(clock.now(), told)
        with CaptureQueriesContext(connection) as seen:
            agent.get(INBOX)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as seen:
        agent.get(f"{HOME}services/")
    assert len([query for query in seen if "notices_" in query["sql"]]) == 1


def test_what_an_agent_did_himself_is_seen_by_him_already(agent: Client, clock: FixedClock) -> None:
    mine = personas.account_of(personas.AGENT)
    user = User.objects.get(username=personas.AGENT.username)
    changes.put_entries(
        clock.now(), [NewEntry("x", mine.employer_id, EntryKind.ORDER_VOID, "订单", Target.CASE, "1")], seen_by=user.pk
    )
    assert unread(agent) == ""
    assert readers.unread(user.pk + 1, mine.employer_id) == 1
    other = Actor.agent(user.pk, "陈思远", mine.employer_id + 1)
    assert not changes.mark_read(other, clock.now(), listings.entries(mine.employer_id, user.pk).items[0].id)


@pytest.mark.req("HH-0-05")
def test_a_returned_application_is_told_with_its_reason_and_no_text_goes_out(
    phones: Phones, centre: object, clock: FixedClock, drain: Drain
) -> None:
    reviewing.city()
    client = personas.login(personas.AGENT)
    reviewer = at_desk(Role.REVIEWER, centre=reviewing.CENTRE)

    def decided(serial: int, **sent: str) -> None:
        no = reviewing.applied(client, reviewing.person(serial, "李一"))
        reviewer.post(f"{REVIEWS}{no}/take/")
        reviewer.post(f"{REVIEWS}{no}/decide/", {"form": "decide", **sent})

    decided(1, do="return", reason="other", words="身份证照片不清晰")
    title, text, _ = entries(client, reviewing.HALL)[0]
    assert title == "办件被退回" and "身份证照片不清晰" in text
    decided(2, do="pass")
    drain()
    assert [title for title, _, _ in entries(client, reviewing.HALL)] == ["办件已办结", "办件被退回"]
    with in_centre(reviewing.CENTRE):
        assert listings.texts().total == 0
    assert phones.received("13800001111") == []


def test_a_case_to_check_is_told_to_the_colleagues_and_sent_back_to_its_maker(
    centre: object, clock: FixedClock
) -> None:
    load.city([employer("W1", 0, MAKER, CHECKER)], [], book.load("hangzhou").at(b.AT.date()))
    maker, checker = (
        personas.login(personas.Persona(f"portal:{name}", name, id_of(name))) for name in (MAKER, CHECKER)
    )
    roster = Roster(maker).enter()
    roster.save(1)
    no = roster.submit().rstrip("/").split("/")[-1]
    assert (unread(maker), unread(checker)) == ("", "1")
    assert entries(checker)[0][0] == "待单位复核"
    checker.post(f"{HOME}cases/{no}/send-back/", {"reason": "工资填错"})
    assert unread(maker) == "1" and entries(maker)[0][0] == "复核未通过" and "工资填错" in entries(maker)[0][1]


@pytest.fixture
def till(sandbox: Sandbox, door: Door, clock: FixedClock, settings: object) -> Till:
    """The real cashier; the settings are restored afterwards."""
    for name in ("HPF_CASHIER", "PUBLIC_URL"):
        setattr(settings, name, getattr(settings, name))
    return Till(sandbox, door).wire(clock)


@pytest.fixture
def payer(centre: object, till: Till) -> Payer:
    """The agent of an employer with an order to be paid."""
    owing()
    payer = Payer(personas.login(personas.AGENT))
    payer.submit(dues_of()[0].code)
    return payer


@pytest.mark.parametrize("ends", ["paid", "refused", "cancelled"])
def test_the_end_of_an_order_is_told(ends: str, payer: Payer, till: Till) -> None:
    if ends == "cancelled":
        payer.cancel()
        title = "订单已作废"
        assert unread(payer.client) == ""
    else:
        payer.at_the_bank()
        till.sandbox.pay(payer.order_no, "bank", **({"refuse": "账户余额不足"} if ends == "refused" else {}))
        till.hand_on()
        till.hand_on()
        title = {"paid": "缴款已入账", "refused": "缴款失败"}[ends]
        assert unread(payer.client) == "1"
    found = entries(payer.client)
    assert [found[0][0], len(found)] == [title, 1]
    assert payer.order().state is {"paid": OrderState.PAID, "refused": OrderState.FAILED}.get(
        ends, OrderState.CANCELLED
    )


def test_money_for_a_void_order_is_told(payer: Payer, till: Till) -> None:
    payer.at_the_bank()
    till.sandbox.turn(pay_after_expiry=1, notice_dropped=1)
    payer.cancel()
    till.sandbox.turn(notice_dropped=0)
    till.sandbox.pay(payer.order_no, "bank")
    till.hand_on()
    till.hand_on()
    titles = [title for title, _, _ in entries(payer.client)]
    assert titles == ["款项转入预缴", "订单已作废"] and "3,840.00" in entries(payer.client)[0][1]


def test_money_is_taken_and_told_whatever_the_length_of_its_number(payer: Payer, clock: FixedClock) -> None:
    payer.cancel()
    order, longest = payer.order(), "9" * 64
    notice = PaymentNotice(
        "N1", order.no, PaymentState.PAID, order.amount, longest, clock.now(), order.payee_account
    )  # fmt: skip
    assert payments.take(clock.now(), notice).outcome.to_purse
    assert entries(payer.client)[0][0] == "款项转入预缴"


def test_a_due_of_an_account_that_is_not_the_visitors_is_not_there(centre: object, clock: FixedClock) -> None:
    owing()
    agent = personas.login(personas.AGENT)
    mine, theirs = personas.account_of(personas.AGENT), dues_of(personas.RIVAL)[0]
    changes.put_entries(
        clock.now(), [NewEntry("x", mine.employer_id, EntryKind.PAID, "已入账", Target.DUE, theirs.code)]
    )
    assert agent.get(links(agent)[0]).status_code == 404


# 缴存短信


def subscribe(client: Client, do: str = "on", account_no: str = "") -> str:
    """What the page says after 订阅 or 取消订阅."""
    page = client.get(INBOX).content.decode()
    shown = account_no or re.findall(r'name="employer" value="(\d+)"', page)[0]
    return text_of(client.post(f"{INBOX}sms/", {"employer": shown, "do": do}, follow=True))


def subscribed(persona: personas.Persona) -> list[bool]:
    """Who of the persona's employer has subscribed."""
    return [one.sms for one in personas.account_of(persona).agents]


@pytest.mark.req("HZ-2.2.2.1-19", "HZ-2.2.2.1-28")
def test_an_agent_subscribes_for_their_own_number_and_cancels(agent: Client) -> None:
    assert "138****0000" in text_of(agent.get(INBOX)) and "未订阅" in text_of(agent.get(INBOX))
    words = subscribe(agent)
    assert "已订阅缴存短信" in words and "原为其他单位" not in words and "取消订阅" in words
    assert subscribed(personas.AGENT) == [True, False]
    rival = personas.login(personas.RIVAL)
    assert "一个号码只能为一个单位订阅，原为其他单位的订阅已取消" in subscribe(rival)
    assert (subscribed(personas.AGENT), subscribed(personas.RIVAL)) == ([False, False], [True, False])
    assert "已取消订阅缴存短信" in subscribe(rival, "off") and subscribed(personas.RIVAL) == [False, False]
    assert [told["sms"] for told in trail_of("agent.subscribe")] == [True, False, True, False]


def test_nothing_is_subscribed_without_a_number_or_for_another_employer(agent: Client) -> None:
    theirs = personas.account_of(personas.RIVAL).account_no
    assert "您已在其他窗口切换单位，订阅没有修改" in subscribe(agent, account_no=theirs)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parties_agent SET mobile = ''")
    assert "未登记" in text_of(agent.get(INBOX)) and "没有登记移动电话" in subscribe(agent)
    assert agent.get(f"{INBOX}sms/").status_code == 400 and trail_of("agent.subscribe") == []
