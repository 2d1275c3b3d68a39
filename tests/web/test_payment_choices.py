"""What can be chosen for paying: banks of a list that the centre extends at its desk, and an order once more."""

import re

import pytest
from django.conf import settings
from tests import personas
from tests.hall import text_of
from tests.outside_world import Door, Sandbox, door, sandbox, sandbox_process
from tests.paying import ORDERS, Payer, Till, dues_of, owing

from hpf.access.actor import Actor, Role
from hpf.dues.facts import PayChannel
from hpf.kernel.clock import FixedClock
from hpf.policy import changes, readers
from hpf.policy.facts import Change
from hpf.policy.proposals import Proposal

__all__ = ["door", "sandbox", "sandbox_process"]
ONE, OTHER = (Actor.staff(number, name, frozenset({Role.POLICY})) for number, name in ((71, "章程"), (72, "季度")))
LISTED = [{"code": "CCB", "name": "中国建设银行"}, {"code": "NEWB", "name": "新设城市银行"}]


@pytest.fixture
def payer(centre: object, clock: FixedClock, sandbox: Sandbox, door: Door, monkeypatch: pytest.MonkeyPatch) -> Payer:
    """An agent with an order to be paid at the real cashier."""
    for name in ("HPF_CASHIER", "PUBLIC_URL"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    Till(sandbox, door).wire(clock)
    owing()
    payer = Payer(personas.login(personas.AGENT))
    payer.submit(dues_of()[0].code)
    return payer


@pytest.mark.req("HZ-2.8.2.1-38", "HZ-2.8.2.1-19")
def test_a_bank_added_to_the_list_can_be_paid_by_and_one_taken_off_cannot(payer: Payer, clock: FixedClock) -> None:
    assert "中国工商银行" in payer.words() and "新设城市银行" not in payer.words()
    unknown = payer.choose("corporateBank", "NEWB")
    assert "所选银行不支持" in text_of(payer.client.get(unknown["Location"]))

    proposal = Proposal(Change("banks_corporate", clock.now().date(), LISTED), "与银行签约的通知")
    number = changes.propose(ONE, clock.now(), proposal, None)
    assert "新设城市银行" not in payer.words(), "one person's proposal is no change"
    changes.approve(OTHER, clock.now(), number, readers.last_approved("banks_corporate"), lambda _: None)
    readers.forget_pin()

    assert "新设城市银行" in payer.words() and "中国工商银行" not in payer.words()
    gone = payer.choose("corporateBank", "ICBC")
    assert "所选银行不支持" in text_of(payer.client.get(gone["Location"]))
    assert payer.choose("corporateBank", "NEWB").status_code == 302
    assert (payer.order().channel, payer.order().bank) == (PayChannel.CORPORATE_BANK, "NEWB")


@pytest.mark.req("HZ-2.8.2.3-04")
def test_an_order_is_paid_once_more_by_way_of_the_payment_page_and_its_list(payer: Payer) -> None:
    payer.at_the_bank()
    assert f'href="{ORDERS}' in payer.page().content.decode()
    listed = payer.client.get(ORDERS).content.decode()
    line = next(row for row in listed.split("<tr")[1:] if payer.order_no in row)
    (back,) = set(re.findall(rf'href="([^"]*/pay/{payer.order_no}/)"', line))
    again = payer.client.get(back)
    assert "重新支付" in text_of(again)
    assert payer.choose().status_code == 302
    assert payer.order().channel is PayChannel.CORPORATE_BANK
