"""The declaration interface (业务申报界面) of a roster: entry above, 待确认记录 below, workbook in and out (B1.2)."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template

from hpf.engine import readers
from hpf.engine.catalogue import Offer
from hpf.engine.execute.judge import Line, Verdict, judge
from hpf.engine.facts import Draft, DraftRow, ImportReport
from hpf.engine.intake import correcting, drafts, workbooks, works
from hpf.engine.intake.drafts import Desk
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page
from hpf.kernel.refusal import Refused
from hpf.trail.changes import record
from hpf.web.hall import roster_page
from hpf.web.hall.entry import HallRequest, desk_of, fields_sent, number_sent, say, step, take_kept
from hpf.web.hall.own_check import own_case
from hpf.web.hall.present import computed_fields, crumbs, entry_fields, errors_by_field, render
from hpf.web.hall.roster_page import Entry
from hpf.web.hall.roster_work import bad_lines
from hpf.web.hall.sitting import present_draft, refusing

_BAD_SHOWN = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@refusing
def page(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The interface. Without a visit in the address the function is entered anew: imported rows go (HZ-2.4.1-15)."""
    desk, visit = desk_of(request, offer.service), request.GET.get("visit", "")
    overdue, working = _left_over(desk)
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, visit)
    if working and not visit:
        say(request, "上一次的导入或核对还没有完成，已随离开本事项取消；需要的请重新导入", bad=True)
    if overdue:
        minutes = int(desk.judging.rules.today.import_life / timedelta(minutes=1))
        say(request, desk.judging.rules.today.texts.import_expired.format(minutes=minutes), bad=True)
    if not visit:
        return HttpResponseRedirect(step(offer, "list", visit=draft.visit))
    if draft.work_id is not None:
        return HttpResponseRedirect(step(offer, "list/progress", visit=visit))
    editing = _row(draft, request.GET.get("edit"))
    if editing is not None:
        return _show(request, offer, desk, draft, Entry(editing.data, editing.refused, editing.worked, editing))
    return _show(request, offer, desk, draft, Entry(take_kept(request)))


def _left_over(desk: Desk) -> tuple[bool, bool]:
    """Whether imported rows are there whose time is up, and whether a worker is still busy with the list:
    `drafts.enter` is about to drop the ones and, on a fresh entry, to stop the other.
    """
    found = readers.draft(desk.judging.applicant.id, desk.judging.item.code)
    if found is None:
        return False, False
    return found.expires_at is not None and found.expires_at <= desk.at, found.work_id is not None


def _row(draft: Draft, no: str | None) -> DraftRow | None:
    number = number_sent(no)
    return None if number is None else readers.draft_row(draft.id, number)


def _show(
    request: HallRequest, offer: Offer, desk: Desk, draft: Draft, entry: Entry, status: int = 200
) -> HttpResponseBase:
    context = roster_page.context(request.GET, offer, desk, draft, entry, shown=_BAD_SHOWN)
    return render(request, "hall/roster.jinja", context, status=status)


@refusing
def save(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“保存” of a new line or of a changed one; “试算” only computes. A refused line stays in the form with everything
    that is wrong with it.
    """
    _post_only(request)
    desk, data = desk_of(request, offer.service), fields_sent(request)
    draft = present_draft(desk, request.POST.get("visit", ""))
    editing = _row(draft, request.POST.get("no"))
    wrong_fund = _fund_problem(desk, data.pop("fund", None))
    if request.POST.get("do") == "try" or wrong_fund:
        verdict = judge(desk.judging, [Line(0, data)])[0]
        refused = (*wrong_fund, *verdict.refused)
        entry = Entry(data, refused, verdict.stored_worked(), editing)
        return _show(request, offer, desk, draft, entry, status=422 if refused else 200)
    number = number_sent(request.POST.get("no"))
    verdict = _save(desk, draft, data, number, editing)
    if verdict.refused:
        return _show(request, offer, desk, draft, Entry(data, verdict.refused, verdict.stored_worked(), editing), 422)
    name = next(iter(verdict.stored_row().values()), "")
    say(
        request, f"已保存：{name}" + (f"。{verdict.referral.text}，{verdict.referral.hint}" if verdict.referral else "")
    )
    return HttpResponseRedirect(step(offer, "list", visit=draft.visit))


def _save(desk: Desk, draft: Draft, data: dict[str, str], number: int | None, editing: DraftRow | None) -> Verdict:
    if editing is not None and editing.refused:
        return correcting.replace_row(desk, draft.id, draft.visit, editing.no, data)
    return drafts.save_row(desk, draft.id, draft.visit, dict(data), number)


def _fund_problem(desk: Desk, fund: str | None) -> tuple[Refused, ...]:
    """The drop-down offers the fund of the account only; anything else was put there by hand."""
    if fund in (None, desk.judging.applicant.fund.value):
        return ()
    return (correcting.CorrectionRefusals.OTHER_FUND.refuse(fund=desk.judging.applicant.fund.label),)


@refusing
def live(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """What is computed and refused so far, out of band, while a line is typed; saves nothing."""
    _post_only(request)
    desk, data = desk_of(request, offer.service), fields_sent(request)
    data.pop("fund", None)
    item, rules = desk.judging.item, desk.judging.rules
    verdict = judge(desk.judging, [Line(0, data)])[0]
    told = [refused for refused in verdict.refused if refused.code != "required"]
    fields = entry_fields(item, rules, data, errors_by_field(told), fixed="no" in request.POST)
    answer = {"fields": [*fields, *computed_fields(item, verdict.stored_worked())]}
    return HttpResponse(get_template("hall/live.jinja").render(answer, request))


@refusing
def delete(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“删除”: the ticked lines go, and nothing else (HZ-2.4.1-20)."""
    _post_only(request)
    fields_sent(request, several="row")
    desk, visit = desk_of(request, offer.service), request.POST.get("visit", "")
    draft = present_draft(desk, visit)
    ticked = [no for text in request.POST.getlist("row") if (no := number_sent(str(text))) is not None]
    deleted = drafts.delete_rows(desk, draft.id, visit, ticked) if ticked else 0
    say(request, f"已删除 {deleted} 条记录" if deleted else "请先勾选要删除的记录", bad=not deleted)
    return HttpResponseRedirect(step(offer, "list", visit=visit))


@refusing
def confirm(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“确认”: every line is judged afresh and all of them go on, ticked or not."""
    _post_only(request)
    desk, visit = desk_of(request, offer.service), request.POST.get("visit", "")
    draft = present_draft(desk, visit)
    if works.takes_long(draft):
        works.begin_check(desk, draft.id, visit)
        return HttpResponseRedirect(step(offer, "list/progress", visit=visit))
    bad = drafts.confirm(desk, draft.id, visit)
    if bad:
        say(request, bad_lines(len(bad)), bad=True)
        return HttpResponseRedirect(step(offer, "list", visit=visit, bad="1"))
    return HttpResponseRedirect(step(offer, visit=visit) + "#declared")


@refusing
def reveal(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The whole id number of one line; who looked is kept."""
    _post_only(request)
    desk = desk_of(request, offer.service)
    draft = present_draft(desk, request.GET.get("visit", ""))
    row = _row(draft, request.GET.get("no"))
    if row is None:
        raise Http404
    record(desk.actor, desk.at, "id.revealed", "draft", str(draft.id), {"row": row.no})
    return HttpResponse(row.data.get("id_no", ""), content_type="text/plain; charset=utf-8")


# workbooks


@refusing
def template(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“批量业务文本格式导出”: the template to be filled in offline (HZ-2.4.1-09)."""
    desk, out = _importing(request, offer), io.BytesIO()
    workbooks.template(desk.judging, out)
    return _workbook(out, f"{offer.service.title}_{desk.judging.applicant.account_no}.xlsx")


@refusing
def import_workbook(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“导入 excel”: good rows into the list, bad ones into a report, those of a large file by a worker; GET is the
    dialog as a page of its own.
    """
    desk = _importing(request, offer)
    if request.method == "GET":
        draft = present_draft(desk, request.GET.get("visit", ""))
        return _import_page(request, offer, desk, draft, "")
    fields_sent(request)
    visit = request.POST.get("visit", "")
    draft, upload = present_draft(desk, visit), request.FILES.get("workbook")
    if not isinstance(upload, UploadedFile):
        return _import_page(request, offer, desk, draft, "请选择要导入的文件")
    report = works.bring_in(desk, draft.id, visit, upload.name or "", _content(upload))
    if report is None:
        return HttpResponseRedirect(step(offer, "list/progress", visit=visit))
    if report.good and not report.bad:
        say(request, f"已导入 {report.good} 条记录，请在 {_life(desk)} 分钟内提交")
    return HttpResponseRedirect(step(offer, "list", visit=visit, report=report.id))


def _importing(request: HallRequest, offer: Offer) -> Desk:
    """Where rows come in as a workbook; 404 for an item whose rows are typed only (HH-3.4-23)."""
    desk = desk_of(request, offer.service)
    if not desk.judging.item.imports:
        raise Http404
    return desk


def _content(upload: "UploadedFile[bytes]") -> bytes | Path:
    return Path(upload.temporary_file_path()) if isinstance(upload, TemporaryUploadedFile) else upload.read()


def _life(desk: Desk) -> int:
    return int(desk.judging.rules.today.import_life / timedelta(minutes=1))


def _import_page(request: HallRequest, offer: Offer, desk: Desk, draft: Draft, error: str) -> HttpResponseBase:
    back = step(offer, "list", visit=draft.visit)
    context: dict[str, Any] = {
        "current": offer.service.code,
        "crumbs": crumbs((offer.service.title, step(offer)), ("业务申报", back), "导入 excel"),
        "field": roster_page.workbook_field(desk, error),
        "advice": desk.judging.rules.today.texts.import_advice,
        "visit": draft.visit,
        "post": step(offer, "list/import"),
        "back": back,
        "template_url": step(offer, "list/template"),
    }
    return render(request, "hall/import.jinja", context, status=422 if error else 200)


@refusing
def report(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """All rows of the last file that were not taken, with every reason."""
    desk = desk_of(request, offer.service)
    draft = present_draft(desk, request.GET.get("visit", ""))
    found = _latest(draft)
    number = clamp_page(request.GET.get("page", 1), found.bad)
    rows = readers.bad_rows(found.id, (number - 1) * PAGE_SIZE, number * PAGE_SIZE)
    context = roster_page.report_context(offer, desk, draft, found, Page(rows, found.bad, number))
    return render(request, "hall/report.jinja", context)


@refusing
def marked(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“下载错误记录”: the same template with just the bad rows, wrong cells coloured, reasons in the last column."""
    desk, out = desk_of(request, offer.service), io.BytesIO()
    found = _latest(present_draft(desk, request.GET.get("visit", "")))
    workbooks.marked(desk.judging, found.id, out)
    return _workbook(out, f"{offer.service.title}_错误记录.xlsx")


def _latest(draft: Draft) -> ImportReport:
    found = readers.latest_report(draft.id)
    if found is None:
        raise Http404
    return found


def _workbook(out: io.BytesIO, name: str) -> FileResponse:
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=name, content_type=XLSX)


@refusing
def again(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“用失败记录重新申报”, “修改后重新提交”: the failed rows of a case, or all rows and papers of a returned one,
    stand in the list again to be corrected.
    """
    _post_only(request)
    desk = desk_of(request, offer.service)
    case = own_case(request, offer, desk)
    draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, "")
    taken = correcting.take_again(desk, draft.id, draft.visit, case)
    say(request, f"已带入 {taken} 条记录，请更正后重新确认")
    return HttpResponseRedirect(step(offer, "list", visit=draft.visit))


def _post_only(request: HallRequest) -> None:
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
