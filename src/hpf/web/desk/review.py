"""The reviewer's verbs on a case: findings on rows, the decision, a paper, a whole id number (HH-3.4-10, -14, -17)."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from hpf.documents import readers as documents
from hpf.engine import review
from hpf.engine.intake.correcting import case_row
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.engine.review import ReviewRefused
from hpf.policy.readers import current_rules
from hpf.trail.changes import record
from hpf.web.desk.entry import DeskRequest, staff
from hpf.web.desk.permissions import CASES, REVIEWERS
from hpf.web.desk.review_page import case_under_review, refusal, show
from hpf.web.hall.entry import number_sent

OTHER = "99"
"""The reason that wants words of its own (domain-values A8)."""
_PICTURES = frozenset({"image/jpeg", "image/png"})
_SANDBOX = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"


@staff(CASES)
def page(request: DeskRequest, no: str) -> HttpResponseBase:
    """The case: its rows with the chosen one's data beside the papers."""
    return show(request, case_under_review(no), ())


@staff(REVIEWERS)
@require_POST
def mark(request: DeskRequest, no: str) -> HttpResponseBase:
    """“合格” or “不合格” of one row or the ticked ones; then on to the row behind."""
    case = case_under_review(no)
    numbers = [n for text in request.POST.getlist("row") if (n := number_sent(str(text))) is not None]
    if not numbers:
        return show(request, case, [("请先勾选要标记的记录", "")], status=422)
    good = request.POST.get("do") == "good"
    reason, problems = ("", []) if good else _reason(request)
    if problems:
        return show(request, case, problems, status=422)
    try:
        review.mark_rows(request.staff.actor, request.clock.now(), case.id, [(n, good, reason) for n in numbers])
    except ReviewRefused as refused:
        return refusal(request, no, refused)
    shown = {"row": min(numbers[-1] + 1, case.total), "paper": request.POST.get("paper", "")}
    query = urlencode({key: value for key, value in shown.items() if value})
    return HttpResponseRedirect(f"{reverse('desk-review', args=[no])}?{query}#view")


@staff(REVIEWERS)
@require_POST
def decide(request: DeskRequest, no: str) -> HttpResponseBase:
    """“通过” or “退回” of the whole case. Whoever comes second is told what has happened; what was typed stays."""
    case, now, actor = case_under_review(no), request.clock.now(), request.staff.actor
    try:
        if request.POST.get("do") == "pass":
            review.pass_case(actor, now, case.id)
            messages.success(request, f"{no}审核通过，系统正在办理")
        else:
            reason, problems = _reason(request)
            if problems:
                return show(request, case, problems, status=422)
            review.return_case(actor, now, case.id, reason)
            messages.success(request, f"{no}已退回，原因：{reason}")
    except ReviewRefused as refused:
        return refusal(request, no, refused)
    return HttpResponseRedirect(reverse("desk-reviews"))


def _reason(request: DeskRequest) -> tuple[str, Sequence[tuple[str, str]]]:
    """The reason from the centre's list, with words of one's own; or what is wrong with it."""
    form = request.POST.get("form", "")
    reasons = {one.code: one.text for one in current_rules().at(request.clock.today()).desk_refusal_reasons}
    code, words = request.POST.get("reason", ""), request.POST.get("words", "").strip()
    if code not in reasons and words:
        code = OTHER
    if code not in reasons:
        return "", [("请选择原因，或直接填写", f"{form}-reason")]
    if code == OTHER:
        return (words, []) if words else ("", [("选择“其他”时请填写具体原因", f"{form}-words")])
    return (f"{reasons[code]}：{words}" if words else reasons[code]), []


@staff(CASES)
def paper(request: DeskRequest, no: str, paper_id: int) -> HttpResponseBase:
    """One paper: a picture to look at, anything else to save. It can neither run nor load anything; looks are kept."""
    case = case_under_review(no)
    found = documents.material(MATERIALS_OF, case.submit_key, paper_id)
    if found is None:
        raise Http404
    response = HttpResponse(documents.content_of(found), content_type=found.media_type)
    save = found.media_type not in _PICTURES
    response["Content-Disposition"] = content_disposition_header(save, found.file_name) or "attachment"
    response["Content-Security-Policy"] = _SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    record(request.staff.actor, request.clock.now(), "material.seen", "case", no, {"id": paper_id})
    return response


@staff(CASES)
@require_POST
def reveal(request: DeskRequest, no: str) -> HttpResponseBase:
    """The whole id number of one row; who looked is kept."""
    case, number = case_under_review(no), number_sent(request.GET.get("row"))
    row = case_row(case, number) if number is not None else None
    if row is None:
        raise Http404
    record(request.staff.actor, request.clock.now(), "id.revealed", "case", no, {"row": number})
    return HttpResponse(row.id_no, content_type="text/plain; charset=utf-8")
