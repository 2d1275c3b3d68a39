"""送缴结算 and 汇补缴凭证打印, as a clerk would check them: one line a case, the verdict last."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from hpf.documents.forms import PaymentSlip, payment_slip
from hpf.dues.facts import Due, DueKind, LatestVoucher, SettlementState
from hpf.engine.declare import ItemRules
from hpf.items.contribution import settlement
from hpf.items.enquiry import voucher
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties.facts import Fund, Method
from hpf.policy.book import load

RULES = ItemRules(load("hangzhou"), date(2026, 11, 23), Month(2026, 12))
DUE = Due(
    id=1,
    code="H20261100000001",
    kind=DueKind.REMITTANCE,
    fund=Fund.HPF,
    employer_account_id=1,
    month=Month(2026, 11),
    made_at=datetime(2026, 11, 20, 22, tzinfo=TZ),
    policy_version=1,
    people=8,
    employer_part=Money.of_yuan(4490),
    personal_part=Money.of_yuan(4490),
    method=Method.SELF,
    state=SettlementState.WAITING,
    prepaid=Money.ZERO,
    settled_at=None,
    credited_at=None,
    order_no="",
    reason="",
)
SETTLING = replace(DUE, state=SettlementState.SETTLING, order_no="S202611230000000001")
FAILED = replace(DUE, state=SettlementState.FAILED, reason="账户余额不足")


@pytest.mark.req("HZ-2.8.2.1-42")
@pytest.mark.parametrize(
    ("due", "told"),
    [
        (DUE, []),
        (FAILED, []),
        (replace(DUE, state=SettlementState.DEFERRED), []),
        (None, ["未找到该应缴记录"]),
        (replace(DUE, state=SettlementState.SETTLED), ["该记录已结算成功"]),
        (SETTLING, ["该记录正在结算中（订单号S202611230000000001）"]),
    ],
)
def test_what_can_be_chosen(due: Due | None, told: list[str]) -> None:
    row, facts = settlement.Row(due_code="H20261100000001"), settlement.Facts(due)
    assert [r.text for r in settlement.check(row, facts, RULES)] == told
    effects = settlement.decide(row, settlement.work_out(row, facts, RULES), facts, RULES) if not told else ()
    assert [effect.due_id for effect in effects] == ([1] if not told else [])


def _told(*dues: Due) -> list[str]:
    row = settlement.Row(due_code="H20261100000001")
    worked = [settlement.work_out(row, settlement.Facts(due), RULES) for due in dues]
    return list(settlement.notices(worked, RULES))


@pytest.mark.req("HZ-2.8.2.1-07")
def test_a_failed_settlement_is_settled_anew_and_the_user_is_told() -> None:
    assert _told(DUE) == []
    assert _told(DUE, FAILED) == ["系统将做重新结算处理，结算金额以重新结算处理后为准"]


@pytest.mark.req("HZ-2.8.2.1-32")
def test_nothing_to_pay_is_told() -> None:
    texts = RULES.today.texts
    assert _told(replace(DUE, prepaid=DUE.amount)) == [texts.zero_amount]
    assert "无需支付" in texts.zero_amount


def test_what_turns_for_good_and_what_is_too_much_for_a_code_is_told() -> None:
    texts = RULES.today.texts
    assert _told(replace(DUE, method=Method.COLLECTION)) == [texts.turns_to_remittance]
    at_limit = replace(DUE, employer_part=Money.of_yuan(25000), personal_part=Money.of_yuan(25000))
    assert _told(at_limit) == []
    over = replace(at_limit, personal_part=Money.of_yuan("25000.01"))
    assert _told(over) == [texts.qr_over_limit.format(limit=RULES.today.qr_limit)]


def test_the_same_due_twice_is_refused_once() -> None:
    rows = [settlement.Row(due_code=code) for code in ("H1", "H2", "H1")]
    assert [(index, r.text) for index, r in settlement.check_all(rows)] == [(2, "同一应缴记录重复选择")]


@pytest.mark.req("HZ-2.15.4-09", "HZ-2.15.4-10", "HZ-2.8.1.5-09")
@pytest.mark.parametrize(
    ("latest", "told", "notices"),
    [
        (LatestVoucher(None, 0), ["该月份没有已结算成功且已入账的汇缴记录"], 1),
        (LatestVoucher(DUE, 1), [], 1),
        (LatestVoucher(DUE, 2), [], 2),
    ],
)
def test_which_month_has_a_voucher(latest: LatestVoucher, told: list[str], notices: int) -> None:
    row, facts = voucher.Row.model_construct(kind=DueKind.REMITTANCE, month=Month(2026, 11)), voucher.Facts(latest)
    worked = voucher.work_out(row, facts, RULES)
    assert [r.text for r in voucher.check(row, facts, RULES)] == told
    assert len(list(voucher.notices([worked], RULES))) == notices
    assert [effect.due_id for effect in voucher.decide(row, worked, facts, RULES)] == ([1] if not told else [])


@pytest.mark.req("HZ-2.15.4-07")
def test_the_voucher_says_totals_and_no_person() -> None:
    slip = payment_slip(
        PaymentSlip(
            centre="中心", business_no=DUE.code, employer="杭州桂语茶业有限公司", employer_account="100000000301",
            credit_code="91330106MA27XJ4K0A", payer_bank="建设银行", payer_account="6217000012345678", payee="中心",
            payee_bank="建设银行", payee_account="33050161812700000101", fund="住房公积金", kind="汇缴",
            first_month=DUE.month, last_month=DUE.month, heads=8, employer_part=DUE.employer_part,
            personal_part=DUE.personal_part, prepaid=Money.ZERO, method="送缴", credited_on=None, handler="沈桂英",
        )
    )  # fmt: skip
    labels = [field.label for section in slip.sections for field in section.fields]
    assert "人数（人次）" in labels
    assert not {"姓名", "证件号码", "个人客户号"} & set(labels)
    assert "缴存资金查询" in slip.note
