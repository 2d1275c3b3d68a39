"""From the dues that are owed to the money on the people's accounts, as the employer's agent meets it (HZ-2.8.2)."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.test import Client
from tests import personas
from tests.hall import HOME, text_of
from tests.outside_world import Door, Sandbox, door, sandbox, sandbox_process
from tests.paying import (
    FUNDS,
    NOTICES,
    ORDERS,
    SETTLEMENT,
    VOUCHER,
    Payer,
    Till,
    at,
    disabled,
    dues_of,
    hidden,
    owing,
    trail_of,
    unescaped,
)
from tests.server import drain_jobs

from hpf.access.actor import Actor
from hpf.documents import changes as documents
from hpf.dues import audit, listings, readers
from hpf.dues.facts import OrderState, Outcome, PayChannel, SettlementState
from hpf.kernel.clock import FixedClock
from hpf.kernel.money import Money
from hpf.ledger.readers import balances, purses
from hpf.outside import payments
from hpf.outside.cashier import Cashier
from hpf.outside.facts import PaymentRequest, Way
from hpf.policy import book
from hpf.runs import order_expiry
from hpf.runs.facts import Progress

__all__ = ["door", "sandbox", "sandbox_process"]
ADVICE = "请确认电脑和网络可正常使用，浏览器版本不宜过低"


@pytest.fixture
def till(sandbox: Sandbox, door: Door, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Till:
    """The real cashier; the settings are restored afterwards."""
    for name in ("HPF_CASHIER", "PUBLIC_URL"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    return Till(sandbox, door).wire(clock)


@pytest.fixture
def payer(centre: object, clock: FixedClock) -> Payer:
    """The agent of an employer that owes 3,840.00 for October."""
    owing()
    return Payer(personas.login(personas.AGENT))


@pytest.fixture
def unpaid(payer: Payer) -> Payer:
    """The same, with an order to be paid."""
    payer.submit(dues_of()[0].code)
    return payer


# choosing


@pytest.mark.req("HZ-2.8.2.1-01", "HZ-2.8.2.1-02", "HZ-2.8.2-01")
def test_the_list_offers_what_can_be_paid_and_only_that(payer: Payer) -> None:
    form = text_of(payer.client.get(SETTLEMENT))
    for label in ("缴存地公积金中心", "单位住房公积金账号", "单位名称", "缴存方式", "预缴资金余额"):
        assert label in form
    payer.enter()
    words = text_of(payer.list_page())
    mine, others = dues_of()[0], dues_of(personas.RIVAL)[0]
    assert "资金性质" in words and "缴存年度" in words
    assert mine.code in words and "3,840.00" in words and others.code not in words
    assert mine.code not in text_of(payer.list_page(year="2025"))


@pytest.mark.req("HZ-2.8.2.1-03", "HZ-2.8.2.1-04", "HZ-2.8.2.1-13", "HZ-2.8.2.1-36")
def test_ticked_dues_are_summed_live_and_shown_on_the_form(payer: Payer) -> None:
    code = dues_of()[0].code
    payer.enter()
    for answer in (payer.live(code), payer.tick(code, do="sum")):
        words = text_of(answer)
        assert "1 笔" in words and "3,840.00" in words and "人民币叁仟捌佰肆拾元整" in words
    assert "0 笔" in text_of(payer.live())
    words = text_of(payer.form(payer.tick(code)["Location"]))
    assert code in words and "3,840.00" in words and "人数合计 3" in words and "人民币叁仟捌佰肆拾元整" in words


def test_nothing_ticked_and_what_is_not_ones_own_are_refused(payer: Payer) -> None:
    payer.enter()
    nothing = payer.tick()
    assert nothing.status_code == 422 and "请至少勾选一条记录" in text_of(nothing)
    foreign = payer.tick(dues_of(personas.RIVAL)[0].code)
    assert foreign.status_code == 422 and "未找到该应缴记录" in text_of(foreign)


@pytest.mark.req("HZ-2.8.2.1-09", "HZ-2.8.2.1-10", "HZ-2.8.2.1-11", "HZ-2.8.2.1-39", "HZ-2.8.2.1-40")
def test_the_chain_ends_in_a_case_that_can_be_paid(payer: Payer) -> None:
    case = payer.submit(dues_of()[0].code)
    assert payer.order().amount == Money(384_000)
    assert f"/pay/{payer.order_no}/" in payer.client.get(case).content.decode()
    assert case.rstrip("/").split("/")[-1] in text_of(payer.client.get(f"{HOME}cases/"))


@pytest.mark.req("HZ-2.8.2.1-42")
def test_a_due_in_an_order_cannot_be_chosen_again(unpaid: Payer) -> None:
    code = dues_of()[0].code
    unpaid.enter()
    assert code not in text_of(unpaid.list_page())
    again = unpaid.tick(code)
    assert again.status_code == 422 and "正在结算中" in text_of(again) and unpaid.order_no in text_of(again)


def test_pay_this_due_leads_to_the_list_with_it_ticked(payer: Payer) -> None:
    code = dues_of()[0].code
    assert f"due={code}" in unescaped(payer.client.get(FUNDS))
    page = payer.client.get(f"{SETTLEMENT}list/?due={code}", follow=True).content.decode()
    assert f'value="{code}" checked' in page
    assert payer.client.get(f"{SETTLEMENT}list/?due={dues_of(personas.RIVAL)[0].code}").status_code == 404


# the payment page


@pytest.mark.req("HZ-2.8.2.1-16", "HZ-2.8.2.1-17", "HZ-2.8.2.1-18", "HZ-2.8.2.1-24", "HZ-2.8.2.1-25", "HZ-2.8.2.1-26")
def test_three_ways_are_shown_and_construction_bank_comes_first(unpaid: Payer) -> None:
    source, words = unpaid.page().content.decode(), unpaid.words()
    assert source.count('name="channel"') == 3
    for way in (
        "对公网银结算",
        "个人网银结算",
        "扫二维码结算",
        "他行支付",
        "中国工商银行",
        ADVICE,
        "B2B支付功能",
        "限额高于",
    ):
        assert way in words
    assert not disabled(source, "corporateBank") and not disabled(source, "qr") and disabled(source, "personalBank")
    assert source.index('value="CCB" checked') < source.index('value="ICBC"')
    for figure in (unpaid.order_no, "3,840.00", "人民币叁仟捌佰肆拾元整", "杭州E1有限公司", "2026-11-16 17:00", "备注"):
        assert figure in words


@pytest.mark.req("HZ-2.8.2.1-46", "HZ-2.8.2.3-03")
def test_the_payment_page_lists_the_dues_and_leads_to_the_orders(unpaid: Payer) -> None:
    assert dues_of()[0].code in unpaid.words()
    assert ORDERS in unpaid.page().content.decode()


@pytest.mark.req("HZ-2.8.2.1-27")
@pytest.mark.parametrize(("parts", "possible"), [((2_500_000,), True), ((2_500_001,), False)])
def test_a_code_pays_up_to_the_limit(
    centre: object, clock: FixedClock, till: Till, parts: tuple[int, ...], possible: bool
) -> None:
    owing(*parts)
    payer = Payer(personas.login(personas.AGENT))
    payer.submit(dues_of()[0].code)
    assert disabled(payer.page().content.decode(), "qr") is not possible
    assert ("超过扫码支付单笔限额50,000.00元" in payer.words()) is not possible
    payer.choose("qr")
    assert payer.order().channel is (PayChannel.QR if possible else None)


@pytest.mark.req("HZ-2.8.2.1-43", "HZ-2.8.2.1-44", "HZ-2.8.2.2-09")
@pytest.mark.parametrize(("hour", "possible"), [("16:59:59", True), ("17:00:00", False)])
def test_payment_closes_at_five(unpaid: Payer, clock: FixedClock, till: Till, hour: str, possible: bool) -> None:
    clock.move_to(at(f"2026-11-16 {hour}"))
    till.tell(clock)
    source = unpaid.page().content.decode()
    for way in ("corporateBank", "qr"):
        assert disabled(source, way) is not possible
    assert ("每日17:00以后不能支付" in unpaid.words()) is not possible
    unpaid.choose("qr")
    assert unpaid.order().channel is (PayChannel.QR if possible else None)
    unpaid.cancel()
    assert unpaid.order().state is (OrderState.CANCELLED if possible else OrderState.UNPAID)


@pytest.mark.req("HZ-2.8.2.1-19")
def test_a_bank_that_is_not_listed_cannot_be_used(unpaid: Payer, till: Till) -> None:
    words = text_of(unpaid.client.get(unpaid.choose("corporateBank", "NOPE")["Location"]))
    assert "所选银行不支持" in words and unpaid.order().channel is None
    unpaid.choose("personalBank")
    assert unpaid.order().channel is None


@pytest.mark.req("HZ-2.8.2.2-01", "HZ-2.8.2.2-03", "HZ-2.8.2.2-04", "HZ-2.8.2.2-06")
def test_a_chosen_channel_stays_and_is_paid_again(unpaid: Payer, till: Till) -> None:
    assert "选择支付方式" in unpaid.words()  # closed and opened again: still to be chosen
    unpaid.at_the_bank()
    source = unpaid.page().content.decode()
    assert 'name="channel"' not in source and "不能更换支付渠道" in unpaid.words()
    again = unpaid.choose("qr")
    assert again.status_code == 302 and again["Location"].startswith(till.sandbox.url)
    assert unpaid.order().channel is PayChannel.CORPORATE_BANK
    assert "重新支付" in text_of(unpaid.client.get(ORDERS))


@pytest.mark.req("HZ-2.8.2.2-05", "HZ-2.8.2.2-07", "HZ-2.8.2.1-37")
def test_a_cancelled_order_frees_its_dues_for_a_new_one(unpaid: Payer, till: Till) -> None:
    unpaid.at_the_bank()
    first = unpaid.order_no
    assert "确定取消订单" in text_of(unpaid.page("cancel/"))
    assert "已取消" in text_of(unpaid.cancel())
    assert till.sandbox.get(f"/api/orders/{first}")["state"] == "CLOSED"  # nobody can pay it any more
    unpaid.submit(dues_of()[0].code)
    assert unpaid.order_no != first and unpaid.order().state is OrderState.UNPAID


def test_an_order_paid_meanwhile_is_not_cancelled(unpaid: Payer, till: Till) -> None:
    till.sandbox.turn(notice_dropped=1)
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, "wechat")
    assert "订单没有取消" in text_of(unpaid.cancel())
    assert unpaid.order().state is OrderState.PAID


# money


@pytest.mark.req("HZ-2.8.2-02", "HZ-2.8.2.1-22", "HZ-2.8.2.1-23")
@pytest.mark.parametrize("wallet", ["alipay", "wechat"])
def test_a_code_is_shown_paid_and_credited(unpaid: Payer, till: Till, wallet: str) -> None:
    unpaid.choose("qr")
    source = unpaid.page().content.decode()
    assert "data:image/svg+xml;base64," in source and "剩余支付时间" in source and "2026-11-16 09:45" in unpaid.words()
    assert "正在等待支付结果" in text_of(unpaid.page("state/"))
    till.sandbox.pay(unpaid.order_no, wallet)
    assert till.hand_on().status_code == 200
    assert unpaid.page("state/")["HX-Redirect"] == f"{HOME}pay/{unpaid.order_no}/"
    assert "已收到 3,840.00 元" in unpaid.words()
    due = dues_of()[0]
    lines = listings.people_of_due(due).items
    assert [balances([line.account_id])[line.account_id].total for line in lines] == [Money(128_000)] * 3
    assert not any(audit.run_all().values())


@pytest.mark.req("HZ-2.8.2-02", "HZ-2.8.1.5-08", "HZ-2.8.1.5-09")
def test_the_bank_pays_and_the_voucher_can_be_printed(unpaid: Payer, till: Till) -> None:
    code = dues_of()[0].code
    address = f"{HOME}dues/{code}/voucher/"
    assert unpaid.client.get(address).status_code == 404
    assert "打印缴款凭证" not in text_of(unpaid.client.get(FUNDS))
    unpaid.at_the_bank()
    till.sandbox.pay(unpaid.order_no, "bank")
    till.hand_on()
    words = text_of(unpaid.client.get(FUNDS))
    assert "结算成功" in words and "已入账" in words and "打印缴款凭证" in words
    voucher = unpaid.client.get(address)
    assert voucher["Content-Type"] == "application/pdf" and voucher.content.startswith(b"%PDF")
    assert personas.login(personas.RIVAL).get(address).status_code == 404


def test_the_bank_refuses_and_the_due_can_be_paid_in_a_new_order(unpaid: Payer, till: Till) -> None:
    unpaid.at_the_bank()
    till.sandbox.pay(unpaid.order_no, "bank", refuse="账户余额不足")
    till.hand_on()
    assert unpaid.order().state is OrderState.FAILED
    assert "账户余额不足" in unpaid.words() and "重新办理送缴结算" in unpaid.words()
    first = unpaid.order_no
    unpaid.enter()
    assert "系统将做重新结算处理，结算金额以重新结算处理后为准" in text_of(unpaid.live(dues_of()[0].code))
    unpaid.submit(dues_of()[0].code)
    assert unpaid.order_no != first and unpaid.order().amount == Money(384_000)


@pytest.mark.req("HZ-2.8.2.1-28", "HZ-2.8.2.1-29")
def test_a_code_lives_fifteen_minutes(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    unpaid.choose("qr")
    clock.move_to(at("2026-11-16 09:44:59"))
    order_expiry.step(clock.now(), clock.now(), {})
    assert unpaid.order().state is OrderState.UNPAID
    clock.move_to(at("2026-11-16 09:45:00"))
    assert "订单已超过支付时限" in unpaid.words()
    order_expiry.step(clock.now(), clock.now(), {})
    assert unpaid.order().state is OrderState.VOID and "自动作废" in unpaid.words()
    assert dues_of()[0].payable


@pytest.mark.req("HZ-2.8.2.1-30", "HZ-2.8.2.1-31")
def test_a_bank_order_is_void_on_the_next_day(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    unpaid.at_the_bank()
    clock.move_to(at("2026-11-16 23:59:59"))
    order_expiry.step(clock.now(), clock.now(), {})
    assert unpaid.order().state is OrderState.UNPAID
    clock.move_to(at("2026-11-17 00:00:00"))
    order_expiry.step(clock.now(), clock.now(), {})
    assert unpaid.order().state is OrderState.VOID
    assert dues_of()[0].payable and "重新办理送缴结算" in unpaid.words()


# the deadline asks the cashier first


def _deadline(payer: Payer, till: Till, clock: FixedClock, later: timedelta = timedelta(0)) -> Progress:
    """The run at the order's deadline, or later."""
    clock.move_to(payer.order().expires_at + later)
    till.tell(clock)
    return order_expiry.step(clock.now(), clock.now(), {})


def _chosen(payer: Payer, by: str) -> None:
    if by == "bank":
        payer.at_the_bank()
    else:
        payer.choose("qr")


@pytest.mark.parametrize("by", ["wechat", "bank"])
@pytest.mark.parametrize("how", ["notice_dropped", "notice_forged", "notice_late"])
def test_a_payment_made_in_time_counts_though_no_notice_came(
    unpaid: Payer, till: Till, clock: FixedClock, by: str, how: str
) -> None:
    till.sandbox.turn(**{how: 3600})
    _chosen(unpaid, by)
    till.sandbox.pay(unpaid.order_no, by)
    assert _deadline(unpaid, till, clock).figures == {"作废订单": 0, "待收银台答复": 0, "入账出错": 0}
    assert unpaid.order().state is OrderState.PAID and dues_of()[0].state is SettlementState.SETTLED
    if how == "notice_late":
        till.sandbox.post("/api/release", {})
        assert till.hand_on().status_code == 200
    order_expiry.expire_orders()
    assert [one.outcome for one in readers.receipts_of_order(unpaid.order().id)] == [Outcome.SETTLED]
    assert not any(audit.run_all().values())


@pytest.mark.parametrize("by", ["wechat", "bank"])
def test_an_order_that_is_void_here_cannot_be_paid_there(unpaid: Payer, till: Till, clock: FixedClock, by: str) -> None:
    _chosen(unpaid, by)
    assert _deadline(unpaid, till, clock).figures["作废订单"] == 1
    assert unpaid.order().state is OrderState.VOID and dues_of()[0].payable
    assert till.sandbox.get(f"/api/orders/{unpaid.order_no}")["state"] == "CLOSED"
    with pytest.raises(requests.HTTPError, match="409"):
        till.sandbox.pay(unpaid.order_no, by)


def test_the_banks_page_never_opened_is_closed_all_the_same(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    address = unpaid.choose("corporateBank")["Location"]
    _deadline(unpaid, till, clock)
    assert unpaid.order().state is OrderState.VOID
    assert requests.get(address, timeout=10).status_code == 400


def test_an_order_without_a_channel_is_void_without_asking(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    till.unplug()
    assert _deadline(unpaid, till, clock).figures["作废订单"] == 1
    assert unpaid.order().state is OrderState.VOID


@pytest.mark.parametrize("paid", [True, False])
def test_while_the_cashier_is_down_the_order_stays_open(
    unpaid: Payer, till: Till, clock: FixedClock, paid: bool
) -> None:
    till.sandbox.turn(notice_dropped=1)
    unpaid.choose("qr")
    if paid:
        till.sandbox.pay(unpaid.order_no, "wechat")
    till.sandbox.turn(cashier_down=1)
    progress = _deadline(unpaid, till, clock)
    assert (progress.finished, progress.figures) == (True, {"作废订单": 0, "待收银台答复": 1, "入账出错": 0})
    clock.move_to(clock.now() + timedelta(hours=12))
    order_expiry.expire_orders()
    assert unpaid.order().state is OrderState.UNPAID and not dues_of()[0].payable
    assert "订单已超过支付时限" in unpaid.words()
    till.sandbox.turn(cashier_down=0)
    till.tell(clock)
    order_expiry.expire_orders()
    assert unpaid.order().state is (OrderState.PAID if paid else OrderState.VOID)
    assert dues_of()[0].payable is not paid
    assert not any(audit.run_all().values())


def test_after_a_day_without_an_answer_it_is_void_and_money_found_later_is_the_employers(
    unpaid: Payer, till: Till, clock: FixedClock
) -> None:
    till.sandbox.turn(notice_dropped=1)
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, "wechat")
    till.sandbox.turn(cashier_down=1)
    _deadline(unpaid, till, clock, order_expiry.PATIENCE - timedelta(seconds=1))
    assert unpaid.order().state is OrderState.UNPAID
    clock.move_to(clock.now() + timedelta(seconds=1))
    order_expiry.expire_orders()
    assert unpaid.order().state is OrderState.VOID and dues_of()[0].payable
    till.sandbox.turn(cashier_down=0)
    payments.enquire_open_orders()
    account = personas.account_of(personas.AGENT).id
    assert purses([account])[account].balance == Money(384_000)
    assert not any(audit.run_all().values())


def test_a_wrong_amount_told_does_not_keep_the_order_open(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    till.sandbox.turn(notice_wrong_amount=1)
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, "wechat")
    till.hand_on()
    assert _deadline(unpaid, till, clock).figures["作废订单"] == 1
    assert unpaid.order().state is OrderState.VOID and dues_of()[0].payable
    assert not any(audit.run_all().values())


def test_a_refusal_of_the_bank_that_was_never_told_fails_the_order(
    unpaid: Payer, till: Till, clock: FixedClock
) -> None:
    till.sandbox.turn(notice_dropped=1)
    unpaid.at_the_bank()
    till.sandbox.pay(unpaid.order_no, "bank", refuse="账户余额不足")
    _deadline(unpaid, till, clock)
    assert unpaid.order().state is OrderState.FAILED and "账户余额不足" in unpaid.words()


def test_a_run_killed_between_closing_and_voiding_goes_on(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    unpaid.choose("qr")
    clock.move_to(unpaid.order().expires_at)
    till.tell(clock)
    assert payments.settle_up(unpaid.order(), clock.now()) is True
    assert unpaid.order().state is OrderState.UNPAID
    assert _deadline(unpaid, till, clock).figures["作废订单"] == 1
    assert _deadline(unpaid, till, clock).figures["作废订单"] == 0


def test_orders_are_taken_a_portion_at_a_time(
    unpaid: Payer, till: Till, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_expiry, "PORTION", 1)
    rival = Payer(personas.login(personas.RIVAL))
    rival.submit(dues_of(personas.RIVAL)[0].code)
    unpaid.choose("qr")
    rival.choose("qr")
    first = _deadline(unpaid, till, clock)
    assert (first.done, first.total, first.finished) == (1, 2, False)
    second = order_expiry.step(clock.now(), clock.now(), first.position)
    assert (second.done, second.finished, second.figures["作废订单"]) == (2, True, 2)


def test_an_order_whose_payment_cannot_be_booked_keeps_nobody_elses_waiting(
    unpaid: Payer, till: Till, clock: FixedClock
) -> None:
    rival = Payer(personas.login(personas.RIVAL))
    rival.submit(dues_of(personas.RIVAL)[0].code)
    till.sandbox.turn(notice_dropped=1)
    for payer in (unpaid, rival):
        payer.choose("qr")
        till.sandbox.pay(payer.order_no, "wechat")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dues_settlement SET state = 'failed', closed_at = opened_at WHERE due_id = %s", [dues_of()[0].id]
        )
    assert unpaid.order_no < rival.order_no
    payments.enquire_open_orders()
    assert (unpaid.order().state, rival.order().state) == (OrderState.UNPAID, OrderState.PAID)
    progress = _deadline(unpaid, till, clock, order_expiry.PATIENCE)
    assert progress.figures == {"作废订单": 0, "待收银台答复": 0, "入账出错": 1}
    assert unpaid.order().state is OrderState.UNPAID


# what the cashier says, and what it does not


def test_a_payment_without_any_notice_is_found_by_asking(unpaid: Payer, till: Till, drain: Callable[[], int]) -> None:
    till.sandbox.turn(notice_dropped=1)
    unpaid.choose("qr")
    payments.enquire_open_orders()
    assert unpaid.order().state is OrderState.UNPAID
    till.sandbox.pay(unpaid.order_no, "wechat")
    payments.enquire_open_orders()
    assert unpaid.order().state is OrderState.PAID
    payments.enquire_open_orders()
    assert len(readers.receipts_of_order(unpaid.order().id)) == 1


@pytest.mark.req("HZ-2.8.2.2-02")
def test_coming_back_from_the_bank_asks_at_once(unpaid: Payer, till: Till) -> None:
    till.sandbox.turn(notice_dropped=1)
    unpaid.at_the_bank()
    back = unpaid.page("back/")
    assert back.status_code == 302
    assert "支付结果确认中" in text_of(unpaid.client.get(back["Location"]))
    till.sandbox.pay(unpaid.order_no, "bank")
    assert "已收到 3,840.00 元" in text_of(unpaid.client.get(unpaid.page("back/")["Location"]))


def test_money_for_a_void_order_is_told_and_kept_for_the_employer(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    till.sandbox.turn(pay_after_expiry=1, notice_dropped=1)
    unpaid.choose("qr")
    clock.move_to(at("2026-11-16 10:00"))
    till.tell(clock)
    order_expiry.step(clock.now(), clock.now(), {})
    till.sandbox.pay(unpaid.order_no, "wechat")
    payments.enquire_open_orders()
    assert unpaid.order().state is OrderState.VOID
    assert Outcome.ORDER_CLOSED.label in unpaid.words()
    account = personas.account_of(personas.AGENT).id
    assert purses([account])[account].balance == Money(384_000)
    assert not any(audit.run_all().values())


def _forged(till: Till) -> int:
    return till.hand_on(body=till.letter()[1].replace(b"0", b"1", 1)).status_code


def _unsigned(till: Till) -> int:
    return Client().post(NOTICES, data=b"{}", content_type="application/json").status_code


def _stale(till: Till, monkeypatch: pytest.MonkeyPatch) -> int:
    till.letter()
    late = Cashier(till.sandbox.contract(), wall=lambda: time.time() + 301)
    monkeypatch.setattr(payments, "cashier", lambda: late)
    return till.hand_on().status_code


@pytest.mark.parametrize("wallet", ["alipay", "wechat"])
@pytest.mark.parametrize("how", ["forged", "unsigned", "stale"])
def test_a_notice_that_cannot_be_trusted_changes_nothing(
    unpaid: Payer, till: Till, how: str, wallet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, wallet)
    till.letter()
    status = {"forged": _forged, "unsigned": _unsigned}.get(how, lambda t: _stale(t, monkeypatch))(till)
    assert status == 401
    assert unpaid.order().state is OrderState.UNPAID
    assert [set(detail) for detail in trail_of("notice.refused")] == [{"why", "bytes"}]


@pytest.mark.parametrize("wallet", ["alipay", "wechat"])
def test_a_notice_that_comes_twice_counts_once(unpaid: Payer, till: Till, wallet: str) -> None:
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, wallet)
    assert [till.hand_on().status_code for _ in range(3)] == [200, 200, 200]
    assert len(readers.receipts_of_order(unpaid.order().id)) == 1
    assert not any(audit.run_all().values())


@pytest.mark.parametrize("wallet", ["alipay", "wechat"])
def test_a_notice_that_comes_after_we_asked_counts_once(unpaid: Payer, till: Till, wallet: str) -> None:
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, wallet)
    payments.enquire_open_orders()
    assert unpaid.order().state is OrderState.PAID and dues_of()[0].state is SettlementState.SETTLED
    assert till.hand_on().status_code == 200
    assert len(readers.receipts_of_order(unpaid.order().id)) == 1
    assert not any(audit.run_all().values())


def test_a_wrong_amount_settles_nothing_and_goes_to_the_desk(unpaid: Payer, till: Till) -> None:
    till.sandbox.turn(notice_wrong_amount=1)
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, "wechat")
    assert till.hand_on().status_code == 200
    assert unpaid.order().state is OrderState.UNPAID
    assert "到账金额与订单金额不符" in unpaid.words()
    assert listings.receipts_with_problem().total == 1


def test_money_for_an_order_that_is_not_ours_goes_to_the_desk(centre: object, till: Till, clock: FixedClock) -> None:
    branch = book.load("hangzhou").at(clock.today()).branches[0]
    foreign = PaymentRequest(
        "S209901010000000001", Money(100), Way.QR, "缴存", branch.bank_account,
        f"{settings.PUBLIC_URL}{NOTICES}", "", at("2026-11-16 17:00"),
    )  # fmt: skip
    payments.cashier().create_payment(foreign)
    till.sandbox.pay(foreign.order_no, "wechat")
    assert till.hand_on().status_code == 200
    assert [one.outcome for one in listings.receipts_with_problem().items] == [Outcome.UNKNOWN_ORDER]
    assert not any(audit.run_all().values())


def test_a_notice_for_no_centre_is_not_found(centre: object, till: Till) -> None:
    assert Client().post("/callbacks/cashier/atlantis", data=b"x", content_type="text/plain").status_code == 404
    assert Client().get(NOTICES).status_code == 405


@pytest.mark.parametrize("channel", ["qr", "corporateBank"])
def test_when_the_cashier_is_down_the_order_stays_as_it_is(unpaid: Payer, till: Till, channel: str) -> None:
    till.unplug()
    words = text_of(unpaid.client.get(unpaid.choose(channel)["Location"]))
    assert "支付平台暂时没有响应，订单没有变化" in words
    assert unpaid.order().channel is None
    payments.enquire_open_orders()  # nobody answers: the next minute asks again


def test_when_the_cashier_is_down_a_chosen_order_can_be_seen_and_not_cancelled(unpaid: Payer, till: Till) -> None:
    unpaid.choose("qr")
    till.unplug()
    assert "付款码暂时无法显示" in unpaid.words()
    assert "支付平台暂时没有响应" in text_of(unpaid.cancel()) and unpaid.order().state is OrderState.UNPAID
    assert "暂时无法向支付平台查询结果" in text_of(unpaid.client.get(unpaid.page("back/")["Location"]))


# others


@pytest.mark.parametrize("more", ["", "choose/", "back/", "state/", "cancel/"])
def test_another_employers_order_is_not_there(unpaid: Payer, more: str) -> None:
    rival = personas.login(personas.RIVAL)
    for method in (rival.get, rival.post):
        assert method(f"{HOME}pay/{unpaid.order_no}/{more}").status_code in (404, 405)
    assert unpaid.order().state is OrderState.UNPAID
    assert unpaid.order_no not in text_of(rival.get(ORDERS))
    assert Client().get(f"{HOME}pay/{unpaid.order_no}/").status_code == 302


# the voucher as an item (HZ-2.15.4)


@pytest.mark.req(
    "HZ-2.15.4-01", "HZ-2.15.4-02", "HZ-2.15.4-03", "HZ-2.15.4-04", "HZ-2.15.4-05", "HZ-2.15.4-06", "HZ-2.15.4-08"
)
def test_the_voucher_of_a_month_comes_by_a_case(unpaid: Payer, till: Till, clock: FixedClock) -> None:
    form = unpaid.client.get(VOUCHER)
    words = text_of(form)
    for label in (
        "缴存地公积金中心",
        "单位住房公积金账号",
        "缴存类型",
        "需打印月份",
        "缴存资金查询",
        "缴款凭证不含职工明细",
    ):
        assert label in words
    visit = hidden(form.content.decode())["visit"]
    nothing = unpaid.client.post(VOUCHER, {"visit": visit, "kind": "remittance", "month": "2026-10"})
    assert nothing.status_code == 422 and "没有已结算成功且已入账的汇缴记录" in text_of(nothing)
    unpaid.choose("qr")
    till.sandbox.pay(unpaid.order_no, "wechat")
    till.hand_on()
    answer = unpaid.client.post(VOUCHER, {"visit": visit, "kind": "remittance", "month": "2026-10"})
    assert answer.status_code == 302 and "/materials/" in answer["Location"]
    assert unpaid.client.post(f"{VOUCHER}materials/", {"visit": visit}).status_code == 302
    confirm = unpaid.client.get(f"{VOUCHER}confirm/", {"visit": visit}).content.decode()
    case = unpaid.client.post(f"{VOUCHER}confirm/", hidden(confirm))["Location"]
    drain_jobs()
    page = unpaid.client.get(case)
    assert "已办结" in text_of(page)
    result = re.findall(r'href="([^"]*documents/[^"]*)"', page.content.decode())[-1]
    answer = unpaid.client.get(result)
    assert answer.content.startswith(b"%PDF") and "attachment" in answer["Content-Disposition"]
    assert personas.login(personas.RIVAL).get(result).status_code == 404
    documents.revoke(Actor.system("test"), clock.now(), result.split("?")[0].split("/")[-2], "金额有误")
    assert "作废：金额有误。可在缴存资金查询中重新打印" in text_of(unpaid.client.get(result, follow=True))


@pytest.mark.parametrize("month", ["2026", "", "2026-13", "十月"])
def test_a_month_that_is_none_is_refused_at_its_field(payer: Payer, month: str) -> None:
    visit = hidden(payer.client.get(VOUCHER).content.decode())["visit"]
    answer = payer.client.post(VOUCHER, {"visit": visit, "kind": "remittance", "month": month})
    assert answer.status_code == 422 and 'href="#f-month"' in answer.content.decode()
