"""The same key from two connections at the same moment is one case; different content under it is one case and a no."""

import json
import threading

from django.db import connection
from tests.api.stage import Caller, caller, roster, two_employers
from tests.engine.hall import person
from tests.server import Clone

from hpf.kernel.clock import FixedClock

KEY = "race-00000001"


def _at_once(program: Caller, bodies: list[list[dict[str, str]]]) -> list[tuple[int, dict[str, object]]]:
    """Submits all of them at the same moment; status and answer of each."""
    item, start, answers = roster(), threading.Barrier(len(bodies)), list[tuple[int, dict[str, object]]]()

    def send(rows: list[dict[str, str]]) -> None:
        start.wait()
        answer = program.submit(item, KEY, rows)
        answers.append((answer.status_code, json.loads(answer.content)))
        connection.close()

    threads = [threading.Thread(target=send, args=(rows,)) for rows in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_four_at_once_are_one_case(committed_centre: Clone, clock: FixedClock) -> None:
    program = caller(two_employers()["A"])
    program.materials(roster(), KEY)
    answers = _at_once(program, [[person(1), person(2)]] * 4)
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201]
    assert len({body["case"]["no"] for _, body in answers}) == 1  # type: ignore[index]
    assert program.get("cases")["total"] == 1


def test_two_contents_under_one_key_are_one_case_and_a_refusal(committed_centre: Clone, clock: FixedClock) -> None:
    program = caller(two_employers()["A"])
    program.materials(roster(), KEY)
    answers = _at_once(program, [[person(1)], [person(2)]])
    assert sorted(status for status, _ in answers) == [201, 409]
    assert program.get("cases")["total"] == 1
