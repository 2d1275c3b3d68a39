"""The login of the centre's staff: name and password, at a door of its own with cookies of its own."""

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hpf.access import readers as access
from hpf.access.tenancy import centres
from hpf.web.frame import Frame
from hpf.web.shapes import Field, FieldKind, Problem


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponseBase:
    """The form; with the right name and password on to the desk. It never says which of the two was wrong."""
    back = request.POST.get("next") or request.GET.get("next", "")
    problems: list[Problem] = []
    if request.method == "POST":
        user = auth.authenticate(
            request, username=request.POST.get("username", ""), password=request.POST.get("password", "")
        )
        home = _home_of(int(user.pk)) if user is not None else ""
        if user is not None and home:
            auth.login(request, user)
            return HttpResponseRedirect(back if _is_desk(back) else home)
        problems.append(Problem("用户名或密码错误，或该账号不是中心工作人员", "f-username"))
    context = {
        "frame": Frame(),
        "problems": problems,
        "fields": [
            Field("username", "用户名", value=request.POST.get("username", ""), required=True,
                  attrs={"autocomplete": "username"}),
            Field("password", "密码", FieldKind.PASSWORD, required=True),
        ],
        "next": back if _is_desk(back) else "",
        "demo": settings.DEMO,
    }  # fmt: skip
    text = get_template("desk/login.jinja").render(context, request)
    return HttpResponse(text, status=422 if problems else 200)


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponseBase:
    """Logs out after a POST; GET asks."""
    if request.method == "POST":
        auth.logout(request)
        return HttpResponseRedirect("/desk-login")
    return HttpResponse(get_template("desk/logout.jinja").render({"frame": Frame()}, request))


def _home_of(user_id: int) -> str:
    """The desk of the first centre at which somebody has a role; empty for everybody else."""
    return next((f"/{centre.code}/desk/" for centre in centres() if access.roles(user_id, centre.code)), "")


def _is_desk(back: str) -> bool:
    """Whether an address is a page of a desk of this site."""
    local = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return local and back.split("?", maxsplit=1)[0].strip("/").split("/")[1:2] == ["desk"]
