"""Addresses that belong to no centre."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when this process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


handler400 = "hpf.web.errors.bad_request"
handler403 = "hpf.web.errors.denied"
handler404 = "hpf.web.errors.not_found"
handler500 = "hpf.web.errors.failed"

urlpatterns = [
    path("", include("hpf.web.urls")),
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
