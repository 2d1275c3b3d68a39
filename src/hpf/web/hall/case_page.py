"""What the page of a case shows, put together for its template."""

from datetime import datetime, time
from typing import Any

from django.urls import reverse

from hpf.access.actor import Channel
from hpf.documents import readers as document_readers
from hpf.engine import listings, readers
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import FormKind, Group
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseEvent, CaseRow, CaseState, RowState
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.engine.vouchers import can_print
from hpf.kernel.clock import TZ
from hpf.kernel.paging import Page
from hpf.web.frame import MenuItem
from hpf.web.hall import own_check
from hpf.web.hall.entry import HallRequest, step
from hpf.web.hall.materials import by_material
from hpf.web.hall.present import (
    ROW_TONES,
    case_tag,
    cells_of,
    columns_of,
    crumbs,
    is_late,
    pager,
    totalled,
    why,
    yuan,
)
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Event,
    EventState,
    Fact,
    Figure,
    Look,
    Notice,
    Row,
    Table,
    Tag,
    Tone,
)

_COUNTS = {"total": "总笔数", "succeeded": "成功笔数", "failed": "失败笔数", "pending": "待确认笔数"}
_EVENTS = {
    "submitted": "已提交",
    "ask_check": "提交单位复核",
    "checked": "单位复核通过",
    "send_back": "单位复核退回",
    "withdraw": "经办人撤回",
    "postpone": "业务受理",
    "start": "开始处理",
    "await_person": "部分记录转人工处理",
    "ask_review": "等待中心审核",
    "pass": "审核通过",
    "return": "已退回",
    "cancel": "已取消",
    "await_payment": "已生成订单，等待支付",
    "finish": "已办结",
    "fail": "办理失败",
    "expire": "订单已作废",
    "rows_refused": "人工处理：不予办理",
}
_NOTHING_FOLLOWS = (CaseState.FAILED, CaseState.VOID, CaseState.RETURNED, CaseState.CANCELLED)
_RESULT = (
    Column("_state", "处理结果", ColumnKind.TAG),
    Column("_done", "处理时间", ColumnKind.TIME),
    Column("_month", "处理成功业务年月", ColumnKind.MONTH),
    Column("_portion", "批次", ColumnKind.COUNT),
)
"""Columns of the outcome; their keys begin with _ because an item may have a month or a state of its own."""


def context(request: HallRequest, case: Case, judging: Judging, typed: str = "", told: str = "") -> dict[str, Any]:
    """Everything the template draws; a fixed number of queries for any number of rows. `typed` is a reason for
    sending back that could not be taken, `told` why.
    """
    behind = request.GET.get("show", "")
    behind = behind if behind in _COUNTS else "total"
    working = case.state in (CaseState.SUBMITTED, CaseState.IN_PROCESS)
    found = document_readers.materials_of(MATERIALS_OF, case.submit_key)
    order_no = _of_result(case, "order_no") if case.state is CaseState.AWAITING_PAYMENT else ""
    rows = listings.rows_of_case(case, behind, page=request.GET.get("page", 1))
    seen = own_check.waiting(request, case, judging, rows.items)
    return {
        "current": "cases",
        "case": case,
        "working": working,
        "here": request.get_full_path(),
        "crumbs": crumbs(("我的办件", reverse("cases")), case.no),
        "title": judging.item.title,
        "tag": case_tag(case),
        "late": is_late(case),
        "actions": _actions(case, judging, order_no, seen),
        "notices": [*_notices(case, judging), *(own_check.notices(case, judging, seen) if seen else ())],
        "problems": own_check.problems(seen, told) if seen else (),
        "check": own_check.part(request, case, seen, typed, told),
        "figures": _figures(case, judging),
        "facts": _facts(case, judging),
        "events": timeline(readers.timeline(case.id), case, judging, seen.names if seen else ""),
        "tabs": _tabs(case, behind),
        "table": _table(case, judging, behind, rows, seen),
        "again": _again(case, judging),
        "again_label": "修改后重新提交" if case.gives_back else "用失败记录重新申报",
        "failed": reverse("case-failed", args=[case.no]) if case.failed and judging.item.imports else "",
        "pictures": by_material(found, lambda one: f"{reverse('case-material', args=[case.no])}?id={one.id}"),
    }


def _of_result(case: Case, key: str) -> str:
    """What the first row that has it says under `key` of its result: an order, an issued document."""
    rows = listings.rows_of_case(case).items
    return next((str(row.result[key]) for row in rows if row.result.get(key)), "")


def _actions(case: Case, judging: Judging, order_no: str, seen: own_check.Waiting | None) -> list[Action]:
    if order_no:
        return [Action("支付", reverse("pay", args=[order_no]), "wallet", Look.PRIMARY, attrs={"id": "pay"})]
    if seen and seen.may_withdraw:
        return [Action("撤回", post=reverse("case-withdraw", args=[case.no]), look=Look.DANGER)]
    if case.state is CaseState.AWAITING_REVIEW:
        return [Action("取消", post=reverse("case-cancel", args=[case.no]), look=Look.DANGER)]
    if judging.item.form is not FormKind.ROSTER:
        return _ended(case)
    if not can_print(case):
        return []
    address = reverse("case-voucher", args=[case.no])
    return [
        Action("打印业务凭证", f"{address}?as=print", "print"),
        Action("下载业务凭证", f"{address}?as=download", "download"),
    ]


def _ended(case: Case) -> list[Action]:
    """办件结果 of a case that made an order or a document (HZ-2.15.4-06)."""
    order_no, document_no = _of_result(case, "order_no"), _of_result(case, "document_no")
    found = [Action("查看订单", reverse("pay", args=[order_no]), "receipt")] if order_no else []
    if document_no:
        address = reverse("document", args=[document_no])
        found += [Action("打印凭证", address, "print"), Action("下载凭证", f"{address}?as=download", "download")]
    return found


def _again(case: Case, judging: Judging) -> str:
    """Where “用失败记录重新申报” goes; empty when there is nothing to declare again."""
    if not (case.gives_back or (case.failed and judging.item.form is FormKind.ROSTER)):
        return ""
    return step(catalogue().offer(case.item_code), "list/again", case=case.no)


def _notices(case: Case, judging: Judging) -> list[Notice]:
    texts = judging.rules.today.texts
    found = []
    if case.state is CaseState.QUEUED:
        cutoff = judging.rules.today.daily_cutoff or time(0)
        found.append(Notice(texts.after_daily_cutoff.format(cutoff=f"{cutoff:%H:%M}"), Tone.LATE))
    if case.crossed_month:
        told = texts.crossing_months.format(declared=case.declared_month, processed=case.processed_month)
        found.append(Notice(told, Tone.WARN))
    if case.state is CaseState.RETURNED:
        by = "已被中心退回" if case.is_declared else f"已由本单位复核人{case.result.get('returned_by', '')}退回"
        found.append(Notice(f"退回原因：{case.result.get('return_reason', '')}", Tone.BAD, by))
    if case.state.is_final and case.failed:
        found.append(
            Notice(f"{case.failed} 笔未能办理，原因见下方清册；更正后可重新申报，已成功的记录不受影响。", Tone.WARN)
        )
    return found


def _figures(case: Case, judging: Judging) -> list[Figure]:
    """The four counts (HZ-2.4.2-04); each opens the rows behind it (HZ-2.4.2-05)."""
    tones = {"succeeded": Tone.GOOD, "failed": Tone.BAD if case.failed else Tone.PLAIN}
    counts = [
        Figure(label, Action(f"{getattr(case, key):,}", f"?show={key}#rows"), "笔", tones.get(key, Tone.PLAIN))
        for key, label in _COUNTS.items()
    ]
    shown = totalled(judging.item)
    money = (
        [Figure(f"{shown[-1].label.removeprefix('合计')}合计（元）", yuan(case.amount_fen), key=True)] if shown else []
    )
    return [*counts, *money]


def _facts(case: Case, judging: Judging) -> list[Fact]:
    return [
        Fact("业务流水号", case.no),
        Fact("单位名称", judging.applicant.name),
        Fact("单位住房公积金账号", judging.applicant.account_no),
        Fact("资金性质", judging.applicant.fund),
        *_declared(case),
        Fact("处理完成时间", case.processed_at if case.state.is_final else "—"),
        Fact("处理成功业务年月", case.processed_month or "—"),
        Fact("办理渠道", Channel(case.channel).label),
        Fact("经办人", case.declared_by),
        *([Fact("复核人", case.checked_by or "—")] if case.needs_check else ()),
    ]


def _declared(case: Case) -> list[Fact]:
    if not case.is_declared:
        return [Fact("提交单位复核时间", case.declared_at), Fact("申报时间", "—", hint="复核通过后申报")]
    return [Fact("申报时间", case.declared_at), Fact("申报业务年月", case.declared_month)]


def timeline(happened: list[CaseEvent], case: Case, judging: Judging, checkers: str = "") -> list[Event]:
    """What happened, then what happens next and when, from the calendar; `checkers` are the names of who may check."""
    failed = ("fail", "expire", "rows_refused", "return", "cancel", "send_back", "withdraw")
    done = [
        Event(_EVENTS.get(e.event, e.event), EventState.FAILED if e.event in failed else EventState.DONE, e.at,
              e.note or (f"经办人 {e.actor}" if e.event == "submitted" else ""))
        for e in happened if e.event in _EVENTS and (e.event != "start" or case.state is not CaseState.IN_PROCESS)
    ]  # fmt: skip
    if case.state is CaseState.AWAITING_CHECK:
        return [*done, Event("单位复核", EventState.NOW, "", f"可复核：{checkers or '暂无'}；通过后才向中心申报")]
    return [*done, *_next(case, judging)]


def _next(case: Case, judging: Judging) -> list[Event]:
    calendar, today = judging.rules.book.calendar, judging.rules.today
    own: list[Event] = []
    if case.state in (CaseState.SUBMITTED, CaseState.IN_PROCESS):
        own.append(Event("系统处理", EventState.NOW, "", "可以离开本页，稍后回来查看结果"))
    elif case.state is CaseState.QUEUED:
        own.append(
            Event("次日批处理", EventState.NEXT, calendar.expected_processing(case.declared_at), "按申报时间顺序处理")
        )
    elif case.state is CaseState.WITH_PERSON:
        days = today.review_workdays(case.item_code)
        due = calendar.add_workdays(case.declared_at.date(), days)
        own.append(Event("中心人工核实", EventState.NOW, f"{due} 前办结", f"{case.referred} 笔，{days} 个工作日内"))
    elif case.state is CaseState.AWAITING_REVIEW:
        own.append(Event("中心审核", EventState.NOW, f"{case.due_on} 前办结", "审核通过后立即自动办结"))
    elif case.state is CaseState.AWAITING_PAYMENT:
        own.append(Event("支付", EventState.NOW, "", "支付成功后自动结算、入账"))
    month = case.processed_month or judging.rules.month
    if judging.item.group is not Group.ACCOUNT or case.state in _NOTHING_FOLLOWS or not calendar.makes_dues(month):
        return own
    made = datetime.combine(calendar.due_made_on(month), today.due_made_hour, TZ)
    first, last = calendar.first_collection_day(month), calendar.last_collection_day(month)
    return [
        *own,
        Event(f"生成 {month} 月应缴", EventState.NEXT, made, "次日可在缴存资金查询中查看"),
        Event(today.texts.deposit_method(judging.applicant.method.value), EventState.NEXT, f"{first} 至 {last}", ""),
    ]


def _tabs(case: Case, behind: str) -> list[MenuItem]:
    return [
        MenuItem(label, f"?show={key}#rows", current=key == behind, count=getattr(case, key))
        for key, label in _COUNTS.items()
    ]


def _table(case: Case, judging: Judging, behind: str, found: Page[CaseRow], seen: own_check.Waiting | None) -> Table:
    columns = columns_of(judging.item)
    extra = [Column("customer_no", "个人客户号", ColumnKind.CODE)] if judging.item.group is Group.ACCOUNT else []
    rows = [_row(case, judging, row, seen) for row in found.items]
    return Table(
        _COUNTS[behind], [columns[0], columns[1], _RESULT[0], *columns[2:], *extra, *_RESULT[1:]], rows,
        count=found.total, unit="笔", sorted_by="序号", empty="没有这样的记录", wide=True, id="rows",
        pager=pager(found, {"show": behind}, "#rows", "笔"),
    )  # fmt: skip


def _row(case: Case, judging: Judging, row: CaseRow, seen: own_check.Waiting | None) -> Row:
    worked, against = own_check.row_as_judged(seen, row)
    reveal = f"{reverse('case-reveal', args=[case.no])}?row={row.row_no}"
    returned = case.result.get("rows", {}).get(str(row.row_no), "") if case.state is CaseState.RETURNED else ""
    cells = {
        "no": row.row_no,
        **cells_of(judging.item, judging.rules, row.data, worked, reveal),
        "customer_no": row.result.get("customer_no", ""),
        "_state": Tag(row.state.label, ROW_TONES[row.state]),
        "_done": row.processed_at,
        "_month": row.processed_month,
        "_portion": row.portion,
    }
    return Row(
        cells,
        tone=Tone.BAD if row.state is RowState.FAILED or returned or against else Tone.PLAIN,
        note=why(row.refused) or returned or against,
    )
