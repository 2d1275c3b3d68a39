"""The auditor: what the play has to have come to, against what the halls, the desk, the bank and the papers say.

It knows what was submitted and answered over HTTP and nothing else. Every difference names the step after which it is
to be seen and, with the seed, can be played again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drill import days, law, orders, papers, register
from drill.orders import Money
from drill.records import (
    Account,
    CaseTold,
    Declared,
    Denied,
    DueTold,
    LineTold,
    Ordered,
    Play,
    RowTold,
)
from drill.register import FAILURE, SUCCESS, Expected, Member, Register

_EXEMPT = "免缴"


@dataclass(frozen=True)
class Difference:
    """Something that is not as it has to be; `step` is the act it goes back to, 0 what was there before."""

    step: int
    what: str
    expected: str
    told: str

    def __str__(self) -> str:
        """One line."""
        return f"step {self.step}: {self.what}: expected {self.expected}, told {self.told}"


def audit(play: Play) -> list[Difference]:
    """Everything that does not agree, in the order of the steps."""
    known, expected = register.played(play)
    money = orders.followed(play)
    found = [
        *_told_before(play),
        *_offers(play),
        *_cases(play, list(expected.values())),
        *(one for account in play.accounts for one in _dues(play, account, known, money)),
        *_orders(play, money),
        *_denials(play),
        *_books(play, money),
    ]
    return sorted(found, key=lambda one: one.step)


def _differs(step: int, what: str, expected: object, told: object) -> Iterator[Difference]:
    if expected != told:
        yield Difference(step, what, str(expected), str(told))


def _told_before(play: Play) -> Iterator[Difference]:
    """The dues that were there before agree with themselves and with the rounding."""
    for account in play.accounts:
        for due in play.first.accounts[account.no].dues:
            yield from _sums(0, due)
            for line in due.lines:
                parts = law.part(line.base_fen, account.rate)
                exempt = line.remark == _EXEMPT
                told = (line.employer_fen, line.personal_fen)
                yield from _differs(0, f"{due.code} {line.name} parts", (parts, 0 if exempt else parts), told)


def _offers(play: Play) -> Iterator[Difference]:
    """Every row shown to a hall was taken when nothing speaks against it, and refused in the manual's words else."""
    for offered, against in register.offered_against(play):
        what = f"{offered.way} of {offered.row.name} {offered.row.id_no} at {offered.account}"
        told = {text for text in papers.QUOTED if any(text in one for one in offered.refused)}
        quoted = against & papers.QUOTED
        if bool(against) != bool(offered.refused) or not quoted <= told or (told - quoted and against == quoted):
            said = "；".join(offered.refused) or "taken"
            yield Difference(offered.step, what, "、".join(sorted(against)) or "taken", said)


def _cases(play: Play, expected: Sequence[Expected]) -> Iterator[Difference]:
    told = register.cases_told(play)
    submitted = {act.case_no: act for act in play.acts if isinstance(act, Declared)}
    before = {case.no for one in play.first.accounts.values() for case in one.cases}
    for case_no in told.keys() - submitted.keys() - before:
        yield Difference(0, f"case {case_no}", "nobody submitted it", "it is there")
    for case_no, act in submitted.items():
        if case_no not in told:
            yield Difference(act.step, f"case {case_no}", "listed under its month", "not listed")
            continue
        rows = [one for one in expected if one.declared is act]
        yield from _case(act, told[case_no], rows)


def _case(act: Declared, case: CaseTold, rows: Sequence[Expected]) -> Iterator[Difference]:
    name = f"case {case.no}"
    good = [one for one in rows if one.state == SUCCESS]
    bad = [one for one in rows if one.state == FAILURE]
    if not act.before <= case.declared_at <= act.after:
        yield Difference(act.step, f"{name} 申报时间", f"{act.before} to {act.after}", str(case.declared_at))
    month = days.business_month(case.declared_at.date())
    yield from _differs(act.step, f"{name} 申报业务年月", month, case.declared_month)
    counts = (len(rows), len(good), len(bad), len(rows) - len(good) - len(bad))
    yield from _differs(act.step, f"{name} 笔数", counts, (case.total, case.succeeded, case.failed, case.pending))
    if len({one.month for one in good}) == 1:
        processed = days.month_text(good[0].month)
        yield from _differs(act.step, f"{name} 处理成功业务年月", processed, case.processed_month)
    told = {row.id_no: row for row in case.rows}
    for one in rows:
        sent = act.rows[one.place]
        row = told.get(sent.id_no.upper())
        if row is None:
            yield Difference(act.step, f"{name} {sent.name}", "a row", "none")
        else:
            yield from _row(one, row, month, f"{name} {sent.name} {sent.id_no}")


def _row(one: Expected, row: RowTold, declared_month: int, what: str) -> Iterator[Difference]:
    step = one.declared.step
    yield from _differs(step, f"{what} 处理结果", one.state, row.state)
    if one.state == FAILURE:
        told = frozenset(text for text in row.reasons if text in papers.QUOTED | one.reasons)
        yield from _differs(step, f"{what} 失败原因", sorted(one.reasons), sorted(told))
    if one.state != SUCCESS:
        return
    terms = law.Deposit(row.base_fen, row.employer_fen, row.personal_fen)
    yield from _differs(step, f"{what} 基数和月缴存额", one.terms, terms)
    yield from _differs(step, f"{what} 处理成功业务年月", days.month_text(one.month), row.processed_month)
    crossed = f"请办理{days.month_text(declared_month)}漏缴补缴" if one.month != declared_month else ""
    yield from _differs(step, f"{what} 建议办理", crossed, row.advice)
    if one.at.time() == days.BATCH:
        yield from _differs(step, f"{what} 处理时间", f"{one.at:%Y-%m-%d %H}", row.processed_at[:13])


def _dues(play: Play, account: Account, known: Register, money: Money) -> Iterator[Difference]:
    before = {due.code: due for due in play.first.accounts[account.no].dues}
    told = {due.code: due for due in play.last.accounts[account.no].dues}
    for code, due in before.items():
        if code not in told:
            yield Difference(0, f"due {code} of {account.no}", "still there", "gone")
        elif told[code].lines != due.lines:
            yield Difference(0, f"due {code} of {account.no}", "never edited", "other lines")
    last = max((due.month for due in before.values()), default=0)
    made = [month for month in days.GOLDEN if month > last and days.made_at(month) <= play.last.at]
    new = [due for code, due in told.items() if code not in before]
    for due in new:
        if due.month not in made:
            yield Difference(0, f"due {due.code} of {account.no}", "no due for that month yet", str(due.month))
    for month in made:
        found = [due for due in new if due.month == month]
        yield from _made(account, month, found, known.members(account.no, month))
    for due in told.values():
        yield from _settled(play, account, due, before.get(due.code), money)


def _made(account: Account, month: int, found: Sequence[DueTold], members: Sequence[Member]) -> Iterator[Difference]:
    what = f"due of {account.no} for {days.month_text(month)}"
    latest = max((member.step for member in members), default=0)
    yield from _differs(latest, f"{what}: dues", 1 if members else 0, len(found))
    if len(found) != 1:
        return
    due = found[0]
    yield from _differs(latest, f"{what}: 缴存类型", "汇缴", due.kind)
    yield from _sums(latest, due)
    total = sum(member.terms.total_fen for member in members)
    yield from _differs(latest, f"{what}: 人数", len(members), due.people)
    yield from _differs(latest, f"{what}: 应缴金额", law.yuan(total), law.yuan(due.amount_fen))
    lines = {line.id_no: line for line in due.lines}
    for member in members:
        line = lines.pop(member.id_no, None)
        if line is None:
            yield Difference(member.step, f"{what}: {member.name} {member.id_no}", "a line", "none")
        else:
            yield from _line(what, month, member, line)
    for line in lines.values():
        yield Difference(0, f"{what}: {line.name} {line.id_no}", "no line", "one")


def _line(what: str, month: int, member: Member, line: LineTold) -> Iterator[Difference]:
    who = f"{what}: {member.name} {member.id_no}"
    yield from _differs(member.step, f"{who} 姓名", member.name, line.name)
    yield from _differs(member.step, f"{who} 所属年月", month, line.month)
    terms = law.Deposit(line.base_fen, line.employer_fen, line.personal_fen)
    yield from _differs(member.step, f"{who} 缴存额", member.terms, terms)
    change = "新增" if member.since == month else "无"
    yield from _differs(member.step, f"{who} 变动", change, line.change)
    if member.before is not None:
        yield from _differs(member.step, f"{who} 个人客户号", member.before.customer_no, line.customer_no)


def _sums(step: int, due: DueTold) -> Iterator[Difference]:
    """A due is the sum of its lines; what has to be paid is what is owed less what is prepaid."""
    total = sum(line.employer_fen + line.personal_fen for line in due.lines)
    yield from _differs(step, f"due {due.code}: sum of its lines", law.yuan(total), law.yuan(due.amount_fen))
    yield from _differs(step, f"due {due.code}: lines", len(due.lines), due.people)
    cash = due.amount_fen - due.prepaid_fen
    yield from _differs(step, f"due {due.code}: 结算金额", law.yuan(cash), law.yuan(due.cash_fen))


def _settled(play: Play, account: Account, due: DueTold, before: DueTold | None, money: Money) -> Iterator[Difference]:
    step = max((a.step for a in play.acts if isinstance(a, Ordered) and due.code in a.dues), default=0)
    what = f"due {due.code} of {account.no}"
    state = money.dues.get(due.code, before.state if before else orders.WAITING)
    yield from _differs(step, f"{what}: 结算状态", state, due.state)
    credit = "已入账" if state == orders.SETTLED else "未入账"
    yield from _differs(step, f"{what}: 入账状态", credit, due.credit)
    method = orders.turned(play).get(due.code, before.method if before else account.method)
    yield from _differs(step, f"{what}: 缴存方式", method, due.method)
    if due.slip:
        yield from _slip(step, account, due)
    elif state == orders.SETTLED and before is None:
        yield Difference(step, f"{what}: 缴款凭证", "one", "none")


def _slip(step: int, account: Account, due: DueTold) -> Iterator[Difference]:
    """The figures on the paper are those of the people (HZ-2.8.1.5-09)."""
    employer = sum(line.employer_fen for line in due.lines)
    personal = sum(line.personal_fen for line in due.lines)
    printed = {
        "业务流水号": due.code,
        "单位账号": account.no,
        "人数（人次）": str(len(due.lines)),
        "单位缴存额": f"¥{_grouped(employer)}",
        "个人缴存额": f"¥{_grouped(personal)}",
        "合计（小写）": f"¥{_grouped(employer + personal)}",
        "缴存年月（起止）": f"{due.month // 100}年{due.month % 100:02d}月",
    }
    for label, value in printed.items():
        if label + value not in due.slip:
            around = due.slip.partition(label)[2][:24] or "nothing"
            yield Difference(step, f"slip of {due.code}: {label}", value, around)


def _grouped(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def _orders(play: Play, money: Money) -> Iterator[Difference]:
    told = {order.no: (account, order) for account, one in play.last.accounts.items() for order in one.orders}
    before = {order.no for one in play.first.accounts.values() for order in one.orders}
    amounts = {due.code: due.cash_fen for one in play.last.accounts.values() for due in one.dues}
    for no in told.keys() - money.orders.keys() - before:
        yield Difference(0, f"order {no}", "nobody made it", "it is there")
    for no, order in money.orders.items():
        step = order.ordered.step
        if no not in told:
            yield Difference(step, f"order {no}", "listed", "not listed")
            continue
        account, found = told[no]
        total = sum(amounts[code] for code in order.ordered.dues)
        yield from _differs(step, f"order {no}: 单位", order.ordered.account, account)
        yield from _differs(step, f"order {no}: asked for", law.yuan(total), law.yuan(order.ordered.shown_fen))
        yield from _differs(step, f"order {no}: 订单金额", law.yuan(total), law.yuan(found.amount_fen))
        yield from _differs(step, f"order {no}: 记录笔数", len(order.ordered.dues), found.dues)
        yield from _differs(step, f"order {no}: 订单结算状态", order.state, found.state)
        credit = "已入账" if order.state == orders.PAID else "未入账"
        yield from _differs(step, f"order {no}: 入账状态", credit, found.credit)
    for played in play.accounts:
        purse = play.first.accounts[played.no].purse_fen + money.purses.get(played.no, 0)
        told_purse = play.last.accounts[played.no].purse_fen
        yield from _differs(0, f"预缴资金余额 of {played.no}", law.yuan(purse), law.yuan(told_purse))


def _denials(play: Play) -> Iterator[Difference]:
    for act in play.acts:
        if isinstance(act, Denied) and act.allowed:
            yield Difference(act.step, act.what, "not possible", act.told or "possible")


def _books(play: Play, money: Money) -> Iterator[Difference]:
    """The centre's own check, its accounts against the money of the play, and the bank's statement."""
    for name, wrong in play.last.identities.items():
        yield from _differs(0, f"账务核对 {name}", "", wrong)
    yield from _differs(0, "batches that failed", (), play.last.failed_runs)
    for no, fen in money.booked.items():
        yield from _differs(0, f"bank statement of {no}", law.yuan(fen), law.yuan(play.last.bank.get(no, 0)))
    if not play.alone:
        return
    moved = {"101": money.received_fen, "201": -money.settled_fen, "219": -sum(money.purses.values()), "21901": 0}
    for number, fen in moved.items():
        yield from _differs(0, f"account {number} moved by", law.yuan(fen), law.yuan(_moved(play, number)))


def _moved(play: Play, number: str) -> int:
    (debit, credit), (debit_then, credit_then) = play.last.trial[number], play.first.trial[number]
    return (debit - debit_then) - (credit - credit_then)
