"""Dues to be paid at the hall, for tests: a city that owes October, an agent who chooses and pays, the real cashier.

The cashier is the sandbox process. Its notices come to a door of the test's, and are handed on to our own address when
the test says so: twice, late, in another order, or with a letter changed.
"""

import html
import json
import re
from dataclasses import dataclass
from datetime import datetime

import requests
from django.conf import settings
from django.db import connection
from django.test import Client
from tests import personas
from tests.hall import HOME, Answer, text_of
from tests.outside_world import NUMBERS, Door, Sandbox
from tests.parties import builders as b
from tests.server import drain_jobs

from hpf.access.actor import Actor
from hpf.dues import changes as dues
from hpf.dues import listings, readers
from hpf.dues.facts import Due, Order
from hpf.kernel.clock import TZ, FixedClock
from hpf.kernel.month import Month
from hpf.parties import load
from hpf.parties import readers as parties
from hpf.policy import book

SETTLEMENT = f"{HOME}items/contribution.settlement/"
FUNDS = f"{HOME}items/contribution.funds/"
ORDERS = f"{HOME}items/contribution.orders/"
VOUCHER = f"{HOME}items/enquiry.voucher/"
NOTICES = "/callbacks/cashier/hangzhou"
OCTOBER = Month(2026, 10)
ACTOR = Actor.system("test")


def owing(*fen: int) -> None:
    """The city of the personas; October is made. Employer ONE has a person for each part in `fen`, OTHER has one."""
    people = [
        paying_person(serial, personas.ONE, part) for serial, part in enumerate(fen or (64_000, 64_000, 64_000), 1)
    ]
    personas.city([*people, paying_person(800, personas.OTHER, 50_000)])
    rules = book.load(personas.CENTRE)
    dues.make_dues(ACTOR, rules.calendar.turn(OCTOBER), OCTOBER, rules, parties.employer_account_ids())


def paying_person(serial: int, ref: str, part: int) -> load.PersonRow:
    """A person whose two parts, in fen, are owed by this employer from October on."""
    spell = load.SpellRow(202610, part * 100 // 8, b.EIGHT, b.EIGHT, part, part, None)
    return b.person(serial, load.MembershipRow(ref, 202610, [spell]), name=f"职工{serial}")


def dues_of(persona: personas.Persona = personas.AGENT) -> list[Due]:
    """What the persona's employer owes or has paid, the newest first."""
    return list(listings.stream_funds([personas.account_of(persona).id]))


@dataclass
class Till:
    """The real cashier, wired to the settings, with its notices collected at a door."""

    sandbox: Sandbox
    door: Door

    def wire(self, clock: FixedClock) -> "Till":
        """Point the settings here and tell the simulated world the time."""
        settings.HPF_CASHIER = {**NUMBERS, "base_url": self.sandbox.url, "keys": self.sandbox.keys}
        settings.PUBLIC_URL = self.door.url.removesuffix("/callbacks/cashier")
        self.tell(clock)
        return self

    def tell(self, clock: FixedClock) -> None:
        """The business time of the cashier follows the clock of the test."""
        self.sandbox.post("/clock", {"now": clock.now().isoformat()})

    def unplug(self) -> None:
        """From here on nobody answers."""
        settings.HPF_CASHIER = {**settings.HPF_CASHIER, "base_url": "http://127.0.0.1:9"}

    def letter(self, number: int = 0) -> tuple[dict[str, str], bytes]:
        """A notice that has come, the first by default; waits for it."""
        return self.door.wait_for(number + 1)[number]

    def hand_on(self, number: int = 0, body: bytes | None = None) -> Answer:
        """Gives a notice to our own address as it came, or with another body."""
        headers, told = self.letter(number)
        kept = {name: text for name, text in headers.items() if name.lower() not in ("content-length", "host")}
        kind = kept.pop("Content-Type")
        return Client().post(NOTICES, data=body or told, content_type=kind, headers=kept)


@dataclass
class Payer:
    """An agent on the way from the list of dues to the payment."""

    client: Client
    order_no: str = ""
    visit: str = ""

    def enter(self) -> "Payer":
        """Opens the list of what can be paid."""
        self.visit = re.findall(r"visit=([\w-]+)", self.client.get(f"{SETTLEMENT}list/")["Location"])[0]
        return self

    def list_page(self, **query: str) -> Answer:
        """The list of this visit."""
        return self.client.get(f"{SETTLEMENT}list/", {"visit": self.visit, **query})

    def tick(self, *codes: str, do: str = "") -> Answer:
        """“确定” with these dues ticked; `do="sum"` only adds them up."""
        form = {"visit": self.visit, "year": "2026", "row": list(codes), **({"do": do} if do else {})}
        return self.client.post(f"{SETTLEMENT}list/", form)

    def live(self, *codes: str) -> Answer:
        """The sums as htmx asks for them."""
        return self.client.post(f"{SETTLEMENT}list/sum/", {"visit": self.visit, "row": list(codes)})

    def form(self, address: str) -> Answer:
        """The form after the choice."""
        return self.client.get(address)

    def submit(self, *codes: str) -> str:
        """From the choice to the case; its address."""
        if not self.visit:
            self.enter()
        assert self.tick(*codes).status_code == 302
        for step in ("", "materials/"):
            assert self.client.post(f"{SETTLEMENT}{step}", {"visit": self.visit}).status_code == 302
        page = self.client.get(f"{SETTLEMENT}confirm/", {"visit": self.visit}).content.decode()
        address = self.client.post(f"{SETTLEMENT}confirm/", hidden(page))["Location"]
        drain_jobs()
        order = re.findall(r"/pay/(\w+)/", self.client.get(address).content.decode())
        self.order_no = order[0] if order else ""
        self.visit = ""
        return address

    def page(self, more: str = "", **query: str) -> Answer:
        """The payment page, or an address below it."""
        return self.client.get(f"{HOME}pay/{self.order_no}/{more}", query)

    def words(self) -> str:
        """What the payment page says."""
        return text_of(self.page())

    def choose(self, channel: str = "", bank: str = "CCB") -> Answer:
        """“去支付” or “重新支付”."""
        form = {"channel": channel, "bank": bank} if channel else {}
        return self.client.post(f"{HOME}pay/{self.order_no}/choose/", form)

    def cancel(self) -> Answer:
        """“取消支付”, answered with yes; the page that follows."""
        return self.client.post(f"{HOME}pay/{self.order_no}/cancel/", follow=True)

    def order(self) -> Order:
        """The order as it stands."""
        return readers.order_by_no(self.order_no)

    def at_the_bank(self) -> None:
        """Follows the redirect to the bank's page, so that the cashier knows of the payment."""
        answer = self.choose("" if self.order().channel else "corporateBank")
        assert answer.status_code == 302
        assert requests.get(answer["Location"], timeout=10).ok


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms, without the token against forgery."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return {name: text for name, text in found.items() if name != "csrfmiddlewaretoken"}


def disabled(page: str, value: str) -> bool:
    """Whether the radio button of this value cannot be chosen."""
    found = re.findall(rf'<input type="radio"[^>]*value="{value}"[^>]*>', page)
    assert found, value
    return " disabled" in found[0]


def at(text: str) -> datetime:
    """A moment in China."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def unescaped(answer: Answer) -> str:
    """The source of a page with its references resolved."""
    return html.unescape(answer.content.decode())


def trail_of(verb: str) -> list[dict[str, object]]:
    """The details of the trail's entries of this verb, in the centre of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail FROM trail_entry WHERE verb = %s ORDER BY id", [verb])
        return [json.loads(row[0]) if isinstance(row[0], str) else dict(row[0]) for row in cursor.fetchall()]
