"""Why a due cannot be settled or an order not be paid, in the order in which it is told; and how the verbs say so."""

from collections.abc import Sequence

from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy


class DueRefusal(Refusal):
    """Refusals of 送缴结算 (HZ-2.8.2.1)."""

    NOTHING_CHOSEN = Reason("请至少选择一笔缴存记录")
    UNKNOWN = Reason("所选缴存记录不存在或不属于本单位账号，请返回重新选择", field="due_id")
    SETTLED = Reason("业务代码{code}已结算成功，无需再次支付", field="due_id", hint="结算情况请至缴存资金查询查看")
    LOCKED = Reason(
        "业务代码{code}正在结算中，不能重复支付",
        field="due_id",
        hint="请在送缴结算查询中继续支付或取消原订单；已支付的请次日查看结果",
        remedy=Remedy.LATER,
    )


class OrderRefusal(Refusal):
    """Refusals of paying or cancelling an order (HZ-2.8.2.1, HZ-2.8.2.2)."""

    UNKNOWN = Reason("订单不存在，请至送缴结算查询核对", field="order_no")
    NOT_UNPAID = Reason("订单{state}，不能再操作", field="order_no", hint="需要支付的请重新办理送缴结算")
    EXPIRED = Reason("订单已超过支付时限，将自动作废", field="order_no", hint="作废后请重新办理送缴结算")
    CLOSED = Reason(
        "支付操作须在当日{closes}前完成", field="order_no", hint="请于次日重新办理送缴结算", remedy=Remedy.LATER
    )
    CHANNEL_FIXED = Reason(
        "该订单已选择{channel}，不能更换支付渠道", field="channel", hint="如需更换，请取消支付后重新办理送缴结算"
    )
    OVER_QR_LIMIT = Reason(
        "订单金额{amount}元，超过扫码支付单笔限额{limit}元", field="channel", hint="请选择对公网银结算"
    )
    UNKNOWN_BANK = Reason("所选银行不支持对公网银结算", field="bank", hint="请在所列银行中选择")


class SettlementRefused(Exception):
    """Nothing was opened; `refusals` has one per due that cannot be settled, in the order they were given."""

    def __init__(self, refusals: Sequence[Refused]) -> None:
        """Keep the refusals."""
        super().__init__("; ".join(refused.text for refused in refusals))
        self.refusals = tuple(refusals)


class OrderRefused(Exception):
    """The order stays as it is; `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        """Keep the refusal."""
        super().__init__(refused.text)
        self.refused = refused
