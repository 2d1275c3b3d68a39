"""What holds for every item of the centre: a dry run says what execution does, and stores nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.api.stage import Caller, caller, debtor, items, most_rows, roster
from tests.engine.hall import person

from hpf.engine import listings, readers
from hpf.kernel.clock import FixedClock

KEY = "contract-{0}"


def rows_for(item: Any, program: Caller) -> list[dict[str, Any]]:
    """Rows that pass and rows that do not, for any item, by the fields that it has."""
    fields = {field["key"]: field for field in program.get(f"items/{item.code}")["fields"]}
    if {"id_no", "name"} <= set(fields):
        wrong = [person(3, wage="0"), person(500, name="别人"), person(1)]
        rows = [person(1), person(2, wage="999999"), person(4, born="19600101"), *wrong]
    elif item.candidates is not None:
        found = program.get(f"items/{item.code}/candidates")["records"]
        key = next(iter(fields))
        rows = [{key: one["key"]} for one in found]
    else:
        rows = [{key: field["default"] or "2026-10" for key, field in fields.items()}]
    return [{key: value for key, value in row.items() if key in fields} for row in rows]


def _stored() -> int:
    """How many drafts, cases and trail entries there are."""
    tables = ("engine_draft", "engine_case", "engine_case_row", "trail_entry", "api_submission")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in tables))
        return int(cursor.fetchone()[0])


def _items() -> list[str]:
    from hpf.engine.catalogue import installed  # noqa: PLC0415 - installed when the applications are ready
    from hpf.engine.declare import Item  # noqa: PLC0415

    offers = installed()["hangzhou"].offers
    return [offer.service.code for offer in offers if isinstance(offer.service, Item)]


@pytest.mark.parametrize("code", _items())
def test_a_dry_run_says_what_execution_does(
    centre: object, clock: FixedClock, drain: Callable[[], int], code: str
) -> None:
    program = caller(debtor(clock)["A"])
    item = next(one for one in items() if one.code == code)
    rows = rows_for(item, program)
    before = _stored()
    told = program.dry_run(code, rows)
    assert _stored() == before
    assert told["total"] == len(rows) == told["good"] + told["bad"] + told["referred"]
    good = [row for row, verdict in zip(rows, told["verdicts"], strict=True) if not verdict["errors"]]
    assert good
    said = program.dry_run(code, good)["verdicts"]
    sent = program.submitted(code, KEY.format(code), good)
    drain()
    case = readers.case(sent["case"]["no"], None)
    done = list(listings.every_row_of_case(case))
    assert [row.worked for row in done] == [verdict["worked"] for verdict in said]
    states = {(True, False): "succeeded", (False, True): "referred"}
    assert [row.state.value for row in done] == [states[v["passes"], v["referral"] is not None] for v in said]


def test_rows_that_are_refused_are_refused_alike_by_both(program: Caller) -> None:
    rows = rows_for(next(one for one in items() if one.code == roster()), program)
    program.materials(roster(), KEY)
    verdicts = program.dry_run(roster(), rows)["verdicts"]
    answer = program.submit(roster(), KEY, rows)
    assert answer.status_code == 422
    assert json.loads(answer.content)["errors"] == [error for verdict in verdicts for error in verdict["errors"]]


def test_the_catalogue_describes_every_service(program: Caller) -> None:
    told = program.get("items")["items"]
    assert [one["code"] for one in told if one["kind"] in ("roster", "selection", "certificate")] == _items()
    for one in told:
        assert one == program.get(f"items/{one['code']}")
        assert all(field["label"] for field in one["fields"])
        assert all(refusal["code"] and refusal["text"] for refusal in one["refusals"])
        if one["kind"] == "enquiry":
            assert program.get(f"items/{one['code']}/records")["columns"] == one["columns"]
        if one["kind"] == "roster":
            assert one["most_rows"] == most_rows()
            template = program.ask("GET", f"items/{one['code']}/template.xlsx")
            assert template.content.startswith(b"PK")


def test_queries_do_not_grow_with_rows(
    program: Caller, clock: FixedClock, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for count in (1, 300):
        program.materials(roster(), f"queries-{count}")
        with django_assert_max_num_queries(60):
            rows = [person(serial + count * 1000) for serial in range(count)]
            assert program.submit(roster(), f"queries-{count}", rows).status_code == 201
