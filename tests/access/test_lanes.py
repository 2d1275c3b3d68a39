"""Portions side by side: each stands by itself, in the centre of the caller; a transaction of the caller holds all."""

import threading

import pytest
from django.db import connection, transaction
from tests.server import Clone

from hpf.access.lanes import LANES, side_by_side
from hpf.access.tenancy import current_centre


def _note(month: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO dues_closed_month (month, closed_at) VALUES (%s, now())", [month])


def _noted() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT month FROM dues_closed_month WHERE month > 209900")
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.skipif(LANES < 2, reason="one processor: nothing goes side by side")
def test_portions_meet_on_different_connections_of_the_same_centre(committed_centre: Clone) -> None:
    together = threading.Barrier(2, timeout=30)

    def work(number: int) -> tuple[int, str, int]:
        together.wait()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return number, current_centre().code, cursor.fetchone()[0]

    one, two = side_by_side(work, [1, 2])
    assert (one[:2], two[:2]) == ((1, "hangzhou"), (2, "hangzhou"))
    assert one[2] != two[2]


def test_what_one_portion_did_stands_when_another_fails(committed_centre: Clone) -> None:
    def work(number: int) -> None:
        _note(209900 + number)
        if number == 2:
            raise ValueError("the second")

    with pytest.raises(ValueError, match="the second"):
        side_by_side(work, [1, 2, 3])
    assert _noted() == {209901, 209903}


def test_inside_a_transaction_all_belong_to_it(committed_centre: Clone) -> None:
    with pytest.raises(ValueError, match="the caller"), transaction.atomic():
        assert side_by_side(lambda number: _note(209900 + number), [1, 2]) == [None, None]
        assert _noted() == {209901, 209902}
        raise ValueError("the caller")
    assert _noted() == set()
