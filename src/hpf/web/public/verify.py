"""凭证核验: whether a paper or a PDF is this centre's and still counts, for anybody, without login (domain 7.2).

No session and no cookie: there is nothing here that another site could have a visitor do. Nothing is stored either.
"""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv6Network, ip_address

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from hpf.documents import verification
from hpf.documents.examine import LIMITS, refusal
from hpf.documents.facts import Confirmed, PdfRefused, TooManyTries, Verdict, is_code, plain_code
from hpf.policy.readers import current_rules
from hpf.web.frame import DemoClock, Frame
from hpf.web.public import words
from hpf.web.shapes import Fact, Field, FieldKind, Notice, Tone

_ENVELOPE = 64 << 10  # what a form puts around a file, at most
_STATUS = {"too-big": 413, "busy": 503}


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """The two ways to verify; with `?code=` the way on to the document's own page."""
    typed = request.GET.get("code")
    if typed is None:
        return _form(request)
    code = plain_code(typed)
    if is_code(code):
        return _private(HttpResponseRedirect(reverse("verify-code", args=[code])))
    return _form(request, 422, typed=typed, code_error=words.of_slip(code))


@require_safe
def by_code(request: HttpRequest, typed: str) -> HttpResponseBase:
    """What the document with this code says and whether it counts: the page behind the QR code."""
    code = plain_code(typed)
    if not is_code(code):
        return _form(request, 404, typed=typed[:40], code_error=words.of_slip(code))
    try:
        found = verification.confirm_code(code, _visitor(request), _now(request))
    except TooManyTries as closed:
        return _closed(request, closed)
    if found is None:
        return _answer(request, words.of_nothing(code), None, 404)
    return _answer(request, words.of_document(found.issued), found)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponseBase:
    """What an uploaded PDF is. Its size is judged before it is read."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("verify"))
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LIMITS.file_bytes + _ENVELOPE:
            raise refusal("too-big")
        upload = request.FILES.get("file")
        if not isinstance(upload, UploadedFile):
            return _form(request, 422, file_error="请选择要核验的 PDF 文件")
        examined = verification.examine_file(upload.read(LIMITS.file_bytes + 1), _visitor(request), _now(request))
    except PdfRefused as refused:
        return _form(request, _STATUS.get(refused.kind, 422), file_error=str(refused))
    except TooManyTries as closed:
        return _closed(request, closed)
    about = [words.of_signature(examined)] if examined.verdict is Verdict.GENUINE else []
    return _answer(request, words.of_upload(examined), examined.document, 200, *about)


def _form(
    request: HttpRequest, status: int = 200, *, typed: str = "", code_error: str = "", file_error: str = "",
    notice: Notice | None = None,
) -> HttpResponse:  # fmt: skip
    code = Field(
        "code", "验证码", value=typed, required=True, error=code_error, maxlength=40, placeholder="如 7KQ4-9MXD-2HTB",
        help="印在凭证左下角二维码旁，12 位；不分大小写，横线可以不输", span=4,
        attrs={"autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip
    upload = Field(
        "file", "PDF 文件", FieldKind.FILE, required=True, error=file_error, accept=".pdf,application/pdf",
        max_bytes=LIMITS.file_bytes, placeholder=f"从网上服务大厅下载的原件，{LIMITS.file_bytes >> 20} MB 以内", span=4,
    )  # fmt: skip
    address = settings.PUBLIC_URL + reverse("verify")
    context = {"code": code, "upload": upload, "notice": notice, "address": address}
    return _shown(request, "public/verify.jinja", context, status)


def _closed(request: HttpRequest, closed: TooManyTries) -> HttpResponse:
    """Nothing was looked up, and the answer is the same whatever was asked."""
    notice = Notice("为防止有人猜测验证码，一段时间内查不到凭证的次数和上传文件的次数有限制。", Tone.WARN, str(closed))
    response = _form(request, 429, notice=notice)
    response["Retry-After"] = str(closed.minutes * 60)
    return response


def _answer(
    request: HttpRequest, outcome: words.Outcome, document: Confirmed | None, status: int = 200, *more: Fact
) -> HttpResponse:
    """The outcome, and what is on the paper; `more` stands with the document's number and state."""
    context = {
        "outcome": outcome,
        "document": document,
        "facts": (*words.facts_of(document), *more) if document else (),
        "parts": words.parts_of(document) if document else (),
        "now": _now(request),
    }
    return _shown(request, "public/verify_result.jinja", context, status)


def _shown(request: HttpRequest, template: str, context: Mapping[str, object], status: int) -> HttpResponse:
    """The page, rendered without the request: so that no token and with it no cookie is made."""
    now = _now(request)
    today = current_rules().at(now.date())
    frame = Frame(
        centre_name=today.centre_name,
        hotline=today.fund_hotline,
        hotline_hours=today.counter_hours,
        home=reverse("verify"),
        demo=DemoClock(now) if settings.DEMO else None,
        now=now,
    )
    return _private(HttpResponse(get_template(template).render({"frame": frame, **context}), status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """For no cache and no search engine, and the code in the address for no other site."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _now(request: HttpRequest) -> datetime:
    now: datetime = request.clock.now()  # type: ignore[attr-defined]  # set by the clock's middleware
    return now


def _visitor(request: HttpRequest) -> str:
    """The address a visitor is counted by: behind our proxy the one it saw; of IPv6 the network, not the machine."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        address = str(request.META.get("HTTP_X_FORWARDED_FOR", address)).rpartition(",")[2].strip()
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((known, 64), strict=False)) if known.version == 6 else address
