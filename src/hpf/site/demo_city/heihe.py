"""Heihe in the demo: its people worth having, and its months, which the employers themselves have made and paid."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

from hpf.access.actor import Actor
from hpf.dues import changes as dues
from hpf.dues import load
from hpf.kernel.clock import TZ
from hpf.kernel.identity import IdType
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties.facts import Method
from hpf.policy.book import Rules
from hpf.site.demo_city.notables import Notable
from hpf.site.demo_city.people import FIRST_MONTH, LAST_MONTH, Town
from hpf.site.demo_city.workplaces import Workplace

NOTABLES = (
    Notable("K01", "张桂兰", "23110219800315002X", "normal: opening her is refused, 该职工已有账户"),
    Notable("K01", "乌日娜·额尔敦", "231102199107210044", "a name with a middle dot"),
    Notable("K03", "姜海", "23110219850909001X", "an id that ends in X"),
    Notable("K03", "史文波", "23110219770919007X", "base exactly at the cap", base=Money(2_130_000)),
    Notable("K03", "曲丽华", "231102198812120103", "base exactly at the floor", base=Money(201_000)),
    Notable("K02", "宋铁军", "231102198604040117", "sealed here: 启封", sealed=202608, reason="01"),
    Notable("K03", "IVANOVA·ANNA", "E12345678", "a passport, Latin letters", id_type=IdType.PASSPORT),
    Notable("K06", "冷玉珍", "231182197107110126", "retires this month (女, 原50 or 55)", opened=201201),
)

PLACES = (
    "231102", "231102", "231181", "231182", "231183", "231123", "231124", "230102", "230203", "230302", "230602",
    "230902", "220102", "210102", "150722", "370612",
)  # fmt: skip
"""First six digits of ids: mostly Heihe, then the province, then where people come from."""

TOWN = Town(NOTABLES, PLACES, 70_000_000)

NOT_MADE = ("K04",)
"""Employers that have made no due since the books begin: 缴至 2026-06."""

FAILED = ("K03", Month(2026, 10))
"""托收 that has failed for want of money, to be started again."""


def close_months(actor: Actor, rules: Rules, places: Sequence[Workplace], ids: Mapping[Hashable, int]) -> None:
    """Each month on its 12th, or the working day after, the employers make their dues, and the money comes in."""
    payees = {branch.code: branch.bank_account for branch in rules.at(LAST_MONTH.first_day).branches}
    making = [place for place in places if place.ref not in NOT_MADE]
    for month in Month.between(FIRST_MONTH, LAST_MONTH):
        day = rules.calendar.workday_from(month.first_day.replace(day=12))
        at = datetime.combine(day, time(10), TZ)
        dues.make_dues(actor, at, month, rules, _accounts(making, ids))
        failed = [place for place in making if (place.ref, month) == FAILED]
        if failed:
            reason = "账户余额不足"
            load.fail_month(actor, at, month, payees, reason, employer_account_ids=_accounts(failed, ids))
        by_collection = [place for place in making if place.method is Method.COLLECTION and place not in failed]
        by_transfer = [place for place in making if place.method is Method.SELF]
        for later, paying in ((timedelta(minutes=5), by_collection), (timedelta(days=1, hours=4), by_transfer)):
            load.settle_month(actor, at + later, month, payees, employer_account_ids=_accounts(paying, ids))


def _accounts(places: Iterable[Workplace], ids: Mapping[Hashable, int]) -> list[int]:
    return [ids[place.ref] for place in places]
