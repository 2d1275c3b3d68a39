"""Opening, sealing, moving and holding: what is written, what is refused, in how many statements."""

import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.parties.builders import ACTOR, AT, MONTH, city, employer, key, normal, opening, person, sealed, spell

from hpf.kernel.identity import upgrade_15
from hpf.kernel.month import Month
from hpf.parties import changes, listings, load, readers
from hpf.parties.facts import (
    AccountHeld,
    Entry,
    Fund,
    MembershipStatus,
    RaceLost,
    Sealing,
    SmsResult,
    UnknownAccount,
)

pytestmark = pytest.mark.usefixtures("centre")
OLD = "330106640307123"


@pytest.fixture
def refs() -> dict[object, int]:
    """A: one sealed (2), one normal (1); B: one sealed (3), one normal (4), one sealed and frozen (5)."""
    people = [
        person(1, normal("A")),
        person(2, sealed("A")),
        person(3, sealed("B")),
        person(4, normal("B")),
        person(5, sealed("B"), frozen=True),
        person(6, sealed("B"), id_no=OLD, name="沈桂英"),
    ]
    return city([employer("A"), employer("B"), employer("S", unit_type="20")], people).employer_account_ids


def _due(month: Month) -> dict[tuple[int, int], tuple[int, str]]:
    """Base and change of everyone due in `month`, by employer account and account."""
    sql, params = readers.normal_terms_sql(month)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT employer_account_id, account_id, base_fen, change FROM ({sql}) due", params)
        return {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}


@pytest.mark.req("HZ-2.4.1-01", "HZ-2.3-02")
@pytest.mark.parametrize(
    ("serial", "entry", "change"),
    [(100, Entry.NEW, "new"), (2, Entry.REOPENED, "reopened"), (3, Entry.TRANSFERRED, "new")],
)
def test_a_person_becomes_a_normal_depositor_with_one_account(
    refs: dict[object, int], serial: int, entry: Entry, change: str
) -> None:
    before = readers.standings(refs["A"], Fund.HPF, [key(serial)])[0]
    [opened] = changes.open_accounts(ACTOR, AT, [opening(serial, refs["A"])])
    [after] = readers.standings(refs["A"], Fund.HPF, [key(serial)])
    assert opened.entry is entry
    assert after.here is not None
    assert (after.here.status, after.here.opened_month) == (MembershipStatus.NORMAL, MONTH)
    assert before.account_id in (None, after.account_id)
    due = (refs["A"], opened.account_id)
    assert due not in _due(MONTH - 1)
    assert _due(MONTH)[due] == (800_000, change)
    assert _due(MONTH + 1)[due] == (800_000, "none")


def test_results_align_with_the_openings_not_with_the_id_numbers(refs: dict[object, int]) -> None:
    openings = [opening(serial, refs["A"], row_no=row) for row, serial in enumerate((109, 3, 101), start=1)]
    opened = changes.open_accounts(ACTOR, AT, openings)
    assert [one.row_no for one in opened] == [1, 2, 3]
    assert [one.entry for one in opened] == [Entry.NEW, Entry.TRANSFERRED, Entry.NEW]
    people = readers.people_by_ids([one.account_id for one in opened])
    assert [people[one.account_id].id_no for one in opened] == [key(serial).id_no for serial in (109, 3, 101)]
    assert all(len(one.customer_no) == 12 and one.customer_no.isdigit() for one in opened)


def test_a_15_digit_record_is_reopened_not_doubled(refs: dict[object, int]) -> None:
    wanted = opening(6, refs["A"], key=type(key(1))(key(1).id_type, upgrade_15(OLD)), name="沈桂英")
    [opened] = changes.open_accounts(ACTOR, AT, [wanted])
    assert opened.entry is Entry.TRANSFERRED
    assert readers.people_by_ids([opened.account_id])[opened.account_id].id_no == OLD


@pytest.mark.parametrize(("serial", "why"), [(1, "normal here"), (4, "normal at B")])
def test_the_database_refuses_a_second_normal_membership(refs: dict[object, int], serial: int, why: str) -> None:
    before = _due(MONTH)
    with pytest.raises(RaceLost):
        changes.open_accounts(ACTOR, AT, [opening(100, refs["A"]), opening(serial, refs["A"], row_no=2)])
    assert _due(MONTH) == before, "all or none"


def test_a_wrong_amount_is_no_race(refs: dict[object, int]) -> None:
    wrong = opening(100, refs["A"], personal_part=-opening(100, 0).personal_part)
    with pytest.raises(IntegrityError), transaction.atomic():
        changes.open_accounts(ACTOR, AT, [wrong])


def test_statements_do_not_grow_with_openings(refs: dict[object, int]) -> None:
    with CaptureQueriesContext(connection) as one:
        changes.open_accounts(ACTOR, AT, [opening(100, refs["A"])])
    many = [opening(serial, refs["A"], row_no=serial, mobile="13900000000", sms=True) for serial in range(200, 900)]
    with CaptureQueriesContext(connection) as all_of_them:
        assert len(changes.open_accounts(ACTOR, AT, many)) == 700
    assert len(all_of_them) == len(one)


@pytest.mark.req("HZ-2.4.1-55")
def test_the_phone_is_optional_and_one_number_serves_one_subscriber(refs: dict[object, int]) -> None:
    wanted = [
        ("", False, SmsResult.NOT_ASKED),
        ("", True, SmsResult.NOT_ASKED),
        ("13900000001", False, SmsResult.NOT_ASKED),
        ("13900000002", True, SmsResult.SUBSCRIBED),
        ("13900000002", True, SmsResult.NUMBER_TAKEN),
    ]
    rows = [opening(100 + n, refs["A"], row_no=n, mobile=mobile, sms=sms) for n, (mobile, sms, _) in enumerate(wanted)]
    opened = changes.open_accounts(ACTOR, AT, rows)
    assert [one.sms for one in opened] == [result for _, _, result in wanted]
    [later] = changes.open_accounts(ACTOR, AT, [opening(2, refs["A"], mobile="13900000002", sms=True)])
    assert later.sms is SmsResult.NUMBER_TAKEN
    kept = readers.people_by_ids([one.account_id for one in opened])
    assert [kept[one.account_id].sms for one in opened] == [False, False, False, True, False]
    assert kept[opened[4].account_id].mobile == "13900000002"


def test_a_new_phone_replaces_the_one_on_record_and_none_leaves_it(refs: dict[object, int]) -> None:
    [first] = changes.open_accounts(ACTOR, AT, [opening(2, refs["A"], mobile="13900000001", sms=True)])
    changes.seal_accounts(ACTOR, AT, [Sealing(first.membership_id, MONTH, "03")])
    changes.open_accounts(ACTOR, AT, [opening(2, refs["B"])])
    person_now = readers.people_by_ids([first.account_id])[first.account_id]
    assert (person_now.mobile, person_now.sms) == ("13900000001", True)


def test_retirement_category_follows_sex_and_kind_of_employer(refs: dict[object, int]) -> None:
    rows = [opening(301, refs["A"]), opening(302, refs["A"], row_no=2), opening(304, refs["S"], row_no=3)]
    opened = changes.open_accounts(ACTOR, AT, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, retire_category FROM parties_person WHERE id = ANY(%s)", [[one.person_id for one in opened]]
        )
        found = dict(cursor.fetchall())
    assert [found[one.person_id] for one in opened] == ["M60", "F50", "F55"]


def test_each_opening_leaves_one_line_in_the_trail(refs: dict[object, int]) -> None:
    opened = changes.open_accounts(ACTOR, AT, [opening(100, refs["A"]), opening(101, refs["A"], row_no=2)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_id, detail FROM trail_entry WHERE year = 2026 AND verb = 'account.open'")
        lines = dict(cursor.fetchall())
    assert set(lines) == {str(one.membership_id) for one in opened}
    detail = lines[str(opened[1].membership_id)]
    assert (json.loads(detail) if isinstance(detail, str) else detail)["row"] == 2


@pytest.mark.req("HZ-2.4.1-41")
def test_after_the_other_employer_sealed_the_same_row_is_accepted(refs: dict[object, int]) -> None:
    there = readers.standings(refs["B"], Fund.HPF, [key(4)])[0].here
    assert there is not None
    assert changes.seal_accounts(ACTOR, AT, [Sealing(there.membership_id, MONTH, "02")]) == 1
    [opened] = changes.open_accounts(ACTOR, AT, [opening(4, refs["A"])])
    due = {employer_id for employer_id, account_id in _due(MONTH) if account_id == opened.account_id}
    assert due == {refs["A"]}
    due_before = {employer_id for employer_id, account_id in _due(MONTH - 1) if account_id == opened.account_id}
    assert due_before == {refs["B"]}


def test_opened_and_sealed_in_one_month_is_due_in_none(refs: dict[object, int]) -> None:
    january = Month(2027, 1)
    [opened] = changes.open_accounts(ACTOR, AT, [opening(100, refs["A"], month=january)])
    changes.seal_accounts(ACTOR, AT, [Sealing(opened.membership_id, january, "03")])
    for month in Month.between(january - 2, january + 2):
        assert (refs["A"], opened.account_id) not in _due(month)


def test_sealing_a_dead_person_tells_every_employer(refs: dict[object, int]) -> None:
    here = readers.standings(refs["A"], Fund.HPF, [key(1)])[0].here
    assert here is not None
    changes.seal_accounts(ACTOR, AT, [Sealing(here.membership_id, MONTH, "06", deceased=True)])
    assert readers.standings(refs["B"], Fund.HPF, [key(1)])[0].deceased
    assert changes.seal_accounts(ACTOR, AT, [Sealing(here.membership_id, MONTH, "06")]) == 0, "sealed already"


def test_the_day_after_a_transfer_the_old_membership_is_moved_unless_frozen(refs: dict[object, int]) -> None:
    changes.open_accounts(ACTOR, AT, [opening(3, refs["A"]), opening(5, refs["A"], row_no=2)])
    assert changes.move_memberships(ACTOR, AT) == 1
    assert changes.move_memberships(ACTOR, AT) == 0
    moved, frozen = readers.standings(refs["B"], Fund.HPF, [key(3), key(5)])
    assert moved.here is not None
    assert moved.here.status is MembershipStatus.MOVED
    assert frozen.here is not None
    assert frozen.here.status is MembershipStatus.SEALED


def test_a_moved_person_comes_back_to_the_same_membership(refs: dict[object, int]) -> None:
    [away] = changes.open_accounts(ACTOR, AT, [opening(3, refs["A"])])
    changes.move_memberships(ACTOR, AT)
    changes.seal_accounts(ACTOR, AT, [Sealing(away.membership_id, MONTH + 1, "02")])
    [back] = changes.open_accounts(ACTOR, AT, [opening(3, refs["B"], month=MONTH + 1)])
    assert back.entry is Entry.TRANSFERRED
    assert back.account_id == away.account_id
    assert _due(MONTH + 1)[refs["B"], back.account_id] == (800_000, "new")


def test_an_account_is_held_by_one_case_at_a_time(refs: dict[object, int]) -> None:
    changes.hold(refs["A"], 7)
    changes.hold(refs["A"], 7)
    assert changes.lock_employer_account(refs["A"]) == 7
    with pytest.raises(AccountHeld, match="7"):
        changes.hold(refs["A"], 8)
    changes.release(refs["A"], 8)
    assert readers.employer_account(refs["A"]).held_by_case == 7
    changes.release(refs["A"], 7)
    assert readers.employer_account(refs["A"]).held_by_case is None


def test_an_unknown_account_is_said_to_be_unknown() -> None:
    for ask in (changes.lock_employer_account, readers.employer_account):
        with pytest.raises(UnknownAccount):
            ask(0)
    with pytest.raises(UnknownAccount):
        readers.employer_account_by_no("000000000001")


def test_one_open_spell_and_one_account_for_life_are_held_by_the_database(refs: dict[object, int]) -> None:
    once = person(50, normal("D"))
    twice = once._replace(accounts=[*once.accounts, *once.accounts])
    with pytest.raises(IntegrityError, match="one_account_for_life"), transaction.atomic():
        city([employer("D")], [twice])
    two_open = load.MembershipRow("D", 202001, [spell(202001), spell(202002)])
    with pytest.raises(IntegrityError, match="one_open_spell"), transaction.atomic():
        city([employer("D")], [person(51, two_open)])
    with pytest.raises(IntegrityError, match="person_once"), transaction.atomic():
        city([], [person(1)])


def test_the_people_of_an_account_can_be_found(refs: dict[object, int]) -> None:
    changes.open_accounts(ACTOR, AT, [opening(100, refs["A"], name="欧阳𠮷"), opening(101, refs["A"], row_no=2)])
    everyone = listings.people(refs["A"])
    assert [line.name for line in everyone.items] == ["王小明", "欧阳𠮷", "王小明"]
    assert (everyone.total, everyone.totals["employer_part"].fen) == (3, 192_000)
    for search in ("阳𠮷", key(100).id_no, key(100).id_no.lower(), everyone.items[1].customer_no):
        assert [line.name for line in listings.people(refs["A"], search=search).items] == ["欧阳𠮷"]
    assert listings.people(refs["A"], search="%").total == 0
    assert listings.people(refs["A"], status=MembershipStatus.SEALED).items[0].sealed_month == Month(2026, 7)
    assert listings.people(refs["A"], status=None).total == 4
    assert listings.people(refs["B"], search=OLD, status=None).total == 1


def test_pages_follow_each_other_and_the_stream_is_all_of_them(refs: dict[object, int]) -> None:
    changes.open_accounts(ACTOR, AT, [opening(100 + n, refs["A"], row_no=n) for n in range(25)])
    for sort in listings.SORTS:
        pages = [listings.people(refs["A"], sort=sort, number=number, size=10).items for number in (1, 2, 3)]
        assert len({line.account_id for page in pages for line in page}) == 26
    with CaptureQueriesContext(connection) as queries:
        listings.people(refs["A"], size=3)
    assert len(queries) == 2
    assert len(list(listings.stream_people(refs["A"]))) == 26
