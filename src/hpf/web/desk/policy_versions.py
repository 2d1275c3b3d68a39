"""Versions of the policy book at the desk: what changed from one to the next, and what was made under which."""

from collections.abc import Mapping

from django.http import Http404, HttpResponseBase
from django.urls import reverse

from hpf.dues.versions import dues_by_version, dues_of_version
from hpf.engine.versions import cases_by_version, cases_of_version
from hpf.policy import readers
from hpf.policy.amendable import parameter
from hpf.policy.dated import Book
from hpf.policy.facts import Version
from hpf.policy.readers import current_rules
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import PARAMETERS
from hpf.web.desk.policy import tabs_of, title_of
from hpf.web.desk.policy_values import short
from hpf.web.shapes import Action, Column, ColumnKind, Fact, Figure, Row, Table, Tag, Tone

_COLUMNS = (
    Column("number", "版本", ColumnKind.CODE),
    Column("made", "形成时间", ColumnKind.TIME),
    Column("cause", "变化", ColumnKind.NAME, wrap=True),
    Column("who", "提出 / 批准"),
    Column("cases", "受理办件", ColumnKind.COUNT),
    Column("dues", "生成应缴", ColumnKind.COUNT),
    Column("state", "状态", ColumnKind.TAG),
)
_CASES = (Column("item", "事项", ColumnKind.NAME), Column("cases", "件数", ColumnKind.COUNT))
_DUES = (Column("month", "业务年月", ColumnKind.MONTH), Column("dues", "应缴笔数", ColumnKind.COUNT))


@staff(PARAMETERS)
def page(request: DeskRequest) -> HttpResponseBase:
    """All versions, the newest first, each with what was made under it."""
    rules, found = current_rules(), readers.versions()
    cases, dues = cases_by_version(), dues_by_version()
    rows = [_row(one, rules.book, cases, dues) for one in found]
    unknown = ({*cases, *dues} | {rules.version}) - {one.fingerprint for one in found}
    rows += [
        Row({"number": "—", "made": "", "cause": "尚未登记的版本（系统更新后一分钟内登记）", "who": "",
             "cases": cases.get(one, 0), "dues": dues.get(one, 0),
             "state": Tag("现行", Tone.GOOD) if one == rules.version else ""})
        for one in sorted(unknown)
    ]  # fmt: skip
    total = {"cases": sum(cases.values()), "dues": sum(dues.values())}
    context = {
        "crumbs": crumbs(("参数与政策", reverse("desk-policy")), "政策版本"),
        "tabs": tabs_of("desk-policy-versions"),
        "table": Table("政策版本", _COLUMNS, rows, total=total, count=len(rows), unit="版", sorted_by="版本由新到旧"),
    }
    return render(request, "desk/policy_versions.jinja", context, current="desk-policy")


def _row(one: Version, book: Book, cases: Mapping[int, int], dues: Mapping[int, int]) -> Row:
    cells = {
        "number": Action(f"第{one.number}版", reverse("desk-policy-version", args=[one.number])),
        "made": one.made_at,
        "cause": _cause(one, book),
        "who": f"{one.amendment.proposed_by} / {one.amendment.decided_by}" if one.amendment else "",
        "cases": cases.get(one.fingerprint, 0),
        "dues": dues.get(one.fingerprint, 0),
        "state": Tag("现行", Tone.GOOD) if one.fingerprint == book.version else "",
    }
    return Row(cells, id=str(one.number))


def _cause(one: Version, book: Book) -> str:
    if one.amendment is None:
        return "随系统发布"
    change = one.amendment.change
    found = parameter(book, change.leaf, title_of)
    label, value = (found.label, short(found, change.value)) if found else (change.leaf, str(change.value))
    return f"{label}：{change.first_day}起为{value}"


@staff(PARAMETERS)
def one(request: DeskRequest, number: int) -> HttpResponseBase:
    """One version: what made it, and the cases and dues that keep it."""
    try:
        version = readers.version(number)
    except readers.NoAmendment:
        raise Http404 from None
    book, mark = current_rules().book, version.fingerprint
    cases, dues = cases_of_version(mark), dues_of_version(mark)
    facts = [
        Fact("形成时间", version.made_at),
        Fact("变化", _cause(version, book), wide=True),
        Fact("校验码", str(mark), hint="办件、应缴和办理结果上保存的版本标识"),
    ]
    if version.amendment is not None:
        link = reverse("desk-policy-change", args=[version.amendment.id])
        facts.append(Fact("修改", Action(f"第{version.amendment.id}号", link)))
    context = {
        "crumbs": crumbs(("参数与政策", reverse("desk-policy")), ("政策版本", reverse("desk-policy-versions")),
                         f"第{number}版"),
        "title": f"政策版本 第{number}版",
        "facts": facts,
        "figures": (
            Figure("受理办件", sum(cases.values()), "件", key=True),
            Figure("生成应缴", sum(dues.values()), "笔"),
        ),
        "tables": (
            Table("受理办件", _CASES, [Row({"item": title_of(code), "cases": count}) for code, count in cases.items()],
                  empty="该版本下没有受理办件"),
            Table("生成应缴", _DUES, [Row({"month": month, "dues": count}) for month, count in dues.items()],
                  empty="该版本下没有生成应缴"),
        ),
    }  # fmt: skip
    return render(request, "desk/policy_version.jinja", context, current="desk-policy")
