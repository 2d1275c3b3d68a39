"""Who comes in, with what, and how much: tokens, scopes, limits, and everything a hostile client tries."""

import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.test import Client
from tests.api.stage import ROOT, Caller, caller, most_rows, roster, told
from tests.checking import MAKER, employer, login
from tests.engine.hall import city, person

from hpf.access import tokens
from hpf.access.tokens import Scope
from hpf.kernel.clock import FixedClock
from hpf.parties import readers as parties

KEY = "key-00000001"

NEEDS = [
    ("GET", "accounts", Scope.ITEMS_READ),
    ("GET", "items", Scope.ITEMS_READ),
    ("GET", "items/{item}", Scope.ITEMS_READ),
    ("POST", "items/{item}/dry-run", Scope.ITEMS_READ),
    ("GET", "items/{item}/candidates", Scope.ITEMS_READ),
    ("GET", "items/{item}/template.xlsx", Scope.ITEMS_READ),
    ("POST", "items/{item}/submissions/key-00000001/materials", Scope.CASES_WRITE),
    ("POST", "items/{item}/cases", Scope.CASES_WRITE),
    ("GET", "cases", Scope.CASES_READ),
    ("GET", "cases/1", Scope.CASES_READ),
    ("GET", "cases/1/rows", Scope.CASES_READ),
    ("GET", "cases/1/rows.ndjson", Scope.CASES_READ),
    ("GET", "cases/1/document", Scope.DOCUMENTS_READ),
    ("GET", "items/{item}/records", Scope.RECORDS_READ),
    ("GET", "items/{item}/records/1/detail", Scope.RECORDS_READ),
    ("POST", "hooks", Scope.HOOKS_WRITE),
    ("GET", "hooks", Scope.HOOKS_WRITE),
    ("DELETE", f"hooks/{uuid.UUID(int=1)}", Scope.HOOKS_WRITE),
    ("GET", f"hooks/{uuid.UUID(int=1)}/messages", Scope.HOOKS_WRITE),
]
"""Every address, and the one scope that opens it."""


@pytest.mark.parametrize(("method", "path", "scope"), NEEDS)
def test_each_address_opens_to_its_scope_alone(accounts: dict[str, int], method: str, path: str, scope: Scope) -> None:
    address = path.format(item=roster())
    with_it = caller(accounts["A"], scope).ask(method, address)
    assert with_it.status_code not in (401, 403, 405, 500)
    without = caller(accounts["A"], *(other for other in Scope if other is not scope)).ask(method, address)
    assert told(without, 403)["code"] == "no_scope"
    nobody = told(Caller(0, "hpf_guessed").ask(method, address), 401)
    assert nobody["code"] == "no_token"


def test_the_table_of_scopes_names_every_address(program: Caller) -> None:
    described = json.loads(Client().get(f"{ROOT}openapi.json").content)
    operations = {
        (method.upper(), path.removeprefix(ROOT), operation["x-scope"])
        for path, found in described["paths"].items()
        for method, operation in found.items()
    }
    listed = {(method, path.split("{")[0].split("/")[0], scope.value) for method, path, scope in NEEDS}
    assert {(method, path.split("/")[0], scope) for method, path, scope in operations} == listed


def test_a_revoked_token_is_shut_out_at_once(program: Caller, accounts: dict[str, int]) -> None:
    employer_id = parties.employer_account(accounts["A"]).employer_id
    (token,) = tokens.tokens_of("hangzhou", employer_id)
    assert token.last_used_at is None
    program.get("items")
    assert not tokens.revoke("hangzhou", employer_id + 1, token.id)
    assert tokens.revoke("hangzhou", employer_id, token.id)
    told(program.ask("GET", "items"), 401)


def test_a_token_is_good_at_its_own_centre_only(accounts: dict[str, int]) -> None:
    employer_id = parties.employer_account(accounts["A"]).employer_id
    _, secret = tokens.issue(None, "elsewhere", employer_id, "x", [Scope.ITEMS_READ])
    told(Caller(accounts["A"], secret).ask("GET", "items"), 401)


def test_a_token_has_so_many_requests_a_minute(accounts: dict[str, int]) -> None:
    program = caller(accounts["A"], per_minute=3)
    assert [program.ask("GET", "accounts").status_code for _ in range(3)] == [200, 200, 200]
    answer = program.ask("GET", "accounts")
    assert told(answer, 429)["code"] == "too_many"
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_an_employer_with_two_accounts_says_which(accounts: dict[str, int]) -> None:
    program = caller(accounts["C"])
    numbers = [one["account_no"] for one in program.get("accounts")]
    assert len(numbers) == 2
    body = {"rows": [person(1)]}
    problem = told(program.ask("POST", f"items/{roster()}/dry-run", body), 422)
    assert all(number in problem["detail"] for number in numbers)
    answer = program.ask("POST", f"items/{roster()}/dry-run?account={numbers[0]}", body)
    assert json.loads(answer.content)["employer_account"] == numbers[0]


def test_what_belongs_to_another_is_not_there(program: Caller, rival: Caller, drain: Callable[[], int]) -> None:
    no = program.submitted(roster(), KEY, [person(1)])["case"]["no"]
    drain()
    for path in (f"cases/{no}", f"cases/{no}/rows", f"cases/{no}/rows.ndjson", f"cases/{no}/document"):
        assert told(rival.ask("GET", path), 404) == told(rival.ask("GET", path.replace(no, "1" * len(no))), 404)
    assert rival.get("cases")["total"] == 0
    assert rival.get(f"cases?no={no}")["total"] == 0
    body = {"rows": [person(2)]}
    told(rival.ask("POST", f"items/{roster()}/dry-run?account={program.account_no}", body), 404)
    hook = {"url": "https://example.com/", "secret": "s" * 16}
    hook_id = json.loads(program.ask("POST", "hooks", hook).content)["id"]
    told(rival.ask("GET", f"hooks/{hook_id}/messages"), 404)
    told(rival.ask("DELETE", f"hooks/{hook_id}"), 404)


WRONG_BODIES: list[tuple[bytes, str, int]] = [
    (b"", "application/json", 415),
    (b"{", "application/json", 400),
    (b"null", "application/json", 422),
    (b"[]", "application/json", 422),
    (b"\xff\xfe", "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b'{"rows": [{"wage": ' + b"9" * 5000 + b"}]}", "application/json", 400),
    (b'{"rows": [{"wage": NaN}]}', "application/json", 400),
    (b'{"rows": [{"name": "\\u0000"}]}', "application/json", 400),
    (b'{"rows": [{"name": "\\ud800"}]}', "application/json", 400),
    (b'{"rows": []}', "application/json", 422),
    (b'{"rows": {}}', "application/json", 422),
    (b'{"rows": [[]]}', "application/json", 422),
    (b'{"rows": [{"name": ["x"]}]}', "application/json", 422),
    (b'{"rows": [{"name": {"x": 1}}]}', "application/json", 422),
    (b'{"rows": [{"wage": true}]}', "application/json", 422),
    (b'{"rows": [{"name": "x"}], "sudo": 1}', "application/json", 422),
    (b'{"rows": [{"name": "x"}]}', "text/plain", 415),
    (b"rows=1", "application/x-www-form-urlencoded", 415),
]


@pytest.mark.parametrize(("body", "media", "status"), WRONG_BODIES)
@pytest.mark.parametrize("path", ["dry-run", "cases"])
def test_wrong_bodies_are_told_what_is_wrong(program: Caller, body: bytes, media: str, status: int, path: str) -> None:
    headers = {"Authorization": f"Bearer {program.token}", "Idempotency-Key": KEY}
    answer = Client(headers=headers).post(f"{ROOT}items/{roster()}/{path}", body, content_type=media)
    told(answer, status)  # type: ignore[arg-type]
    assert program.get("cases")["total"] == 0


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({}, "items/{item}/cases"),
        ({"Idempotency_Key": "short"}, "items/{item}/cases"),
        ({"Idempotency_Key": "k" * 65}, "items/{item}/cases"),
        ({"Idempotency_Key": "with space"}, "items/{item}/cases"),
        ({"Idempotency_Key": KEY}, "items/{item}/cases?account=1"),
        ({"Idempotency_Key": KEY}, "items/no.such/cases"),
    ],
)
def test_submissions_without_a_key_or_a_place(program: Caller, headers: dict[str, str], path: str) -> None:
    body = {"rows": [person(1)], "declaration_accepted": True}
    answer = program.ask("POST", path.format(item=roster()), body, **headers)
    told(answer, 404 if "account" in path or "no.such" in path else 422)


@pytest.mark.parametrize(
    "path",
    [
        "nothing", "", "items/", "items/no.such", "cases/1%00", "cases/%ff", "cases/1/rows?behind=x", "cases?page=0",
        "cases?page=99999999999999999999", "cases?page=x", "cases?until=9999-12-31", "cases?state=x", "cases?no=%00",
        "items/{item}/records", "items/{item}/candidates", "hooks/1/messages",
    ],
)  # fmt: skip
def test_wrong_addresses_are_told_in_our_shape(program: Caller, path: str) -> None:
    answer = program.ask("GET", path.format(item=roster()))
    assert told(answer, answer.status_code)["status"] in (400, 404, 422)


def test_a_wrong_method_is_told_in_our_shape(program: Caller) -> None:
    answer = program.ask("PUT", "items", {})
    assert told(answer, 405)["code"] == "wrong_method"
    assert answer["Allow"] == "GET"


def test_more_rows_than_a_case_may_have(program: Caller) -> None:
    rows: list[dict[str, str]] = [{}] * (most_rows() + 1)
    assert told(program.ask("POST", f"items/{roster()}/dry-run", {"rows": rows}), 413)["code"] == "too_large"


class _Untouched(io.RawIOBase):
    """A body that nobody may read."""

    def readinto(self, buffer: Any) -> int:
        raise AssertionError("the body was read")

    def readable(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("items/{item}/cases", {"CONTENT_LENGTH": str(1 << 30)}),
        ("items/{item}/dry-run", {"CONTENT_LENGTH": str(1 << 30)}),
        ("hooks", {"CONTENT_LENGTH": str(1 << 20)}),
        (f"items/{{item}}/submissions/{KEY}/materials", {"CONTENT_LENGTH": str(1 << 30)}),
        ("items/{item}/cases", {"HTTP_TRANSFER_ENCODING": "chunked"}),
    ],
)
def test_a_gigabyte_is_refused_before_it_is_read(program: Caller, path: str, more: dict[str, str]) -> None:
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": ROOT + path.format(item=roster()), "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": _Untouched(),
        "wsgi.errors": io.StringIO(), "HTTP_AUTHORIZATION": f"Bearer {program.token}",
        "CONTENT_TYPE": "application/json", "HTTP_IDEMPOTENCY_KEY": KEY, "REMOTE_ADDR": "127.0.0.1",
        "QUERY_STRING": "", **more,
    }  # fmt: skip
    handler = WSGIHandler()
    answer = handler.get_response(WSGIRequest(environ))
    assert answer.status_code in (411, 413)
    problem = json.loads(answer.content)  # type: ignore[attr-defined]
    assert problem["code"] in ("too_large", "length_required")


def test_an_upload_cut_off_leaves_nothing(program: Caller) -> None:
    material = program.get(f"items/{roster()}")["materials"][0]["name"]
    for content in (b"", b"GIF89a", b"<html>"):
        assert told(program.upload(roster(), KEY, material, content), 422)["detail"]
    told(program.upload(roster(), KEY, "别的材料"), 422)
    assert "material_missing" in {e["code"] for e in told(program.submit(roster(), KEY, [person(1)]), 422)["errors"]}


def test_the_token_of_an_agent_who_has_left_is_refused(centre: object, clock: FixedClock) -> None:
    """Also where the employer checks nothing, and for reading; those of the command line are nobody's and stay."""
    account_id = city([employer("A", None, MAKER)])["A"]
    employer_id = parties.employer_account(account_id).employer_id
    _, secret = tokens.issue(login(MAKER), "hangzhou", employer_id, "薪资系统", [tokens.Scope.ITEMS_READ])
    program, nobodys = Caller(account_id, secret), caller(account_id)
    program.get("items")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM parties_agent WHERE employer_id = %s", [employer_id])
    found = told(program.ask("GET", "items"), 403)
    assert (found["code"], found["title"]) == ("agent_left", "签发令牌的经办人已不是本单位的经办人")
    nobodys.get("items")
