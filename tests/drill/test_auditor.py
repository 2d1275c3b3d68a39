"""The auditor finds nothing in honest answers, and every error that is planted in a copy of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.drill import honest
from tests.drill.honest import CASE, HONEST, LATE_LOST, LATE_WON, NOVEMBER, OPENED, PAID, SILK, TEA

from drill import days, orders
from drill.auditor import audit
from drill.records import AccountTold, Act, CaseTold, Decided, Denied, DueTold, OrderTold, Play, RowTold

Lie = Callable[[Play], Play]


def _told(play: Play, account: str, **changes: object) -> Play:
    told = {**play.last.accounts, account: replace(play.last.accounts[account], **changes)}  # type: ignore[arg-type]
    return replace(play, last=replace(play.last, accounts=told))


def _due(**changes: object) -> Lie:
    lied: DueTold = replace(NOVEMBER, **changes)  # type: ignore[arg-type]
    return lambda play: _told(play, TEA.no, dues=(lied, honest.OCTOBER))


def _line(**changes: object) -> Lie:
    return _due(lines=(NOVEMBER.lines[0], replace(OPENED, **changes)))  # type: ignore[arg-type]


def _row(case: CaseTold, account: str, **changes: object) -> Lie:
    row: RowTold = replace(case.rows[0], **changes)  # type: ignore[arg-type]
    lied = replace(case, rows=(row,))
    return lambda play: _told(play, account, cases=_with(play.last.accounts[account], case, lied))


def _case(case: CaseTold, account: str, **changes: object) -> Lie:
    lied = replace(case, **changes)  # type: ignore[arg-type]
    return lambda play: _told(play, account, cases=_with(play.last.accounts[account], case, lied))


def _with(told: AccountTold, case: CaseTold, lied: CaseTold) -> tuple[CaseTold, ...]:
    return tuple(lied if one is case else one for one in told.cases)


def _order(**changes: object) -> Lie:
    order = OrderTold("S1", 1, 132_000, "支付成功", "已入账")
    return lambda play: _told(play, TEA.no, orders=(replace(order, **changes),))  # type: ignore[arg-type]


def _act(place: int, **changes: object) -> Lie:
    def plant(play: Play) -> Play:
        acts: list[Act] = list(play.acts)
        acts[place] = replace(acts[place], **changes)  # type: ignore[arg-type]
        return replace(play, acts=tuple(acts))

    return plant


def _last(**changes: object) -> Lie:
    return lambda play: replace(play, last=replace(play.last, **changes))  # type: ignore[arg-type]


def test_honest_answers_agree() -> None:
    assert audit(HONEST) == []


LIES: dict[str, tuple[Lie, str]] = {
    "an amount is a fen too much": (_line(employer_fen=41_001), "缴存额"),
    "half a yuan is rounded down": (_line(employer_fen=40_900, personal_fen=40_900), "缴存额"),
    "a base is not clamped": (_row(LATE_WON, TEA.no, base_fen=120_000), "基数"),
    "two parts are changed about": (_due(amount_fen=132_100, cash_fen=132_100), "应缴金额"),
    "a person is missing in the due": (_due(lines=NOVEMBER.lines[:1]), "expected a line, told none"),
    "a person is in the due of a month too early": (
        _due(lines=(*NOVEMBER.lines, replace(OPENED, name="莫明", id_no=honest.LATE.id_no))), "expected no line"),
    "somebody else's name": (_line(name="柳红"), "姓名"),
    "another month's line": (_line(month=202610), "所属年月"),
    "the change is not told": (_line(change="无"), "变动"),
    "headcount": (_due(people=3), "人数"),
    "a settled due waits": (_due(state="待结算", credit="未入账", slip=""), "结算状态"),
    "settled, not credited": (_due(credit="未入账"), "入账状态"),
    "turned back to collection": (_due(method="托收"), "缴存方式"),
    "prepaid money out of nowhere": (_due(prepaid_fen=100), "结算金额"),
    "the slip says another sum": (_due(slip=honest.SLIP.replace("1,320.00", "1,320.01")), "slip"),
    "no slip": (_due(slip=""), "缴款凭证"),
    "an old due is edited": (
        lambda play: _told(play, TEA.no, dues=(NOVEMBER, replace(honest.OCTOBER, lines=()))), "never edited"),
    "an old due is gone": (lambda play: _told(play, TEA.no, dues=(NOVEMBER,)), "gone"),
    "two dues for one month": (
        lambda play: _told(play, TEA.no, dues=(NOVEMBER, replace(NOVEMBER, code="H20261100000009"), honest.OCTOBER)),
        "dues: expected 1, told 2"),
    "no due for a month": (lambda play: _told(play, SILK.no, dues=(honest.SILK_OCTOBER,)), "expected 1, told 0"),
    "the later of two wins": (_row(LATE_LOST, SILK.no, state="成功", reasons=()), "处理结果"),
    "a failure without its reason": (_row(LATE_LOST, SILK.no, reasons=("系统繁忙",)), "失败原因"),
    "processed in the month of declaration": (_row(LATE_WON, TEA.no, processed_month="2026-11"), "处理成功业务年月"),
    "processed in the evening": (_row(LATE_WON, TEA.no, processed_at="2026-11-20 17:10"), "处理时间"),
    "the missed month is not told": (_row(LATE_WON, TEA.no, advice=""), "建议办理"),
    "a good row fails": (_row(CASE, TEA.no, state="失败", reasons=("已有登记记录",)), "处理结果"),
    "counts that do not add up": (_case(CASE, TEA.no, succeeded=0), "笔数"),
    "pending for ever": (_case(CASE, TEA.no, succeeded=0, pending=1), "笔数"),
    "declared in another month": (_case(CASE, TEA.no, declared_month=202612), "申报业务年月"),
    "declared at another hour": (_case(CASE, TEA.no, declared_at=days.moment("2026-11-02 11:00")), "申报时间"),
    "a case is lost": (lambda play: _told(play, TEA.no, cases=(CASE,)), "not listed"),
    "a case that nobody submitted": (
        lambda play: _told(play, SILK.no, cases=(LATE_LOST, replace(CASE, no="202611021100000009"))), "nobody"),
    "an order of another sum": (_order(amount_fen=132_001), "订单金额"),
    "an order that stays open": (_order(state="待支付"), "订单结算状态"),
    "the payment page asks for another sum": (_act(6, shown_fen=132_100), "asked for"),
    "a wrong row is taken": (_act(0, refused=()), "taken"),
    "a wrong row is refused for another reason": (_act(0, refused=("存在正常缴存账户",)), "职工身份证格式错误"),
    "a good row is refused": (_act(1, refused=("职工身份证格式错误",)), "expected taken"),
    "somebody normal elsewhere is taken": (_act(3, refused=()), "存在正常缴存账户"),
    "money vanishes from the purse": (lambda play: _told(play, TEA.no, purse_fen=-1), "预缴资金余额"),
    "the books do not balance": (_last(identities={"借贷平衡": "差 0.01"}), "借贷平衡"),
    "the people's money is short": (
        _last(trial={**HONEST.last.trial, "201": (0, 1_131_999)}), "account 201"),
    "a batch failed": (_last(failed_runs=("次日批量处理 2026-11-21 06:00",)), "次日批量处理"),
    "the bank has less": (_last(bank={"S1": 131_999}), "bank statement"),
    "what must not be possible was": (
        lambda play: replace(play, acts=(*play.acts, Denied(10, "pay after 17:00", True, ""))), "pay after 17:00"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_planted_error_is_found(lie: str) -> None:
    plant, words = LIES[lie]
    found = [str(one) for one in audit(plant(HONEST))]
    assert any(words in one for one in found), found


@pytest.mark.parametrize(
    ("paid", "state", "purse", "due"),
    [
        (PAID, "支付成功", 0, "结算成功"),
        (replace(PAID, told_fen=132_001), "已作废", 132_001, "待结算"),
        (replace(PAID, at=days.moment("2026-11-23 10:17"), told_at=days.moment("2026-11-23 10:17")),
         "已作废", 132_000, "待结算"),
        (replace(PAID, told_at=days.moment("2026-11-23 10:30")), "支付成功", 0, "结算成功"),
        (replace(PAID, told_at=days.moment("2026-11-23 10:15")), "支付成功", 0, "结算成功"),
    ],
)  # fmt: skip
def test_where_money_goes(paid: object, state: str, purse: int, due: str) -> None:
    money = orders.followed(replace(HONEST, acts=(*HONEST.acts[:-1], paid)))  # type: ignore[arg-type]
    assert money.orders["S1"].state == state
    assert money.purses.get(TEA.no, 0) == purse
    assert money.dues[NOVEMBER.code] == due


ELDER = replace(honest.LATE, name="尹安", id_no="130102195801011237")
REVIEWED = replace(
    CASE, no="202611021100000009", processed_month="", succeeded=0, pending=1,
    rows=(RowTold("尹安", ELDER.id_no, "设立", 0, 0, 0, "人工处理中", "", "", (), ""),),
)  # fmt: skip
DONE = replace(
    REVIEWED, processed_month="2026-12", succeeded=1, pending=0,
    rows=(RowTold("尹安", ELDER.id_no, "设立", 266_000, 13_300, 13_300, "成功", "2026-11-21 09:30", "2026-12", (),
                  "请办理2026-11漏缴补缴"),),
)  # fmt: skip
SENT_BACK = replace(
    REVIEWED, failed=1, pending=0, succeeded=0,
    rows=(replace(REVIEWED.rows[0], state="失败", reasons=("材料不符",)),),
)  # fmt: skip
APPROVED = Decided(11, REVIEWED.no, days.moment("2026-11-21 09:30"), True, "")
REFUSED = replace(APPROVED, approved=False, reason="材料不符")


def _reviewed(case: CaseTold, *more: Act) -> Play:
    submitted = replace(HONEST.acts[2], step=10, case_no=case.no, rows=(ELDER,))  # type: ignore[arg-type]
    play = replace(HONEST, acts=(*HONEST.acts, submitted, *more))
    return _told(play, TEA.no, cases=(*HONEST.last.accounts[TEA.no].cases, case))


@pytest.mark.parametrize(
    ("case", "decided"),
    [(REVIEWED, ()), (DONE, (APPROVED,)), (SENT_BACK, (REFUSED,))],
    ids=["waits", "passes", "fails"],
)
def test_who_needs_a_person_waits_for_the_desk(case: CaseTold, decided: tuple[Act, ...]) -> None:
    assert audit(_reviewed(case, *decided)) == []


@pytest.mark.parametrize(
    ("case", "decided"), [(DONE, ()), (REVIEWED, (APPROVED,)), (DONE, (REFUSED,)), (SENT_BACK, (APPROVED,))]
)
def test_what_the_desk_did_not_decide_is_found(case: CaseTold, decided: tuple[Act, ...]) -> None:
    assert audit(_reviewed(case, *decided))
