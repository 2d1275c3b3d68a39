"""Enquiries and documents by API: the same listings, numbers of persons masked unless the token may see them."""

from argparse import Namespace
from collections.abc import Callable

import pytest
from tests.api.stage import Caller, caller, debtor, told

from hpf.access.tokens import Scope
from hpf.kernel.clock import FixedClock
from hpf.site.commands import token as command

ITEM = "contribution.funds"


@pytest.fixture
def account(centre: object, clock: FixedClock) -> int:
    """The account of an employer with one due paid and one owed."""
    return debtor(clock)["A"]


def test_a_listing_under_conditions_with_its_totals(account: int) -> None:
    program = caller(account, Scope.RECORDS_READ)
    found = program.get(f"items/{ITEM}/records")
    assert [(one["cells"]["month"], one["cells"]["amount"]) for one in found["records"]] == [
        ("2026-11", "2880.00"),
        ("2026-10", "2880.00"),
    ]
    assert (found["total"], found["totals"]["amount"]) == (2, "5760.00")
    settled = program.get(f"items/{ITEM}/records?state=settled")
    assert [one["cells"]["month"] for one in settled["records"]] == ["2026-10"]
    for wrong in ("state=x", "year=1900", "nonsense=1", "state=settled&state=waiting"):
        told(program.ask("GET", f"items/{ITEM}/records?{wrong}"), 422)


def test_numbers_of_persons_are_masked_without_the_scope(account: int) -> None:
    program = caller(account, Scope.RECORDS_READ)
    key = program.get(f"items/{ITEM}/records")["records"][0]["key"]
    address = f"items/{ITEM}/records/{key}/detail"
    masked = [one["cells"]["id_no"] for one in program.get(address)["records"]]
    whole = [one["cells"]["id_no"] for one in caller(account).get(address)["records"]]
    assert all("*" in number for number in masked)
    assert all(number.isalnum() and len(number) == 18 for number in whole)
    assert [(m[:6], m[-4:]) for m in masked] == [(w[:6], w[-4:]) for w in whole]


def test_the_rows_behind_anothers_record_are_not_there(centre: object, clock: FixedClock) -> None:
    refs = debtor(clock)
    key = caller(refs["A"]).get(f"items/{ITEM}/records")["records"][0]["key"]
    told(caller(refs["B"]).ask("GET", f"items/{ITEM}/records/{key}/detail"), 404)


def test_a_certificate_comes_back_as_a_document(account: int, drain: Callable[[], int]) -> None:
    program = caller(account)
    sent = program.submitted("enquiry.voucher", "voucher-0001", [{"month": "2026-10"}])
    told(program.ask("GET", f"cases/{sent['case']['no']}/document"), 404)
    drain()
    answer = program.ask("GET", f"cases/{sent['case']['no']}/document")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_a_selection_becomes_an_order(account: int, drain: Callable[[], int]) -> None:
    program = caller(account)
    (due,) = program.get("items/contribution.settlement/candidates")["records"]
    rows = [{"due_code": due["key"]}]
    sent = program.submitted("contribution.settlement", "settle-0001", rows)
    drain()
    case = program.get(f"cases/{sent['case']['no']}")
    assert (case["state"], case["order"]["amount"]) == ("awaiting_payment", "2880.00")
    program.materials("contribution.settlement", "settle-0002")
    told(program.submit("contribution.settlement", "settle-0002", rows, on_error="skip"), 422)


def test_a_token_from_the_command_line(account: int, capsys: pytest.CaptureFixture[str]) -> None:
    number = Caller(account, "").account_no
    options = {"centre": "hangzhou", "employer_account": number, "name": "x", "id": 0}
    assert command.run(Namespace(action="issue", scope=["items:read"], **options)) == 0
    secret = capsys.readouterr().out.strip()
    program = Caller(account, secret)
    assert program.get("accounts")[0]["account_no"] == number
    told(program.ask("GET", "cases"), 403)
    assert command.run(Namespace(action="list", scope=[], **options)) == 0
    listed = capsys.readouterr().out
    assert "items:read" in listed
    assert secret not in listed
    options["id"] = int(listed.split("\t")[0])
    assert command.run(Namespace(action="revoke", scope=[], **options)) == 0
    told(program.ask("GET", "accounts"), 401)
    assert command.run(Namespace(action="issue", scope=["all"], **options)) == 1
