"""Whatever is opened and sealed in whatever order: a month's due holds exactly who was normal at the turn of it."""

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from tests.parties.builders import ACTOR, AT, city, employer, key, opening

from hpf.kernel.month import Month
from hpf.parties import changes, readers
from hpf.parties.facts import Fund, MembershipStatus, RaceLost, Sealing

FIRST = Month(2026, 11)
EMPLOYERS = ("A", "B")
PEOPLE = (1, 2, 3)

Step = tuple[str, int, str]
steps = st.lists(
    st.one_of(
        st.just(("month", 0, "")),
        st.tuples(st.sampled_from(["open", "seal"]), st.sampled_from(PEOPLE), st.sampled_from(EMPLOYERS)),
        st.just(("move", 0, "")),
    ),
    max_size=30,
)


@pytest.mark.usefixtures("centre")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_who_is_due_is_who_was_normal_at_the_turn_of_the_month(played: list[Step]) -> None:
    with transaction.atomic():
        _play(played)
        transaction.set_rollback(True)


def _play(played: list[Step]) -> None:
    """Play the steps against the room and against a dictionary of who is normal where; compare all months at last."""
    refs = city([employer(name) for name in EMPLOYERS], []).employer_account_ids
    normal_at: dict[int, str] = {}
    expected: dict[Month, set[tuple[int, str]]] = {}
    month = FIRST
    for verb, serial, name in played:
        match verb:
            case "month":
                expected[month] = set(normal_at.items())
                month += 1
            case "open" if serial in normal_at:
                with pytest.raises(RaceLost):
                    changes.open_accounts(ACTOR, AT, [opening(serial, refs[name], month=month)])
            case "open":
                changes.open_accounts(ACTOR, AT, [opening(serial, refs[name], month=month)])
                normal_at[serial] = name
            case "seal":
                _seal(serial, refs[name], month)
                if normal_at.get(serial) == name:
                    del normal_at[serial]
            case "move":
                changes.move_memberships(ACTOR, AT)
    expected[month] = set(normal_at.items())
    for due_month, people in expected.items():
        assert _due(due_month, refs) == people
    assert _due(FIRST - 1, refs) == set()


def _seal(serial: int, employer_account_id: int, month: Month) -> None:
    here = readers.standings(employer_account_id, Fund.HPF, [key(serial)])[0].here
    if here is not None and here.status is MembershipStatus.NORMAL:
        changes.seal_accounts(ACTOR, AT, [Sealing(here.membership_id, month, "03")])


def _due(month: Month, refs: dict[object, int]) -> set[tuple[int, str]]:
    names = {account_id: name for name, account_id in refs.items()}
    serials = {key(serial).id_no: serial for serial in PEOPLE}
    sql, params = readers.normal_terms_sql(month)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT employer_account_id, account_id FROM ({sql}) due", params)
        rows = cursor.fetchall()
    people = readers.people_by_ids([account_id for _, account_id in rows])
    assert len(rows) == len({account_id for _, account_id in rows}), "nobody is due twice in a month"
    return {(serials[people[account_id].id_no], str(names[employer_id])) for employer_id, account_id in rows}
