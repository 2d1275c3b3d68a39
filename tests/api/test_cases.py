"""A case by API from its materials to its results; the same key counts once."""

import json
from collections.abc import Callable

from tests.api.stage import Caller, roster, told
from tests.engine.hall import at, person

from hpf.engine import listings, readers
from hpf.kernel.clock import FixedClock

KEY = "payroll-2026-11"


def test_a_case_from_materials_to_results(program: Caller, drain: Callable[[], int]) -> None:
    rows = [person(1, name="张三"), person(2, name="李四", wage=1000)]  # type: ignore[arg-type]
    sent = program.submitted(roster(), KEY, rows)
    case = sent["case"]
    assert (sent["repeated"], sent["left_out"]) == (False, [])
    assert (case["state"], case["total"], case["pending"], case["amount"]) == ("submitted", 2, 2, "1738.00")
    assert (case["channel"], case["declared_by"]) == ("online", "薪资系统（接口）")
    drain()
    now = program.get(f"cases/{case['no']}")
    assert (now["state"], now["is_final"], now["succeeded"], now["pending"]) == ("concluded", True, 2, 0)
    assert [event["event"] for event in now["events"]] == ["submitted", "start", "finish"]
    results = program.get(f"cases/{case['no']}/rows")
    assert [row["state"] for row in results["rows"]] == ["succeeded", "succeeded"]
    assert all(row["result"]["customer_no"] for row in results["rows"])
    lines = b"".join(program.ask("GET", f"cases/{case['no']}/rows.ndjson").streaming_content)  # type: ignore[attr-defined]
    assert [json.loads(line) for line in lines.splitlines()] == results["rows"]


def test_the_same_key_and_content_is_the_same_case(program: Caller, drain: Callable[[], int]) -> None:
    first = program.submitted(roster(), KEY, [person(1)])
    drain()
    again = program.submit(roster(), KEY, [person(1)])
    assert again.status_code == 200
    body = json.loads(again.content)
    assert (body["repeated"], body["case"]["no"], body["case"]["state"]) == (True, first["case"]["no"], "concluded")
    assert program.get("cases")["total"] == 1


def test_the_same_key_with_other_content_is_refused(program: Caller) -> None:
    program.submitted(roster(), KEY, [person(1)])
    assert told(program.submit(roster(), KEY, [person(2)]), 409)["code"] == "key_used"
    assert told(program.submit(roster(), KEY, [person(1)], on_error="skip"), 409)["code"] == "key_used"
    material = program.get(f"items/{roster()}")["materials"][0]["name"]
    assert told(program.upload(roster(), KEY, material), 409)["code"] == "key_used"
    assert program.get("cases")["total"] == 1


def test_two_employers_may_choose_the_same_key(program: Caller, rival: Caller) -> None:
    mine = program.submitted(roster(), KEY, [person(1)])
    theirs = rival.submitted(roster(), KEY, [person(2)])
    assert mine["case"]["no"] != theirs["case"]["no"]


def test_a_refused_key_may_be_sent_again_corrected(program: Caller) -> None:
    program.materials(roster(), KEY)
    bad = told(program.submit(roster(), KEY, [person(1), person(2, wage="0")]), 422)
    assert [(e["row"], e["field"], e["code"]) for e in bad["errors"]] == [(2, "wage", "not_positive")]
    assert program.get("cases")["total"] == 0
    assert program.submit(roster(), KEY, [person(1), person(2)]).status_code == 201


def test_all_errors_of_all_rows_are_told_at_once(program: Caller) -> None:
    program.materials(roster(), KEY)
    rows = [person(1, name="Tom", wage="x"), person(2), {"id_no": "1", "salary": "5"}]
    found = told(program.submit(roster(), KEY, rows), 422)["errors"]
    assert [(e["row"], e["code"]) for e in found if e["row"] == 1] == [(1, "illegal_characters"), (1, "not_a_number")]
    assert {e["code"] for e in found if e["row"] == 3} >= {"required", "unknown_field"}
    assert all(e["text"] and e["hint"] for e in found)


def test_good_rows_go_and_bad_ones_come_back(program: Caller, drain: Callable[[], int]) -> None:
    sent = program.submitted(roster(), KEY, [person(1), person(2, wage="0"), person(3)], on_error="skip")
    drain()
    assert [(v["row"], v["errors"][0]["code"]) for v in sent["left_out"]] == [(2, "not_positive")]
    case = program.get(f"cases/{sent['case']['no']}")
    assert (case["total"], case["succeeded"]) == (2, 2)
    again = program.submit(roster(), KEY, [person(1), person(2, wage="0"), person(3)], on_error="skip")
    assert json.loads(again.content)["left_out"] == sent["left_out"]


def test_what_is_missing_is_told(program: Caller) -> None:
    found = told(program.submit(roster(), KEY, [person(1)], declaration_accepted=False), 422)["errors"]
    assert [e["code"] for e in found] == ["not_declared", "material_missing"]


def test_after_the_daily_cut_off_a_case_waits(program: Caller, clock: FixedClock, drain: Callable[[], int]) -> None:
    clock.move_to(at("2026-11-18 17:00"))
    sent = program.submitted(roster(), KEY, [person(1)])
    drain()
    now = program.get(f"cases/{sent['case']['no']}")
    assert now["state"] == "queued"
    assert now["expected_at"].startswith("2026-11-19T06:00")


def test_results_behind_a_count(program: Caller, drain: Callable[[], int]) -> None:
    sent = program.submitted(roster(), KEY, [person(serial) for serial in range(1, 61)])
    drain()
    no = sent["case"]["no"]
    page = program.get(f"cases/{no}/rows?behind=succeeded&page=2")
    assert (page["total"], page["pages"], [row["row"] for row in page["rows"]]) == (60, 2, list(range(51, 61)))
    assert program.get(f"cases/{no}/rows?behind=failed")["total"] == 0


def test_the_engine_keeps_what_the_api_sent(program: Caller) -> None:
    sent = program.submitted(roster(), KEY, [person(1, wage="8200.50")])
    case = readers.case(sent["case"]["no"], None)
    assert [row.data["wage"] for row in listings.every_row_of_case(case)] == ["8200.50"]
