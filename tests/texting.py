"""Text messages in tests: the simulated gateway wired to the settings, its reports collected at a door of the test's.

Reports are handed on to our own address when the test says so: twice, late, in another order, or with a letter changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from tests.hall import Answer
from tests.outside_world import Door, Sandbox
from tests.parties import builders as b

from hpf.access.actor import Actor
from hpf.notices import changes, jobs, listings
from hpf.notices.facts import NewText, TextKind, TextMessage

REPORTS = "/callbacks/sms/hangzhou"
ACTOR = Actor.system("test")
_numbers = count(10_000)
UNKNOWN = "13900004004"
"""A number that belongs to nobody in the simulated world."""


def number() -> str:
    """A telephone number that no other test uses: the telephones keep what they have received."""
    return f"138{next(_numbers):07d}1"


def new_text(subject: int, mobile: str = "", text: str = "月缴存额1,312.00元") -> NewText:
    """A message about this subject, to a number of its own unless one is given."""
    return NewText(f"test:{subject}", TextKind.OPENING_DONE, mobile or number(), text)


def queue(*texts: NewText) -> int:
    """Queue messages now."""
    return changes.queue_texts(ACTOR, b.AT, texts)


def sent() -> list[TextMessage]:
    """All messages, the oldest first."""
    return sorted(listings.texts().items, key=lambda text: text.id)


def states() -> list[str]:
    """Where the messages stand, the oldest first."""
    return [text.state.value for text in sent()]


def due_again() -> None:
    """The pauses of the messages that were put off are over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_text SET next_at = NULL")


@dataclass
class Phones:
    """The gateway and the telephones behind it."""

    sandbox: Sandbox
    door: Door

    def wire(self) -> "Phones":
        """Point the settings here."""
        settings.HPF_SMS = {**settings.HPF_SMS, "base_url": self.sandbox.url, "app_id": "hpf", "secret": "demo"}
        settings.PUBLIC_URL = self.door.url.removesuffix("/callbacks/cashier")
        return self

    def unplug(self) -> None:
        """From here on nobody answers."""
        settings.HPF_SMS = {**settings.HPF_SMS, "base_url": "http://127.0.0.1:9"}

    def received(self, mobile: str = "") -> list[dict[str, Any]]:
        """What the telephones show, the oldest first."""
        told: list[dict[str, Any]] = self.sandbox.get(f"/api/sms?to={mobile}")["texts"]
        return told

    def bodies(self, mobile: str = "") -> list[str]:
        """The texts alone."""
        return [text["body"] for text in self.received(mobile)]

    def hand_on(self, number: int = 0, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Gives reports to our own address as they came, or with another body or other headers."""
        came, told = self.door.wait_for(number + 1)[number]
        kept = {name: text for name, text in came.items() if name.lower().startswith("sms-")}
        return Client().post(
            REPORTS,
            data=told if body is None else body,
            content_type="application/json",
            headers={**kept, **(headers or {})},
        )

    def reports(self, number: int = 0) -> list[dict[str, Any]]:
        """What a batch of reports says."""
        told: list[dict[str, Any]] = json.loads(self.door.wait_for(number + 1)[number][1])["reports"]
        return told


def send_now() -> None:
    """What the worker does with waiting messages."""
    jobs.send_texts()
