"""The administrator's page: the centre's logins, their roles, lost passwords and telephones; and who may do what."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.access import changes as logins
from hpf.access import readers as access
from hpf.access import second_factor
from hpf.access.actor import Role
from hpf.access.readers import StaffFacts
from hpf.kernel.text import clean
from hpf.trail.changes import record
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import ADMINISTRATORS, LOGINS, TABLE
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Field,
    Look,
    Notice,
    Problem,
    Row,
    Table,
    Tag,
    Tone,
)

_COLUMNS = (
    Column("username", "登录名", ColumnKind.CODE),
    Column("name", "姓名"),
    Column("roles", "岗位", wrap=True),
    Column("factor", "动态口令", ColumnKind.TAG),
    Column("password", "密码", ColumnKind.TAG),
    Column("last", "最近登录", ColumnKind.TIME),
)
_RIGHTS = (
    Column("right", "权限", ColumnKind.NAME, wrap=True),
    Column("kind", "类别", ColumnKind.TAG),
    *(Column(role.value, role.label) for role in Role),
)


@staff(LOGINS)
def page(request: DeskRequest) -> HttpResponseBase:
    """Everybody of the centre's staff, and the table of rights."""
    return _list(request, [])


@staff(ADMINISTRATORS)
@require_POST
def add(request: DeskRequest) -> HttpResponseBase:
    """A new login; the password to begin with is shown once."""
    username, name = clean(request.POST.get("username", "")), clean(request.POST.get("name", ""))
    roles = _roles_sent(request)
    try:
        user_id, password = logins.add_staff(username, name, request.centre.code, roles)
    except logins.StaffRefused as refused:
        return _list(request, [Problem(str(refused), "f-username")])
    _record(request, "login_added", username, roles=sorted(roles))
    return _one(request, _found(request, user_id), told=_told(username, password))


@staff(LOGINS)
def one(request: DeskRequest, user_id: int) -> HttpResponseBase:
    """One login."""
    return _one(request, _found(request, user_id))


@staff(ADMINISTRATORS)
@require_POST
def change(request: DeskRequest, user_id: int) -> HttpResponseBase:
    """Other roles, a new password to begin with, or a new second factor. Nobody changes their own login here."""
    who, do = _found(request, user_id), request.POST.get("do")
    if who.user_id == request.staff.user_id:
        return _one(request, who, [Problem("不能修改本人的岗位、密码和动态口令，请由另一名系统管理员办理")])
    if do == "roles":
        roles = _roles_sent(request)
        try:
            logins.set_roles(who.user_id, request.centre.code, roles)
        except logins.StaffRefused as refused:
            return _one(request, who, [Problem(str(refused), f"f-{Role.TELLER}")])
        _record(request, "roles_given", who.username, before=sorted(who.roles), after=sorted(roles))
        messages.success(request, f"{who.name}的岗位已修改" if roles else f"{who.name}已停用")
        return HttpResponseRedirect(reverse("desk-staff"))
    if not who.own:
        return _one(request, who, [Problem("该账号由其他中心管理，密码和动态口令请由该中心重置")])
    if do == "password":
        password = logins.give_password(who.user_id)
        _record(request, "password_given", who.username)
        return _one(request, _found(request, user_id), told=_told(who.username, password))
    if do == "factor":
        second_factor.forget(who.user_id)
        _record(request, "second_factor_reset", who.username)
        messages.success(request, f"{who.name}的动态口令已重置，下次登录时重新设置")
        return HttpResponseRedirect(reverse("desk-staff-one", args=[user_id]))
    raise Http404


def _record(request: DeskRequest, verb: str, username: str, **detail: object) -> None:
    record(request.staff.actor, request.clock.now(), verb, "login", username, detail)


def _found(request: DeskRequest, user_id: int) -> StaffFacts:
    """A login of this centre; 404 for any other."""
    for who in access.staff(request.centre.code):
        if who.user_id == user_id:
            return who
    raise Http404


def _roles_sent(request: DeskRequest) -> frozenset[Role]:
    return frozenset(role for role in Role if request.POST.get(role.value))


def _told(username: str, password: str) -> Notice:
    return Notice(
        f"登录名 {username}，初始密码 {password}。请当面告知本人；只显示这一次，首次登录时须修改。",
        Tone.WARN,
        "初始密码",
    )


def _list(request: DeskRequest, problems: list[Problem]) -> HttpResponseBase:
    found, sent = access.staff(request.centre.code), request.POST
    rows = [_row(who) for who in found]
    context: dict[str, Any] = {
        "crumbs": crumbs("工作人员与权限"),
        "problems": problems,
        "table": Table("工作人员", _COLUMNS, rows, count=len(rows), unit="人", sorted_by="登录名"),
        "rights": _rights(),
        "may_change": request.staff.may(ADMINISTRATORS),
        "fields": [
            Field("username", "登录名", value=sent.get("username", ""), required=True, maxlength=30,
                  help="小写字母、数字、点或连字符"),
            Field("name", "姓名", value=sent.get("name", ""), required=True, maxlength=30),
        ],
        "roles": _boxes(_roles_sent(request)),
    }  # fmt: skip
    return render(request, "desk/staff.jinja", context, current="desk-staff", status=422 if problems else 200)


def _boxes(held: frozenset[Role]) -> list[tuple[str, str, bool]]:
    return [(role.value, role.label, role in held) for role in Role]


def _row(who: StaffFacts) -> Row:
    cells = {
        "username": Action(who.username, reverse("desk-staff-one", args=[who.user_id])),
        "name": who.name,
        "roles": "、".join(role.label for role in Role if role in who.roles) or Tag("已停用"),
        "factor": Tag("已设置", Tone.GOOD) if who.second_factor else Tag("未设置", Tone.WARN),
        "password": Tag("初始密码", Tone.WARN) if who.initial_password else Tag("已修改", Tone.GOOD),
        "last": who.last_login,
    }
    return Row(cells, id=str(who.user_id))


def _rights() -> Table:
    """The table of `permissions`, as it is asked by every page."""
    kinds = {True: Tag("办理", Tone.INFO), False: Tag("查看")}
    rows = [
        Row({"right": right.label, "kind": kinds[right.changes],
             **{role.value: "✓" if role in right.roles else "" for role in Role}})
        for right in TABLE
    ]  # fmt: skip
    return Table("岗位权限", _RIGHTS, rows, count=len(rows), unit="项")


def _one(
    request: DeskRequest, who: StaffFacts, problems: "tuple[()] | list[Problem]" = (), told: Notice | None = None
) -> HttpResponseBase:
    own, cells = who.user_id == request.staff.user_id, _row(who).cells
    context: dict[str, Any] = {
        "crumbs": crumbs(("工作人员与权限", reverse("desk-staff")), who.username),
        "who": who,
        "problems": problems,
        "told": told,
        "facts": [Fact(column.label, cells[column.key] or "—") for column in _COLUMNS[1:]],
        "roles": _boxes(_roles_sent(request) if problems else who.roles),
        "may_change": request.staff.may(ADMINISTRATORS) and not own,
        "post": reverse("desk-staff-change", args=[who.user_id]),
        "resets": [
            Action("重置密码", icon="lock", name="do", value="password"),
            Action("重置动态口令", icon="phone", name="do", value="factor", look=Look.DANGER),
        ] if who.own else [],
    }  # fmt: skip
    return render(request, "desk/staff_one.jinja", context, current="desk-staff", status=422 if problems else 200)
