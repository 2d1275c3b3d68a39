"""What the payment page shows of an order in each of its states (domain-values B2.4)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from hpf.documents.qr import qr_svg
from hpf.dues import readers
from hpf.dues.facts import Due, Order, OrderState, PayChannel, Receipt
from hpf.dues.orders import payment_is_closed
from hpf.engine import readers as engine
from hpf.engine.declare import Source
from hpf.kernel.capitals import in_capitals
from hpf.outside import payments
from hpf.outside.facts import CashierError
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.book import Rules
from hpf.policy.parameters import Bank, DayRules
from hpf.web.hall.entry import step
from hpf.web.hall.listing import choosing_dues, listing_offer
from hpf.web.hall.present import crumbs
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
    Option,
    Row,
    Table,
    Tag,
    Tone,
)

TONES = {
    OrderState.UNPAID: Tone.WARN,
    OrderState.PAID: Tone.GOOD,
    OrderState.FAILED: Tone.BAD,
    OrderState.CANCELLED: Tone.PLAIN,
    OrderState.VOID: Tone.PLAIN,
}
_DUES = (
    Column("code", "业务代码", ColumnKind.CODE),
    Column("kind", "缴存类型"),
    Column("month", "缴存年月", ColumnKind.MONTH),
    Column("people", "人数", ColumnKind.COUNT),
    Column("cash", "结算金额", ColumnKind.MONEY),
    Column("state", "结算状态", ColumnKind.TAG),
    Column("note", "备注"),
)
_RECEIPTS = (
    Column("paid_at", "支付时间", ColumnKind.TIME),
    Column("amount", "到账金额", ColumnKind.MONEY),
    Column("payer", "付款人"),
    Column("account", "付款账号", ColumnKind.CODE),
    Column("outcome", "处理结果", wrap=True),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as somebody of its employer looks at it; `returned` straight from the bank's page."""

    order: Order
    applicant: EmployerAccountFacts
    rules: Rules
    now: datetime
    returned: bool = False

    @property
    def today(self) -> DayRules:
        """The limits and texts of today."""
        return self.rules.at(self.now.date())

    @property
    def why_closed(self) -> str:
        """Why nothing can be paid now: the order's own time, or the hour (HZ-2.8.2.1-44); empty while it can."""
        if self.now >= self.order.expires_at:
            return "订单已超过支付时限：未支付的将自动作废，之后请重新办理送缴结算；已支付的，经支付平台确认后自动入账"
        if payment_is_closed(self.now, self.today):
            return self.today.texts.payment_closed.format(closes=f"{self.today.payment_closes:%H:%M}")
        return ""

    @property
    def deadline(self) -> datetime:
        """By when it has to be paid: the code's time, else the hour at which payment closes, or the order's end."""
        if self.order.channel is PayChannel.QR:
            return self.order.expires_at
        closes = datetime.combine(self.now.date(), self.today.payment_closes, self.now.tzinfo)
        return min(closes, self.order.expires_at)


def context(seen: Seen) -> dict[str, Any]:
    """The page. Asks the cashier for the code of an order that is to be scanned, and nobody otherwise."""
    order = seen.order
    dues, receipts = readers.dues_of_order(order.id), readers.receipts_of_order(order.id)
    unpaid = order.state is OrderState.UNPAID
    code, trouble = _code(seen) if unpaid and order.channel is PayChannel.QR and not _over(seen) else ("", "")
    return {
        "current": _current(),
        "order": order,
        "crumbs": crumbs(*_way(order), f"支付 {order.no}"),
        "tag": Tag(order.state.label, TONES[order.state]),
        "head_actions": _links(order),
        "figures": _figures(seen),
        "facts": _facts(seen),
        "notices": _notices(seen, dues, receipts, trouble),
        "dues": _dues_table(dues, order),
        "receipts": _receipts_table(receipts) if receipts else None,
        "ways": _ways(seen) if unpaid and order.channel is None else (),
        "banks": _banks(seen.today.banks_corporate),
        "why_closed": seen.why_closed,
        "advice": (*seen.today.texts.payment_advice, seen.today.texts.payment_pending) if unpaid else (),
        "events": _events(seen),
        "qr": _picture(code) if code else "",
        "simulated": code if settings.DEMO else "",
        "wallets": "、".join(wallet.text for wallet in seen.today.qr_wallets),
        "again": Action("重新支付" if order.channel else "去支付", icon="wallet", look=Look.PRIMARY, form="choose",
                        why_not=seen.why_closed),
        "cancel": Action("取消支付", reverse("pay-cancel", args=[order.no]), "x", Look.DANGER, why_not=seen.why_closed),
        "deadline": seen.deadline if unpaid and seen.now < seen.deadline else None,
        "now": seen.now,
        **waiting(seen),
    }  # fmt: skip


def waiting(seen: Seen) -> dict[str, Any]:
    """The line that waits for the money and asks every two seconds; nothing once it makes no sense to wait."""
    order = seen.order
    waits = order.state is OrderState.UNPAID and order.channel is not None and not _over(seen)
    text = (
        "正在等待支付结果，到账后本页自动更新"
        if order.channel is PayChannel.QR
        else "付款完成后本页自动更新，也可刷新查看"
    )
    if seen.returned:
        text = "已从银行页面返回，支付结果确认中。已付款的请勿重复支付"
    more = "?returned=1" if seen.returned else ""
    return {"waits": waits, "waiting": text, "poll": reverse("pay-state", args=[order.no]) + more, "now": seen.now}


def cancelling(seen: Seen) -> dict[str, Any]:
    """The question before an order is cancelled."""
    order, here = seen.order, reverse("pay", args=[seen.order.no])
    return {
        "current": _current(),
        "order": order,
        "crumbs": crumbs(*_way(order), (f"支付 {order.no}", here), "取消支付"),
        "facts": [_facts(seen)[0], Fact("订单金额（元）", order.amount), Fact("记录笔数", order.dues)],
        "here": here,
        "why_not": seen.why_closed if order.state is OrderState.UNPAID else f"订单{order.state.label}，不能取消",
    }


def _over(seen: Seen) -> bool:
    return seen.now >= seen.order.expires_at


def _current() -> str:
    return next((offer.service.code for offer in choosing_dues()), "")


def _way(order: Order) -> list[tuple[str, str]]:
    case = None if order.case_id is None else engine.case_by_id(order.case_id)
    return [("我的办件", reverse("cases"))] + ([(case.no, reverse("case", args=[case.no]))] if case else [])


def _links(order: Order) -> list[Action]:
    enquiry = listing_offer(Source.ORDERS)
    return [Action("送缴结算查询", step(enquiry), "list-search")] if enquiry else []


def _figures(seen: Seen) -> tuple[Figure, ...]:
    order = seen.order
    return (
        Figure("订单金额（元）", order.amount, key=True, note=in_capitals(order.amount)),
        Figure("记录笔数", order.dues, "笔"),
        Figure("人数", order.people, "人次"),
        Figure("支付渠道", _channel(seen) or "未选择"),
    )


def _channel(seen: Seen) -> str:
    order = seen.order
    if order.channel is None:
        return ""
    banks = {bank.code: bank.name for bank in seen.today.banks_corporate}
    return f"{order.channel.label} · {banks.get(order.bank, order.bank)}" if order.bank else order.channel.label


def _facts(seen: Seen) -> list[Fact]:
    order, branch = seen.order, seen.today.branch(seen.applicant.branch_code)
    last = Fact("支付完成时间", order.paid_at) if order.paid_at else Fact("付款截止时间", seen.deadline)
    return [
        Fact("订单号", order.no),
        Fact("创建时间", order.created_at),
        last,
        Fact("单位名称", seen.applicant.name),
        Fact("收款单位", seen.today.centre_name),
        Fact("收款账号", order.payee_account, hint=branch.bank),
    ]


def _notices(seen: Seen, dues: Sequence[Due], receipts: Sequence[Receipt], trouble: str) -> list[Notice]:
    order = seen.order
    if order.state is OrderState.PAID:
        return [_paid(order, dues), *_strays(receipts)]
    if order.state is OrderState.UNPAID:
        told = [Notice(seen.why_closed, Tone.WARN)] if seen.why_closed else []
        if trouble:
            told.append(Notice(trouble, Tone.BAD, "付款码暂时无法显示"))
        if order.channel is not None and not seen.why_closed:
            told.append(Notice(f"已选择{_channel(seen)}，不能更换支付渠道；如需更换，请取消支付后重新办理送缴结算"))
        return told
    words = {OrderState.FAILED: "银行未能扣款", OrderState.CANCELLED: "订单已取消", OrderState.VOID: "订单已作废"}
    again = [Action("重新办理送缴结算", step(offer), "refresh") for offer in choosing_dues()]
    text = f"{order.reason or order.state.label}。订单内的缴存记录可重新办理送缴结算，将生成新的订单。"
    tone = Tone.BAD if order.state is OrderState.FAILED else Tone.WARN
    return [Notice(text, tone, words[order.state], again), *_strays(receipts)]


def _paid(order: Order, dues: Sequence[Due]) -> Notice:
    actions = [
        Action("打印缴款凭证", reverse("due-voucher", args=[due.code]), "print") for due in dues[:1] if due.printable
    ]
    enquiry = listing_offer(Source.FUNDS)
    if enquiry:
        actions.append(Action("缴存资金查询", step(enquiry), "coins"))
    text = f"{order.dues} 笔缴存记录已结算成功并记入职工个人账户。请勿重复支付。"
    return Notice(text, Tone.GOOD, f"已收到 {order.amount} 元", actions)


def _strays(receipts: Sequence[Receipt]) -> list[Notice]:
    """Money that came and did not settle this order: where it is (domain-values A5)."""
    return [
        Notice(f"{r.outcome.label}。", Tone.WARN, f"另收到 {r.amount} 元")
        for r in receipts
        if r.outcome.to_purse or r.outcome.is_problem
    ]


def _dues_table(dues: Sequence[Due], order: Order) -> Table:
    settled = {"结算成功": Tone.GOOD, "结算失败": Tone.BAD, "结算中": Tone.INFO}
    rows = [
        Row({"code": due.code, "kind": due.kind, "month": due.month, "people": due.people, "cash": due.cash,
             "state": Tag(due.state.label, settled.get(due.state.label, Tone.PLAIN)), "note": due.note})
        for due in dues
    ]  # fmt: skip
    return Table("订单内的缴存记录", _DUES, rows, total={"people": order.people, "cash": order.amount}, count=len(rows),
                 unit="笔", sorted_by="业务代码")  # fmt: skip


def _receipts_table(receipts: Sequence[Receipt]) -> Table:
    rows = [
        Row({"paid_at": r.paid_at, "amount": r.amount, "payer": f"{r.payer_name} {r.payer_bank}".strip(),
             "account": r.payer_account, "outcome": r.outcome.label})
        for r in receipts
    ]  # fmt: skip
    return Table("到账情况", _RECEIPTS, rows, count=len(rows), unit="笔", sorted_by="到账先后")


def _ways(seen: Seen) -> list[Option]:
    """The three ways, each greyed with its reason where it cannot be taken (HZ-2.8.2.1-16, -27, -44; F-73)."""
    closed, limit = seen.why_closed, seen.today.qr_limit
    is_over = limit is not None and seen.order.amount > limit
    over = seen.today.texts.qr_over_limit.format(limit=limit) if is_over else ""
    life = int(seen.today.qr_order_life.total_seconds() // 60)
    return [
        Option(PayChannel.CORPORATE_BANK.value, "对公网银结算", "跳转至银行页面付款", "bank", closed),
        Option("personalBank", "个人网银结算", "", "user", closed or "暂未开通，请选择其他方式"),
        Option(PayChannel.QR.value, "扫二维码结算", f"支付宝或微信，{life} 分钟内完成", "qr", closed or over),
    ]


def _banks(banks: Sequence[Bank]) -> list[Option]:
    return [Option(bank.code, bank.name) for bank in banks]


def _events(seen: Seen) -> list[Event]:
    """What has happened and what comes next."""
    order = seen.order
    events = [Event("送缴结算已提交，订单已生成", EventState.DONE, order.created_at)]
    if order.channel is not None:
        events.append(Event("已选择支付渠道", EventState.DONE, order.chosen_at, _channel(seen)))
    elif order.state is OrderState.UNPAID:
        events.append(Event("选择支付渠道", EventState.NOW, f"{seen.today.payment_closes:%H:%M} 前"))
    if order.state is OrderState.UNPAID:
        stage = EventState.NOW if order.channel else EventState.NEXT
        events.append(Event("付款", stage, seen.deadline if order.channel else ""))
        return [*events, Event("到账后结算并记入个人账户", EventState.NEXT, "到账即时")]
    if order.state is OrderState.PAID:
        paid = Event("已付款", EventState.DONE, order.paid_at)
        return [*events, paid, Event("已结算并记入个人账户", EventState.DONE, order.closed_at)]
    return [*events, Event(f"订单{order.state.label}", EventState.FAILED, order.closed_at, order.reason)]


def _code(seen: Seen) -> tuple[str, str]:
    """The code's text, or what to say when the cashier does not give it."""
    try:
        return payments.code_of(seen.order, seen.rules, seen.applicant), ""
    except CashierError:
        return "", "支付平台暂时没有响应，请稍后刷新本页；已经支付的请勿重复支付"


def _picture(text: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(text).encode()).decode()
