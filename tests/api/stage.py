"""The stage of the API's tests: two employers, one of them with tokens, and a client that speaks for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.dues import builders as money
from tests.engine.hall import city
from tests.hall import PNG
from tests.parties.builders import employer
from tests.parties.builders import person as citizen

from hpf.access.tokens import Scope, issue
from hpf.dues import changes as dues
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import Item
from hpf.kernel.clock import FixedClock
from hpf.kernel.month import Month
from hpf.parties import readers as parties
from hpf.parties.facts import Fund
from hpf.policy.book import load

ROOT = "/hangzhou/api/v1/"
EVERYTHING = tuple(Scope)


@dataclass(frozen=True)
class Caller:
    """A program with a token of one employer account's employer."""

    account_id: int
    token: str

    @property
    def account_no(self) -> str:
        """The account's number."""
        return parties.employer_account(self.account_id).account_no

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        """Any request; `body` goes as JSON, headers as words (Idempotency_Key=…)."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        send = getattr(Client(headers={"Authorization": f"Bearer {self.token}"}), method.lower())
        answer: HttpResponse = send(ROOT + path, headers=told, **content)
        return answer

    def get(self, path: str) -> Any:
        """What is there, which has to be."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.content.decode()
        return json.loads(answer.content)

    def upload(self, item: str, key: str, name: str, content: bytes = PNG) -> HttpResponse:
        """A material for a submission to come."""
        form = {"name": name, "file": SimpleUploadedFile("a.png", content)}
        address = f"{ROOT}items/{item}/submissions/{key}/materials"
        answer: HttpResponse = Client(headers={"Authorization": f"Bearer {self.token}"}).post(address, form)  # type: ignore[assignment]
        return answer

    def materials(self, item: str, key: str) -> None:
        """Everything that the item asks for."""
        for material in self.get(f"items/{item}")["materials"]:
            assert self.upload(item, key, material["name"]).status_code == 201

    def submit(self, item: str, key: str, rows: Sequence[Mapping[str, Any]], **more: Any) -> HttpResponse:
        """A submission with the declaration accepted."""
        body = {"rows": list(rows), "declaration_accepted": True, **more}
        return self.ask("POST", f"items/{item}/cases", body, Idempotency_Key=key)

    def submitted(self, item: str, key: str, rows: Sequence[Mapping[str, Any]], **more: Any) -> Any:
        """Materials and submission, which has to be taken."""
        self.materials(item, key)
        answer = self.submit(item, key, rows, **more)
        assert answer.status_code == 201, answer.content.decode()
        return json.loads(answer.content)

    def dry_run(self, item: str, rows: Sequence[Mapping[str, Any]]) -> Any:
        """The verdicts."""
        answer = self.ask("POST", f"items/{item}/dry-run", {"rows": list(rows)})
        assert answer.status_code == 200, answer.content.decode()
        return json.loads(answer.content)


def told(answer: HttpResponse, status: int) -> Any:
    """The problem that an answer tells, which has this status and the shape of all problems."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert set(problem) == {"type", "title", "status", "code", "detail", "errors"}
    assert problem["status"] == status
    return problem


def caller(account_id: int, *scopes: Scope, per_minute: int = 100_000) -> Caller:
    """A program for this account's employer; with all scopes when none is named."""
    employer_id = parties.employer_account(account_id).employer_id
    _, secret = issue(None, "hangzhou", employer_id, "薪资系统", scopes or EVERYTHING, per_minute=per_minute)
    return Caller(account_id, secret)


def two_employers() -> dict[Any, int]:
    """A and B, and C with an account for each fund, in a city with somebody who is nobody's."""
    refs = city([employer("A"), employer("B"), employer("C", funds=tuple(Fund))], [citizen(500)])
    return dict(refs)


def debtor(clock: FixedClock) -> dict[Any, int]:
    """Employer A with two people, October's due paid and November's owed, on a day on which it can be paid."""
    refs = money.town({"A": [[money.terms(64_000)], [money.terms(80_000)]], "B": []}).employer_account_ids
    money.close(Month(2026, 10), money.TURN.replace(month=10))
    order = money.order_for(refs["A"], at=money.AT.replace(month=10))
    paid = money.Notice(order.no, order.amount, paid_at=money.AT.replace(month=10))
    dues.take_payment(money.ACTOR, money.AT.replace(month=10), paid)
    money.close()
    clock.move_to(money.AT)
    return dict(refs)


def items() -> list[Item[Any, Any, Any]]:
    """The items of this centre that are submitted."""
    return [offer.service for offer in catalogue().offers if isinstance(offer.service, Item)]


def roster() -> str:
    """The code of an item whose rows are typed, each with its own verdict."""
    return next(item.code for item in items() if item.form.name == "ROSTER" and item.accept.value == "rows")


def most_rows() -> int:
    """How many rows a case may have."""
    from tests.engine.hall import at  # noqa: PLC0415

    return load("hangzhou").at(at("2026-11-16 09:30").date()).rows_per_workbook
