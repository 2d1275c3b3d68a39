"""正在导入, 正在核对: the page of a list that a worker is reading in or judging, until it is done or cancelled.

It can be left by closing the window: its address, and every other one of the visit, comes back to it or to the result.
"""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template

from hpf.engine import readers
from hpf.engine.catalogue import Offer
from hpf.engine.facts import Draft, Work, WorkKind, WorkState
from hpf.engine.intake import works
from hpf.engine.intake.drafts import Desk, DraftRefused
from hpf.web.hall.entry import HallRequest, desk_of, fields_sent, say, step
from hpf.web.hall.present import STEPS, crumbs, render
from hpf.web.hall.sitting import present_draft, refusing
from hpf.web.shapes import Action, Fact, Look


@refusing
def page(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """How far the work is; htmx asks for the progress alone, every second. Once it is over: the list, or what follows.

    For htmx a visit that was left elsewhere leads to the page that says so.
    """
    desk, visit = desk_of(request, offer.service), request.GET.get("visit", "")
    try:
        draft = present_draft(desk, visit)
    except DraftRefused:
        if request.htmx:
            return _to(request, step(offer, "list", visit=visit))
        raise
    work = readers.latest_work(draft.id)
    if draft.work_id is None or work is None:
        return _to(request, _afterwards(request, offer, draft, work))
    context = _context(offer, desk, draft, work)
    if request.htmx:
        return HttpResponse(get_template("hall/work.jinja").render(context, request))
    return render(request, "hall/working.jinja", context)


def _to(request: HallRequest, address: str) -> HttpResponseBase:
    if not request.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=200)
    response["HX-Redirect"] = address
    return response


def _afterwards(request: HallRequest, offer: Offer, draft: Draft, work: Work | None) -> str:
    """Where the work leads to: the list with its report, or after a check that found nothing wrong the form."""
    back = step(offer, "list", visit=draft.visit)
    if work is None:
        return back
    if work.kind is WorkKind.IMPORT:
        return step(offer, "list", visit=draft.visit, report=work.report_id)
    if work.state is WorkState.STOPPED:
        say(request, "核对没有完成，请重新确认", bad=True)
        return back
    if work.bad:
        say(request, bad_lines(work.bad), bad=True)
        return step(offer, "list", visit=draft.visit, bad="1")
    return step(offer, visit=draft.visit) + "#declared" if draft.confirmed else back


def bad_lines(count: int) -> str:
    """What is said when lines of the list may not be declared."""
    return f"有 {count:,} 条记录不能申报，请按提示更正或删除后再确认"


def _context(offer: Offer, desk: Desk, draft: Draft, work: Work) -> dict[str, Any]:
    what = f"正在{work.kind.label}"
    here = step(offer, "list/progress", visit=draft.visit)
    facts = [Fact("开始时间", work.begun_at), Fact("可以申报", f"{work.good:,}", hint="行")]
    if work.bad:
        facts.append(Fact("有误", f"{work.bad:,}", hint="行"))
    if work.file_name:
        facts.insert(0, Fact("清册文件", work.file_name))
    return {
        "current": offer.service.code,
        "title": offer.service.title,
        "what": what,
        "crumbs": crumbs((offer.service.title, step(offer, visit=draft.visit)), what),
        "steps": STEPS,
        "work": work,
        "facts": facts,
        "poll": here,
        "visit": draft.visit,
        "stop": step(offer, "list/stop"),
        "cancel": Action(f"取消{work.kind.label}", look=Look.DANGER, icon="x"),
        "again": Action("刷新", here, "refresh"),
    }


@refusing
def stop(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """“取消导入”: the list is as it was before; work that has ended meanwhile is said to have ended."""
    fields_sent(request)
    desk, visit = desk_of(request, offer.service), request.POST.get("visit", "")
    draft = present_draft(desk, visit)
    work = readers.latest_work(draft.id)
    if not works.cancel(desk, draft.id, visit):
        return HttpResponseRedirect(step(offer, "list/progress", visit=visit))
    label = work.kind.label if work is not None else ""
    say(request, f"已取消{label}，清册恢复到{label}以前的样子")
    return HttpResponseRedirect(step(offer, "list", visit=visit))
