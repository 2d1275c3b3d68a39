"""How a person stands, seen from employer A: one line per case, neighbours differ in one thing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.parties.builders import ACTOR, AT, city, employer, id_no, key, normal, person, sealed

from hpf.kernel.identity import IdType, upgrade_15
from hpf.kernel.month import Month
from hpf.parties import changes, readers
from hpf.parties.facts import Fund, IdKey, MembershipStatus, Standing

pytestmark = pytest.mark.usefixtures("centre")

OLD = "330106640307123"

CASES = [
    # serial, memberships, account frozen?                here      normal elsewhere, sealed elsewhere, frozen
    (1, [normal("A")], False, MembershipStatus.NORMAL, False, False, False),
    (2, [sealed("A")], False, MembershipStatus.SEALED, False, False, False),
    (3, [sealed("A")], True, MembershipStatus.SEALED, False, False, True),
    (4, [normal("B")], False, None, True, False, False),
    (5, [sealed("B")], False, None, False, True, False),
    (6, [sealed("B"), normal("C")], False, None, True, True, False),
    (7, [sealed("A"), normal("B")], False, MembershipStatus.SEALED, True, False, False),
    (8, [normal("A"), sealed("B")], False, MembershipStatus.NORMAL, False, True, False),
    (9, [], False, None, False, False, False),
]


@pytest.fixture
def refs() -> dict[object, int]:
    """The people of CASES, one with a 15-digit number on record, one dead."""
    people = [person(case[0], *case[1], frozen=case[2]) for case in CASES]
    people.append(person(10, normal("B"), id_no=OLD, name="沈桂英"))
    people.append(person(11, sealed("A", reason="06"), deceased=True))
    return city([employer("A"), employer("B"), employer("C")], people).employer_account_ids


@pytest.mark.parametrize(("serial", "_m", "_f", "here", "normal_elsewhere", "sealed_elsewhere", "frozen"), CASES)
def test_a_person_as_seen_from_one_employer(
    refs: dict[object, int],
    serial: int,
    _m: object,
    _f: object,
    here: MembershipStatus | None,
    normal_elsewhere: bool,
    sealed_elsewhere: bool,
    frozen: bool,
) -> None:
    [found] = readers.standings(refs["A"], Fund.HPF, [key(serial)])
    assert (found.here and found.here.status) == here
    assert (found.normal_elsewhere, found.sealed_elsewhere, found.frozen) == (
        normal_elsewhere,
        sealed_elsewhere,
        frozen,
    )


def test_months_and_reason_of_a_sealing_are_told(refs: dict[object, int]) -> None:
    [found] = readers.standings(refs["A"], Fund.HPF, [key(11)])
    assert found.here is not None
    assert (found.here.opened_month, found.here.sealed_month) == (Month(2020, 1), Month(2026, 7))
    assert found.here.seal_reason == "06"
    assert found.deceased


def test_a_stranger_has_no_standing_and_other_papers_are_other_people(refs: dict[object, int]) -> None:
    stranger, permit = readers.standings(refs["A"], Fund.HPF, [key(500), IdKey(IdType.HK_MACAO, id_no(1))])
    assert stranger == permit == Standing()


def test_the_account_of_another_fund_is_another_account(refs: dict[object, int]) -> None:
    [found] = readers.standings(refs["A"], Fund.SUBSIDY, [key(1)])
    assert found.person_id is not None
    assert found.account_id is None
    assert found.here is None


def test_a_15_digit_number_on_record_answers_to_its_18_digit_form(refs: dict[object, int]) -> None:
    [found] = readers.standings(refs["A"], Fund.HPF, [IdKey(IdType.RESIDENT, upgrade_15(OLD))])
    assert found.name == "沈桂英"
    assert found.normal_elsewhere


def test_a_moved_membership_is_neither_here_normal_nor_sealed_elsewhere(refs: dict[object, int]) -> None:
    assert changes.move_memberships(ACTOR, AT) == 3
    seven, six = readers.standings(refs["A"], Fund.HPF, [key(7), key(6)])
    assert seven.here is not None
    assert seven.here.status is MembershipStatus.MOVED
    assert not six.sealed_elsewhere


def test_answers_align_with_the_keys_and_queries_do_not_grow(refs: dict[object, int]) -> None:
    keys = [key(serial) for serial in (4, 500, 1, 4)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = readers.standings(refs["A"], Fund.HPF, keys)
        few = len(queries)
    with CaptureQueriesContext(connection) as queries:
        readers.standings(refs["A"], Fund.HPF, [key(serial) for serial in range(900)])
    assert [one.person_id is None for one in found] == [False, True, False, False]
    assert found[0] == found[3]
    assert len(queries) == few <= 3
