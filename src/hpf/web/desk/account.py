"""A member of staff's own login: recovery codes to write down, the password."""

from typing import Any

from django.contrib import auth, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from hpf.access import changes as logins
from hpf.access import second_factor
from hpf.trail.changes import record
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.login import FRESH_CODES
from hpf.web.desk.permissions import EVERYBODY, TABLE
from hpf.web.shapes import Column, ColumnKind, Fact, Field, FieldKind, Problem, Row, Table, Tag, Tone

_RIGHTS = (
    Column("right", "权限", ColumnKind.NAME),
    Column("kind", "类别", ColumnKind.TAG),
)


@staff(EVERYBODY)
@sensitive_post_parameters("old", "password", "again")
def page(request: DeskRequest) -> HttpResponseBase:
    """账号安全: who I am, what I may, how many recovery codes are left, and another password."""
    problems = _change(request) if request.method == "POST" else []
    if request.method == "POST" and not problems:
        messages.success(request, "密码已修改")
        return HttpResponseRedirect(reverse("desk-account"))
    who = request.staff
    mine = [right for right in TABLE if who.may(right)]
    kinds = {True: Tag("办理", Tone.INFO), False: Tag("查看")}
    context: dict[str, Any] = {
        "crumbs": crumbs("账号安全"),
        "problems": problems,
        "facts": [
            Fact("登录名", request.user.get_username()),
            Fact("姓名", who.name),
            Fact("岗位", "、".join(role.label for role in sorted(who.roles))),
            Fact("剩余恢复码", f"{len(second_factor.recovery_codes(who.user_id))} 个",
                 hint="用完或手机遗失时，请系统管理员重置动态口令"),
        ],
        "rights": Table("我的权限", _RIGHTS, [Row({"right": r.label, "kind": kinds[r.changes]}) for r in mine],
                        count=len(mine), unit="项"),
        "fields": [
            Field("old", "原密码", FieldKind.PASSWORD, required=True),
            Field("password", "新密码", FieldKind.PASSWORD, required=True, help="至少12位",
                  attrs={"autocomplete": "new-password"}),
            Field("again", "再输入一次新密码", FieldKind.PASSWORD, required=True,
                  attrs={"autocomplete": "new-password"}),
        ],
    }  # fmt: skip
    return render(request, "desk/account.jinja", context, current="desk-account", status=422 if problems else 200)


def _change(request: DeskRequest) -> list[Problem]:
    user, sent = request.user, request.POST
    if not isinstance(user, AbstractBaseUser) or not user.check_password(sent.get("old", "")):
        return [Problem("原密码不正确", "f-old")]
    if sent.get("password", "") != sent.get("again", ""):
        return [Problem("两次输入的新密码不一致", "f-again")]
    try:
        logins.choose_password(request.staff.user_id, sent.get("password", ""))
    except logins.StaffRefused as refused:
        return [Problem(str(refused), "f-password")]
    user.refresh_from_db()
    auth.update_session_auth_hash(request, user)
    record(request.staff.actor, request.clock.now(), "password_changed", "login", user.get_username())
    return []


@staff(EVERYBODY)
def codes(request: DeskRequest) -> HttpResponseBase:
    """The recovery codes, once, right after the second factor was set up; POST says that they are written down."""
    if FRESH_CODES not in request.session:
        return HttpResponseRedirect(reverse("desk-account"))
    if request.method == "POST":
        return HttpResponseRedirect(request.session.pop(FRESH_CODES))
    context = {"crumbs": crumbs("恢复码"), "codes": second_factor.recovery_codes(request.staff.user_id)}
    return render(request, "desk/codes.jinja", context, current="desk-account")
