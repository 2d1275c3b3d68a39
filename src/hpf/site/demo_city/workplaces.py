"""Employers of the demo city: those of demo/world.yaml, and the clients of the payroll bureau."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from stdnum.cn import uscc

from hpf.kernel.rate import Rate
from hpf.parties import load
from hpf.parties.facts import Fund, Method
from hpf.policy.parameters import Branch, DayRules
from hpf.site.demo_city import names
from hpf.site.demo_city.world import Bureau, Handler, World

SUBSIDY_RATE = Rate(Decimal(8))
_NOTHING = Rate(Decimal(0))
_BOOKS_SINCE = date(2012, 1, 4)
_CLIENT_RATES = (12,) * 30 + (10,) * 6 + (8,) * 14 + (7,) * 10 + (5,) * 40  # per cent of employers (domain-values A14)
_CLIENT_TYPES = ("33",) * 7 + ("39", "39", "32")
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Workplace:
    """What has to be known to people an employer; `ref` names its account of 住房公积金 (see `subsidy_ref`)."""

    ref: str
    unit_type: str
    branch: Branch
    rate: Rate
    personal_rate: Rate
    method: Method
    people: int
    sealed: int
    funds: tuple[Fund, ...]


def subsidy_ref(ref: str) -> str:
    """The ref of the same employer's account of 住房公积金补贴."""
    return f"{ref}/{Fund.SUBSIDY}"


def employers(world: World, rules: DayRules, draw: Random) -> Iterator[tuple[Workplace, load.EmployerRow]]:
    """Everybody who is registered, in the order of the world; clients of bureaus are `E14-001` and so on."""
    branches = {branch.name: branch for branch in rules.branches}
    for told in world.employers:
        sealed = told.sealed or (told.people // 40 if told.people >= 20 else 0)
        place = Workplace(
            ref=told.code,
            unit_type=told.unit_type,
            branch=branches[told.branch],
            rate=Rate(Decimal(told.rate)),
            personal_rate=Rate(Decimal(told.personal_rate)),
            method=told.method,
            people=told.people,
            sealed=sealed,
            funds=told.funds,
        )
        row = _row(place, told.name, told.credit_code, told.payday, told.handlers, rules, draw)
        limit = None if told.check_from is None else told.check_from * 100
        yield place, row._replace(agents=[agent._replace(sms=True) for agent in row.agents], check_from_fen=limit)
    for bureau in world.bureaus:
        yield from _clients(bureau, rules, draw)


def _clients(bureau: Bureau, rules: DayRules, draw: Random) -> Iterator[tuple[Workplace, load.EmployerRow]]:
    """Client employers: 1 to 60 people, most of them few; two of three pay by 托收."""
    for number in range(1, bureau.clients + 1):
        unit_type, branch, rate = draw.choice(_CLIENT_TYPES), draw.choice(rules.branches), draw.choice(_CLIENT_RATES)
        place = Workplace(
            ref=f"{bureau.code}-{number:03d}",
            unit_type=unit_type,
            branch=branch,
            rate=Rate(Decimal(rate)),
            personal_rate=Rate(Decimal(rate)),
            method=Method.COLLECTION if draw.randrange(10) < 7 else Method.SELF,
            people=min(draw.randint(1, 60), draw.randint(1, 60), draw.randint(1, 60)),
            sealed=draw.randrange(3),
            funds=(Fund.HPF,),
        )
        sign = "".join(draw.sample(names.PLACES, 2))
        name = f"杭州{sign}{draw.choice(names.TRADES)}有限公司"
        code = f"913301{draw.choice(('02', '05', '06', '08', '09', '10'))}MA2{number:03d}"
        code += "".join(draw.choice(_CODE_SIGNS) for _ in range(17 - len(code)))
        yield (
            place,
            _row(place, name, code + uscc.calc_check_digit(code), draw.randint(1, 28), bureau.handlers, rules, draw),
        )


def _row(
    place: Workplace, name: str, code: str, payday: int, handlers: tuple[Handler, ...], rules: DayRules, draw: Random
) -> load.EmployerRow:
    """The employer as it is loaded, with a bank account to pay from."""
    bank = draw.choice(rules.banks_corporate).name
    account = "".join(str(draw.randrange(10)) for _ in range(19))
    rows = [
        load.EmployerAccountRow(
            ref=place.ref if fund is Fund.HPF else subsidy_ref(place.ref),
            opened_on=_BOOKS_SINCE,
            method=place.method,
            employer_rate=(place.rate if fund is Fund.HPF else SUBSIDY_RATE).percent,
            personal_rate=(place.personal_rate if fund is Fund.HPF else _NOTHING).percent,
            branch_code=place.branch.code,
            fund=fund,
            bank_name=bank,
            bank_account=account,
        )
        for fund in place.funds
    ]
    agents = [
        load.AgentRow(one.name, one.id_no, one.mobile, may_make="经办" in one.duties, may_check="复核" in one.duties)
        for one in handlers
    ]
    return load.EmployerRow(name, code, place.unit_type, payday, rows, agents)
