"""汇补缴凭证打印: the payment voucher of a month, as a document with the centre's seal (HZ-2.15.4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from hpf.dues.facts import DueKind, LatestVoucher
from hpf.engine import declare
from hpf.engine.declare import ColumnKind, Fact, ItemRules, Shown, ask, choice_of
from hpf.kernel.money import Money
from hpf.kernel.refusal import Reason, Refusal, Refused


class Row(declare.Row):
    """Which voucher is wanted."""

    kind: choice_of(DueKind) = ask("缴存类型", default=DueKind.REMITTANCE)  # type: ignore[valid-type]
    month: declare.MonthOf = ask("需打印月份", note="入账的业务年月，如2026-11")


@dataclass(frozen=True, slots=True)
class Facts:
    """The due credited last in that month."""

    latest: Annotated[LatestVoucher, Fact.LATEST_VOUCHER]


@dataclass(frozen=True, slots=True)
class Worked:
    """What the voucher will be about; `of` is how many records the month has."""

    code: str
    people: int
    amount: Money
    of: int


class Refusals(Refusal):
    """Why there is no voucher."""

    NOTHING_CREDITED = Reason(
        "该月份没有已结算成功且已入账的{kind}记录", "month", "请在“缴存资金查询”中查看结算状态和入账状态"
    )


def work_out(row: Row, facts: Facts, rules: ItemRules) -> Worked:
    """The latest record of the month (HZ-2.15.4-09)."""
    due = facts.latest.due
    if due is None:
        return Worked("", 0, Money.ZERO, 0)
    return Worked(due.code, due.people, due.amount, facts.latest.of)


def check(row: Row, facts: Facts, rules: ItemRules) -> Iterator[Refused]:
    """Only what is settled and credited has a voucher (HZ-2.8.1.5-09)."""
    if facts.latest.due is None:
        yield Refusals.NOTHING_CREDITED.refuse(value=str(row.month), kind=row.kind.label)


def decide(row: Row, worked: Worked, facts: Facts, rules: ItemRules) -> Iterator[declare.IssueVoucher]:
    """The voucher becomes the result of the case."""
    if facts.latest.due is not None:
        yield declare.IssueVoucher(facts.latest.due.id)


def notices(chosen: Sequence[Worked], rules: ItemRules) -> Iterable[str]:
    """Totals only; and only the latest of several (HZ-2.15.4-08, -10)."""
    yield rules.today.texts.voucher_without_detail
    if any(w.of > 1 for w in chosen):
        yield rules.today.texts.voucher_latest_only


ITEM = declare.Item(
    code="enquiry.voucher",
    title="汇补缴凭证打印",
    requirement="HZ-2.15.4",
    group=declare.Group.ENQUIRY,
    form=declare.FormKind.CERTIFICATE,
    accept=declare.Accept.WHOLE,
    row=Row,
    facts=Facts,
    refusals=Refusals,
    work_out=work_out,
    check=check,
    decide=decide,
    notices=notices,
    shown=(
        Shown("code", "业务代码"),
        Shown("people", "人数（人次）", ColumnKind.COUNT),
        Shown("amount", "金额", ColumnKind.MONEY, totalled=True),
    ),
)
