"""送缴结算: the employer chooses what it owes and pays it itself, by e-banking or QR code (HZ-2.8.2.1)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from hpf.dues.facts import Due, DueKind, SettlementState
from hpf.engine import declare
from hpf.engine.declare import Column, ColumnKind, Fact, Filter, FilterKind, ItemRules, Shown, ask
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy
from hpf.parties.facts import Method


class Row(declare.Row):
    """A due that was ticked."""

    due_code: declare.Code = ask("业务代码", width=18)


@dataclass(frozen=True, slots=True)
class Facts:
    """The due as it stands, if it is this employer account's."""

    due: Annotated[Due | None, Fact.DUE]


@dataclass(frozen=True, slots=True)
class Worked:
    """What the form shows of a chosen due (B2.3)."""

    kind: DueKind | None
    month: Month | None
    people: int
    amount: Money
    prepaid: Money
    cash: Money
    method: Method | None
    state: SettlementState | None
    note: str


class Refusals(Refusal):
    """Why a due cannot be put into an order."""

    UNKNOWN = Reason("未找到该应缴记录", "due_code", "请重新选择")
    SETTLED = Reason("该记录已结算成功", "due_code", "无需再次缴款，可在“缴存资金查询”中查看")
    IN_AN_ORDER = Reason(
        "该记录正在结算中（订单号{order}）",
        "due_code",
        "请勿重复支付；请在“我的办件”中继续支付，或取消原订单后重新办理",
        Remedy.LATER,
    )
    TWICE_IN_LIST = Reason("同一应缴记录重复选择", "due_code", "请只保留一笔")


def work_out(row: Row, facts: Facts, rules: ItemRules) -> Worked:
    """The due's own figures; what has to be paid is what the page shows (HZ-2.8.2.1-13)."""
    due = facts.due
    if due is None:
        return Worked(None, None, 0, Money.ZERO, Money.ZERO, Money.ZERO, None, None, "")
    return Worked(due.kind, due.month, due.people, due.amount, due.prepaid, due.cash, due.method, due.state, due.note)


def check(row: Row, facts: Facts, rules: ItemRules) -> Iterator[Refused]:
    """Only a due that nobody is settling can be chosen (HZ-2.8.2.1-42)."""
    due = facts.due
    if due is None:
        yield Refusals.UNKNOWN.refuse(value=row.due_code)
    elif due.state is SettlementState.SETTLED:
        yield Refusals.SETTLED.refuse(value=row.due_code)
    elif not due.payable:
        yield Refusals.IN_AN_ORDER.refuse(value=row.due_code, order=due.order_no)


def check_all(rows: Sequence[Row]) -> Iterator[tuple[int, Refused]]:
    """The same due twice."""
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row.due_code in seen:
            yield index, Refusals.TWICE_IN_LIST.refuse(value=row.due_code)
        seen.add(row.due_code)


def decide(row: Row, worked: Worked, facts: Facts, rules: ItemRules) -> Iterator[declare.SettleDue]:
    """The due goes into the case's order."""
    if facts.due is not None:
        yield declare.SettleDue(facts.due.id)


def notices(chosen: Sequence[Worked], rules: ItemRules) -> Iterable[str]:
    """What the employer has to know before it submits (HZ-2.8.2.1-07, -14, -15, -27, -32)."""
    if any(w.state is SettlementState.FAILED for w in chosen):
        yield "系统将做重新结算处理，结算金额以重新结算处理后为准"
    if any(w.method is Method.COLLECTION for w in chosen):
        yield rules.today.texts.turns_to_remittance
    if any(not w.cash for w in chosen):
        yield rules.today.texts.zero_amount
    total = Money.total(w.cash for w in chosen)
    limit = rules.today.qr_limit
    if limit is not None and total > limit:
        yield rules.today.texts.qr_over_limit.format(limit=limit)


COLUMNS = (
    Shown("kind", "缴存类型"),
    Shown("month", "缴存年月", ColumnKind.MONTH),
    Shown("people", "人数", ColumnKind.COUNT, totalled=True),
    Shown("amount", "应缴金额", ColumnKind.MONEY, totalled=True),
    Shown("prepaid", "预缴抵扣", ColumnKind.MONEY, totalled=True),
    Shown("cash", "结算金额", ColumnKind.MONEY, totalled=True),
    Shown("method", "缴存方式"),
    Shown("state", "结算状态", ColumnKind.STATUS),
    Shown("note", "备注"),
)

ITEM = declare.Item(
    code="contribution.settlement",
    title="送缴结算",
    requirement="HZ-2.8.2.1",
    group=declare.Group.SETTLEMENT,
    form=declare.FormKind.SELECTION,
    accept=declare.Accept.WHOLE,
    row=Row,
    facts=Facts,
    refusals=Refusals,
    work_out=work_out,
    check=check,
    check_all=check_all,
    decide=decide,
    notices=notices,
    shown=COLUMNS,
    candidates=declare.Candidates(
        source=declare.Source.PAYABLE,
        key="code",
        filters=(Filter("year", "缴存年度", FilterKind.CHOICE, required=True, note="7月至次年6月"),),
        columns=(Column("code", "业务代码"), *(Column(c.key, c.label, c.kind, c.totalled) for c in COLUMNS)),
    ),
)
