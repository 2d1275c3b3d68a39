"""The login of the centre's staff: name and password, then the second factor, at a door with cookies of its own.

Nobody is logged in before both were right: in between the session only knows who has given a password. The first login
sets the second factor up, and a password that the administrator gave is changed.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hpf.access import changes as logins
from hpf.access import readers as access
from hpf.access import second_factor, tries
from hpf.access.actor import Actor
from hpf.access.tenancy import centres, in_centre
from hpf.documents.qr import qr_data
from hpf.kernel.clock import Clock
from hpf.trail.changes import record
from hpf.web.desk.entry import ENTERED
from hpf.web.frame import Frame
from hpf.web.shapes import Field, FieldKind, Problem

FRESH_CODES = "desk_fresh_codes"
"""In the session while recovery codes wait to be written down."""
_PENDING = "desk_pending"
_PENDING_SECONDS = 600
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_WRONG = "用户名或密码错误，或该账号不是中心工作人员"


class DoorRequest(HttpRequest):
    """A request at the desk's door, which belongs to no centre yet."""

    clock: Clock


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who has given the right password: login, centre, where to go, the secret that is being set up."""

    user_id: int
    username: str
    centre: str
    back: str
    secret: str = ""


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def page(request: DoorRequest) -> HttpResponseBase:
    """Name and password; then the second factor. It never says which of the two was wrong."""
    back = request.POST.get("next") or request.GET.get("next", "")
    username = request.POST.get("username", "").strip()
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            tries.count_try(username)
            user = auth.authenticate(request, username=username, password=request.POST.get("password", ""))
            centre = _centre_of(int(user.pk)) if user is not None else ""
            if user is not None and centre:
                tries.give_back(username)
                home = f"/{centre}/desk/"
                _keep(request, Pending(int(user.pk), username, centre, back if _is_desk(back) else home), new=True)
                return HttpResponseRedirect("/desk-login/code")
            problems.append(Problem(_WRONG, "f-username"))
        except tries.TooManyTries as closed:
            problems.append(Problem(str(closed), "f-username"))
    fields = [
        Field("username", "用户名", value=username, required=True, attrs={"autocomplete": "username"}),
        Field("password", "密码", FieldKind.PASSWORD, required=True),
    ]
    shown = {"fields": fields, "next": back if _is_desk(back) else "", "demo": settings.DEMO}
    return _show(request, "desk/login.jinja", problems, shown)


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: DoorRequest) -> HttpResponseBase:
    """The code of the authenticator, or a recovery code; who has none yet sets it up."""
    who = _pending(request)
    if who is None:
        return HttpResponseRedirect("/desk-login")
    if not second_factor.holders([who.user_id]):
        return HttpResponseRedirect("/desk-login/setup")
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            tries.count_try(who.username)
            if second_factor.check(who.user_id, request.POST.get("code", "")):
                return _enter(request, who)
            problems.append(Problem("动态口令不正确或已使用过，请等待下一个口令", "f-code"))
        except tries.TooManyTries as closed:
            problems.append(Problem(str(closed), "f-code"))
    shown = {
        "field": Field("code", "动态口令", FieldKind.CODE, required=True,
                       help="打开手机上的身份验证器，输入6位数字；手机不在身边时输入一个恢复码"),
        "now": second_factor.next_code(who.user_id, second_factor.DEMO_SECRET) if settings.DEMO else "",
    }  # fmt: skip
    return _show(request, "desk/code.jinja", problems, shown)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def set_up(request: DoorRequest) -> HttpResponseBase:
    """The first login: scan the secret, prove it with a code, change the password that was given."""
    who = _pending(request)
    if who is None:
        return HttpResponseRedirect("/desk-login")
    if second_factor.holders([who.user_id]):
        return HttpResponseRedirect("/desk-login/code")
    if not who.secret:
        who = Pending(**{**asdict(who), "secret": second_factor.new_secret()})
        _keep(request, who)
    initial = access.has_initial_password(who.user_id)
    problems = _set_up(request, who, initial) if request.method == "POST" else []
    if request.method == "POST" and not problems:
        _enter(request, who)
        request.session[FRESH_CODES] = who.back
        return HttpResponseRedirect(f"/{who.centre}/desk/account/codes/")
    password = [
        Field("password", "新密码", FieldKind.PASSWORD, required=True, help="至少12位",
              attrs={"autocomplete": "new-password"}),
        Field("again", "再输入一次新密码", FieldKind.PASSWORD, required=True, attrs={"autocomplete": "new-password"}),
    ]  # fmt: skip
    shown = {
        "fields": [
            Field("code", "动态口令", FieldKind.CODE, required=True, help="扫描后输入身份验证器显示的6位数字"),
            *(password if initial else ()),
        ],
        "qr": qr_data(second_factor.address_of(who.secret, who.username, "住房公积金业务后台")),
        "secret": " ".join(who.secret[at : at + 4] for at in range(0, len(who.secret), 4)),
    }
    return _show(request, "desk/setup.jinja", problems, shown)


def _set_up(request: DoorRequest, who: Pending, initial: bool) -> list[Problem]:
    """Everything at once or nothing; what is wrong."""
    password = request.POST.get("password", "")
    if initial and password != request.POST.get("again", ""):
        return [Problem("两次输入的新密码不一致", "f-again")]
    try:
        tries.count_try(who.username)
        logins.begin(who.user_id, who.secret, request.POST.get("code", ""), password if initial else None)
    except tries.TooManyTries as closed:
        return [Problem(str(closed), "f-code")]
    except second_factor.WrongCode:
        return [Problem("动态口令不正确，请核对手机时间后输入最新的口令", "f-code")]
    except logins.StaffRefused as refused:
        return [Problem(str(refused), "f-password")]
    return []


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponseBase:
    """Logs out after a POST; GET asks."""
    if request.method == "POST":
        auth.logout(request)
        return HttpResponseRedirect("/desk-login")
    return HttpResponse(get_template("desk/logout.jinja").render({"frame": Frame()}, request))


def _show(request: HttpRequest, template: str, problems: list[Problem], shown: dict[str, Any]) -> HttpResponse:
    text = get_template(template).render({"frame": Frame(), "problems": problems, **shown}, request)
    return HttpResponse(text, status=422 if problems else 200)


def _keep(request: HttpRequest, who: Pending, *, new: bool = False) -> None:
    if new:
        request.session.flush()
        request.session.set_expiry(_PENDING_SECONDS)
    request.session[_PENDING] = asdict(who)


def _pending(request: HttpRequest) -> Pending | None:
    kept = request.session.get(_PENDING)
    return None if kept is None else Pending(**kept)


def _enter(request: DoorRequest, who: Pending) -> HttpResponseBase:
    """Both were right: a session of the desk, and the trail of the centre knows of it."""
    tries.forget(who.username)
    user = auth.get_user_model().objects.get(pk=who.user_id)
    del request.session[_PENDING]
    auth.login(request, user, backend=_BACKEND)
    request.session.set_expiry(None)
    request.session[ENTERED] = True
    actor = Actor.staff(who.user_id, user.name, access.roles(who.user_id, who.centre))
    with in_centre(who.centre):
        record(actor, request.clock.now(), "logged_in", "login", who.username)
    return HttpResponseRedirect(who.back)


def _centre_of(user_id: int) -> str:
    """The first centre at which somebody has a role; empty for everybody else."""
    return next((centre.code for centre in centres() if access.roles(user_id, centre.code)), "")


def _is_desk(back: str) -> bool:
    """Whether an address is a page of a desk of this site."""
    local = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return local and back.split("?", maxsplit=1)[0].strip("/").split("/")[1:2] == ["desk"]
