"""推送地址: where an employer's own system is told of its cases and dues, what it was told, and what became of that."""

import json
import secrets
import uuid
from typing import Any

from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from hpf.outside import changes, listings
from hpf.outside.facts import ConnectionRefused, HookFacts, MessageFacts, MessageKind, MessageState
from hpf.web.hall import once
from hpf.web.hall.entry import HallRequest, at_work, fields_sent, say
from hpf.web.hall.present import crumbs, pager, render
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Field,
    FieldKind,
    Look,
    Option,
    Problem,
    Row,
    Table,
    Tag,
    Tone,
)

_COLUMNS = (
    Column("url", "推送地址", ColumnKind.NAME, wrap=True),
    Column("kinds", "消息", wrap=True),
    Column("since", "登记时间", ColumnKind.TIME),
)
_MESSAGES = (
    Column("at", "发生时间", ColumnKind.TIME),
    Column("kind", "消息"),
    Column("about", "内容", ColumnKind.NAME),
    Column("state", "状态", ColumnKind.TAG),
    Column("tries", "已推送次数", ColumnKind.COUNT),
    Column("why", "最近一次的结果", wrap=True),
    Column("done", "送达或停止时间", ColumnKind.TIME),
    Column("id", "消息编号", ColumnKind.CODE),
)
_TONES = {
    MessageState.WAITING: Tone.INFO,
    MessageState.DELIVERED: Tone.GOOD,
    MessageState.GIVEN_UP: Tone.BAD,
}
_REASONS = {
    "ConnectTimeout": "对方没有应答（连接超时）",
    "ReadTimeout": "对方没有应答（读取超时）",
    "ConnectionError": "无法连接对方",
    "SSLError": "对方的 HTTPS 证书校验失败",
    "the name is not known": "地址中的域名无法解析",
}
"""Why a try failed, as `outside.webhooks` says it, in the words of the screen."""


@at_work
def page(request: HallRequest) -> HttpResponseBase:
    """The addresses that are told."""
    hooks = listings.hooks_of(request.visitor.applicant.employer_id)
    add = Action("登记推送地址", reverse("receiver-add"), "plus", Look.PRIMARY)
    table = Table(
        "推送地址", _COLUMNS, [_row(hook) for hook in hooks], count=len(hooks), unit="个", sorted_by="登记先后",
        empty="还没有登记推送地址", empty_action=add,
    )  # fmt: skip
    context = {"current": "receivers", "crumbs": crumbs("推送地址"), "table": table, "add": add}
    return render(request, "hall/receivers.jinja", context)


@at_work
@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def add(request: HallRequest) -> HttpResponseBase:
    """A new address, judged as the API judges it; POST shows the key that its messages are signed with, this once."""
    if request.method != "POST":
        return _form(request, "", frozenset(MessageKind), [])
    sent, visitor = fields_sent(request), request.visitor
    url, kinds = sent.get("url", "").strip(), frozenset(kind for kind in MessageKind if sent.get(_field(kind)))
    secret = secrets.token_urlsafe(32)
    try:
        with once.turn(request) as sent_before:
            if sent_before:
                say(request, "这张表单已经提交过，地址已登记。签名密钥只显示一次；没有保存的，请停止推送后重新登记。",
                    bad=True)  # fmt: skip
                return HttpResponseRedirect(reverse("receivers"))
            changes.add_hook(visitor.actor, request.clock.now(), visitor.applicant.employer_id, url, secret, kinds)
    except ConnectionRefused as refused:
        return _form(request, url, kinds, [Problem(str(refused), "f-url" if kinds else "f-case_moved")])
    context = {
        "current": "receivers",
        "crumbs": crumbs(("推送地址", reverse("receivers")), "地址已登记"),
        "title": "推送地址已登记",
        "told": "签名密钥只显示这一次，离开本页后无法再看。请立即复制到接收消息的系统中，用它核对每条消息的签名。",
        "label": f"签名密钥（{url}）",
        "secret": secret,
        "usage": "签名在请求头 HPF-Signature 中，核对方法见接口文档。",
        "back": Action("返回推送地址", reverse("receivers"), "chevron-left"),
    }
    return render(request, "hall/secret.jinja", context)


@at_work
def one(request: HallRequest, hook_id: uuid.UUID) -> HttpResponseBase:
    """The messages of one address, the newest first."""
    hook = _own(request, hook_id)
    asked = request.GET.get("state", "")
    state = MessageState(asked) if asked in set(MessageState) else None
    found = listings.messages_page(hook, state=state, page=request.GET.get("page", 1))
    table = Table(
        "推送的消息", _MESSAGES, [_message_row(hook, message) for message in found.items], count=found.total, unit="条",
        sorted_by="发生时间由近到远", empty="没有符合条件的消息", id="messages", wide=True,
        pager=pager(found, {"state": asked if state else ""}, "#messages", "条"),
    )  # fmt: skip
    states = [Option("", "全部"), *(Option(each.value, each.label) for each in MessageState)]
    context = {
        "current": "receivers",
        "crumbs": crumbs(("推送地址", reverse("receivers")), "推送的消息"),
        "facts": [
            Fact("推送地址", hook.url, wide=True),
            Fact("消息", _kinds(hook)),
            Fact("登记时间", hook.since_at, hint="此前发生的不推送"),
        ],
        "end": Action("停止推送", reverse("receiver-end", args=[hook.id]), "x", Look.DANGER),
        "filters": [Field("state", "状态", FieldKind.SELECT, asked, options=states, prefix="q")],
        "table": table,
    }
    return render(request, "hall/receiver.jinja", context)


@at_work
@require_POST
def again(request: HallRequest, hook_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponseBase:
    """“再次发送”: pushes a message now, under the same number, so that a receiver who has it knows it again."""
    visitor = request.visitor
    sent = changes.send_again(visitor.actor, request.clock.now(), visitor.applicant.employer_id, hook_id, message_id)
    if not sent:
        raise Http404
    say(request, "已重新排入推送，稍后刷新本页查看结果")
    return HttpResponseRedirect(reverse("receiver", args=[hook_id]))


@at_work
@require_http_methods(["GET", "POST"])
def end(request: HallRequest, hook_id: uuid.UUID) -> HttpResponseBase:
    """Asks; POST ends it: nothing more is pushed there."""
    hook, visitor = _own(request, hook_id), request.visitor
    if request.method == "POST":
        changes.end_hook(visitor.actor, request.clock.now(), hook.employer_id, hook.id)
        say(request, f"已停止向 {hook.url} 推送")
        return HttpResponseRedirect(reverse("receivers"))
    context = {
        "current": "receivers",
        "crumbs": crumbs(("推送地址", reverse("receivers")), "停止推送"),
        "title": "停止推送",
        "question": "确定停止向这个地址推送？",
        "told": "尚未送达的消息也不再推送，以往的推送情况不能再查看。需要时可重新登记，重新登记以前发生的不补发。",
        "facts": [Fact("推送地址", hook.url, wide=True), Fact("消息", _kinds(hook)), Fact("登记时间", hook.since_at)],
        "sure": Action("停止推送", icon="x", look=Look.DANGER),
        "back": Action("返回", reverse("receiver", args=[hook.id]), "chevron-left"),
    }
    return render(request, "hall/sure.jinja", context)


def _own(request: HallRequest, hook_id: uuid.UUID) -> HookFacts:
    hook = listings.hook(request.visitor.applicant.employer_id, hook_id)
    if hook is None:
        raise Http404
    return hook


def _kinds(hook: HookFacts) -> str:
    return "、".join(kind.label for kind in hook.kinds)


def _field(kind: MessageKind) -> str:
    return kind.name.lower()


def _row(hook: HookFacts) -> Row:
    address = reverse("receiver", args=[hook.id])
    end_it = Action("停止推送", reverse("receiver-end", args=[hook.id]), look=Look.DANGER)
    cells = {"url": Action(hook.url, address), "kinds": _kinds(hook), "since": hook.since_at}
    return Row(cells, actions=(Action("推送情况", address), end_it))


def _message_row(hook: HookFacts, one: MessageFacts) -> Row:
    cells = {
        "at": one.at,
        "kind": one.kind.label,
        "about": _about(one),
        "state": Tag(one.state.label, _TONES[one.state]),
        "tries": one.tries,
        "why": _why(one),
        "done": one.delivered_at or one.given_up_at,
        "id": str(one.id),
    }
    resend = Action("再次发送", post=reverse("message-again", args=[hook.id, one.id]))
    return Row(cells, id=str(one.id), actions=(resend,))


def _about(one: MessageFacts) -> object:
    """What the message tells of, from its own body: the case as it stood, or the month's due."""
    body = json.loads(one.body)
    if case := body.get("case"):
        return Action(f"{case['no']} {case['state_label']}", reverse("case", args=[case["no"]]))
    due = body["due"]
    return f"{due['month']} 应缴 {due['code']}"


def _why(one: MessageFacts) -> str:
    if one.reason:
        if one.status is not None:
            return f"对方返回 HTTP {one.status}"
        return _REASONS.get(one.reason, one.reason)
    return f"已接收（HTTP {one.status}）" if one.status is not None else ""


def _form(request: HallRequest, url: str, kinds: frozenset[MessageKind], problems: list[Problem]) -> HttpResponseBase:
    context: dict[str, Any] = {
        "current": "receivers",
        "crumbs": crumbs(("推送地址", reverse("receivers")), "登记推送地址"),
        "title": "登记推送地址",
        "told": "自登记起，本单位办件的变化和生成的应缴以签名的 POST 请求推送到该地址；没有收下的在两天内多次重试。",
        "problems": problems,
        "fields": [
            once.field(request),
            Field("url", "地址", value=url, required=True, maxlength=500, placeholder="https://hr.example.com/hpf",
                  help="须为公网上的 https 地址", span=4, attrs={"inputmode": "url", "spellcheck": "false"}),
        ],
        "choices": [Field(_field(kind), kind.label, FieldKind.CHECK, kind in kinds, help=kind.value, span=2)
                    for kind in MessageKind],
        "legend": "推送哪些消息",
        "submit": Action("登记", icon="check", look=Look.PRIMARY),
        "back": Action("返回", reverse("receivers"), "chevron-left"),
    }  # fmt: skip
    return render(request, "hall/connection.jinja", context, 422 if problems else 200)
