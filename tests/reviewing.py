"""Applications that wait for the centre's review, for tests: Heihe's opening of accounts, submitted over HTTP."""

from collections.abc import Sequence
from datetime import date

from django.test import Client
from tests import personas
from tests.hall import PNG, Roster
from tests.parties import builders as b

from hpf.access.tenancy import in_centre
from hpf.parties import load
from hpf.policy import book

CENTRE = "heihe"
HALL = f"/{CENTRE}/"
DESK = f"/{CENTRE}/desk/"
REVIEWS = f"{DESK}reviews/"
OPENING = f"{HALL}items/account.opening_reviewed/"
JPG = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03" + bytes(9) + b"\xff\xda\x00\x02\xff\xd9"


def city(people: Sequence[load.PersonRow] = ()) -> None:
    """The agent's and the rival's employer in Heihe; the second belongs to another branch."""
    ours, theirs = personas.employer(personas.ONE, personas.AGENT), personas.employer(personas.OTHER, personas.RIVAL)
    theirs = theirs._replace(accounts=[account._replace(branch_code="02") for account in theirs.accounts])
    with in_centre(CENTRE):
        load.city([ours, theirs], people, book.load(CENTRE).at(b.AT.date()))


def born(serial: int) -> str:
    """A birthday, so that more than a thousand serials give different people."""
    return f"{date(1990, 3, 7).replace(year=1970 + serial // 500):%Y%m%d}"


def number(serial: int) -> str:
    """The id number of a person; odd serials are men."""
    return b.id_no(serial % 500, born=born(serial))


def person(serial: int, name: str = "李明", **more: str) -> dict[str, str]:
    """The fields of a person who may be opened."""
    return {
        "id_type": "01", "id_no": number(serial), "name": name, "arrival": "transfer", "first_work": "2015-07-01",
        "retire": "M60" if serial % 2 else "F55", "base": "6000.00", "phone": "13800001111", **more,
    }  # fmt: skip


def applied(client: Client, *people: dict[str, str]) -> str:
    """The number of a case of these people, with all their papers, submitted and waiting for review."""
    roster = Roster(client, OPENING).enter()
    for one in people:
        roster.send("list/save/", one)
    roster.send("list/confirm/")
    roster.send("", {})
    for one in people:
        roster.material(JPG + one["id_no"].encode(), f"{one['id_no']}.jpg", 0)
    roster.material(PNG, "清册.png", 1)
    roster.material(PNG, "身份证.png", 2)
    confirm = client.get(roster.send("materials/")["Location"])
    return roster.send("confirm/", roster.submission(confirm))["Location"].rstrip("/").split("/")[-1]
