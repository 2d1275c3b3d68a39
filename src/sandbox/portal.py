"""The government portal: home with its list of items, and the account login of legal persons."""

from itertools import groupby

from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sandbox import settings
from sandbox.world import world


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Who is logged in; city and department to choose; the department's items with “在线办理” links into its hall."""
    chosen = next((one for one in world().portals if one.centre == request.GET.get("centre")), world().portals[0])
    offered = [item for item in world().items if item.centre == chosen.centre]
    groups = [
        (group, [(item, f"{settings.HPF_URL}/{chosen.centre}/items/{item.code}/") for item in items])
        for group, items in groupby(offered, key=lambda item: item.group)
    ]
    shown = {"groups": groups, "handler": _handler(request), "portals": world().portals, "chosen": chosen}
    return render(request, "portal/home.html", shown)


@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Account login of a legal person; goes on to `next`, which is always a page of the portal itself."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    form = AuthenticationForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(target)
    shown = {
        "failed": request.method == "POST",
        "typed": request.POST.get("username", ""),
        "next": target,
        "portals": world().portals,
        "handlers": world().handlers.values(),
        "password": world().password,
    }
    return render(request, "portal/login.html", shown, status=422 if shown["failed"] else 200)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the portal's session."""
    logout(request)
    return redirect("/")


def _handler(request: HttpRequest) -> object:
    return world().handlers.get(request.user.get_username()) if request.user.is_authenticated else None
