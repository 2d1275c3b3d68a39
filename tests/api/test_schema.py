"""The description against the thing: nothing it allows breaks the server, its examples run, its page shows them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from tests.api.stage import ROOT, Caller, caller, debtor, roster

from hpf.kernel.clock import FixedClock

EXAMPLES = 12


@pytest.fixture
def described(centre: object, clock: FixedClock) -> Any:
    """The OpenAPI description of the centre."""
    return json.loads(Client().get(f"{ROOT}openapi.json").content)


@pytest.fixture
def program(centre: object, clock: FixedClock) -> Caller:
    """A program of an employer that owes something."""
    return caller(debtor(clock)["A"])


def _operations(described: Any) -> Iterator[tuple[str, str, Any]]:
    for path, found in described["paths"].items():
        for method, operation in found.items():
            yield path, method, operation


def test_nothing_the_description_allows_breaks_the_server(program: Caller, described: Any) -> None:
    described["servers"] = [{"url": "http://localhost"}]
    api = schemathesis.openapi.from_dict(described)
    tried = 0
    client = Client(headers={"Authorization": f"Bearer {program.token}"})
    for result in api.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            nonlocal tried
            tried += 1
            answer = _send(client, case)
            assert answer.status_code < 500, (case.method, case.formatted_path, case.body, answer.content[:500])

        send()
    assert tried > 100


def _send(client: Client, case: Any) -> Any:
    """The request of a generated case, through the whole application."""
    kwargs = case.as_transport_kwargs(base_url="http://localhost")
    import requests  # noqa: PLC0415 - only to write the request as bytes

    request = requests.Request(**{k: v for k, v in kwargs.items() if k in _PARTS}).prepare()
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    headers = {k: v for k, v in request.headers.items() if k.lower() not in ("content-type", "content-length")}
    path = str(request.path_url)
    return client.generic(
        str(request.method), path, content, content_type=request.headers.get("Content-Type", "application/json"),
        headers={k: v if isinstance(v, str) else v.decode("latin-1") for k, v in headers.items()},
    )  # fmt: skip


_PARTS = frozenset({"method", "url", "params", "headers", "json", "data", "files", "cookies"})


def test_the_examples_run(program: Caller, described: Any) -> None:
    """Every operation as the page shows it, with what a reader fills in for $NAME."""
    key = "example-0001"
    program.materials(roster(), key)
    for path, method, operation in _operations(described):
        content = operation.get("requestBody", {}).get("content", {})
        body = content.get("application/json", {}).get("example")
        if "multipart/form-data" in content or "{" in path:
            continue
        headers = {"Idempotency_Key": f"{key}" if roster() in path else f"{key}-x"} if path.endswith("/cases") else {}
        answer = program.ask(method, path.removeprefix(ROOT), body, **headers)
        if path.endswith("/cases") and method == "post" and answer.status_code == 422:
            told = json.loads(answer.content)
            assert told["code"] == "refused", told
            continue  # whether this employer has such a due is not the example's to know
        assert answer.status_code in (200, 201, 204), (path, answer.content.decode()[:500])


def test_rows_of_the_description_are_those_of_the_declarations(described: Any, program: Caller) -> None:
    for service in program.get("items")["items"]:
        if service["kind"] not in ("roster", "selection", "certificate"):
            continue
        operation = described["paths"][f"{ROOT}items/{service['code']}/dry-run"]["post"]
        row = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]["rows"]["items"]
        assert list(row["properties"]) == [field["key"] for field in service["fields"]]
        assert set(row["required"]) == {field["key"] for field in service["fields"] if field["required"]}


def test_answers_have_the_shape_that_is_described(described: Any, program: Caller) -> None:
    import jsonschema_rs  # noqa: PLC0415 - comes with schemathesis

    for path in ("accounts", "items", "cases", "hooks"):
        schema = described["paths"][ROOT + path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {**schema, "components": described["components"]}
        assert jsonschema_rs.is_valid(whole, program.get(path)), path


def test_the_page_needs_no_script_and_nothing_from_elsewhere(described: Any, centre: object) -> None:
    answer = Client().get(f"{ROOT}docs")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=\"/static/)|style=|https?://(?!testserver)(?!example\.com)", page)
    for path, _, operation in _operations(described):
        assert f'id="{operation["operationId"]}"' in page
        assert path in page
