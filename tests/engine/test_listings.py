"""Summary records of a business month: both channels, online first; who may print (HZ-2.4.2)."""

from collections.abc import Callable

import pytest
from django.db import connection
from tests.engine.hall import Hall, city, person
from tests.parties import builders

from hpf.access.tenancy import CentreInfo
from hpf.engine.declare import Source
from hpf.engine.sources import ActionKind, Asking, source
from hpf.kernel.clock import FixedClock


@pytest.fixture
def hall(centre: CentreInfo, clock: FixedClock) -> Hall:
    """One employer's agent."""
    return Hall(city([builders.employer("E1")])["E1"], clock)


def _at_the_counter(case_id: int) -> None:
    """A teller's case differs in its channel only."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE engine_case SET channel = 'counter' WHERE id = %s", [case_id])


@pytest.mark.req("HZ-2.4.1-47", "HZ-2.4.2-02", "HZ-2.4.2-03", "HZ-2.4.2-19", "HZ-1.2-16")
def test_both_channels_are_listed_online_first_and_only_online_prints(hall: Hall, drain: Callable[[], int]) -> None:
    online, counter = hall.submitted(person(1)), hall.submitted(person(2))
    _at_the_counter(counter.id)
    drain()
    judging = hall.desk.judging
    asking = Asking(judging.applicant, judging.rules, {"month": "2026-11"}, item_code="account.opening")
    page = source(Source.CASES_OF_ITEM).page(asking, 1)
    assert [(r.key, r.cells["channel"], r.cells["succeeded"]) for r in page.items] == [
        (online.no, "网上", 1),
        (counter.no, "柜面", 1),
    ]
    assert [ActionKind.CASE_VOUCHER in r.actions for r in page.items] == [True, False]
    assert page.totals["total"] == page.totals["succeeded"] == 2
