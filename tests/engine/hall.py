"""An employer's agent at the hall, as the pages drive the engine: enter, type or import, confirm, declare, submit."""

import io
from collections.abc import Hashable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from tests.hall import PNG
from tests.parties import builders
from tests.parties.builders import id_no

from hpf.access.actor import Actor
from hpf.documents.changes import take_material
from hpf.documents.facts import MaterialLimits
from hpf.engine import listings, readers
from hpf.engine.catalogue import Offer
from hpf.engine.declare import ItemRules
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseRow, CaseState, Draft, ImportReport, RowState
from hpf.engine.intake import drafts, submit, workbooks
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.items.account import opening
from hpf.kernel.clock import TZ, FixedClock
from hpf.kernel.month import Month
from hpf.parties import load
from hpf.parties import readers as parties
from hpf.policy.book import load as policy

OFFER = Offer(service=opening.ITEM, serial="11")
LIMITS = MaterialLimits(frozenset({"png"}), 1 << 20)
ELSEWHERE = "存在正常缴存账户"
BEFORE_60S = {"born": "19600101"}
"""A man born then is past retirement in 2026: his row needs a person."""


def city(employers: Iterable[load.EmployerRow], people: Iterable[load.PersonRow] = ()) -> dict[Hashable, int]:
    """Loads a city; ids of its employer accounts by name."""
    return builders.city(employers, people).employer_account_ids


def at(text: str) -> datetime:
    """A moment in China: "2026-11-20 17:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def person(serial: int, *, born: str = "", **more: str) -> dict[str, str]:
    """The texts of a row; `more` are other fields. Odd serials are men; every thousand is born a day later."""
    day = born or f"{date(1990, 3, 7) + timedelta(serial // 1000):%Y%m%d}"
    number = id_no(serial % 1000, born=day)
    return {"name": "王小明", "id_type": "01", "id_no": number, "arrival": "transfer", "wage": "8200", **more}


def labelled(serial: int, **more: str) -> dict[str, str]:
    """The same as cells of a workbook, which show labels."""
    return person(serial, **{"id_type": "居民身份证", "arrival": "新调入", **more})


def upload_materials(desk: drafts.Desk, submit_key: str, rows: Iterable[Mapping[str, Any]] = ()) -> None:
    """Uploads every paper that the item asks for, and one for each row where it wants that."""
    for paper in desk.judging.rules.today.materials(desk.judging.item.code):
        each = {paper.row_file.format(id_no=row["id_no"]) for row in rows} if paper.row_file else {"a.png"}
        for name in sorted(each):
            file = io.BytesIO(PNG + name.encode())
            take_material(desk.actor, desk.at, MATERIALS_OF, submit_key, paper.name, name, file, LIMITS)


class Hall:
    """One agent working for one employer account, on the clock of the test."""

    def __init__(self, account_id: int, clock: FixedClock) -> None:
        self.account_id, self.clock = account_id, clock

    @property
    def desk(self) -> drafts.Desk:
        """The desk at this moment."""
        now, book = self.clock.now(), policy("hangzhou")
        account = parties.employer_account(self.account_id)
        rules = ItemRules(book, now.date(), book.calendar.business_month(now))
        actor = Actor.agent(1, "陈思远", account.employer_id)
        return drafts.Desk(actor, now, Judging(opening.ITEM, account, rules))

    def enter(self, visit: str = "") -> Draft:
        """Opens the function, or reloads its page with the token of the visit."""
        desk = self.desk
        return drafts.enter(desk.actor, desk.at, self.account_id, opening.ITEM, visit)

    def save(self, draft: Draft, row: Mapping[str, Any], no: int | None = None) -> list[str]:
        """Saves a typed row, or row `no` changed; the texts of its refusals."""
        return [r.text for r in drafts.save_row(self.desk, draft.id, draft.visit, dict(row), no).refused]

    def workbook(self, rows: Iterable[Mapping[str, str]]) -> bytes:
        """The template as this employer downloads it, filled in."""
        out = io.BytesIO()
        workbooks.template(self.desk.judging, out, list(rows))
        return out.getvalue()

    def upload(self, draft: Draft, rows: Iterable[Mapping[str, str]] | bytes) -> ImportReport:
        """Imports a workbook, or one made of these rows."""
        content = rows if isinstance(rows, bytes) else self.workbook(rows)
        return workbooks.import_workbook(self.desk, draft.id, draft.visit, "清册.xlsx", content)

    def names(self, draft: Draft) -> list[str]:
        """The names in the list, in their order."""
        return [row.data["name"] for row in readers.draft_rows(draft.id)]

    def ready(self, draft: Draft) -> None:
        """Confirms the list, ticks the declaration, uploads the papers."""
        assert drafts.confirm(self.desk, draft.id, draft.visit) == []
        drafts.declare(self.desk, draft.id, draft.visit, {})
        upload_materials(self.desk, draft.submit_key)

    def submit(self, draft: Draft) -> Case:
        """Sends the form."""
        return submit.submit(self.desk, OFFER, draft.id, draft.visit, draft.submit_key)

    def submitted(self, *rows: Mapping[str, str]) -> Case:
        """A case of typed rows, from entering to submission."""
        draft = self.enter()
        for row in rows:
            assert self.save(draft, row) == []
        self.ready(draft)
        return self.submit(draft)

    def submitted_workbook(self, serials: Iterable[int]) -> Case:
        """A case of imported rows."""
        draft = self.enter()
        assert self.upload(draft, [labelled(serial) for serial in serials]).bad == 0
        self.ready(draft)
        return self.submit(draft)


def case_now(case: Case) -> Case:
    """The case as it stands, after a look at its counts: total = succeeded + failed + pending, and the rows agree."""
    now, rows = readers.case_by_id(case.id), rows_of(case)
    assert now.total == now.succeeded + now.failed + now.pending == len(rows)
    states = [row.state for row in rows]
    counted = [states.count(state) for state in (RowState.SUCCEEDED, RowState.FAILED, RowState.REFERRED)]
    assert [now.succeeded, now.failed, now.referred] == counted
    return now


def rows_of(case: Case) -> list[CaseRow]:
    """All rows of a case, in their order."""
    return list(listings.every_row_of_case(case))


def verdicts(case: Case) -> list[str]:
    """For each row its state, or why it failed or waits."""
    return ["；".join(r.text for r in row.refused) or row.state.label for row in rows_of(case)]


def state(case: Case) -> CaseState:
    """The state of the case now."""
    return case_now(case).state


def held_by(account_id: int) -> int | None:
    """The case that holds the employer account."""
    return parties.employer_account(account_id).held_by_case


def due_in(month: str) -> list[tuple[int, int]]:
    """(employer account, fen of both sides) of everyone who is due in a month, in order."""
    sql, params = parties.normal_terms_sql(Month.parse(month))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT employer_account_id, employer_fen + personal_fen FROM ({sql}) t ORDER BY 1, 2", params)
        return [(account, fen) for account, fen in cursor.fetchall()]
