"""A small play with honest answers, written out by hand: what the planted errors are planted in."""

from dataclasses import replace

from drill import days
from drill.papers import RESIDENT, RowSent
from drill.records import (
    Account,
    AccountTold,
    CaseTold,
    Chosen,
    Declared,
    DueTold,
    LineTold,
    Offered,
    Ordered,
    OrderTold,
    Paid,
    Play,
    RowTold,
    Snapshot,
)

TEA = Account("100000000101", "杭州甲一茶叶有限公司", "city", 500, "送缴")
SILK = Account("100000000201", "杭州乙二丝绸有限公司", "county", 1200, "托收")
BEFORE = LineTold("100000000001", "张三", "330106197908151020", 202610, 500_000, 25_000, 25_000, "无", "")
EXEMPT = LineTold("100000000002", "李四", "33010419691018203X", 202610, 243_000, 29_200, 0, "无", "免缴")

NEW = RowSent("柳青", RESIDENT, "130102199001011237", "新参加工作", "8200.50")
WRONG = replace(NEW, id_no="130102199001011238")
LATE = RowSent("莫明", RESIDENT, "130102199101011242", "新调入", "1200")


def _lines(month: int, *lines: LineTold) -> tuple[LineTold, ...]:
    return tuple(replace(line, month=month) for line in lines)


def _due(code: str, month: int, method: str, state: str, lines: tuple[LineTold, ...]) -> DueTold:
    fen = sum(line.employer_fen + line.personal_fen for line in lines)
    credit = "已入账" if state == "结算成功" else "未入账"
    return DueTold(code, "汇缴", month, len(lines), fen, 0, fen, method, state, credit, lines)


OPENED = LineTold("100000000003", "柳青", NEW.id_no, 202611, 820_050, 41_000, 41_000, "新增", "")
SLIP = (
    "业务流水号H20261100000003\n单位账号100000000101\n缴存年月（起止）2026年11月人数（人次）2\n"
    "单位缴存额¥660.00个人缴存额¥660.00\n合计（小写）¥1,320.00"
)
OCTOBER = _due("H20261000000001", 202610, "送缴", "结算成功", (BEFORE,))
NOVEMBER = replace(_due("H20261100000003", 202611, "送缴", "结算成功", (*_lines(202611, BEFORE), OPENED)), slip=SLIP)
SILK_OCTOBER = _due("H20261000000002", 202610, "托收", "待结算", (EXEMPT,))
SILK_NOVEMBER = _due("H20261100000004", 202611, "托收", "待结算", _lines(202611, EXEMPT))

CASE = CaseTold(
    "202611021100000001", days.moment("2026-11-02 10:00"), 202611, "2026-11", 1, 1, 0, 0, 82_000,
    (RowTold("柳青", NEW.id_no, "设立", 820_050, 41_000, 41_000, "成功", "2026-11-02 10:00", "2026-11", (), ""),),
)  # fmt: skip
LATE_WON = CaseTold(
    "202611201100000002", days.moment("2026-11-20 17:10"), 202611, "2026-12", 1, 1, 0, 0, 26_600,
    (RowTold("莫明", LATE.id_no, "设立", 266_000, 13_300, 13_300, "成功", "2026-11-21 06:00", "2026-12", (),
             "请办理2026-11漏缴补缴"),),
)  # fmt: skip
LATE_LOST = CaseTold(
    "202611201100000003", days.moment("2026-11-20 17:20"), 202611, "", 1, 0, 1, 0, 0,
    (RowTold("莫明", LATE.id_no, "设立", 0, 0, 0, "失败", "2026-11-21 06:00", "", ("存在正常缴存账户",), ""),),
)  # fmt: skip

FIRST = Snapshot(
    at=days.moment("2026-11-02 09:00"),
    accounts={TEA.no: AccountTold((OCTOBER,), (), (), 0), SILK.no: AccountTold((SILK_OCTOBER,), (), (), 0)},
    identities={"借贷平衡": ""},
    trial={"101": (1_000_000, 0), "201": (0, 1_000_000), "219": (50_000, 50_000), "21901": (0, 0)},
    bank={},
)
LAST = Snapshot(
    at=days.moment("2026-11-24 09:00"),
    accounts={
        TEA.no: AccountTold(
            (NOVEMBER, OCTOBER), (OrderTold("S1", 1, 132_000, "支付成功", "已入账"),), (LATE_WON, CASE), 0
        ),
        SILK.no: AccountTold((SILK_NOVEMBER, SILK_OCTOBER), (), (LATE_LOST,), 0),
    },
    identities={"借贷平衡": ""},
    trial={"101": (1_132_000, 0), "201": (0, 1_132_000), "219": (182_000, 182_000), "21901": (0, 0)},
    bank={"S1": 132_000},
)
PAID = Paid(9, "S1", days.moment("2026-11-23 10:02"), days.moment("2026-11-23 10:02"), 132_000, "plain")
ACTS = (
    Offered(1, TEA.no, days.moment("2026-11-02 10:00"), "entry", 0, WRONG, ("职工身份证格式错误",)),
    Offered(2, TEA.no, days.moment("2026-11-02 10:00"), "entry", 1, NEW, ()),
    Declared(
        3, TEA.no, CASE.no, days.moment("2026-11-02 10:00"), days.moment("2026-11-02 10:01"), (NEW,)
    ),
    Offered(4, SILK.no, days.moment("2026-11-03 10:00"), "entry", 0, NEW, ("存在正常缴存账户",)),
    Declared(
        5, TEA.no, LATE_WON.no, days.moment("2026-11-20 17:10"), days.moment("2026-11-20 17:10"), (LATE,)
    ),
    Declared(
        6, SILK.no, LATE_LOST.no, days.moment("2026-11-20 17:20"), days.moment("2026-11-20 17:20"), (LATE,)
    ),
    Ordered(7, TEA.no, "S1", days.moment("2026-11-23 10:00"), (NOVEMBER.code,), 132_000),
    Chosen(8, "S1", days.moment("2026-11-23 10:01"), "qr"),
    PAID,
)  # fmt: skip
HONEST = Play(0, (TEA, SILK), FIRST, ACTS, LAST)
