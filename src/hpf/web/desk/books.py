"""Money at the desk: receipts that nobody could place, and whether the books agree with themselves."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse

from hpf.dues import audit, listings, readers
from hpf.dues.facts import Outcome
from hpf.ledger import readers as ledger
from hpf.parties import readers as parties
from hpf.policy.readers import current_rules
from hpf.web.desk.entry import DeskRequest, crumbs, render, staff
from hpf.web.desk.permissions import BOOKS
from hpf.web.shapes import Action, Column, ColumnKind, Figure, Pager, Row, Table, Tag, Tone

CHECKS = {
    "debits equal credits": "借贷平衡",
    "personal balances make account 201": "个人账户余额之和等于住房公积金科目余额",
    "movements make each balance": "个人明细之和等于个人账户余额",
    "movements make each voucher": "个人明细之和等于记账凭证金额",
    "purses make account 219": "单位往来余额之和等于缴存往来科目余额",
    "nothing is negative": "没有负余额",
    "nothing is posted twice": "没有重复入账",
    "a due is the sum of its lines": "应缴金额等于明细之和",
    "what is settled is posted": "已结算的均已入账",
    "a due stands as its settlements say": "应缴状态与结算一致",
    "an order is the sum of its settlements": "订单金额等于所含结算之和",
    "an order stands as its settlements say": "订单状态与结算一致",
    "every receipt is booked": "到账流水均已入账",
    "a paid order was paid once and in full": "已支付订单均一次足额付清",
}
"""The identities of `hpf audit` in the words of the desk."""
_RECEIPTS = (
    Column("received_at", "到账时间", ColumnKind.TIME),
    Column("transaction_id", "交易流水号", ColumnKind.CODE),
    Column("order_no", "订单号", ColumnKind.CODE),
    Column("employer", "单位名称", ColumnKind.NAME),
    Column("amount", "金额", ColumnKind.MONEY),
    Column("payer", "付款人"),
    Column("payer_account", "付款账号", ColumnKind.CODE),
    Column("payee_account", "收款账号", ColumnKind.CODE),
    Column("outcome", "情况", ColumnKind.TAG),
    Column("where", "款项现在", wrap=True),
)
_CHECKS = (
    Column("no", "序号", ColumnKind.NUMBER),
    Column("name", "核对内容", ColumnKind.NAME),
    Column("result", "结果", ColumnKind.TAG),
    Column("told", "差异", wrap=True),
)
_MONTHS = (
    Column("month", "业务年月", ColumnKind.MONTH),
    Column("dues", "应缴单位数", ColumnKind.COUNT),
    Column("people", "人数", ColumnKind.COUNT),
    Column("amount", "应缴金额", ColumnKind.MONEY),
    Column("credited", "已入账单位数", ColumnKind.COUNT),
    Column("share", "入账率", ColumnKind.RATE),
)
_TRIAL = (
    Column("account", "科目", ColumnKind.NAME),
    Column("debit", "借方发生额", ColumnKind.MONEY),
    Column("credit", "贷方发生额", ColumnKind.MONEY),
    Column("balance", "余额", ColumnKind.MONEY),
)
_MONTHS_SHOWN = 6


@staff(BOOKS)
def receipts(request: DeskRequest) -> HttpResponseBase:
    """Money of a wrong amount, or for an order that is not ours: where it is, and whose it may be."""
    asked = request.GET.get("page", "1")
    found = listings.receipts_with_problem(number=max(1, int(asked)) if asked.isdecimal() else 1)
    ids = [one.employer_account_id for one in found.items if one.employer_account_id is not None]
    names = {one.id: one.name for one in parties.employer_accounts(ids)}
    rows = [
        Row(
            {
                "received_at": one.received_at, "transaction_id": one.transaction_id, "order_no": one.order_no,
                "employer": names.get(one.employer_account_id or 0, "未知"), "amount": one.amount,
                "payer": f"{one.payer_name} {one.payer_bank}".strip(), "payer_account": one.payer_account,
                "payee_account": one.payee_account,
                "outcome": Tag("订单不存在" if one.outcome is Outcome.UNKNOWN_ORDER else "金额不符", Tone.WARN),
                "where": "暂收款" if one.outcome is Outcome.UNKNOWN_ORDER else "单位预缴资金",
            }
        )
        for one in found.items
    ]  # fmt: skip
    table = Table(
        "未落实到账", _RECEIPTS, rows, total=found.totals, count=found.total, unit="笔", sorted_by="到账时间由近到远",
        empty="没有未落实的到账", wide=True, id="receipts",
        pager=Pager(found.number, found.pages, found.total, found.size, "笔", {}, "#receipts"),
    )  # fmt: skip
    context = {"crumbs": crumbs("未落实到账"), "table": table}
    return render(request, "desk/receipts.jinja", context, current="desk-receipts")


@staff(BOOKS)
def books(request: DeskRequest) -> HttpResponseBase:
    """The months and the trial balance at a glance; with `?check=1` every identity of the books is checked now."""
    checked = request.GET.get("check") == "1"
    found = audit.run_all() if checked else {}
    wrong = sum(bool(told) for told in found.values())
    context: dict[str, Any] = {
        "crumbs": crumbs("账务核对"),
        "check": Action("立即核对" if not checked else "重新核对", f"{reverse('desk-books')}?check=1", "check-circle"),
        "checked": checked,
        "figures": (
            Figure("核对项目", len(found), "项"),
            Figure("不一致", wrong, "项", Tone.BAD if wrong else Tone.GOOD, key=True),
            Figure("核对时间", request.clock.now()),
        ),
        "checks": _checks_table(found),
        "months": _months_table(request),
        "trial": _trial_table(),
    }
    return render(request, "desk/books.jinja", context, current="desk-books")


def _checks_table(found: dict[str, list[str]]) -> Table:
    rows = [
        Row(
            {"no": no, "name": CHECKS.get(name, name), "told": "；".join(told),
             "result": Tag("不一致", Tone.BAD) if told else Tag("一致", Tone.GOOD)},
            tone=Tone.BAD if told else Tone.PLAIN,
        )
        for no, (name, told) in enumerate(found.items(), 1)
    ]  # fmt: skip
    return Table("核对结果", _CHECKS, rows, count=len(rows), unit="项")


def _months_table(request: DeskRequest) -> Table:
    month = current_rules().calendar.business_month(request.clock.now())
    figures = [readers.month_figures(month - back) for back in range(_MONTHS_SHOWN)]
    rows = [
        Row({"month": one.month, "dues": one.dues, "people": one.people, "amount": one.amount,
             "credited": one.credited, "share": f"{100 * one.credited // one.dues}%"})
        for one in figures
        if one.dues
    ]  # fmt: skip
    return Table("各月应缴与入账", _MONTHS, rows, count=len(rows), unit="个月", sorted_by="业务年月由近到远",
                 empty="尚未生成应缴")  # fmt: skip


def _trial_table() -> Table:
    rows = [
        Row({"account": f"{one.account.value} {one.account.label}", "debit": one.debits, "credit": one.credits,
             "balance": one.debits - one.credits})
        for one in ledger.account_totals()
    ]  # fmt: skip
    return Table("科目发生额与余额", _TRIAL, rows, count=len(rows), unit="个科目", sorted_by="科目")
