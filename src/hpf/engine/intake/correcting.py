"""Lines that did not pass, on their way round once more: shown among the others, corrected in the list, handed back
marked in a workbook, or taken from a finished case into a new list.
"""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.db import connection, transaction

from hpf.documents import changes as documents
from hpf.engine import listings, models
from hpf.engine.declare import fields_of
from hpf.engine.execute.facts import Judging
from hpf.engine.execute.judge import Line, Verdict, judge, rows_of
from hpf.engine.facts import Case, CaseRow, Draft, DraftRow, Intake
from hpf.engine.intake import drafts
from hpf.engine.intake.drafts import Desk, locked, store_rows, touch
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.engine.intake.sheet import MarkedRow, write_marked
from hpf.engine.intake.workbooks import sheet_of
from hpf.engine.readers import refusals, row_of
from hpf.kernel.clock import TZ
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page
from hpf.kernel.refusal import Reason, Refusal


class CorrectionRefusals(Refusal):
    """Why a line cannot be corrected like this."""

    OTHER_FUND = Reason("资金性质只能是{fund}", "fund", "请刷新页面后重新填写")


def draft_page(draft: Draft, text: str = "", *, only_bad: bool = False, page: object = 1) -> Page[DraftRow]:
    """The lines of a draft, in their order: those with `text` in one of their fields, or only those with a refusal."""
    where, params = "draft_id = %s", [draft.id]
    if text:
        where += " AND EXISTS (SELECT FROM jsonb_each_text(data) AS f WHERE position(lower(%s) in lower(f.value)) > 0)"
        params.append(text)  # type: ignore[arg-type]
    if only_bad:
        where += " AND refused <> '[]'"
    total = draft.rows if where == "draft_id = %s" else _count(where, params)
    number = clamp_page(page, total)
    found = models.DraftRow.objects.raw(
        f"SELECT * FROM engine_draftrow WHERE {where} ORDER BY no LIMIT %s OFFSET %s",
        [*params, PAGE_SIZE, (number - 1) * PAGE_SIZE],
    )
    return Page([DraftRow(r.no, r.data, r.worked, refusals(r.refused)) for r in found], total, number)


def _count(where: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM engine_draftrow WHERE {where}", params)
        count: int = cursor.fetchone()[0]
    return count


def replace_row(desk: Desk, draft_id: int, visit: str, no: int, data: Mapping[str, str]) -> Verdict:
    """Corrects a line that could not be declared as it stood, all its fields: unlike a line that passed, its name and
    id number have never been accepted. Keeps its place in the list; a refused correction changes nothing.
    """
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        row = record.rows.filter(no=no).first()
        if row is None or not row.refused:
            raise drafts.DraftRefused([drafts.DraftRefusals.NO_SUCH_ROW.refuse()])
        others = [Line(other.no, other.data) for other in record.rows.exclude(no=no).order_by("no")]
        before = rows_of(desk.judging, others)
        verdict = judge(desk.judging, [Line(no, data)], before=before)[0]
        if not verdict.refused:
            touch(desk, record, Intake(record.intake or Intake.TYPED))
            store_rows(record, [verdict])
        return verdict


def take_again(desk: Desk, draft_id: int, visit: str, case: Case) -> int:
    """The failed rows of a case stand in the draft again, judged afresh, those that still fail marked. How many.

    Of a case that was returned (F-47), or taken back before its check, all rows come and its materials with them.
    """
    returned = case.gives_back
    with transaction.atomic():
        record = locked(desk, draft_id, visit)
        touch(desk, record, Intake.TYPED)
        first = record.next_no
        there = {row.key for row in record.rows.all()}
        behind = "total" if returned else "failed"
        rows = (row for row in listings.every_row_of_case(case, behind) if row.id_no not in there)
        verdicts = judge(desk.judging, [Line(first + n, row.data) for n, row in enumerate(rows)])
        if verdicts:
            store_rows(record, verdicts)
        record.next_no = first + len(verdicts)
        record.intake = record.intake if verdicts or there else None
        record.save(update_fields=["next_no", "intake"])
        if returned:
            documents.copy_materials(desk.actor, desk.at, MATERIALS_OF, case.submit_key, str(record.submit_key))
        return len(verdicts)


def choose_again(desk: Desk, draft_id: int, visit: str, case: Case) -> list[Verdict]:
    """The rows of a returned case, chosen or filled in once more, with its materials; their verdicts.

    A refused row leaves the draft as it was. Raises `DraftRefused`.
    """
    rows = [dict(row.data) for row in listings.every_row_of_case(case)] if case.gives_back else []
    with transaction.atomic():
        verdicts = drafts.select_rows(desk, draft_id, visit, rows)
        if rows and not any(verdict.refused for verdict in verdicts):
            record = locked(desk, draft_id, visit)
            documents.copy_materials(desk.actor, desk.at, MATERIALS_OF, case.submit_key, str(record.submit_key))
        return verdicts


def write_failed(judging: Judging, case: Case, out: IO[bytes]) -> None:
    """The failed rows of a case in the item's own template, wrong cells marked, to be corrected and imported."""
    write_marked(out, sheet_of(judging), _failed(judging, case))


def _failed(judging: Judging, case: Case) -> Iterator[MarkedRow]:
    labels = {spec.key: dict(spec.choices(judging.rules)) for spec in fields_of(judging.item.row)}
    for row in listings.every_row_of_case(case, "failed"):
        cells = {key: labels.get(key, {}).get(value, value) for key, value in row.data.items()}
        yield MarkedRow(cells, [(r.field, f"{r.text}（{r.hint}）" if r.hint else r.text) for r in row.refused])


def case_row(case: Case, row_no: int) -> CaseRow | None:
    """One row of a case."""
    year = case.declared_at.astimezone(TZ).year
    found = models.CaseRow.objects.filter(year=year, case_id=case.id, row_no=row_no).first()
    return None if found is None else row_of(found)
