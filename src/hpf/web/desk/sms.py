"""短信: what was sent to whom and what became of it; numbers and amounts masked. What failed can be sent once more."""

import re

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hpf.kernel.clock import day_written
from hpf.kernel.names import mask_phone
from hpf.kernel.text import clean
from hpf.notices import changes, listings, readers
from hpf.notices.facts import MOBILE_END, TextKind, TextMessage, TextState
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import RESENDERS, TEXTS
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Figure, Option, Pager, Row, Table, Tag, Tone

_COLUMNS = (
    Column("id", "编号", ColumnKind.CODE),
    Column("kind", "事由"),
    Column("mobile", "移动电话", ColumnKind.CODE),
    Column("text", "内容", wrap=True),
    Column("state", "状态", ColumnKind.TAG),
    Column("reason", "原因"),
    Column("tries", "次数", ColumnKind.COUNT),
    Column("created_at", "生成时间", ColumnKind.TIME, sorted="descending"),
    Column("sent_at", "提交网关时间", ColumnKind.TIME),
    Column("ended_at", "送达或失败时间", ColumnKind.TIME),
)
_TONES = {
    TextState.WAITING: Tone.INFO,
    TextState.SENT: Tone.INFO,
    TextState.DELIVERED: Tone.GOOD,
    TextState.FAILED: Tone.BAD,
    TextState.GIVEN_UP: Tone.WARN,
}


@staff(TEXTS)
def page(request: DeskRequest) -> HttpResponseBase:
    """The messages under conditions, the latest first, above them how many wait or failed."""
    asked = {key: clean(request.GET.get(key, "")) for key in ("q", "state", "kind", "since", "until")}
    if asked["q"] and not _is_end(asked["q"]):
        asked["q"], wrong = "", "请只输入号码的后4位"
    else:
        wrong = ""
    found = listings.texts(
        state=TextState(asked["state"]) if asked["state"] in set(TextState) else None,
        kind=TextKind(asked["kind"]) if asked["kind"] in set(TextKind) else None,
        mobile_end=asked["q"],
        since=day_written(asked["since"]),
        until=day_written(asked["until"]),
        page=request.GET.get("page", 1),
    )
    may_resend = request.staff.may(RESENDERS)
    kept = {key: text for key, text in asked.items() if text}
    table = Table(
        "短信", _COLUMNS, [_row(one, may_resend) for one in found.items], count=found.total, unit="条", wide=True,
        sorted_by="生成时间由近到远", id="texts", empty="没有符合条件的短信",
        pager=Pager(found.number, found.pages, found.total, found.size, "条", kept, "#texts"),
    )  # fmt: skip
    counts = readers.text_counts()
    context = {
        "crumbs": crumbs("短信"),
        "figures": [Figure(state.label, n, "条", _TONES[state] if n else Tone.PLAIN) for state, n in counts.items()],
        "filters": _filters(asked, wrong),
        "table": table,
        "actions": [Action("网关无应答的全部重发", icon="refresh", post=reverse("desk-texts-again"))]
        if may_resend and counts[TextState.GIVEN_UP]
        else [],
    }
    return render(request, "desk/texts.jinja", context, current="desk-texts")


def _row(one: TextMessage, may_resend: bool) -> Row:
    again = one.state.can_be_resent and bool(one.mobile) and may_resend
    cells = {
        "id": str(one.id),
        "kind": one.kind.label,
        "mobile": mask_phone(one.mobile) if one.mobile else "已清除",
        "text": re.sub(r"\d", "*", one.text),
        "state": Tag(one.state.label, _TONES[one.state]),
        "reason": one.reason,
        "tries": one.tries,
        "created_at": one.created_at,
        "sent_at": one.sent_at,
        "ended_at": one.ended_at,
    }
    return Row(cells, actions=[Action("重发", post=reverse("desk-text-again", args=[one.id]))] if again else ())


def _is_end(text: str) -> bool:
    return re.fullmatch(rf"[0-9]{{{MOBILE_END}}}", text) is not None


def _filters(asked: dict[str, str], wrong: str) -> list[Field]:
    everything = Option("", "全部")
    states = [Option(state.value, state.label) for state in TextState]
    kinds = [Option(kind.value, kind.label) for kind in TextKind]
    return [
        Field("q", "移动电话", FieldKind.SEARCH, asked["q"], prefix="q", placeholder="后4位", error=wrong,
              maxlength=MOBILE_END, attrs={"inputmode": "numeric"}),
        Field("kind", "事由", FieldKind.SELECT, asked["kind"], options=[everything, *kinds], prefix="q"),
        Field("state", "状态", FieldKind.SELECT, asked["state"], options=[everything, *states], prefix="q"),
        Field("since", "生成日期起", FieldKind.DATE, asked["since"], prefix="q"),
        Field("until", "生成日期止", FieldKind.DATE, asked["until"], prefix="q"),
    ]  # fmt: skip


@staff(RESENDERS)
@require_POST
def again(request: DeskRequest, text_id: int) -> HttpResponseBase:
    """Sends one message once more that failed."""
    sent = changes.resend(request.staff.actor, request.clock.now(), text_id)
    if sent:
        messages.success(request, f"短信 {text_id} 已重新发送")
    else:
        messages.error(request, f"短信 {text_id} 不能重发：已在发送、已送达或号码已清除")
    return HttpResponseRedirect(reverse("desk-texts"))


@staff(RESENDERS)
@require_POST
def all_again(request: DeskRequest) -> HttpResponseBase:
    """Sends everything once more that the gateway never answered for."""
    sent = changes.resend(request.staff.actor, request.clock.now())
    messages.success(request, f"已重新发送 {sent} 条短信" if sent else "没有需要重发的短信")
    return HttpResponseRedirect(reverse("desk-texts"))
