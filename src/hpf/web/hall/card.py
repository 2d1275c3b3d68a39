"""The card above the funds of an employer account: the month's due against the month before (domain-values B2.1)."""

from dataclasses import dataclass

from hpf.dues import readers as dues
from hpf.engine.declare import ItemRules
from hpf.kernel.money import Money
from hpf.ledger.readers import purses
from hpf.parties.facts import EmployerAccountFacts, Method
from hpf.web.shapes import Fact, Figure, Tag, Tone


@dataclass(frozen=True, slots=True)
class CardShown:
    """What the page draws: the figures of the latest month, and how they came about."""

    figures: tuple[Figure, ...]
    facts: tuple[Fact, ...]


def card(applicant: EmployerAccountFacts, rules: ItemRules) -> CardShown:
    """The card; before the first due it tells of the month that is open and of the prepaid money alone."""
    found = dues.card(applicant.id)
    if found is None:
        purse = purses([applicant.id])[applicant.id]
        open_now = Figure("当前业务年月", rules.month, note="尚未生成应缴")
        return CardShown((open_now, Figure("预缴资金余额（元）", purse.balance)), ())
    due, calendar = found.due, rules.book.calendar
    by_collection = due.method is Method.COLLECTION
    by_day = () if not calendar.makes_dues(due.month) else (
        Figure("托收日", calendar.first_collection_day(due.month)) if by_collection
        else Figure("缴款期限", calendar.last_collection_day(due.month)),
    )  # fmt: skip
    figures = (
        Figure("本期业务年月", due.month, note=due.kind.label),
        Figure("应缴金额（元）", due.amount, key=True, note=due.state.label),
        Figure("人数", due.people, "人"),
        Figure("缴存方式", rules.today.texts.deposit_method(due.method.value)),
        *by_day,
        Figure("预缴资金余额（元）", found.purse.balance, note=_reserved(found.purse.reserved)),
    )
    changed = _changed(found.base_changed, found.base_changed_amount)
    facts = (
        Fact("较上月增加", _people(found.joined, found.joined_amount)),
        Fact("较上月减少", _people(found.left, found.left_amount)),
        Fact("基数变动", changed),
    )
    return CardShown(figures, facts)


def _people(count: int, amount: Money) -> object:
    return f"{count:,} 人，{amount} 元" if count else Tag("无", Tone.PLAIN)


def _changed(count: int, amount: Money) -> object:
    if not count:
        return Tag("无", Tone.PLAIN)
    sign = "+" if amount > Money.ZERO else ""
    return f"{count:,} 人，{sign}{amount} 元"


def _reserved(amount: Money) -> str:
    return f"其中结算占用 {amount}" if amount else ""
