"""What holds for every item of every centre, and that the checks before the first request find what does not."""

import importlib
import io
import json
import pkgutil
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from django.db import connection
from tests.engine.hall import upload_materials
from tests.parties.builders import city, employer, id_no

import hpf.centres
from hpf.access.actor import Actor, Role
from hpf.access.tenancy import current_centre, in_centre
from hpf.engine import declare, listings, readers, review
from hpf.engine.catalogue import Catalogue, Offer, install, installed
from hpf.engine.checks import check_catalogue, check_catalogues
from hpf.engine.declare import Enquiry, Fact, FieldKind, FieldSpec, Item, ItemRules, Redirect, fields_of, parse
from hpf.engine.declare.effects import Effect
from hpf.engine.execute.apply import APPLIERS
from hpf.engine.execute.execute import execute
from hpf.engine.execute.facts import READERS, Judging
from hpf.engine.execute.judge import Line, judge
from hpf.engine.facts import CaseState, RowState
from hpf.engine.intake import drafts, submit, workbooks
from hpf.engine.intake.drafts import DraftRefused
from hpf.engine.intake.filled import read_filled
from hpf.engine.intake.reader import read_workbook
from hpf.engine.jobs import SYSTEM
from hpf.items.account import opening, opening_query, reopening
from hpf.kernel.clock import FixedClock
from hpf.kernel.refusal import Reason, Refusal, Refused
from hpf.parties import readers as parties
from hpf.policy.book import load

AnyItem = Item[Any, Any, Any]


def _catalogues() -> Iterator[Catalogue]:
    for module in pkgutil.iter_modules([str(Path(p)) for p in hpf.centres.__path__]):
        yield importlib.import_module(f"hpf.centres.{module.name}").CATALOGUE


CATALOGUES = {catalogue.centre: catalogue for catalogue in _catalogues()}
OFFERS = [
    (catalogue.centre, offer.service, offer)
    for catalogue in CATALOGUES.values()
    for offer in catalogue.offers
    if isinstance(offer.service, Item)
]
every_item = pytest.mark.parametrize(
    ("code", "item", "offer"), OFFERS, ids=[f"{centre}: {item.code}" for centre, item, _ in OFFERS]
)

SAMPLES = {
    FieldKind.TEXT: "2026110000000001",
    FieldKind.NAME: "王小明",
    FieldKind.ID_NUMBER: id_no(1),
    FieldKind.MONEY: "8200.00",
    FieldKind.PHONE: "13800001111",
    FieldKind.MONTH: "2026-11",
    FieldKind.DATE: "2026-11-02",
}


def _sample(item: AnyItem, rules: ItemRules, *, labels: bool = False) -> dict[str, str]:
    """A line with every field filled in: of a closed list the first choice, as it is stored or as people read it."""

    def text(spec: FieldSpec) -> str:
        return spec.choices(rules)[0][labels] if spec.kind is FieldKind.CHOICE else SAMPLES[spec.kind]

    return {spec.key: text(spec) for spec in fields_of(item.row)}


@pytest.fixture(autouse=True)
def _all_catalogues() -> Iterator[None]:
    before = dict(installed())
    install(CATALOGUES)
    yield
    install(before)


@pytest.fixture
def desk_of(code: str, db: None, clock: FixedClock) -> Iterator[Callable[[AnyItem, str], drafts.Desk]]:
    """The desk of an employer's agent for an item, inside the centre that offers it; employers are called A and B."""
    with in_centre(code):
        yield _desks(clock)


def _desks(clock: FixedClock) -> Callable[[AnyItem, str], drafts.Desk]:
    refs = city([employer("A"), employer("B")], [], current_centre().code).employer_account_ids

    def desk(item: AnyItem, name: str = "A") -> drafts.Desk:
        account, now, book = parties.employer_account(refs[name]), clock.now(), load(current_centre().code)
        rules = ItemRules(book, now.date(), book.calendar.business_month(now))
        return drafts.Desk(Actor.agent(1, "陈思远", account.employer_id), now, Judging(item, account, rules))

    return desk


DeskOf = Callable[..., drafts.Desk]


@every_item
def test_fields_facts_refusals_and_columns_are_declared(code: str, item: AnyItem, offer: Offer) -> None:
    keys = [spec.key for spec in fields_of(item.row)]
    assert keys
    assert all(spec.label and spec.width for spec in fields_of(item.row))
    assert set(declare.facts_asked(item.facts).values()) <= set(READERS)
    for refusal in item.refusals:
        names = {name for _, name, _, _ in string.Formatter().parse(refusal.reason.text + refusal.reason.hint) if name}
        assert all(name.isidentifier() for name in names)
        assert refusal.reason.text
        assert refusal.reason.field in (None, *keys)


@every_item
def test_a_line_comes_back_from_storage_as_it_was(code: str, item: AnyItem, offer: Offer, desk_of: DeskOf) -> None:
    judging = desk_of(item).judging
    row = parse(item.row, _sample(item, judging.rules), judging.rules)
    assert isinstance(row, item.row)
    assert parse(item.row, json.loads(json.dumps(row.stored())), judging.rules) == row
    (verdict,) = judge(judging, [Line(1, _sample(item, judging.rules))])
    worked = verdict.stored_worked()
    assert json.loads(json.dumps(worked)) == worked
    assert {shown.key for shown in item.shown} <= set(worked)
    for refused in verdict.refused:
        assert Refused.from_json(json.loads(json.dumps(refused.to_json()))) == refused
    if verdict.passes:
        assert {type(effect) for effect in verdict.effects} <= set(APPLIERS)
        assert all(isinstance(effect, Effect) for effect in verdict.effects)


@every_item
def test_a_filled_template_comes_back_from_the_reader(code: str, item: AnyItem, offer: Offer, desk_of: DeskOf) -> None:
    judging, out = desk_of(item).judging, io.BytesIO()
    filled = _sample(item, judging.rules, labels=True)
    workbooks.template(judging, out, [filled, filled])
    with read_workbook(out.getvalue()) as book:
        read = [row.cells for row in read_filled(book, workbooks.sheet_of(judging)).rows]
    texts = [{key: str(cell) for key, cell in cells.items() if key != "no"} for cells in read]
    expected = parse(item.row, _sample(item, judging.rules), judging.rules)
    assert [parse(item.row, line, judging.rules) for line in texts] == [expected, expected]


@every_item
def test_strangers_are_refused(code: str, item: AnyItem, offer: Offer, desk_of: DeskOf) -> None:
    own, stranger = desk_of(item), desk_of(item, "B")
    draft = drafts.enter(own.actor, own.at, own.judging.applicant.id, item, "")
    line = _sample(item, own.judging.rules)
    for work in (
        lambda: drafts.save_row(stranger, draft.id, draft.visit, dict(line)),
        lambda: drafts.select_rows(stranger, draft.id, draft.visit, [line]),
        lambda: drafts.delete_rows(stranger, draft.id, draft.visit, [1]),
        lambda: drafts.confirm(stranger, draft.id, draft.visit),
        lambda: drafts.declare(stranger, draft.id, draft.visit, {}),
        lambda: workbooks.import_workbook(stranger, draft.id, draft.visit, "a.xlsx", b""),
        lambda: submit.submit(stranger, offer, draft.id, draft.visit, draft.submit_key),
    ):
        with pytest.raises(DraftRefused) as refused:
            work()
        assert [r.code for r in refused.value.refused] == ["left"]


@every_item
def test_executing_says_what_judging_said(
    code: str, item: AnyItem, offer: Offer, desk_of: DeskOf, clock: FixedClock
) -> None:
    desk = desk_of(item)
    lines = [Line(n, _sample(item, desk.judging.rules)) for n in (1, 2)]
    said = judge(desk.judging, lines)
    case = _submitted_unseen(desk, offer, lines)
    if readers.case_by_id(case).state is CaseState.AWAITING_REVIEW:
        review.pass_case(Actor.staff(2, "陆知秋", frozenset({Role.REVIEWER})), desk.at, case)
    execute(case, SYSTEM, clock)
    rows = list(listings.every_row_of_case(readers.case_by_id(case)))
    if item.accept is declare.Accept.WHOLE and any(v.refused for v in said):
        assert {row.state for row in rows} == {RowState.FAILED}
        rows, said = [r for r, v in zip(rows, said, strict=True) if v.refused], [v for v in said if v.refused]
    assert [[r.text for r in row.refused] for row in rows] == [[r.text for r in v.refused] for v in said]
    assert [row.state is RowState.SUCCEEDED for row in rows] == [v.passes for v in said]


def _submitted_unseen(desk: drafts.Desk, offer: Offer, lines: list[Line]) -> int:
    """A case of these lines, whatever is wrong with them: as if everything had changed since they were confirmed."""
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, "")
    sql = "INSERT INTO engine_draftrow (draft_id, no, key, data, worked, refused) VALUES (%s, %s, %s, %s, '{}', '[]')"
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(sql, [draft.id, line.no, drafts.row_key(dict(line.data)), json.dumps(line.data)])
        cursor.execute("UPDATE engine_draft SET confirmed = true, declared = true WHERE id = %s", [draft.id])
    upload_materials(desk, draft.submit_key, [line.data for line in lines])
    return submit.submit(desk, offer, draft.id, draft.visit, draft.submit_key).id


def test_every_centre_passes_the_checks_before_the_first_request() -> None:
    assert check_catalogues() == []
    assert CATALOGUES


def test_every_item_file_is_offered_by_some_centre() -> None:
    import hpf.items  # noqa: PLC0415

    found = {
        module.name
        for module in pkgutil.walk_packages(hpf.items.__path__, "hpf.items.")
        if hasattr(importlib.import_module(module.name), "ITEM")
    }
    offered = {importlib.import_module(name).ITEM.code for name in found}
    assert offered == {offer.service.code for catalogue in CATALOGUES.values() for offer in catalogue.offers}


class Silent(Refusal):
    """A refusal that forgot its text."""

    NOTHING = Reason("")


class Astray(Refusal):
    """A refusal about a field that there is not."""

    ELSEWHERE = Reason("错误", "no_such_field")


@dataclass(frozen=True)
class Unmarked:
    """Facts of which one does not say what it is."""

    employer: Annotated[object, Fact.APPLICANT]
    forgotten: object


class Bare(declare.Row):
    """A row with a field that nothing can show."""

    note: str


def _offered(*services: declare.Service, serials: str = "123456") -> Catalogue:
    offers = tuple(Offer(service=service, serial=serial) for service, serial in zip(services, serials, strict=False))
    return Catalogue(centre="hangzhou", portal="", offers=offers)


OPENING: AnyItem = opening.ITEM
PLANTED: dict[str, tuple[Catalogue, set[str]]] = {
    "nothing wrong": (_offered(OPENING, opening_query.ITEM, reopening.ITEM), set()),
    "offered twice": (_offered(OPENING, OPENING), {"hpf.E001"}),
    "one serial for two items": (_offered(OPENING, replace(OPENING, code="other"), serials="11"), {"hpf.E002"}),
    "points nowhere": (_offered(reopening.ITEM), {"hpf.E003"}),
    "cases of an item that is not there": (_offered(opening_query.ITEM), {"hpf.E004"}),
    "a fact without a name": (_offered(replace(OPENING, facts=Unmarked)), {"hpf.E005"}),
    "a field without a kind": (_offered(replace(OPENING, row=Bare)), {"hpf.E005"}),
    "a refusal without a text": (_offered(replace(OPENING, refusals=Silent)), {"hpf.E006"}),
    "a refusal about no field": (_offered(replace(OPENING, refusals=Astray)), {"hpf.E007"}),
    "no declaration or papers in the book": (_offered(replace(OPENING, code="new.item")), {"hpf.E009"}),
    "a column that is not worked out": (
        _offered(replace(OPENING, shown=(declare.Shown("nothing", "无"),))), {"hpf.E010"},
    ),
}  # fmt: skip


FOLLOW = {"hpf.E009"}
"""What a planted item code entails as well."""


@pytest.mark.parametrize("mistake", PLANTED)
def test_the_checks_find_planted_mistakes(mistake: str) -> None:
    catalogue, codes = PLANTED[mistake]
    found = list(check_catalogue(catalogue))
    assert codes <= {message.id for message in found} <= codes | FOLLOW
    assert all(message.hint for message in found)


def test_the_checks_find_a_fact_without_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpf.engine.checks.READERS", {})
    assert {message.id for message in check_catalogue(_offered(OPENING))} == {"hpf.E008"}


def test_enquiries_and_redirects_say_something() -> None:
    for catalogue in CATALOGUES.values():
        for offer in catalogue.offers:
            if isinstance(offer.service, Redirect):
                assert offer.service.text
            elif isinstance(offer.service, Enquiry):
                assert offer.service.listing.columns
                assert offer.service.listing.sorted_by
