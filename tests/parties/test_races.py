"""Two employers at the same moment, on two connections: the database decides, and exactly one of them wins."""

import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, transaction
from tests.parties.builders import ACTOR, AT, MONTH, city, employer, key, opening, person, sealed
from tests.server import Clone

from hpf.access.tenancy import in_centre
from hpf.parties import changes, load, readers
from hpf.parties.facts import Fund, Opened, RaceLost


def _together(*works: Callable[[], list[Opened]]) -> list[list[Opened] | RaceLost]:
    """Run each work in a thread and transaction of its own, all at once; what each returned, or the race it lost."""
    outcomes: list[list[Opened] | RaceLost] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], list[Opened]]) -> None:
        try:
            with in_centre("hangzhou"), transaction.atomic():
                start.wait()
                outcomes.append(work())
        except RaceLost as lost:
            outcomes.append(lost)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def _normal_memberships(serials: range) -> int:
    sql, params = readers.normal_terms_sql(MONTH)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(DISTINCT account_id) FROM ({sql}) due", params)
        count, accounts = cursor.fetchone()
    assert count == accounts
    return int(count)


@pytest.mark.parametrize("known", [True, False], ids=["sealed person", "new person"])
def test_two_employers_open_the_same_people_and_exactly_one_wins(committed_centre: Clone, known: bool) -> None:
    serials = range(40)
    people = [person(serial, sealed("C")) for serial in serials] if known else []
    refs = city([employer("A"), employer("B"), employer("C")], people).employer_account_ids

    def work(name: str, order: list[int]) -> Callable[[], list[Opened]]:
        rows = [opening(serial, refs[name], row_no=serial) for serial in order]
        return lambda: changes.open_accounts(ACTOR, AT, rows)

    outcomes = _together(work("A", list(serials)), work("B", list(reversed(serials))))
    assert sorted(isinstance(outcome, RaceLost) for outcome in outcomes) == [False, True]
    assert _normal_memberships(serials) == len(serials)


def test_the_loser_sees_the_winner_when_it_reads_again(committed_centre: Clone) -> None:
    refs = city([employer("A"), employer("B")], [person(1, sealed("A"))]).employer_account_ids
    outcomes: list[list[Opened] | RaceLost] = []
    with psycopg.connect(committed_centre.app_conninfo) as other:
        other.execute("SET search_path = hangzhou, public")
        other.execute("SELECT id FROM parties_person FOR UPDATE")
        work = lambda: changes.open_accounts(ACTOR, AT, [opening(1, refs["B"])])  # noqa: E731
        loser = threading.Thread(target=lambda: outcomes.extend(_together(work)))
        loser.start()
        other.execute("UPDATE parties_membership SET status = 'normal', sealed_month = NULL")
        other.commit()
        loser.join(timeout=30)
    assert isinstance(outcomes[0], RaceLost)
    [found] = readers.standings(refs["B"], Fund.HPF, [key(1)])
    assert found.normal_elsewhere
    assert found.here is None


@pytest.mark.req("HZ-2.2.2.1-27")
def test_of_two_that_subscribe_one_number_at_once_the_later_has_it(committed_centre: Clone) -> None:
    row = employer("A")
    ids = [f"33010019700101{n:04}" for n in (1, 2)]
    agents = [load.AgentRow("经办", id_no, "13800000000") for id_no in ids]
    refs = city([row._replace(agents=[agents[0]]), employer("B")._replace(agents=[agents[1]])], []).employer_account_ids
    both = [readers.employer_account(refs[ref]).agents[0].id for ref in ("A", "B")]

    def subscribe(agent_id: int) -> list[Opened]:
        changes.subscribe_agent(ACTOR, AT, agent_id, subscribe=True)
        time.sleep(0.2)
        return []

    outcomes = _together(*(lambda one=one: subscribe(one) for one in both))
    assert outcomes == [[], []]
    assert sorted(readers.employer_account(refs[ref]).agents[0].sms for ref in ("A", "B")) == [False, True]
