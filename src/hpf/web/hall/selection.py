"""Items whose rows are ticked in a list of candidates: the form, the list with its live sums, and back (B2.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template

from hpf.dues import readers as dues
from hpf.engine.catalogue import Offer
from hpf.engine.declare import Candidates, Listing, fields_of
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.facts import Draft
from hpf.engine.intake import drafts
from hpf.engine.intake.drafts import Desk
from hpf.engine.readers import draft_rows
from hpf.engine.sources import Asking, BadCondition, Record, source
from hpf.kernel.capitals import in_capitals
from hpf.kernel.money import Money
from hpf.kernel.paging import Page
from hpf.ledger.readers import purses
from hpf.web.hall.enquiry import asking_of
from hpf.web.hall.entry import HallRequest, choose_account, desk_of, fields_sent, say, step
from hpf.web.hall.form import account_asked_for, account_choices
from hpf.web.hall.listing import Place, conditions, kept, table
from hpf.web.hall.notes import month_notices
from hpf.web.hall.present import STEPS as CHAIN
from hpf.web.hall.present import crumbs, problems_of, render, totalled
from hpf.web.hall.sitting import present_draft, refusing
from hpf.web.shapes import (
    Action,
    ColumnKind,
    Fact,
    Field,
    FieldKind,
    Figure,
    Look,
    Notice,
    Problem,
    Row,
    Table,
    Tone,
)


@refusing
def form(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """Step 1: whose account, and the summary of what was ticked (HZ-2.8.2.1-01, -04); POST is “下一步”."""
    chosen = account_asked_for(request)
    if chosen != request.visitor.applicant.account_no:
        choose_account(request, chosen)
        return HttpResponseRedirect(step(offer))
    desk = desk_of(request, offer.service)
    if request.method == "POST":
        return _next(request, offer, desk)
    visit = request.GET.get("visit", "")
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, visit) if visit else None
    return _show_form(request, offer, desk, draft, ())


def _next(request: HallRequest, offer: Offer, desk: Desk) -> HttpResponseBase:
    sent, visit = fields_sent(request), request.POST.get("visit", "")
    draft = present_draft(desk, visit) if visit else None
    problems = []
    if draft is None or not draft.rows or not draft.confirmed:
        problems.append(Problem(f"请先点击“{offer.entry}”选择要办理的记录", "entry"))
    if desk.judging.rules.today.declaration(offer.service.code) and sent.get("declared") != "1":
        problems.append(Problem("请阅读并勾选声明", "f-declared"))
    if draft is None or problems:
        return _show_form(request, offer, desk, draft, problems)
    drafts.declare(desk, draft.id, visit, {key: sent[key] for key in _condition_keys(offer) if sent.get(key)})
    return HttpResponseRedirect(step(offer, "materials", visit=visit))


def _show_form(
    request: HallRequest, offer: Offer, desk: Desk, draft: Draft | None, problems: Sequence[Problem]
) -> HttpResponseBase:
    verdicts = _judged(desk, draft) if draft is not None and draft.rows else []
    bad = [refused for verdict in verdicts for refused in verdict.refused]
    today, asked = desk.judging.rules.today, _conditions_of(request, offer, draft)
    visit = draft.visit if draft else ""
    again = step(offer, "list", visit=visit, **asked)
    loud = (Look.PLAIN, Look.PRIMARY) if verdicts else (Look.PRIMARY, Look.PLAIN)
    context: dict[str, Any] = {
        "current": offer.service.code,
        "offer": offer,
        "crumbs": crumbs(offer.service.title),
        "steps": CHAIN,
        "problems": [*problems, *problems_of(bad)],
        "notices": [*month_notices(desk), *(_told(desk, verdicts) if verdicts and not bad else ())],
        "choices": account_choices(request.visitor, today),
        "facts": _facts(desk),
        "figures": _figures(desk, verdicts) if verdicts else (),
        "summary": _summary(offer, desk, verdicts, asked) if verdicts else (),
        "entry": Action("重新选择" if verdicts else offer.entry, again, "wallet", loud[0]),
        "advice": (*today.texts.payment_advice,),
        "declaration": today.declaration(offer.service.code),
        "tick": Field("declared", "本单位已阅读并同意以上声明", FieldKind.CHECK, span=4),
        "hidden": {"visit": visit, **asked},
        "bottom": (Action("下一步", icon="arrow-right", look=loud[1], form="next",
                          why_not="所选记录中有不能办理的，请重新选择" if bad else ""),),
    }  # fmt: skip
    return render(request, "hall/selection.jinja", context, status=422 if problems or bad else 200)


@refusing
def choose(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The list of candidates with ticks; POST is “确定” (HZ-2.8.2.1-02, -03), or the sums without JavaScript."""
    desk = desk_of(request, offer.service)
    if request.method == "POST":
        return _chosen(request, offer, desk)
    visit, due_code = request.GET.get("visit", ""), request.GET.get("due", "")
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, visit)
    query = kept(_candidates(offer).filters, request.GET.dict())
    if due_code and not query:
        query = {"year": str(_year_of(desk, due_code))}
    if not visit:
        return HttpResponseRedirect(step(offer, "list", visit=draft.visit, due=due_code, **query))
    key = fields_of(offer.service.row)[0].key  # type: ignore[union-attr]
    ticked = [due_code] if due_code else [row.data.get(key, "") for row in draft_rows(draft.id)]
    return _show_list(request, offer, desk, draft, query, ticked, ())


def _chosen(request: HallRequest, offer: Offer, desk: Desk) -> HttpResponseBase:
    fields_sent(request, several="row")
    draft = present_draft(desk, request.POST.get("visit", ""))
    ticked = [str(code) for code in request.POST.getlist("row")]
    query = kept(_candidates(offer).filters, request.POST.dict())
    if request.POST.get("do") == "sum":
        return _show_list(request, offer, desk, draft, query, ticked, ())
    if not ticked:
        return _show_list(request, offer, desk, draft, query, ticked, [Problem("请至少勾选一条记录")])
    verdicts = drafts.select_rows(desk, draft.id, draft.visit, _lines(offer, ticked))
    bad = [refused for verdict in verdicts for refused in verdict.refused]
    if bad:
        return _show_list(request, offer, desk, draft, query, ticked, problems_of(bad))
    say(request, f"已选择 {len(ticked)} 笔，请核对后进入下一步")
    return HttpResponseRedirect(step(offer, visit=draft.visit, **query))


@refusing
def live(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The sums of what is ticked so far, out of band; saves nothing."""
    if request.method != "POST":
        raise Http404
    fields_sent(request, several="row")
    desk = desk_of(request, offer.service)
    return HttpResponse(
        get_template("hall/chosen.jinja").render(_sums(offer, desk, request.POST.getlist("row")), request)
    )


STEPS = {"": form, "list": choose, "list/sum": live}
"""The steps of a selection before the chain, by name."""


def _show_list(
    request: HallRequest,
    offer: Offer,
    desk: Desk,
    draft: Draft,
    query: Mapping[str, str],
    ticked: Sequence[str],
    problems: Sequence[Problem],
) -> HttpResponseBase:
    candidates, asking = _candidates(offer), asking_of(request, query)
    bound, told = source(candidates.source), list(problems)
    fields = [replace(one, span=2) for one in conditions(candidates.filters, asking, bound.choices(asking))]
    try:
        records = list(bound.every(asking))
    except BadCondition as problem:
        records, told = [], [*told, Problem(str(problem))]
    present = [code for code in ticked if code in {record.key for record in records}]
    fund = Field("fund", "资金性质", FieldKind.SHOWN, desk.judging.applicant.fund.label, prefix="q")
    context: dict[str, Any] = {
        "current": offer.service.code,
        "offer": offer,
        "crumbs": crumbs((offer.service.title, step(offer, visit=draft.visit)), "选择记录"),
        "problems": told,
        "filters": [Field("visit", "", FieldKind.HIDDEN, draft.visit, prefix="q"), fund, *fields],
        "table": _table(offer, candidates, records, present),
        "hidden": {"visit": draft.visit, **{field.name: str(field.value) for field in fields}},
        "post": step(offer, "list"),
        "live": step(offer, "list/sum"),
        "back": step(offer, visit=draft.visit),
        "bottom": (Action("确定", icon="check", look=Look.PRIMARY, form="choose"),),
        **_sums(offer, desk, present),
    }
    return render(request, "hall/choose.jinja", context, status=422 if told else 200)


def _table(offer: Offer, candidates: Candidates, records: Sequence[Record], ticked: Sequence[str]) -> Table:
    listing = Listing(candidates.source, candidates.columns, "缴存年月由近到远", empty="该年度没有可缴款的记录")
    made = table(Place(offer, listing), Page(records, len(records), 1, max(1, len(records))), "可缴款记录")
    columns = [replace(c, kind=ColumnKind.CODE) if c.key == candidates.key else c for c in made.columns]
    rows = [Row(row.cells, id=row.id, tone=row.tone, selected=row.id in ticked) for row in made.rows]
    return replace(made, columns=columns, rows=rows, select="row", pager=None, unit="笔", wide=False, id="candidates")


def _sums(offer: Offer, desk: Desk, ticked: Sequence[str]) -> dict[str, Any]:
    verdicts = judge(desk.judging, [Line(no, data) for no, data in enumerate(_lines(offer, ticked), 1)])
    good = [verdict for verdict in verdicts if verdict.row is not None]
    return {"figures": _figures(desk, good), "told": _told(desk, good) if good else []}


def _figures(desk: Desk, verdicts: Sequence[Verdict]) -> list[Figure]:
    """How many are ticked and what they sum to; the last sum is what has to be paid, in capitals, too."""
    columns = totalled(desk.judging.item)
    figures = [Figure("已选笔数", len(verdicts), "笔")]
    for column in columns:
        values = [getattr(verdict.worked, column.key) for verdict in verdicts]
        is_money = any(isinstance(value, Money) for value in values) or column.kind.value == "money"
        total: Any = Money.total(values) if is_money else sum(values)
        last = column is columns[-1]
        note = in_capitals(total) if last and is_money and total else ""
        label = f"{column.label}合计（元）" if is_money else f"{column.label}合计"
        figures.append(Figure(label, total, key=last, note=note))
    return figures


def _summary(offer: Offer, desk: Desk, verdicts: Sequence[Verdict], asked: Mapping[str, str]) -> list[Fact]:
    bound, asking = source(_candidates(offer).source), asking_of_desk(desk, asked)
    names = {key: dict(options) for key, options in bound.choices(asking).items()}
    chosen = [
        Fact(one.label, names.get(one.key, {}).get(asked[one.key], asked[one.key]))
        for one in _candidates(offer).filters
        if one.key in asked
    ]
    codes = "、".join(next(iter(verdict.stored_row().values()), "") for verdict in verdicts)
    return [Fact("资金性质", desk.judging.applicant.fund), *chosen, Fact("所选记录", codes, wide=True)]


def _told(desk: Desk, verdicts: Sequence[Verdict]) -> list[Notice]:
    tell = desk.judging.item.notices
    texts = tell([verdict.worked for verdict in verdicts], desk.judging.rules) if tell else ()
    return [Notice(text, Tone.WARN) for text in texts]


def _judged(desk: Desk, draft: Draft) -> list[Verdict]:
    return judge(desk.judging, [Line(row.no, row.data) for row in draft_rows(draft.id)])


def _facts(desk: Desk) -> list[Fact]:
    """What the system fills in (显): HZ-2.8.2.1-01, B2.3."""
    account, calendar = desk.judging.applicant, desk.judging.rules.book.calendar
    purse = purses([account.id])[account.id]
    return [
        Fact("单位名称", account.name),
        Fact("资金性质", account.fund),
        Fact("缴存方式", desk.judging.rules.today.texts.deposit_method(account.method.value)),
        Fact("预缴资金余额（元）", purse.balance),
        Fact("当前业务年月", calendar.business_month(desk.at)),
        Fact("支付截止", f"每日 {desk.judging.rules.today.payment_closes:%H:%M}"),
    ]


def asking_of_desk(desk: Desk, query: Mapping[str, str]) -> Asking:
    """The same question as the list's, from where a draft is worked on."""
    return Asking(desk.judging.applicant, desk.judging.rules, query)


def _candidates(offer: Offer) -> Candidates:
    found = getattr(offer.service, "candidates", None)
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


def _condition_keys(offer: Offer) -> list[str]:
    return [one.key for one in _candidates(offer).filters]


def _conditions_of(request: HallRequest, offer: Offer, draft: Draft | None) -> dict[str, str]:
    """The conditions under which was chosen: from the address or the form, else as kept with the draft."""
    given = request.POST if request.method == "POST" else request.GET
    before = dict(draft.form) if draft is not None else {}
    return {**kept(_candidates(offer).filters, before), **kept(_candidates(offer).filters, given.dict())}


def _lines(offer: Offer, ticked: Sequence[object]) -> list[dict[str, Any]]:
    key = fields_of(offer.service.row)[0].key  # type: ignore[union-attr]
    return [{key: str(code)} for code in ticked]


def _year_of(desk: Desk, due_code: str) -> int:
    try:
        due = dues.due_by_code(due_code, desk.judging.applicant.id)
    except dues.UnknownDue:
        raise Http404 from None
    return desk.judging.rules.book.calendar.contribution_year(due.month)
