"""Programs that mean harm or are broken: papers that are none, guessed numbers, the same thing a hundred times.

What a body may not be stands in test_door.py; what a network does to it in tests/live.
"""

import json
from collections.abc import Callable

from tests.api.stage import Caller, caller, roster, told
from tests.documents.hostile_uploads import HOSTILE_UPLOADS
from tests.engine.hall import person

KEY = "hostile-0001"


def test_hostile_papers_are_refused_with_reasons_and_leave_nothing(program: Caller) -> None:
    material = program.get(f"items/{roster()}")["materials"][0]["name"]
    for what, (words, make) in HOSTILE_UPLOADS.items():
        problem = told(program.upload(roster(), KEY, material, make()), 422)
        assert words in problem["detail"], what
    missing = told(program.submit(roster(), KEY, [person(1)]), 422)
    assert "material_missing" in {error["code"] for error in missing["errors"]}
    assert program.submitted(roster(), KEY, [person(1)])["repeated"] is False


def test_guessed_numbers_are_not_there_and_soon_nothing_is(
    program: Caller, accounts: dict[str, int], drain: Callable[[], int]
) -> None:
    """What exists and is another's looks as what does not exist, and who guesses has so many tries a minute."""
    no = program.submitted(roster(), KEY, [person(1)])["case"]["no"]
    drain()
    guesser, answers = caller(accounts["B"], per_minute=20), []
    for step in range(-10, 10):
        answers.append(guesser.ask("GET", f"cases/{int(no) + step}"))
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    for path in (f"cases/{no}", "cases", "accounts"):
        refused = guesser.ask("GET", path)
        assert told(refused, 429)["code"] == "too_many"
        assert int(refused["Retry-After"]) <= 60
    assert program.get(f"cases/{no}")["succeeded"] == 1


def test_the_same_submission_a_hundred_times_is_one_case(program: Caller, drain: Callable[[], int]) -> None:
    first = program.submitted(roster(), KEY, [person(1), person(2)])["case"]["no"]
    for turn in range(100):
        again = program.submit(roster(), KEY, [person(1), person(2)])
        assert (again.status_code, json.loads(again.content)["case"]["no"]) == (200, first)
        if turn == 50:
            drain()
    assert (program.get("cases")["total"], program.get(f"cases/{first}")["succeeded"]) == (1, 2)
