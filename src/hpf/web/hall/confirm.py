"""Step 3, 信息确认: everything once more, judged afresh, and what will happen when; then the submission (B1.5)."""

import uuid
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.documents import readers as document_readers
from hpf.engine import readers
from hpf.engine.catalogue import Offer
from hpf.engine.declare import Accept, fields_of
from hpf.engine.execute.judge import Verdict
from hpf.engine.facts import Draft, Work, WorkKind
from hpf.engine.intake import drafts, works
from hpf.engine.intake.correcting import draft_page
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.engine.intake.submit import submit, waits_for_batch
from hpf.web.hall import own_check
from hpf.web.hall.entry import HallRequest, desk_of, fields_sent, number_sent, say, step
from hpf.web.hall.form import facts_of
from hpf.web.hall.materials import by_material, may_go_on, to_form
from hpf.web.hall.notes import month_notices, months_touched
from hpf.web.hall.present import STEPS, cells_of, columns_of, crumbs, pager, render, totalled, why, yuan
from hpf.web.hall.sitting import refusing
from hpf.web.shapes import Action, Fact, Figure, Look, Notice, Problem, Row, Table, Tone

_TOLD = 20


@refusing
def page(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """Shows what will be submitted; POST submits it, once, however often it is sent."""
    desk = desk_of(request, offer.service)
    if request.method == "POST":
        return _submit(request, offer, desk)
    visit = request.GET.get("visit", "")
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, visit)
    if not may_go_on(desk, draft):
        return to_form(request, offer, draft)
    if works.takes_long(draft):  # 确认 has judged it a moment ago; the executor does so again
        return _show(request, offer, desk, draft, [], readers.latest_work(draft.id, WorkKind.CHECK))
    verdicts = [] if "page" in request.GET else drafts.judge_all(desk, draft.id, visit)
    return _show(request, offer, desk, draft, verdicts)


def _submit(request: HallRequest, offer: Offer, desk: Desk) -> HttpResponseBase:
    sent, visit = fields_sent(request), request.POST.get("visit", "")
    try:
        key = str(uuid.UUID(sent.get("submit_key", "")))
    except ValueError:
        raise SuspiciousOperation("no submission key") from None
    draft = readers.draft(desk.judging.applicant.id, offer.service.code)
    if draft is not None and draft.submit_key == key and readers.draft_totals(draft.id, [])["bad"]:
        say(request, "清册中有不能申报的记录，请更正或删除后再提交", bad=True)
        return HttpResponseRedirect(step(offer, "list", visit=visit, bad="1"))
    case = submit(desk, offer, number_sent(sent.get("draft")) or 0, visit, key)
    return HttpResponseRedirect(reverse("case", args=[case.no]))


def _show(
    request: HallRequest, offer: Offer, desk: Desk, draft: Draft, verdicts: list[Verdict], checked: Work | None = None
) -> HttpResponseBase:
    """`verdicts` of all lines, or none and what a worker found when it `checked` a long list."""
    item, shown = desk.judging.item, totalled(desk.judging.item)
    sums = readers.draft_totals(draft.id, [s.key for s in shown])
    amount = sums[shown[-1].key] if shown else 0
    whole = item.accept is Accept.WHOLE
    why_not = "有不能申报的记录，请返回清册更正" if sums["bad"] else own_check.may_not_make(request.visitor)
    context: dict[str, Any] = {
        "current": offer.service.code,
        "crumbs": crumbs((offer.service.title, step(offer, visit=draft.visit)), "信息确认"),
        "title": offer.service.title,
        "steps": STEPS,
        "hrefs": (step(offer, visit=draft.visit), step(offer, "materials", visit=draft.visit)),
        "problems": _problems(desk, verdicts),
        "notices": [*own_check.before_submitting(request, desk, amount), *_notices(desk, verdicts, checked, whole)],
        "facts": facts_of(request.visitor, desk),
        "when": _when(desk, amount),
        "figures": [
            Figure("人数" if item.accept is Accept.ROWS else "笔数", draft.rows),
            *(Figure(f"{s.label}（元）", yuan(sums[s.key]), key=s is shown[-1]) for s in shown),
        ],
        "table": _table(request, offer, desk, draft, sums),
        "pictures": by_material(
            document_readers.materials_of(MATERIALS_OF, draft.submit_key),
            lambda one: step(offer, "materials/file", visit=draft.visit, id=one.id),
        ),
        "visit": draft.visit,
        "submit_key": draft.submit_key,
        "draft_id": draft.id,
        "expires_at": draft.expires_at,
        "now": desk.at,
        "bad": sums["bad"],
        "back": Action("上一步", step(offer, "materials", visit=draft.visit), "arrow-left"),
        "send": Action(offer.send, look=Look.PRIMARY, icon="check", form="submit", why_not=why_not),
        "list_url": step(offer, "list", visit=draft.visit, bad="1"),
    }  # fmt: skip
    return render(request, "hall/confirm.jinja", context, status=422 if verdicts and sums["bad"] else 200)


def _problems(desk: Desk, verdicts: list[Verdict]) -> list[Problem]:
    """The lines that no longer pass, the first of them in full."""
    named_by = fields_of(desk.judging.item.row)[0].key
    bad = [v for v in verdicts if v.refused]
    found = [
        Problem(r.text, row=f"第 {v.line.no} 行 {v.line.data.get(named_by, '')}", hint=r.hint or r.remedy.label)
        for v in bad[:_TOLD]
        for r in v.refused
    ]
    if len(bad) > _TOLD:
        found.append(Problem(f"另有 {len(bad) - _TOLD} 条记录不能申报，请返回清册查看"))
    return found


def _notices(desk: Desk, verdicts: list[Verdict], checked: Work | None, whole: bool) -> list[Notice]:
    found = month_notices(desk)
    referred, reasons, told = _found_by(desk, verdicts) if checked is None else _found_before(checked)
    if referred:
        days = desk.judging.rules.today.review_workdays(desk.judging.item.code)
        why = "、".join(reasons)
        found.append(Notice(f"{referred:,} 笔须由中心人工核实（{why}），{days} 个工作日内办结，其余记录不受影响。"))
    found += [Notice(text, Tone.WARN) for text in told]
    if checked is not None and checked.ended_at is not None:
        found.append(Notice(f"本清册于 {checked.ended_at:%H:%M} 逐笔核对通过；提交后办理时再次核对。"))
    if whole:
        found.append(Notice("本事项所选记录同时办理：有一笔不能办理时，全部不办理。"))
    return found


def _found_by(desk: Desk, verdicts: list[Verdict]) -> tuple[int, list[str], list[str]]:
    """How many lines a person has to look at, why, and what the item tells of the list."""
    referred = [v.referral for v in verdicts if v.referral is not None]
    tell = desk.judging.item.notices
    ready = tell is not None and verdicts and not any(v.refused for v in verdicts)
    told = list(tell([v.worked for v in verdicts], desk.judging.rules)) if tell is not None and ready else []
    return len(referred), sorted({r.text for r in referred}), told


def _found_before(checked: Work) -> tuple[int, list[str], list[str]]:
    return checked.referred, list(checked.reasons), list(checked.notices)


def _when(desk: Desk, amount_fen: int) -> list[Fact]:
    """预计处理时间 and the two months it will touch."""
    declared, processed = months_touched(desk)
    calendar = desk.judging.rules.book.calendar
    late = waits_for_batch(desk.judging, desk.at)
    expected = calendar.expected_processing(desk.at) if late else "提交后即时处理，一般几秒内完成"
    if desk.judging.item.code in desk.judging.rules.today.items_under_review:
        days = desk.judging.rules.today.review_workdays(desk.judging.item.code)
        due = calendar.add_workdays(desk.at.date(), days)
        expected = f"中心于 {due} 前审核，通过后立即办结"
    if own_check.needs_check(desk, amount_fen):
        return [
            Fact("提交时间", desk.at),
            Fact("预计处理时间", "单位复核通过后申报", hint="受理时间和业务年月以复核通过的时间为准"),
        ]
    return [
        Fact("申报时间", desk.at),
        Fact("预计处理时间", expected, hint="次日按申报时间顺序处理" if late else ""),
        Fact("申报业务年月", declared),
        Fact("处理业务年月", processed, hint="与申报业务年月不同" if processed != declared else ""),
    ]


def _table(request: HallRequest, offer: Offer, desk: Desk, draft: Draft, sums: dict[str, int]) -> Table:
    item = desk.judging.item
    found = draft_page(draft, page=request.GET.get("page", 1))
    rows = [
        Row(
            {"no": row.no, **cells_of(item, desk.judging.rules, row.data, row.worked,
                                      step(offer, "list/reveal", visit=draft.visit, no=row.no))},
            id=str(row.no), tone=Tone.BAD if row.refused else Tone.PLAIN, note=why(row.refused),
        )
        for row in found.items
    ]  # fmt: skip
    return Table(
        "申报清册", columns_of(item), rows, total={s.key: yuan(sums[s.key]) for s in totalled(item)}, count=found.total,
        unit="笔", sorted_by="录入先后", wide=True, id="roster",
        pager=pager(found, {"visit": draft.visit}, "#roster", "笔"),
    )  # fmt: skip
