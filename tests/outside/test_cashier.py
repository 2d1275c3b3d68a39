"""The cashier's client: signatures held against the networks' public SDKs, and every way a notice can be wrong."""

import json
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from time import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from alipay import AliPay
from hypothesis import given
from hypothesis import strategies as st
from tests.outside_world import Door, Sandbox, free_port
from wechatpayv3 import WeChatPay, WeChatPayType

from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.outside.cashier import Cashier
from hpf.outside.demo_keys import ensure_demo_keys
from hpf.outside.facts import (
    CashierRefused,
    CashierUnavailable,
    Contract,
    ForgedNotice,
    PaymentNotice,
    PaymentRequest,
    PaymentState,
    StaleNotice,
    Way,
)

_numbers = count(1)
EXPIRES = datetime(2026, 11, 2, 17, 0, tzinfo=TZ)
ACCOUNT = "33050161663500000101"


def order(door: Door, way: Way, fen: int = 123456, **more: object) -> PaymentRequest:
    """A fresh order of 1,234.56 yuan."""
    fields: dict[str, object] = {
        "order_no": f"S20261102{next(_numbers):010d}",
        "amount": Money(fen),
        "way": way,
        "subject": "杭州桂语茶业有限公司 住房公积金汇缴",
        "payee_account": ACCOUNT,
        "notify_url": door.url,
        "return_url": "http://testserver/hangzhou/hall/",
        "expires": EXPIRES,
        "bank": "中国建设银行",
        "payer_name": "杭州桂语茶业有限公司",
    }
    return PaymentRequest(**{**fields, **more})  # type: ignore[arg-type]


def open_in_browser(url: str) -> requests.Response:
    """What the payer's browser does with the address."""
    return requests.get(url, timeout=10)


def alipay_sdk(sandbox: Sandbox, *, ours: str = "merchant.key.pem", theirs: str = "platform.pub.pem") -> AliPay:
    """The public Alipay SDK with our contract; with the keys swapped it speaks as the cashier."""
    return AliPay(
        appid="2021330100000001",
        app_private_key_string=(sandbox.keys / ours).read_text(),
        alipay_public_key_string=(sandbox.keys / theirs).read_text(),
    )


def wechat_sdk(sandbox: Sandbox) -> WeChatPay:
    """The public WeChat Pay SDK with our contract, pointed at the sandbox."""
    contract = sandbox.contract()
    sdk = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=contract.mchid,
        private_key=contract.merchant_key,
        cert_serial_no=contract.merchant_serial,
        apiv3_key=contract.api_v3_key,
        appid=contract.app_id,
        notify_url="http://testserver/callbacks/cashier",
        public_key=contract.platform_public_key,
        public_key_id=contract.platform_serial,
        timeout=(3, 10),
    )
    sdk._core._gate_way = sandbox.url
    return sdk


def test_sdk_of_wechat_orders_and_queries_at_the_sandbox(sandbox: Sandbox, cashier: Cashier) -> None:
    """The v3 requests and answers are WeChat's: its own SDK gets through and verifies what comes back."""
    sdk, number = wechat_sdk(sandbox), f"S20261102{next(_numbers):010d}"
    status, told = sdk.pay(description="住房公积金汇缴", out_trade_no=number, amount={"total": 800, "currency": "CNY"})
    assert status == 200, told
    assert json.loads(told)["code_url"].startswith(sandbox.url)
    status, told = sdk.query(out_trade_no=number)
    assert (status, json.loads(told)["trade_state"]) == (200, "NOTPAY")
    answer = cashier.query(number)
    assert answer is not None
    assert (answer.state, answer.amount) == (PaymentState.WAITING, Money(800))


@pytest.mark.req("HZ-2.8.2.1-23")
def test_wechat_notice_is_read_like_the_sdk_reads_it(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """A code paid with WeChat: our client and WeChat's SDK read the same order, amount and moment from the notice."""
    asked = order(door, Way.QR)
    assert cashier.create_payment(asked).qr_text
    sandbox.pay(asked.order_no, "wechat")
    headers, body = door.wait_for(1)[0]
    notice = cashier.verify_notice(headers, body)
    sdks = wechat_sdk(sandbox).callback({name.title(): text for name, text in headers.items()}, body)
    assert sdks["id"] == notice.notice_id
    assert sdks["resource"]["out_trade_no"] == notice.order_no == asked.order_no
    assert Money(sdks["resource"]["amount"]["total"]) == notice.amount == asked.amount
    assert datetime.fromisoformat(sdks["resource"]["success_time"]) == notice.paid_at
    assert (notice.state, notice.payee_account) == (PaymentState.PAID, ACCOUNT)
    assert notice.paid_at is not None
    assert notice.paid_at - datetime(2026, 11, 2, 9, tzinfo=TZ) < timedelta(minutes=1)


@pytest.mark.req("HZ-2.8.2.1-22")
def test_alipay_notice_is_read_like_the_sdk_reads_it(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """The same kind of code paid with Alipay comes as an RSA2 notice that Alipay's SDK verifies too."""
    asked = order(door, Way.QR)
    cashier.create_payment(asked)
    sandbox.pay(asked.order_no, "alipay")
    headers, body = door.wait_for(1)[0]
    notice = cashier.verify_notice(headers, body)
    fields = dict(parse_qsl(body.decode()))
    assert alipay_sdk(sandbox).verify(fields, fields.pop("sign"))
    assert (notice.order_no, notice.amount, notice.state) == (asked.order_no, asked.amount, PaymentState.PAID)


@pytest.mark.req("HZ-2.8.2.1-17")
def test_our_bank_address_is_signed_as_the_sdk_signs(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """The address of the bank's page verifies in Alipay's SDK, and an address made by the SDK opens the same page."""
    asked = order(door, Way.CORPORATE_BANK)
    url = cashier.create_payment(asked).pay_url
    fields = dict(parse_qsl(urlsplit(url).query))
    signature = fields.pop("sign")
    signed = alipay_sdk(sandbox, theirs="merchant.pub.pem")
    assert signed._verify("&".join(f"{name}={fields[name]}" for name in sorted(fields)), signature)
    page = open_in_browser(url)
    assert page.ok
    assert "中国建设银行" in page.text
    assert "1,234.56" in page.text
    query = alipay_sdk(sandbox).api_alipay_trade_page_pay(
        subject="住房公积金汇缴", out_trade_no=f"S{next(_numbers)}", total_amount="8.00", notify_url=door.url
    )
    assert open_in_browser(f"{sandbox.url}/gateway.do?{query}").ok


@pytest.mark.parametrize(
    "spoil",
    [
        lambda fields: fields | {"total_amount": "1.00"},
        lambda fields: fields | {"sign": "AAAA"},
        lambda fields: {name: text for name, text in fields.items() if name != "sign"},
    ],
)
def test_a_changed_bank_address_opens_nothing(spoil: object, sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Whoever changes the address of the bank's page gets no page and no order."""
    asked = order(door, Way.CORPORATE_BANK)
    url = cashier.create_payment(asked).pay_url
    fields = dict(parse_qsl(urlsplit(url).query))
    fields["biz_content"] = fields["biz_content"].replace("1234.56", "1.00")
    answer = open_in_browser(f"{sandbox.url}/gateway.do?{urlencode(spoil(fields))}")  # type: ignore[operator]
    assert answer.status_code == 400
    assert cashier.query(asked.order_no) is None


@pytest.mark.parametrize("way", [Way.QR, Way.CORPORATE_BANK, Way.PERSONAL_BANK])
def test_asking_again_gives_the_same_order(way: Way, cashier: Cashier, door: Door) -> None:
    """A payment started again, from a second tab too, is one order; the same number for another amount is none."""
    asked = order(door, way)
    first, again = cashier.create_payment(asked), cashier.create_payment(asked)
    assert first.qr_text == again.qr_text
    other = order(door, way, fen=1, order_no=asked.order_no)
    if way is Way.QR:
        with pytest.raises(CashierRefused):
            cashier.create_payment(other)
    else:
        assert open_in_browser(first.pay_url).url == open_in_browser(again.pay_url).url
        assert open_in_browser(cashier.create_payment(other).pay_url).status_code == 400


def test_bank_refusal_comes_as_failed_with_its_reason(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """The bank's no is final for the order and says why, in the notice and in the query."""
    asked = order(door, Way.CORPORATE_BANK)
    open_in_browser(cashier.create_payment(asked).pay_url)
    sandbox.pay(asked.order_no, "bank", refuse="账户余额不足")
    notice = cashier.verify_notice(*door.wait_for(1)[0])
    asked_about = cashier.query(asked.order_no)
    assert asked_about is not None
    assert (notice.state, notice.reason) == (asked_about.state, asked_about.reason)
    assert (notice.state, notice.reason) == (PaymentState.FAILED, "账户余额不足")


@pytest.mark.parametrize("by", ["wechat", "alipay"])
def test_query_says_what_the_notice_says(by: str, sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """Whoever missed the notice finds the same payment by asking: same transaction, amount, moment, payer."""
    asked = order(door, Way.QR)
    assert cashier.query(asked.order_no) is None
    cashier.create_payment(asked)
    sandbox.pay(asked.order_no, by)
    notice = cashier.verify_notice(*door.wait_for(1)[0])
    found = cashier.query(asked.order_no)
    assert found is not None
    assert {**vars(found), "notice_id": ""} == {**vars(notice), "notice_id": ""}


@pytest.mark.parametrize(
    ("by", "name", "cure"),
    [
        ("wechat", "body changed", lambda headers, body: (headers, body.replace(b"EV-", b"EX-"))),
        ("wechat", "no signature", lambda headers, body: ({"Wechatpay-Signature": ""}, body)),
        ("wechat", "unknown key", lambda headers, body: (headers | {"Wechatpay-Serial": "PUB_KEY_ID_X"}, body)),
        ("wechat", "not JSON", lambda headers, body: (headers, b"\xff{")),
        ("alipay", "amount changed", lambda headers, body: (headers, body.replace(b"1234.56", b"9234.56"))),
        ("alipay", "parameter twice", lambda headers, body: (headers, body + b"&trade_status=TRADE_SUCCESS")),
        ("alipay", "no signature", lambda headers, body: (headers, body.split(b"&sign=")[0])),
        ("alipay", "empty", lambda headers, body: (headers, b"")),
    ],
)
def test_a_tampered_notice_is_forged(
    by: str, name: str, cure: object, sandbox: Sandbox, cashier: Cashier, door: Door
) -> None:
    """Nothing that was changed on the way is believed, and nothing unreadable breaks the door."""
    asked = order(door, Way.QR)
    cashier.create_payment(asked)
    sandbox.pay(asked.order_no, by)
    headers, body = door.wait_for(1)[0]
    cashier.verify_notice(headers, body)
    with pytest.raises(ForgedNotice):
        cashier.verify_notice(*cure(headers, body))  # type: ignore[operator]


@pytest.mark.parametrize("by", ["wechat", "alipay"])
@pytest.mark.parametrize(("age", "stale"), [(290, False), (310, True), (-310, True)])
def test_an_old_signature_is_stale(
    by: str, age: int, stale: bool, sandbox: Sandbox, cashier: Cashier, door: Door
) -> None:
    """A notice replayed more than five minutes after its signing, or from the future, is not taken."""
    asked = order(door, Way.QR)
    cashier.create_payment(asked)
    sandbox.pay(asked.order_no, by)
    headers, body = door.wait_for(1)[0]
    later = Cashier(sandbox.contract(), wall=lambda: time() + age)
    if stale:
        with pytest.raises(StaleNotice):
            later.verify_notice(headers, body)
    else:
        assert later.verify_notice(headers, body).amount == asked.amount


def test_a_notice_for_another_merchant_is_forged(sandbox: Sandbox, door: Door, cashier: Cashier) -> None:
    """Rightly signed, but not for us."""
    contract = sandbox.contract()
    stranger = Cashier(Contract(**{**vars(contract), "mchid": "1900000009"}))
    for by in ("wechat", "alipay"):
        asked = order(door, Way.QR)
        cashier.create_payment(asked)
        sandbox.pay(asked.order_no, by)
        headers, body = door.wait_for(1)[-1]
        with pytest.raises(ForgedNotice):
            stranger.verify_notice(headers, body)
        door.came.clear()


@pytest.mark.parametrize("problem", ["down", "unreachable", "unsigned"])
def test_without_a_trustworthy_answer_nothing_is_known(problem: str, sandbox: Sandbox, door: Door) -> None:
    """A cashier that is down, away, or not the cashier at all: one error that means "try again"."""
    url = sandbox.url
    if problem == "down":
        sandbox.turn(cashier_down=1)
    elif problem == "unreachable":
        url = f"http://127.0.0.1:{free_port()}"
    server = _impostor() if problem == "unsigned" else None
    client = Cashier(sandbox.contract(f"http://127.0.0.1:{server.server_address[1]}" if server else url))
    for call in (
        lambda: client.create_payment(order(door, Way.QR)),
        lambda: client.query("S1"),
        lambda: client.close("S1"),
    ):
        with pytest.raises(CashierUnavailable):
            call()
    if server:
        server.shutdown()
        server.server_close()


def test_an_order_that_the_cashier_does_not_want_to_tell_about_is_refused(sandbox: Sandbox) -> None:
    """Its own words; so the orders behind it are asked for."""
    server = _impostor(400)
    with pytest.raises(CashierRefused, match="参数错误"):
        Cashier(sandbox.contract(f"http://127.0.0.1:{server.server_address[1]}")).query("S1")
    server.shutdown()
    server.server_close()


def _impostor(status: int = 200) -> HTTPServer:
    """Answers every question with a paid order that nobody signed, or with another status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = '{"code_url": "http://evil.example/", "trade_state": "SUCCESS", "message": "参数错误"}'.encode()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def test_closing(sandbox: Sandbox, cashier: Cashier, door: Door) -> None:
    """A closed order cannot be paid, seen before or not; a paid one cannot be closed."""
    open_one, paid, unseen = order(door, Way.QR), order(door, Way.QR), order(door, Way.CORPORATE_BANK)
    cashier.create_payment(open_one)
    cashier.create_payment(paid)
    sandbox.pay(paid.order_no, "wechat")
    assert [cashier.close(asked.order_no) for asked in (open_one, paid, unseen)] == [True, False, True]
    with pytest.raises(requests.HTTPError):
        sandbox.pay(open_one.order_no, "wechat")
    assert open_in_browser(cashier.create_payment(unseen).pay_url).status_code == 400
    closed = cashier.query(unseen.order_no)
    assert closed is not None
    assert (closed.state, closed.amount) == (PaymentState.CLOSED, None)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """Keys without a process."""
    return Sandbox("http://127.0.0.1:9", ensure_demo_keys(tmp_path_factory.mktemp("offline") / "keys"))


@pytest.fixture(scope="module")
def both_sides(offline: Sandbox) -> tuple[AliPay, Cashier]:
    """Alipay's SDK with the cashier's key, and our client."""
    return alipay_sdk(offline, ours="platform.key.pem"), Cashier(offline.contract())


@given(fen=st.integers(min_value=1, max_value=10**14))
def test_amounts_come_through_to_the_fen(both_sides: tuple[AliPay, Cashier], fen: int) -> None:
    """An amount written and signed by Alipay's SDK is read without losing or winning a fen."""
    signer, client = both_sides
    amount = Money(fen)
    stamp = datetime.fromtimestamp(time(), TZ).strftime("%Y-%m-%d %H:%M:%S")
    fields = {
        "notify_id": "EV-1",
        "notify_time": stamp,
        "app_id": "2021330100000001",
        "seller_id": "1900330100",
        "out_trade_no": "S1",
        "trade_status": "TRADE_SUCCESS",
        "trade_no": "T1",
        "gmt_payment": stamp,
        "total_amount": amount.plain,
    }
    sign = signer._sign("&".join(f"{name}={fields[name]}" for name in sorted(fields)))
    body = urlencode({**fields, "sign": sign, "sign_type": "RSA2"}).encode()
    notice: PaymentNotice = client.verify_notice({}, body)
    assert notice.amount == amount


@pytest.mark.parametrize("written", ["12.5", "12", "-1.00", "1e3", "1,234.56", "1.234", "１.00", ""])
def test_amounts_in_any_other_writing_are_refused(offline: Sandbox, written: str) -> None:
    """Even under a valid signature."""
    stamp = datetime.fromtimestamp(time(), TZ).strftime("%Y-%m-%d %H:%M:%S")
    fields = {
        "notify_id": "EV-1",
        "notify_time": stamp,
        "app_id": "2021330100000001",
        "seller_id": "1900330100",
        "out_trade_no": "S1",
        "trade_status": "TRADE_CLOSED",
        "total_amount": written,
    }
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])
    sign = alipay_sdk(offline, ours="platform.key.pem")._sign(text)
    body = urlencode({**fields, "sign": sign, "sign_type": "RSA2"}).encode()
    with pytest.raises(ForgedNotice):
        Cashier(offline.contract()).verify_notice({}, body)


def test_demo_keys_are_made_once(tmp_path: Path) -> None:
    """A second start finds the same keys; they are nobody else's to read."""
    keys = ensure_demo_keys(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    assert {path.name: path.read_bytes() for path in ensure_demo_keys(tmp_path / "keys").iterdir()} == before
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}
    assert list(tmp_path.iterdir()) == [keys]
