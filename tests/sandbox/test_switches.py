"""Each switch to misbehave does what it says, so that tests and demos may rely on it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count

import pytest
import requests
from tests.outside_world import Door, Sandbox, wait_until

from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.outside.cashier import Cashier
from hpf.outside.facts import ForgedNotice, PaymentRequest, PaymentState, Way

_numbers = count(1)


def ordered(cashier: Cashier, door: Door, way: Way = Way.QR, fen: int = 80_000) -> str:
    """An order at the cashier, by its number; payable until 17:00 of the demo's first day."""
    number = f"W20261102{next(_numbers):010d}"
    start = cashier.create_payment(
        PaymentRequest(
            order_no=number,
            amount=Money(fen),
            way=way,
            subject="住房公积金汇缴",
            payee_account="33050161663500000101",
            notify_url=door.url,
            return_url="",
            expires=datetime(2026, 11, 2, 17, 0, tzinfo=TZ),
        )
    )
    if start.pay_url:
        assert requests.get(start.pay_url, timeout=10).ok
    return number


def notices_of(sandbox: Sandbox, number: str) -> list[dict[str, object]]:
    """What the sandbox tells of the order's notices."""
    told: list[dict[str, object]] = sandbox.get(f"/api/orders/{number}")["notices"]
    return told


def test_late(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """A late notice is held, does not keep the sandbox busy, and goes out when it is let go."""
    sandbox.turn(notice_late=3600)
    number = ordered(cashier, door)
    sandbox.pay(number, "wechat")
    assert sandbox.get("/idle")["idle"]
    assert door.came == []
    found = cashier.query(number)
    assert found is not None
    assert found.state is PaymentState.PAID
    assert sandbox.post("/api/release", {}) == {"released": 1}
    assert cashier.verify_notice(*door.wait_for(1)[0]).order_no == number


@pytest.mark.parametrize("by", ["wechat", "alipay"])
def test_twice(by: str, sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """The same notice, taken, comes once more under its old number."""
    sandbox.turn(notice_twice=1)
    sandbox.pay(ordered(cashier, door), by)
    first, second = (cashier.verify_notice(*came) for came in door.wait_for(2))
    assert first == second
    sandbox.wait_idle()
    assert len(door.came) == 2


def test_reordered(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Of two payments the later is told first."""
    sandbox.turn(notice_reorder=1)
    early, late = ordered(cashier, door), ordered(cashier, door)
    sandbox.pay(early, "wechat")
    assert sandbox.get("/idle")["idle"]
    sandbox.pay(late, "wechat")
    assert [cashier.verify_notice(*came).order_no for came in door.wait_for(2)] == [late, early]


def test_reordering_switched_off_lets_the_last_one_go(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Nothing stays behind."""
    sandbox.turn(notice_reorder=1)
    number = ordered(cashier, door)
    sandbox.pay(number, "alipay")
    sandbox.turn(notice_reorder=0)
    assert cashier.verify_notice(*door.wait_for(1)[0]).order_no == number


@pytest.mark.parametrize("by", ["wechat", "alipay"])
def test_forged(by: str, sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Signed with a stranger's key; refused by the door, it comes again rightly signed once the switch is off."""
    sandbox.turn(notice_forged=1)
    door.fail_next = 1
    number = ordered(cashier, door)
    sandbox.pay(number, by)
    with pytest.raises(ForgedNotice):
        cashier.verify_notice(*door.wait_for(1)[0])
    sandbox.turn(notice_forged=0)
    assert cashier.verify_notice(*door.wait_for(2)[1]).order_no == number


@pytest.mark.parametrize("by", ["wechat", "alipay"])
def test_wrong_amount(by: str, sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """The signature is right and the amount is a fen too much; the query knows better."""
    sandbox.turn(notice_wrong_amount=1)
    number = ordered(cashier, door, fen=80_000)
    sandbox.pay(number, by)
    assert cashier.verify_notice(*door.wait_for(1)[0]).amount == Money(80_001)
    found = cashier.query(number)
    assert found is not None
    assert found.amount == Money(80_000)


def test_dropped(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """No notice ever; only the query finds the payment."""
    sandbox.turn(notice_dropped=1)
    number = ordered(cashier, door)
    sandbox.pay(number, "alipay")
    sandbox.post("/api/release", {})
    assert [notice["state"] for notice in notices_of(sandbox, number)] == ["dropped"]
    assert door.came == []
    found = cashier.query(number)
    assert found is not None
    assert found.state is PaymentState.PAID


def test_bank_refuses(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Whatever the payer confirms at the bank fails for want of money."""
    sandbox.turn(bank_refuses=1)
    number = ordered(cashier, door, Way.CORPORATE_BANK)
    browser = Browser(sandbox, number)
    assert "账户余额不足" in browser.pay("basic").text
    notice = cashier.verify_notice(*door.wait_for(1)[0])
    assert (notice.state, notice.reason) == (PaymentState.FAILED, "账户余额不足")


def test_pay_after_expiry(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Past its time an order cannot be paid, with the switch it can, closed ones too."""
    expired, closed = ordered(cashier, door), ordered(cashier, door)
    cashier.close(closed)
    sandbox.post("/clock", {"now": "2026-11-02T17:00:00+08:00"})
    for number in (expired, closed):
        with pytest.raises(requests.HTTPError):
            sandbox.pay(number, "wechat")
    sandbox.turn(pay_after_expiry=1)
    for number in (expired, closed):
        assert sandbox.pay(number, "wechat")["state"] == "SUCCESS"
    told = [cashier.verify_notice(*came) for came in door.wait_for(2)]
    assert {notice.order_no for notice in told} == {expired, closed}
    assert all(notice.paid_at and notice.paid_at.hour == 17 for notice in told)


@pytest.mark.parametrize(
    ("switch", "path"),
    [
        ("cashier_down", "/gateway.do"),
        ("cashier_down", "/v3/pay/transactions/out-trade-no/S1"),
        ("portal_down", "/"),
        ("portal_down", "/login/"),
        ("portal_down", "/.well-known/openid-configuration"),
        ("portal_down", "/identity/o/authorize"),
    ],
)
def test_down(switch: str, path: str, sandbox: Sandbox) -> None:
    """503 on the party's own pages, while the other party and the way back stay up."""
    sandbox.turn(**{switch: 1})
    assert requests.get(sandbox.url + path, timeout=10).status_code == 503
    other = "/login/" if switch == "cashier_down" else "/gateway.do"
    assert requests.get(sandbox.url + other, timeout=10).status_code != 503
    assert requests.get(f"{sandbox.url}/switches/", timeout=10).ok


def test_undelivered_notices_are_tried_again_and_then_given_up(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """A door that fails twice gets the same notice a third time; busy until then, idle afterwards."""
    door.fail_next = 2
    number = ordered(cashier, door)
    sandbox.pay(number, "wechat")
    assert not sandbox.get("/idle")["idle"]
    came = [cashier.verify_notice(*came) for came in door.wait_for(3)]
    assert len({notice.notice_id for notice in came}) == 1
    sandbox.wait_idle()
    assert notices_of(sandbox, number)[0]["state"] == "delivered"


def test_the_page_sets_switches_too(sandbox: Sandbox) -> None:
    """What a person saves on the page is what machines read; boxes not ticked are off."""
    browser = requests.Session()
    page = f"{sandbox.url}/switches/"
    browser.get(page, timeout=10)
    form = {"csrfmiddlewaretoken": browser.cookies["sbx_csrftoken"], "notice_late": "30", "bank_refuses": "1"}
    assert browser.post(page, form, headers={"Referer": page}, timeout=10).ok
    told = sandbox.post("/api/switches", {})
    assert {name: value for name, value in told.items() if value} == {"notice_late": 30, "bank_refuses": 1}


@pytest.mark.parametrize("told", [{"no_such_switch": 1}, {"notice_late": -1}, {"notice_late": "soon"}, []])
def test_wrong_switches_are_refused(told: object, sandbox: Sandbox) -> None:
    """An unknown name or number changes nothing and says so."""
    assert requests.post(f"{sandbox.url}/api/switches", json=told, timeout=10).status_code == 400


def test_another_site_cannot_pull_the_switches(sandbox: Sandbox) -> None:
    """What a foreign page may send unasked, a form, is not taken."""
    answer = requests.post(f"{sandbox.url}/api/switches", data={"cashier_down": "1"}, timeout=10)
    assert answer.status_code == 415
    assert sandbox.post("/api/switches", {})["cashier_down"] == 0


class Browser:
    """A payer at the bank's page, without JavaScript."""

    def __init__(self, sandbox: Sandbox, number: str) -> None:
        """Open the page of the order and log in."""
        self.page = f"{sandbox.url}/cashier/bank/{sandbox.get(f'/api/orders/{number}')['token']}/"
        self.session = requests.Session()
        self.session.get(self.page, timeout=10)
        self.send(step="login")

    def send(self, **form: str) -> requests.Response:
        """Send the page's form."""
        form["csrfmiddlewaretoken"] = self.session.cookies["sbx_csrftoken"]
        return self.session.post(self.page, form, headers={"Referer": self.page}, timeout=10)

    def pay(self, account: str) -> requests.Response:
        """Confirm with this account."""
        return self.send(step="pay", account=account)


@pytest.mark.parametrize(("account", "reason"), [("small", "账户余额不足"), ("limit", "超过单笔支付限额")])
@pytest.mark.parametrize("way", [Way.CORPORATE_BANK, Way.PERSONAL_BANK])
def test_accounts_that_refuse(
    way: Way, account: str, reason: str, sandbox: Sandbox, cashier: Cashier, door: Door
) -> None:
    """HZ-2.8.2.1-26: an account with too little money, and one with a limit below the amount."""
    number = ordered(cashier, door, way, fen=100_001)
    assert reason in Browser(sandbox, number).pay(account).text
    assert cashier.verify_notice(*door.wait_for(1)[0]).reason == reason


def test_cancelling_at_the_bank_leaves_the_order_open(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """The payer may leave, come back and pay; paying needs the login, and a second confirmation pays nothing."""
    number = ordered(cashier, door, Way.CORPORATE_BANK)
    browser = Browser(sandbox, number)
    assert "已取消付款" in browser.send(step="cancel").text
    found = cashier.query(number)
    assert found is not None
    assert found.state is PaymentState.WAITING
    stranger = Browser(sandbox, number)
    stranger.session.cookies.clear()
    stranger.session.get(stranger.page, timeout=10)
    stranger.pay("basic")
    assert cashier.query(number) == found
    assert "付款成功" in browser.pay("basic").text
    assert "请勿重复付款" in browser.pay("basic").text
    door.wait_for(1)
    sandbox.wait_idle()
    assert len(door.came) == 1


@pytest.mark.parametrize(
    ("agent", "shown"), [("AlipayClient/10", "支付宝"), ("MicroMessenger/8", "微信支付"), ("Firefox", "请选择")]
)
def test_the_code_opens_the_wallet_that_scans(
    agent: str, shown: str, sandbox: Sandbox, cashier: Cashier, door: Door
) -> None:
    """One code for both wallets; a browser may choose."""
    number = ordered(cashier, door)
    address = f"{sandbox.url}/cashier/q/{sandbox.get(f'/api/orders/{number}')['token']}/"
    assert shown in requests.get(address, headers={"User-Agent": agent}, timeout=10).text


def test_two_wallets_at_once_pay_once(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Eight payers confirm the same order at the same moment: one pays, one notice comes."""
    number = ordered(cashier, door)
    address = f"{sandbox.url}/api/orders/{number}/pay"
    with ThreadPoolExecutor(8) as payers:
        answers = payers.map(lambda _: requests.post(address, json={"by": "wechat"}, timeout=30).status_code, range(8))
    assert sorted(answers) == [200] + [409] * 7
    sandbox.wait_idle()
    assert len(door.came) == 1


def test_the_bank_books_each_payment_once(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """The statement has the payment under its day and account, and the day's figures grow by it, once."""
    sandbox.post("/clock", {"now": "2027-03-01T10:00:00+08:00"})
    sandbox.turn(pay_after_expiry=1)
    first, second = ordered(cashier, door, fen=12_345), ordered(cashier, door, fen=1)
    for number in (first, second):
        sandbox.pay(number, "wechat")
        with pytest.raises(requests.HTTPError):
            sandbox.pay(number, "alipay")
    told = sandbox.get("/api/statement?date=2027-03-01")
    assert [(day["count"], day["total_fen"]) for day in told["daily"]] == [(2, 12_346)]
    assert [entry["order__out_trade_no"] for entry in told["entries"]] == [first, second]
    assert "123.45" in requests.get(f"{sandbox.url}/bank/statement/", timeout=10).text
    wait_until(lambda: bool(sandbox.get("/idle")["idle"]), "idle")
