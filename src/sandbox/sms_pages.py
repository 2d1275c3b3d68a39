"""The SMS gateway's interface for the centre, and the page on which one reads what the telephones received."""

import json
import time

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from sandbox import sms, switches
from sandbox.models import Text, TextReport

MOST_MESSAGES = 1000
PAGE_SIZE = 30


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """`POST /sms/v1/messages {"report_url": …, "messages": [{"id", "to", "text"}]}`: takes each id once."""
    body = request.body.decode()
    if not sms.request_is_senders("POST", request.get_full_path(), body, request.headers.get("Authorization", "")):
        return JsonResponse({"code": "SIGN_ERROR", "message": "签名错误"}, status=401)
    try:
        told = json.loads(body)
        asked = [sms.Asked(str(one["id"]), str(one["to"]), str(one["text"])) for one in told["messages"]]
        report_url = str(told["report_url"])
    except (KeyError, TypeError, ValueError):
        return JsonResponse({"code": "PARAM_ERROR", "message": "参数错误"}, status=400)
    if len(asked) > MOST_MESSAGES:
        return JsonResponse({"code": "TOO_MANY", "message": "条数过多"}, status=413)
    good = [one for one in asked if one.to.isdecimal() and len(one.to) == 11 and one.body]
    taken = sms.take(good, report_url)
    time.sleep(switches.value("sms_slow"))
    results = [
        {"id": one.message_id, "status": "accepted", "gateway_id": taken[one.message_id]}
        if one.message_id in taken
        else {"id": one.message_id, "status": "refused", "reason": "号码格式错误"}
        for one in asked
    ]
    return JsonResponse({"results": results})


@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    """What the telephones received, the latest first; `?number=` is a part of a number, `?text=` of a text."""
    number, text = request.GET.get("number", "").strip(), request.GET.get("text", "").strip()
    found = Text.objects.filter(to__contains=number, body__contains=text).order_by("-id")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "phones.html", {"page": page, "number": number, "text": text})


@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """`GET /api/sms?to=13800000001`: the texts of a number, or all, the oldest first, for tests."""
    to = request.GET.get("to", "")
    found = (Text.objects.filter(to=to) if to else Text.objects.all()).order_by("id")
    texts = list(found.values("pk", "message_id", "to", "body", "delivered", "reason"))
    states = TextReport.objects.filter(text__in=found).order_by("id").values_list("text_id", "state")
    for text in texts:
        text["reports"] = [state for text_id, state in states if text_id == text["pk"]]
    return JsonResponse({"texts": texts})
