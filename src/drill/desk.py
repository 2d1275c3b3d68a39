"""What the centre's staff does at the desk: move the clock, watch the batches, check the books; and what the bank says.

The simulated cashier is spoken to by its remote control (domain-values A5); its switches make it misbehave.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from drill import days, law
from drill.door import CENTRE, Broken, Browser
from drill.records import AccountTold, Snapshot

DESK, CLOCK = f"{CENTRE}/desk/", f"{CENTRE}/clock/"
_PATIENCE_SECONDS = 300
_POLL_SECONDS = 0.3


class Stuck(Exception):
    """Something that should have happened within minutes has not."""


@dataclass(frozen=True)
class Desk:
    """A member of staff with the roles to see the books."""

    browser: Browser

    def now(self) -> datetime:
        """What the clock of this world shows, to the minute."""
        return days.moment(self.browser.get(DESK).root.first(cls="ribbon").first("b").text)

    def move_to(self, moment: datetime, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Have the clock moved, and wait until everything that fell due on the way is done. Raises Stuck.

        `meanwhile` is done while it moves.
        """
        form = self.browser.get(CLOCK).form(asking="day")
        self.browser.send(form, {"day": f"{moment:%Y-%m-%d}", "hour": f"{moment:%H:%M}"})
        if self.browser.status == 422:
            raise Broken(f"the clock does not move to {moment:%Y-%m-%d %H:%M}: {self.browser.get(CLOCK).told}")
        meanwhile()
        end = time.monotonic() + _PATIENCE_SECONDS
        while self.now() < moment or self._moving(moment):
            if time.monotonic() > end:
                raise Stuck(f"the clock has not come to {moment:%Y-%m-%d %H:%M}")
            time.sleep(_POLL_SECONDS)

    def _moving(self, moment: datetime) -> bool:
        page = self.browser.get(CLOCK, {"to": f"{moment:%Y-%m-%dT%H:%M}"})
        return bool(page.root.all(cls="waiting"))

    def failed_runs(self) -> tuple[str, ...]:
        """Batches that failed, as the console shows them."""
        rows = self.browser.get(f"{DESK}runs/").table("批处理运行记录")
        return tuple(f"{r.cells['批处理']} {r.cells['应运行时间']}" for r in rows if r.cells["状态"] == "运行失败")

    def waiting(self) -> list[str]:
        """Cases that wait for a person, the longest waiting first."""
        return [row.cells["业务流水号"] for row in self.browser.get(f"{DESK}cases/").table("需人工处理的办件")]

    def decide(self, case_no: str, reason: str = "") -> None:
        """Approve all rows of a case that wait; with a `reason` refuse them."""
        page = self.browser.get(f"{DESK}cases/{case_no}/")
        ticks = [box.attrs["value"] for box in page.root.all("input", name="row")]
        fields = {"do": "refuse", "reason": "99", "words": reason} if reason else {"do": "approve"}
        after = self.browser.send(page.form(action="/decide/"), fields, several={"row": ticks})
        if self.browser.status == 422:
            raise Broken(f"the desk cannot decide {case_no}: {after.told}")

    def identities(self) -> dict[str, str]:
        """The centre's own check of its books: what is wrong, by the name of the check; empty for what is right."""
        rows = self.browser.get(f"{DESK}books/", {"check": "1"}).table("核对结果")
        return {row.cells["核对内容"]: "" if row.cells["结果"] == "一致" else row.cells["差异"] for row in rows}

    def trial(self) -> dict[str, tuple[int, int]]:
        """Debit and credit of each account of the chart, in fen, by its number."""
        rows = self.browser.get(f"{DESK}books/").table("科目发生额与余额")
        return {
            row.cells["科目"].split()[0]: (law.fen(row.cells["借方发生额"]), law.fen(row.cells["贷方发生额"]))
            for row in rows
        }


@dataclass(frozen=True)
class Cashier:
    """The simulated cashier, by its remote control."""

    base: str

    def turn(self, **switches: int) -> None:
        """Set switches; those not named are turned off."""
        self._post("/api/reset", {})
        if switches:
            self._post("/api/switches", switches)

    def turn_more(self, **switches: int) -> None:
        """Set these switches and leave the others as they are."""
        self._post("/api/switches", switches)

    def pay(self, order_no: str, by: str, refuse: str = "") -> bool:
        """Pay without a browser, or have the bank refuse; False when the cashier does not let one pay."""
        told = {"by": by, **({"refuse": refuse} if refuse else {})}
        answer = requests.post(f"{self.base}/api/orders/{order_no}/pay", json=told, timeout=30)
        if answer.status_code == requests.codes.conflict:
            return False
        answer.raise_for_status()
        return True

    def release(self) -> None:
        """Let held notices go, and wait until none is on its way."""
        self._post("/api/release", {})
        self.wait()

    def wait(self) -> None:
        """Until no notice is on its way. Raises Stuck."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not self._get("/idle")["idle"]:
            if time.monotonic() > end:
                raise Stuck("the cashier still has notices on their way")
            time.sleep(_POLL_SECONDS)

    def booked(self) -> dict[str, int]:
        """What the centre's bank has booked, by order."""
        found: dict[str, int] = {}
        for entry in self._get("/api/statement")["entries"]:
            order = str(entry["order__out_trade_no"])
            found[order] = found.get(order, 0) + int(entry["amount_fen"])
        return found

    def _post(self, path: str, told: dict[str, int]) -> None:
        requests.post(self.base + path, json=told, timeout=30).raise_for_status()

    def _get(self, path: str) -> dict[str, Any]:
        answer = requests.get(self.base + path, timeout=30)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def snapshot(desk: Desk, cashier: Cashier, accounts: dict[str, AccountTold]) -> Snapshot:
    """The desk's and the bank's side beside what the halls say."""
    return Snapshot(desk.now(), accounts, desk.identities(), desk.trial(), cashier.booked(), desk.failed_runs())
