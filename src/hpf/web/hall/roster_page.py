"""What the page of the declaration interface shows, put together for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpf.engine import readers
from hpf.engine.catalogue import Offer
from hpf.engine.declare import base_limits, fields_of
from hpf.engine.facts import BadRow, Draft, DraftRow, ImportReport, Intake
from hpf.engine.intake.correcting import draft_page
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.reader import DEFAULT_LIMITS
from hpf.kernel.paging import Page
from hpf.kernel.refusal import Refused
from hpf.kernel.text import clean
from hpf.web.hall.entry import step
from hpf.web.hall.notes import month_notices, months_touched
from hpf.web.hall.present import (
    STEPS,
    cells_of,
    columns_of,
    computed_fields,
    crumbs,
    entry_fields,
    errors_by_field,
    pager,
    problems_of,
    totalled,
    why,
    yuan,
)
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Field,
    FieldKind,
    Figure,
    Look,
    Option,
    Pager,
    Row,
    Table,
    Tone,
)

_EMPTY = {True: "还没有记录：在上方逐笔录入，或导出模板填好后导入", False: "还没有记录：请在上方逐笔录入"}
MAX_BYTES = DEFAULT_LIMITS.file_bytes
_REPORT = (
    Column("row", "文件行号", ColumnKind.COUNT),
    Column("who", "职工", ColumnKind.NAME),
    Column("field", "栏目"),
    Column("value", "填写内容", wrap=True),
    Column("reason", "原因", wrap=True),
    Column("cure", "处理办法", wrap=True),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the entry area: typed texts, refusals, computed values, and the saved line that is changed."""

    data: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()
    worked: Mapping[str, Any] = field(default_factory=dict)
    editing: DraftRow | None = None

    @property
    def open_fields(self) -> bool:
        """Whether name and id number can be typed: in a new line, and in one that cannot be declared as it stands."""
        return self.editing is None or bool(self.editing.refused)


def context(
    asked: Mapping[str, str], offer: Offer, desk: Desk, draft: Draft, entry: Entry, *, shown: int
) -> dict[str, Any]:
    """Everything the template draws. `asked` are the conditions in the address, `shown` the bad rows of a report."""
    imported, typed = draft.intake is Intake.IMPORTED, draft.intake is Intake.TYPED
    totals = readers.draft_totals(draft.id, [s.key for s in totalled(desk.judging.item)])
    found = _report_asked_for(asked, draft)
    why_not_save = "清册中已有导入的记录，不能单笔录入；清空清册后可用" if imported and entry.editing is None else ""
    why_not_import = "清册中已有单笔录入的记录，不能导入；清空清册后可用" if typed else ""
    keys = [spec.key for spec in fields_of(desk.judging.item.row)]
    return {
        "current": offer.service.code,
        "offer": offer,
        "title": offer.service.title,
        "visit": draft.visit,
        "crumbs": crumbs((offer.service.title, step(offer, visit=draft.visit)), "业务申报"),
        "pill": _pill(draft, desk),
        "imports": desk.judging.item.imports,
        "head_actions": (
            Action("批量业务文本格式导出", step(offer, "list/template"), "download"),
            Action("导入 excel", step(offer, "list/import", visit=draft.visit), "table", dialog="import",
                   why_not=why_not_import),
        ) if desk.judging.item.imports else (),
        "steps": STEPS,
        "head": _head(desk),
        "notices": month_notices(desk),
        "problems": problems_of(entry.refused, keys),
        "entry": entry,
        "fields": _fields(desk, entry),
        "computed": computed_fields(desk.judging.item, entry.worked),
        "entry_actions": _entry_actions(offer, draft, entry, why_not_save),
        "report": found,
        "report_table": report_table(desk, found, shown) if found and found.bad else None,
        "shown": shown,
        "figures": _figures(desk, draft, totals),
        "filters": _filters(asked, draft),
        "table": _table(asked, offer, desk, draft, totals),
        "leave": f"离开本事项后，已导入的 {draft.rows:,} 条记录将被清除。" if imported else "",
        "expires_at": draft.expires_at,
        "now": desk.at,
        "bad": totals["bad"],
        "workbook": workbook_field(desk, ""),
        "advice": desk.judging.rules.today.texts.import_advice,
        "urls": {name: step(offer, f"list/{name}" if name else "list", visit=draft.visit)
                 for name in ("", "save", "live", "delete", "confirm", "import", "report", "marked", "template")},
        "form": step(offer, visit=draft.visit),
    }  # fmt: skip


def _pill(draft: Draft, desk: Desk) -> str:
    if not draft.rows:
        return f"业务年月 {months_touched(desk)[0]}"
    how = "导入" if draft.intake is Intake.IMPORTED else "草稿"
    return f"{how} · {draft.edited_at:%H:%M} 已保存"


def _head(desk: Desk) -> list[Fact]:
    """The head line of the interface (显)."""
    account, rules = desk.judging.applicant, desk.judging.rules
    floor, cap = base_limits(account, rules, rules.month)
    limits = (("最低缴存基数", floor), ("最高缴存基数", cap))
    return [
        Fact("单位名称", account.name),
        Fact("单位住房公积金账号", account.account_no),
        Fact("业务年月", months_touched(desk)[0]),
        Fact("资金性质", account.fund),
        Fact("单位比例", account.employer_rate),
        Fact("个人比例", account.personal_rate),
        *(Fact(label, limit, hint="元") for label, limit in limits if limit is not None),
    ]


def _fields(desk: Desk, entry: Entry) -> list[Field]:
    account = desk.judging.applicant
    fund = Field("fund", "资金性质", FieldKind.SELECT, account.fund.value, required=True,
                 options=[Option(account.fund.value, account.fund.label)])  # fmt: skip
    errors = errors_by_field(entry.refused)
    own = entry_fields(desk.judging.item, desk.judging.rules, entry.data, errors, fixed=not entry.open_fields)
    return [fund, *own]


def _entry_actions(offer: Offer, draft: Draft, entry: Entry, why_not_save: str) -> tuple[Action, ...]:
    back = step(offer, "list", visit=draft.visit)
    if entry.editing is not None:
        return (Action("取消修改", back, look=Look.QUIET), Action("保存修改", look=Look.PRIMARY, icon="check"))
    save = Action(offer.add, icon="check", look=Look.PLAIN if why_not_save else Look.PRIMARY, why_not=why_not_save)
    return (Action("清除录入数据", back, "x", Look.QUIET), save)


def _figures(desk: Desk, draft: Draft, totals: Mapping[str, int]) -> list[Figure]:
    shown = totalled(desk.judging.item)
    sums = [Figure(f"{s.label}（元）", yuan(totals[s.key]), key=s is shown[-1]) for s in shown]
    bad = [Figure("需更正", totals["bad"], "条", Tone.BAD)] if totals["bad"] else []
    return [Figure("人数", draft.rows, "人"), *sums, *bad]


def _filters(asked: Mapping[str, str], draft: Draft) -> list[Field]:
    return [
        Field("visit", "", FieldKind.HIDDEN, draft.visit),
        Field(
            "q", "查找记录", FieldKind.SEARCH, clean(asked.get("q", "")), placeholder="姓名、证件号码或电话", prefix="q"
        ),
        Field("bad", "只看需更正", FieldKind.CHECK, asked.get("bad") == "1", prefix="q", attrs={"class": "switch"}),
    ]


def _table(asked: Mapping[str, str], offer: Offer, desk: Desk, draft: Draft, totals: Mapping[str, int]) -> Table:
    text, only_bad = clean(asked.get("q", "")), asked.get("bad") == "1"
    page = draft_page(draft, text, only_bad=only_bad, page=asked.get("page", 1))
    item = desk.judging.item
    query = {"visit": draft.visit, "q": text, "bad": "1" if only_bad else "", "report": asked.get("report", "")}
    return Table(
        "待确认记录",
        columns_of(item),
        [_row(offer, desk, draft, row) for row in page.items],
        total={} if text or only_bad else {s.key: yuan(totals[s.key]) for s in totalled(item)},
        count=page.total,
        unit="人",
        sorted_by="录入先后",
        empty="没有符合条件的记录" if draft.rows else _EMPTY[item.imports],
        select="row",
        select_form="delete",
        wide=True,
        id="roster",
        pager=pager(page, query, "#roster", "人"),
    )


def _row(offer: Offer, desk: Desk, draft: Draft, row: DraftRow) -> Row:
    reveal = step(offer, "list/reveal", visit=draft.visit, no=row.no)
    cells = {"no": row.no, **cells_of(desk.judging.item, desk.judging.rules, row.data, row.worked, reveal)}
    edit = step(offer, "list", visit=draft.visit, edit=row.no) + "#entry"
    return Row(
        cells,
        id=str(row.no),
        tone=Tone.BAD if row.refused else Tone.PLAIN,
        note=why(row.refused),
        actions=(Action("更正" if row.refused else "修改", edit),),
    )


# the report of an import


def _report_asked_for(asked: Mapping[str, str], draft: Draft) -> ImportReport | None:
    found = readers.latest_report(draft.id) if asked.get("report") else None
    return found if found is not None and str(found.id) == asked.get("report") else None


def report_table(desk: Desk, found: ImportReport, shown: int) -> Table:
    """The first rows of a file that were not taken."""
    return _reasons(desk, readers.bad_rows(found.id, 0, shown), found.bad)


def _reasons(desk: Desk, rows: Sequence[BadRow], count: int, paged: Pager | None = None) -> Table:
    """Rows that were not taken: one line for each thing that is wrong."""
    labels = {spec.key: spec.label for spec in fields_of(desk.judging.item.row)}
    first = next(iter(labels))
    lines = [
        Row({
            "row": bad.no, "who": bad.cells.get(first, ""), "field": labels.get(refused.field or "", ""),
            "value": refused.value or "", "reason": refused.text, "cure": refused.hint or refused.remedy.label,
        })
        for bad in rows for refused in bad.refused
    ]  # fmt: skip
    return Table(
        "未导入的记录", _REPORT, lines, count=count, unit="行", sorted_by="文件行号", id="bad-rows", pager=paged
    )


def report_context(offer: Offer, desk: Desk, draft: Draft, found: ImportReport, page: Page[BadRow]) -> dict[str, Any]:
    """The page of the whole report."""
    table = _reasons(desk, page.items, found.bad, pager(page, {"visit": draft.visit}, "#bad-rows"))
    back = step(offer, "list", visit=draft.visit, report=found.id)
    return {
        "current": offer.service.code,
        "crumbs": crumbs((offer.service.title, step(offer, visit=draft.visit)), ("业务申报", back), "导入结果"),
        "report": found,
        "table": table,
        "actions": (
            Action("返回清册", back, "arrow-left"),
            Action("下载错误记录", step(offer, "list/marked", visit=draft.visit), "download", Look.PRIMARY),
        ),
    }


def workbook_field(desk: Desk, error: str) -> Field:
    """The file field of the import."""
    rows = desk.judging.rules.today.rows_per_workbook
    return Field(
        "workbook", "清册文件", FieldKind.FILE, required=True, error=error, accept=".xlsx,.xls", max_bytes=MAX_BYTES,
        placeholder=f".xlsx、.xls，{MAX_BYTES >> 20} MB 以内，最多 {rows:,} 行；请使用本页导出的模板",
    )  # fmt: skip
