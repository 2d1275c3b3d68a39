"""接口令牌: what an employer's own programs come in with. Shown once, kept as a hash."""

from typing import Any

from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from hpf.access import readers as access
from hpf.access import tokens
from hpf.access.tokens import Scope, TokenFacts
from hpf.kernel.text import clean
from hpf.outside import changes
from hpf.outside.facts import ConnectionRefused
from hpf.web.hall import once
from hpf.web.hall.entry import HallRequest, at_work, fields_sent, say
from hpf.web.hall.present import crumbs, pager, render
from hpf.web.shapes import Action, Column, ColumnKind, Fact, Field, FieldKind, Look, Problem, Row, Table, Tag, Tone

_COLUMNS = (
    Column("name", "名称", ColumnKind.NAME, pin=True),
    Column("state", "状态", ColumnKind.TAG),
    Column("scopes", "权限", wrap=True),
    Column("by", "签发人"),
    Column("at", "签发时间", ColumnKind.TIME),
    Column("used", "最近使用", ColumnKind.TIME),
    Column("ended", "停用时间", ColumnKind.TIME),
)
_BY_THE_CENTRE = "中心"


@at_work
def page(request: HallRequest) -> HttpResponseBase:
    """The employer's tokens, those that let a program in first."""
    found = tokens.tokens_page(request.centre.code, request.visitor.applicant.employer_id, request.GET.get("page", 1))
    names = access.names([one.user_id for one in found.items if one.user_id is not None])
    issue = Action("签发令牌", reverse("token-issue"), "plus", Look.PRIMARY)
    table = Table(
        "接口令牌", _COLUMNS, [_row(one, names) for one in found.items], count=found.total, unit="个",
        sorted_by="状态和签发时间", empty="还没有签发令牌", empty_action=issue, id="tokens", wide=True,
        pager=pager(found, {}, "#tokens", "个"),
    )  # fmt: skip
    context = {"current": "tokens", "crumbs": crumbs("接口令牌"), "table": table, "issue": issue}
    return render(request, "hall/tokens.jinja", context)


@at_work
@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def issue(request: HallRequest) -> HttpResponseBase:
    """Name and rights of a new token; POST issues it and shows it, this once."""
    if request.method != "POST":
        return _form(request, "", frozenset(), [])
    sent = fields_sent(request)
    name = clean(sent.get("name", ""))
    scopes = frozenset(scope for scope in Scope if sent.get(_field(scope)))
    visitor = request.visitor
    actor, now, employer_id = visitor.actor, request.clock.now(), visitor.applicant.employer_id
    try:
        with once.turn(request) as sent_before:
            if sent_before:
                say(request, "这张表单已经提交过，令牌已签发。令牌只显示一次；没有保存的，请停用后重新签发。", bad=True)
                return HttpResponseRedirect(reverse("tokens"))
            _, secret = changes.issue_token(actor, now, employer_id, name, scopes)
    except ConnectionRefused as refused:
        return _form(request, name, scopes, [Problem(str(refused), "f-name" if scopes else f"f-{_field(min(Scope))}")])
    context = {
        "current": "tokens",
        "crumbs": crumbs(("接口令牌", reverse("tokens")), "令牌已签发"),
        "title": "令牌已签发",
        "told": "只显示这一次，离开本页后无法再看。请立即复制到使用它的系统中，并像密码一样保管；泄露时请停用。",
        "label": f"令牌“{name}”",
        "secret": secret,
        "usage": "调用接口时放在请求头中：Authorization: Bearer 令牌",
        "back": Action("返回令牌列表", reverse("tokens"), "chevron-left"),
    }
    return render(request, "hall/secret.jinja", context)


@at_work
@require_http_methods(["GET", "POST"])
def revoke(request: HallRequest, token_id: int) -> HttpResponseBase:
    """Asks; POST ends the token at once. 404 for another employer's."""
    visitor = request.visitor
    employer_id = visitor.applicant.employer_id
    found = tokens.token(request.centre.code, employer_id, token_id)
    if found is None:
        raise Http404
    if found.revoked_at is not None:
        say(request, f"令牌“{found.name}”已经停用")
        return HttpResponseRedirect(reverse("tokens"))
    if request.method == "POST":
        changes.revoke_token(visitor.actor, request.clock.now(), employer_id, token_id)
        say(request, f"已停用令牌“{found.name}”，使用它的系统不能再调用接口")
        return HttpResponseRedirect(reverse("tokens"))
    cells = _row(found, access.names([found.user_id] if found.user_id is not None else [])).cells
    context = {
        "current": "tokens",
        "crumbs": crumbs(("接口令牌", reverse("tokens")), "停用令牌"),
        "title": "停用令牌",
        "question": f"确定停用令牌“{found.name}”？",
        "told": "停用立即生效且不能恢复：使用这个令牌的系统将不能再提交和查询业务，已提交的办件不受影响。",
        "facts": [Fact(column.label, cells[column.key] or "—") for column in _COLUMNS[:-1]],
        "sure": Action("停用令牌", icon="x", look=Look.DANGER),
        "back": Action("返回", reverse("tokens"), "chevron-left"),
    }
    return render(request, "hall/sure.jinja", context)


def _row(one: TokenFacts, names: dict[int, str]) -> Row:
    ended = one.revoked_at is not None
    cells = {
        "name": one.name,
        "state": Tag("已停用") if ended else Tag("有效", Tone.GOOD),
        "scopes": "、".join(scope.label for scope in Scope if scope in one.scopes),
        "by": _BY_THE_CENTRE if one.user_id is None else names.get(one.user_id, "—"),
        "at": one.created_at,
        "used": one.last_used_at or "从未使用",
        "ended": one.revoked_at,
    }
    revoke_it = Action("停用", reverse("token-revoke", args=[one.id]), look=Look.DANGER)
    return Row(cells, id=str(one.id), actions=() if ended else (revoke_it,))


def _form(request: HallRequest, name: str, scopes: frozenset[Scope], problems: list[Problem]) -> HttpResponseBase:
    context: dict[str, Any] = {
        "current": "tokens",
        "crumbs": crumbs(("接口令牌", reverse("tokens")), "签发令牌"),
        "title": "签发令牌",
        "told": "令牌代表本单位：持有它的系统可按所选权限办理、查询业务。请只选需要的权限，每个系统各用一个令牌。",
        "problems": problems,
        "fields": [
            once.field(request),
            Field("name", "令牌名称", value=name, required=True, maxlength=60, placeholder="如：薪资系统", span=2),
        ],
        "choices": [
            Field(_field(scope), scope.label, FieldKind.CHECK, scope in scopes, help=scope.value, span=2)
            for scope in Scope
        ],
        "legend": "权限",
        "submit": Action("签发", icon="lock", look=Look.PRIMARY),
        "back": Action("返回", reverse("tokens"), "chevron-left"),
    }
    return render(request, "hall/connection.jinja", context, 422 if problems else 200)


def _field(scope: Scope) -> str:
    return scope.name.lower()
