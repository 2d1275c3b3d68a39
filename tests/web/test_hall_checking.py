"""单位内部复核 in the hall: the settings of an employer, 待我复核, the page of a case that waits for another agent."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import personas, reviewing
from tests.checking import BOTH, CHECKER, MAKER, OUTSIDER, agent, employer, id_of
from tests.dues import builders as money
from tests.hall import HOME, OPENING, Roster, row, text_of
from tests.parties import builders as b
from tests.paying import VOUCHER, Payer, dues_of, hidden, owing
from tests.staff import at_desk

from hpf.access.actor import Role
from hpf.access.tenancy import in_centre
from hpf.dues import changes as dues
from hpf.engine import readers
from hpf.kernel.clock import FixedClock
from hpf.parties import changes as parties_changes
from hpf.parties import load
from hpf.parties import readers as parties
from hpf.policy import book

Drain = Callable[[], int]
CHECKING = f"{HOME}checking/"
ONE, TWO, SINGLE = "W1", "W2", "W3"


def browser(name: str) -> Client:
    """A browser of one of the agents."""
    return personas.login(personas.Persona(f"portal:{name}", name, id_of(name), ""))


def accounts() -> dict[str, int]:
    """Ids of the employer accounts by name."""
    found = parties.employer_accounts(range(1, 10_000))
    return {one.name.removeprefix("杭州").removesuffix("有限公司"): one.id for one in found}


@pytest.fixture
def city(centre: object, clock: FixedClock) -> None:
    """Employer W1 checks from 1,312.00 on (one person of `row`); W2 with the same maker checks nothing; W3 is alone."""
    second = b.employer(TWO)._replace(agents=[agent(MAKER), agent(OUTSIDER)])
    single = b.employer(SINGLE)._replace(agents=[agent(OUTSIDER)])
    rows = [employer(ONE, 131_200, MAKER, CHECKER, BOTH), second, single]
    load.city(rows, [], book.load("hangzhou").at(b.AT.date()))


def choose(client: Client, ref: str) -> None:
    """Work for this employer."""
    no = parties.employer_account(accounts()[ref]).account_no
    assert client.get(f"{HOME}employers/{no}/").status_code == 302


def submitted(client: Client, *serials: int) -> str:
    """A case of these people; its address."""
    roster = Roster(client).enter()
    for serial in serials:
        assert roster.save(serial).status_code == 302
    return roster.submit()


@pytest.fixture
def maker(city: None) -> Client:
    """The maker, at work for W1."""
    client = browser(MAKER)
    choose(client, ONE)
    return client


@pytest.fixture
def checker(city: None) -> Client:
    """The checker of W1."""
    return browser(CHECKER)


def test_from_the_maker_over_the_checker_to_the_end(maker: Client, checker: Client, drain: Drain) -> None:
    roster = Roster(maker).enter()
    roster.save(1)
    page = roster.to_confirmation()
    words = text_of(page)
    assert f"提交后由{CHECKER}、{BOTH}复核通过，才向中心申报" in words and "单位复核通过后申报" in words
    address = roster.send("confirm/", roster.submission(page))["Location"]
    words = text_of(maker.get(address))
    assert "待单位复核" in words and f"须由{CHECKER}、{BOTH}复核通过后才向中心申报" in words
    assert "复核通过后申报" in words and "撤回" in words and "退回经办人" not in words
    assert drain() == 0

    home = text_of(checker.get(HOME))
    assert "待我复核" in home and "去复核" in home and MAKER in home
    assert "待我复核（1）" in text_of(checker.get(f"{HOME}cases/"))
    listed = checker.get(f"{HOME}cases/?to_check=1").content.decode()
    assert address in listed and "1,312.00" in listed
    page = checker.get(address)
    assert f"本办件由{MAKER}提交" in text_of(page) and "复核通过" in text_of(page)
    answer = checker.post(f"{address}check/", follow=True)
    assert "复核通过，已向中心申报" in text_of(answer)
    drain()
    words = text_of(maker.get(address))
    assert "已办结" in words and f"经办人 {MAKER}" in words and f"复核人 {CHECKER}" in words
    assert re.search(r"提交单位复核 .*单位复核通过 .*已办结", words)
    assert "待我复核" not in text_of(checker.get(HOME))


def test_below_the_limit_it_goes_at_once(maker: Client, drain: Drain) -> None:
    roster = Roster(maker).enter()
    roster.send("list/save/", row(1, wage="8190"))
    address = roster.submit()
    drain()
    assert "已办结" in text_of(maker.get(address))


def test_sent_back_with_a_reason_and_handed_in_again(maker: Client, checker: Client) -> None:
    address = submitted(maker, 1, 2)
    answer = checker.post(f"{address}send-back/", {"reason": "  "})
    assert answer.status_code == 422 and "请填写退回原因" in text_of(answer)
    answer = checker.post(f"{address}send-back/", {"reason": "长" * 301})
    assert answer.status_code == 422 and "长" * 301 in answer.content.decode(), "what was typed stays"
    checker.post(f"{address}send-back/", {"reason": "张三的工资（11月）应为9000元，请改"})
    words = text_of(maker.get(address))
    assert f"已由本单位复核人{CHECKER}退回" in words and "（11月）应为9000元，请改" in words and "中心退回" not in words
    answer = maker.post(f"{OPENING}list/again/?case={address.split('/')[-2]}", follow=True)
    assert "已带入 2 条记录" in text_of(answer)


def test_the_maker_takes_back_and_the_checker_is_told(maker: Client, checker: Client) -> None:
    address = submitted(maker, 1)
    assert "已撤回，可修改后重新提交" in text_of(maker.post(f"{address}withdraw/", follow=True))
    words = text_of(checker.post(f"{address}check/", follow=True))
    assert f"该办件已由{MAKER}撤回，当前状态为“已取消”。本次操作没有处理" in words
    assert "修改后重新提交" in text_of(maker.get(address))


def test_the_second_of_two_checkers_sees_what_happened(maker: Client, checker: Client) -> None:
    address, other = submitted(maker, 1), browser(BOTH)
    assert "退回经办人" in text_of(other.get(address))
    checker.post(f"{address}check/")
    assert f"该办件已由{CHECKER}复核通过" in text_of(other.post(f"{address}check/", follow=True))
    answer = other.post(f"{address}send-back/", {"reason": "人数不对"}, follow=True)
    assert f"该办件已由{CHECKER}复核通过" in text_of(answer)


def test_nobody_checks_who_may_not(maker: Client, checker: Client) -> None:
    address = submitted(maker, 1)
    assert "不能复核本人经办的办件" in text_of(maker.post(f"{address}check/", follow=True))
    stranger = browser(OUTSIDER)
    choose(stranger, TWO)
    for step in ("", "check/", "send-back/", "withdraw/"):
        answer = stranger.post(f"{address}{step}", {"reason": "x"}) if step else stranger.get(address)
        assert answer.status_code == 404
    assert checker.get(f"{address}check/").status_code == 400, "a link does nothing"
    assert readers.case(address.split("/")[-2], personas_id(ONE)).state.value == "awaiting_check"
    typed = Roster(checker).enter()
    typed.save(2)
    page = typed.to_confirmation()
    assert "您在本单位没有经办权限" in text_of(page) and "disabled" in page.content.decode()
    sent = typed.send("confirm/", typed.submission(page))
    assert "list/" in sent["Location"] and typed.names() == ["张三"]


def personas_id(ref: str) -> int:
    """The employer of an account."""
    return parties.employer_account(accounts()[ref]).employer_id


def test_duties_are_those_of_the_employer_that_is_worked_for(maker: Client, drain: Drain) -> None:
    waiting = submitted(maker, 1)
    choose(maker, TWO)
    assert maker.get(waiting).status_code == 404
    address = submitted(maker, 2)
    drain()
    assert "已办结" in text_of(maker.get(address)), "the second employer does not check"
    assert "待我复核" not in text_of(maker.get(f"{HOME}cases/"))


def test_what_would_fail_now_is_marked_for_the_checker(maker: Client, checker: Client) -> None:
    address = submitted(maker, 1, 2)
    other = parties.employer_account(accounts()[SINGLE])
    parties_changes.open_accounts(b.ACTOR, b.AT, [b.opening(2, other.id, name="张三")])
    page = checker.get(address)
    words = text_of(page)
    assert "有 1 条记录目前不能办理" in words and "第 2 行 张三" in words and "存在正常缴存账户" in words
    assert page.content.decode().count('<tr class="t-bad"') == 1


def test_the_page_asks_the_same_number_of_queries_for_any_number_of_rows(maker: Client, checker: Client) -> None:
    few, many = submitted(maker, 1, 2), submitted(maker, *range(10, 40))
    checker.get(few)
    counts = []
    for address in (few, many):
        with CaptureQueriesContext(connection) as asked:
            assert checker.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# settings


def settings(client: Client, **more: str) -> dict[str, str]:
    """The form of the settings as it stands, changed."""
    page = client.get(CHECKING).content.decode()
    ticks = re.findall(r'<input type="checkbox"[^>]*name="(make_\d+|check_\d+|on)"([^>]*)>', page)
    ticks += [("on", " checked")] if re.search(r'<input type="checkbox" value="1" checked[^>]*name="on"', page) else []
    limit = re.search(r'name="limit"[^>]*', page)
    form = {name: "1" for name, rest in ticks if " checked" in rest}
    value = re.search(r'value="([\d.]*)"[^>]*name="limit"|name="limit"[^>]*value="([\d.]*)"', page)
    form["limit"] = next((part for part in value.groups() if part), "") if value and limit else ""
    return {**hidden(page), **form, **more}


def test_a_single_agent_is_told_why_and_what_to_do(city: None) -> None:
    client = browser(OUTSIDER)
    choose(client, SINGLE)
    words = text_of(client.get(CHECKING))
    assert "只登记了一名经办人" in words and "到中心柜面增加经办人" in words and "保存" not in words
    no = parties.employer_account(accounts()[SINGLE]).account_no
    answer = client.post(CHECKING, {"employer": no, "on": "1", "limit": "0"})
    assert answer.status_code == 422 and "只登记了一名经办人" in text_of(answer)


def test_it_is_switched_on_at_once_and_off_by_two(city: None) -> None:
    one, other = browser(MAKER), browser(OUTSIDER)
    for client in (one, other):
        choose(client, TWO)
    assert "单位内部复核" in text_of(one.get(HOME))
    form = settings(one, on="1", limit="5,000")
    assert "设置已生效" in text_of(one.post(CHECKING, form, follow=True))
    assert "5,000.00 元及以上" in text_of(one.get(CHECKING))
    off = {key: text for key, text in settings(one).items() if key != "on"}
    assert "另一名经办人在本页确认后生效" in text_of(one.post(CHECKING, off, follow=True))
    words = text_of(one.get(CHECKING))
    assert "撤销申请" in words and "已启用" in words
    request = hidden(one.get(CHECKING).content.decode())["request"]
    answer = one.post(f"{CHECKING}decide/", {"request": request, "do": "confirm"}, follow=True)
    assert "不能确认本人提出的修改" in text_of(answer)
    assert "须由您或其他经办人确认" in text_of(other.get(HOME))
    answer = other.post(f"{CHECKING}decide/", {"request": request, "do": "confirm"}, follow=True)
    assert "现在生效" in text_of(answer) and "未启用" in text_of(answer)
    assert "新的设置代替" in text_of(
        other.post(f"{CHECKING}decide/", {"request": request, "do": "confirm"}, follow=True)
    )


@pytest.mark.parametrize("limit", ["", "abc", "-1", "1e3", "99999999999999"])
def test_a_limit_that_is_no_amount_is_refused_and_stays_typed(maker: Client, limit: str) -> None:
    answer = maker.post(CHECKING, settings(maker, limit=limit))
    assert answer.status_code == 422 and "复核起点金额应" in text_of(answer)
    assert f'value="{limit}"' in answer.content.decode() or not limit
    assert parties.employer_account(accounts()[ONE]).check_from is not None


def test_a_form_of_another_employer_changes_nothing(maker: Client) -> None:
    form = settings(maker, limit="0")
    choose(maker, TWO)
    assert "已在其他窗口切换单位" in text_of(maker.post(CHECKING, form, follow=True))
    assert parties.employer_account(accounts()[TWO]).check_from is None
    assert maker.get(f"{CHECKING}decide/").status_code == 400


def test_the_settings_name_everybody_and_refuse_what_cannot_work(maker: Client) -> None:
    page = text_of(maker.get(CHECKING))
    assert f"{MAKER}（本人）" in page and CHECKER in page and BOTH in page
    form = {key: text for key, text in settings(maker).items() if not key.startswith("check_")}
    answer = maker.post(CHECKING, form)
    assert answer.status_code == 422 and "没有其他人员可以复核" in text_of(answer)


# other kinds of items


def _settling() -> tuple[Payer, Client, str]:
    """An employer that owes October and checks everything: the maker on the way to pay, the checker, the due."""
    owing()
    no = personas.account_of(personas.AGENT).account_no
    employer_id = parties.employer_account_by_no(no).employer_id
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parties_employer SET check_from_fen = 0 WHERE id = %s", [employer_id])
        cursor.execute("UPDATE parties_agent SET may_check = (name = '何人和') WHERE employer_id = %s", [employer_id])
    checker = personas.login(personas.BUREAU)
    checker.get(f"{HOME}employers/{no}/")
    return Payer(personas.login(personas.AGENT)), checker, dues_of()[0].code


def test_a_payment_is_checked_before_its_order_is_made_and_paid_by_anybody(
    centre: object, clock: FixedClock, drain: Drain
) -> None:
    payer, checker, code = _settling()
    address = payer.submit(code)
    assert payer.order_no == "" and "待单位复核" in text_of(payer.client.get(address))
    words = text_of(checker.get(address))
    assert code in words and "复核通过" in words
    checker.post(f"{address}check/")
    drain()
    for client in (payer.client, checker):
        page = client.get(address).content.decode()
        order_no = re.findall(r"/pay/(\w+)/", page)[0]
        assert client.get(f"{HOME}pay/{order_no}/").status_code == 200


def test_a_choice_that_was_sent_back_stands_in_the_form_again(centre: object, clock: FixedClock) -> None:
    payer, checker, code = _settling()
    address = payer.submit(code)
    checker.post(f"{address}send-back/", {"reason": "下月再缴"})
    page = payer.client.get(address).content.decode()
    again = re.findall(r'action="([^"]+list/again/[^"]+)"', page)[0]
    words = text_of(payer.client.post(again, follow=True))
    assert code in words and "重新选择" in words


def test_a_form_that_was_taken_back_is_filled_in_again(centre: object, clock: FixedClock) -> None:
    payer, _, _ = _settling()
    client, account = payer.client, personas.account_of(personas.AGENT)
    order = money.order_for(account.id, at=clock.now())
    dues.take_payment(money.ACTOR, clock.now(), money.Notice(order.no, order.amount, paid_at=clock.now()))
    sent = {"kind": "remittance", "month": "2026-10"}
    visit = hidden(client.get(VOUCHER).content.decode())["visit"]
    assert client.post(VOUCHER, {"visit": visit, **sent}).status_code == 302
    client.post(f"{VOUCHER}materials/", {"visit": visit})
    page = client.get(f"{VOUCHER}confirm/", {"visit": visit}).content.decode()
    address = client.post(f"{VOUCHER}confirm/", hidden(page))["Location"]
    assert "待单位复核" in text_of(client.get(address)), "the limit is 0: items without an amount, too"
    client.post(f"{address}withdraw/")
    again = re.findall(r'action="([^"]+list/again/[^"]+)"', client.get(address).content.decode())[0]
    assert 'value="2026-10"' in client.post(again, follow=True).content.decode()


@pytest.mark.req("HH-3.4-01")
def test_in_the_second_city_the_centre_sees_it_after_the_check(db: None, clock: FixedClock) -> None:
    with in_centre(reviewing.CENTRE):
        rules = book.load(reviewing.CENTRE).at(b.AT.date())
        load.city([employer(ONE, 0, MAKER, CHECKER)], [], rules)
    maker, checker, reviewer = browser(MAKER), browser(CHECKER), at_desk(Role.REVIEWER, centre=reviewing.CENTRE)
    no = reviewing.applied(maker, reviewing.person(1, "李一"), reviewing.person(2, "钱二"))
    address, seen = f"{reviewing.HALL}cases/{no}/", f"{reviewing.REVIEWS}{no}/"
    assert "待单位复核" in text_of(maker.get(address))
    assert reviewer.get(seen).status_code == 404 and no not in text_of(reviewer.get(reviewing.REVIEWS))
    words = text_of(checker.get(address))
    assert "李一" in words and "钱二" in words and f"{reviewing.number(1)}.jpg" in words, "rows and papers"
    checker.post(f"{address}check/")
    assert reviewer.get(seen).status_code == 200 and no in text_of(reviewer.get(reviewing.REVIEWS))
    assert "中心审核" in text_of(maker.get(address)) and "单位复核通过" in text_of(maker.get(address))


def test_the_workbench_shows_the_first_and_the_list_has_pages(maker: Client, checker: Client) -> None:
    for serial in range(9):
        submitted(maker, 100 + serial)
    assert text_of(checker.get(HOME)).count("去复核") == 8
    assert text_of(checker.get(f"{HOME}cases/?to_check=1&page=7")).count("去复核") == 9
