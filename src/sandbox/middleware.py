"""Strict content security on every page, and the outages that the switches can cause."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from sandbox import settings, switches

Handler = Callable[[HttpRequest], HttpResponse]
CASHIER = ("/v3/", "/gateway.do", "/cashier/")
# What stays up in every outage: the ways to end it, and what a tester looks at.
ALWAYS_UP = ("/static/", "/switches/", "/api/", "/clock", "/idle", "/bank/", "/sms/")
GATEWAY = "/sms/v1/"


def content_security(get_response: Handler) -> Handler:
    """No script at all; own styles and pictures; forms lead to ourselves and, after a login, to the centre."""
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {settings.HPF_URL}"
    )

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = policy
        return response

    return respond


def outages(get_response: Handler) -> Handler:
    """503 while the cashier, the portal or the SMS gateway is switched down."""

    def respond(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(GATEWAY) and switches.on("sms_down"):
            return JsonResponse({"code": "SYSTEM_ERROR", "message": "系统维护中"}, status=503)
        if path.startswith(ALWAYS_UP):
            return get_response(request)
        cashier = path.startswith(CASHIER)
        if not switches.on("cashier_down" if cashier else "portal_down"):
            return get_response(request)
        if path.startswith(("/v3/", "/identity/", "/.well-known/")):
            return JsonResponse({"code": "SYSTEM_ERROR", "message": "系统维护中"}, status=503)
        title = "收银台系统维护中" if cashier else "浙江政务服务网系统维护中"
        shown = {"title": title, "text": "请稍后再试。已提交的内容不会丢失。", "tone": "bad"}
        return render(request, "message.html", shown, status=503)

    return respond


def page_context(request: HttpRequest) -> dict[str, object]:
    """What every template knows."""
    return {"hpf_url": settings.HPF_URL, "merchant": settings.CASHIER_MERCHANT_NAME}
