"""The printed forms of the trade: which fields each has, in the order of the paper (domain-values A15).

Callers hand over plain values; amounts, capitals and masked numbers are written here, so every slip writes them alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hpf.documents.facts import Field, RosterColumn, RosterData, Section, SlipData
from hpf.kernel.capitals import in_capitals
from hpf.kernel.money import Money
from hpf.kernel.month import Month

_ELECTRONIC = "本凭证由系统自动生成并加盖电子印章，与纸质凭证具有同等效力。"
_NO_PERSONS = "个人明细请在“缴存资金查询”中查看。"
_SUCCESSES = "本凭证只列处理成功的记录。"


@dataclass(frozen=True)
class PaymentSlip:
    """What 汇（补）缴款凭证 says of one settled due; `total` is the employer's part plus the personal part.

    `prepaid` is the part of the total taken from prepaid money; `credited_on` is None until the accounts are credited.
    `payer_account` is given whole and printed masked. `heads` counts persons (remittance) or person-months (back-pay).
    """

    centre: str
    business_no: str
    employer: str
    employer_account: str
    credit_code: str
    payer_bank: str
    payer_account: str
    payee: str
    payee_bank: str
    payee_account: str
    fund: str
    kind: str
    first_month: Month
    last_month: Month
    heads: int
    employer_part: Money
    personal_part: Money
    prepaid: Money
    method: str
    credited_on: date | None
    handler: str
    remark: str = ""

    @property
    def total(self) -> Money:
        """Both parts together."""
        return self.employer_part + self.personal_part


@dataclass(frozen=True)
class BusinessVoucher:
    """The head of a voucher for a finished case (设立, 封存, 补缴 …) or one portion of it (HZ-2.4.2-17)."""

    centre: str
    title: str
    business_no: str
    employer: str
    employer_account: str
    fund: str
    declared_month: Month
    processed_month: Month
    channel: str
    processed_at: str
    portion: str = ""


def payment_slip(slip: PaymentSlip) -> SlipData:
    """The slip as a form: all fields of A15 in order, totals only, no persons (HZ-2.15.4-07, -08)."""
    months = slip.first_month.chinese
    if slip.last_month != slip.first_month:
        months += f" 至 {slip.last_month.chinese}"
    credited = slip.credited_on
    return SlipData(
        centre=slip.centre,
        title="住房公积金汇（补）缴款凭证",
        business_no=slip.business_no,
        sections=(
            Section("缴款单位", (
                Field("单位名称", slip.employer, wide=True),
                Field("单位账号", slip.employer_account),
                Field("统一社会信用代码", slip.credit_code),
            )),
            Section("付款", (
                Field("付款银行", slip.payer_bank),
                Field("付款账号", masked_account(slip.payer_account)),
            )),
            Section("收款", (
                Field("收款单位", slip.payee, wide=True),
                Field("收款银行", slip.payee_bank),
                Field("收款账号", slip.payee_account),
            )),
            Section("缴存", (
                Field("资金性质", slip.fund),
                Field("缴存类型", slip.kind),
                Field("缴存年月（起止）", months),
                Field("人数（人次）", f"{slip.heads:,}"),
            )),
            Section("金额", (
                Field("单位缴存额", f"¥ {slip.employer_part}"),
                Field("个人缴存额", f"¥ {slip.personal_part}"),
                *total_fields(slip.total),
                Field("其中预缴抵扣", f"¥ {slip.prepaid}", wide=True),
            )),
            Section("入账", (
                Field("结算方式", slip.method),
                Field("入账日期", f"{credited.year}年{credited.month}月{credited.day}日" if credited else ""),
                Field("经办人", slip.handler, wide=True, personal=True),
                Field("备注", slip.remark, wide=True),
            )),
        ),
        note=_ELECTRONIC + _NO_PERSONS,
    )  # fmt: skip


def business_voucher(
    voucher: BusinessVoucher,
    columns: tuple[RosterColumn, ...],
    succeeded: Iterable[tuple[str, ...]],
    totals: tuple[Field, ...],
) -> RosterData:
    """The voucher of a case. `succeeded` are its successful rows only, as printed, in `columns` (HZ-2.4.2-16)."""
    return RosterData(
        centre=voucher.centre,
        title=voucher.title,
        business_no=voucher.business_no,
        head=(
            Field("单位名称", voucher.employer),
            Field("单位账号", voucher.employer_account),
            Field("资金性质", voucher.fund),
            Field("申报业务年月", str(voucher.declared_month)),
            Field("处理成功业务年月", str(voucher.processed_month)),
            Field("办理渠道", voucher.channel),
            Field("处理时间", voucher.processed_at),
        ),
        columns=columns,
        rows=tuple(succeeded),
        totals=totals,
        portion=voucher.portion,
        note=_SUCCESSES + _ELECTRONIC,
    )


def total_fields(total: Money) -> tuple[Field, Field]:
    """The total in figures and in capitals, as every slip of money has them (支付结算办法, annex 1)."""
    return (
        Field("合计（小写）", f"¥ {total}", wide=True, strong=True),
        Field("合计（大写）", in_capitals(total), wide=True, strong=True),
    )


def masked_account(number: str) -> str:
    """A bank account number with only its last four characters readable; empty stays empty."""
    return f"**** **** **** {number[-4:]}" if number else ""
