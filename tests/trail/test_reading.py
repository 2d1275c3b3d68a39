"""The trail read: by days, person, verb and thing, page by page without losing or doubling an entry; the walk kept."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo
from hpf.kernel.clock import TZ, FixedClock
from hpf.trail import changes, listings, readers
from hpf.trail.facts import Wanted
from hpf.trail.listings import Cursor

AT = datetime(2026, 11, 16, 9, 30, tzinfo=TZ)
DAY = AT.date()
MAKER, STAFF = Actor.agent(7, "王芳", 3), Actor.staff(8, "陈立", frozenset())
ALL = Wanted(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def written(centre: CentreInfo) -> None:
    """Three of an agent in one moment, one of staff an hour later, one of the system the next day and year."""
    changes.record_many(MAKER, AT, "opened", "account", [(n, {"n": n}) for n in range(3)])
    changes.record(STAFF, AT + timedelta(hours=1), "seen", "case", "A1", {"row": 1})
    changes.record(Actor.system("next-day batch"), AT + timedelta(days=1), "began", "run", 5)
    changes.record(STAFF, AT.replace(year=2027), "seen", "case", "A1")


def _ids(wanted: Wanted) -> list[str]:
    return [one.object_id for one in listings.entries(wanted)[0]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ALL, ["5", "A1", "2", "1", "0"]),
        (Wanted(DAY, DAY), ["A1", "2", "1", "0"]),
        (Wanted(DAY, date(2027, 12, 31)), ["A1", "5", "A1", "2", "1", "0"]),
        (Wanted(DAY, DAY, user_ids=(8,), actor_name="陈立"), ["A1"]),
        (Wanted(DAY, date(2026, 11, 17), actor_name="next-day batch"), ["5"]),
        (Wanted(DAY, DAY, actor_name="王芳"), []),
        (Wanted(DAY, DAY, verb="opened", object_id="1"), ["1"]),
        (Wanted(DAY, DAY, object_kind="case"), ["A1"]),
        (Wanted(date(2025, 1, 1), date(2025, 12, 31)), []),
    ],
)
def test_what_is_looked_for_is_found(written: None, wanted: Wanted, found: list[str]) -> None:
    assert _ids(wanted) == found
    assert [one.object_id for piece in listings.stream(wanted) for one in piece] == found


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
def test_pages_follow_one_another_without_gap_or_double(written: None, size: int) -> None:
    seen, below = [], None
    while True:
        found, below = listings.entries(ALL, below, size)
        seen += [one.object_id for one in found]
        if below is None:
            break
        below = Cursor.parse(str(below))
    assert seen == ["5", "A1", "2", "1", "0"]


@pytest.mark.parametrize("text", ["", "x", "1-", "-1", "1-x", "１-2", "9" * 30 + "-1", "1-" + "9" * 30])
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert Cursor.parse(text) is None


def test_an_entry_is_read_in_full_and_knows_its_place(written: None) -> None:
    (one,) = listings.entries(Wanted(DAY, DAY, object_kind="case"))[0]
    again = readers.entry(one.year, one.id)
    assert again == one and one.detail == {"row": 1} and one.at == AT + timedelta(hours=1)
    assert readers.link(one.id) is None
    changes.chain_new_entries()
    link = readers.link(one.id)
    assert link is not None and link.position == 4 and len(link.hash) == 64
    assert readers.entry(2026, 10**9) is None


def test_only_the_years_asked_for_are_touched(written: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        listings.entries(Wanted(DAY, DAY, user_ids=(8,)))
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert len(queries) == 1 and "trail_entry_2026" in plan
    assert "trail_entry_2025" not in plan and "trail_entry_2027" not in plan


def test_a_walk_through_the_chain_is_kept(written: None, clock: FixedClock) -> None:
    state = readers.chain_state()
    assert (state.linked, state.pending, state.last_check) == (0, 6, None)
    changes.chain_new_entries()
    assert changes.check_chain() == []
    state = readers.chain_state()
    assert state.last_check is not None
    assert (state.linked, state.pending, state.last_check.position) == (6, 0, 6)
    assert state.last_check.at == clock.now() and state.last_check.until == AT.replace(year=2027)


def test_a_walk_that_finds_something_says_so(written: None, clock: FixedClock) -> None:
    changes.chain_new_entries()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO trail_link SELECT 9, 2026, 99, '\\x00'")
    found = changes.check_chain()
    last = readers.chain_state().last_check
    assert found and last is not None and list(last.problems) == found and last.until is None
