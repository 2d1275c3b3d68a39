"""送缴结算查询: the payment orders of an employer account (HZ-2.8.2.3; paying again and cancelling, HZ-2.8.2.2)."""

from hpf.engine.declare import Column, ColumnKind, Enquiry, Filter, FilterKind, Group, Listing, Source

ITEM = Enquiry(
    code="contribution.orders",
    title="送缴结算查询",
    requirement="HZ-2.8.2.3",
    group=Group.SETTLEMENT,
    advice="为避免误操作，查询订单请由本功能进入；继续支付请从“我的办件”进入。",
    listing=Listing(
        source=Source.ORDERS,
        sorted_by="按创建时间由近到远",
        filters=(
            Filter("since", "创建日期起", FilterKind.DATE),
            Filter("until", "创建日期止", FilterKind.DATE),
            Filter("state", "订单结算状态", FilterKind.CHOICE),
        ),
        columns=(
            Column("no", "订单号", ColumnKind.LINK),
            Column("created_at", "创建时间", ColumnKind.TIME),
            Column("fund", "资金性质"),
            Column("dues", "记录笔数", ColumnKind.COUNT),
            Column("amount", "订单金额", ColumnKind.MONEY, totalled=True),
            Column("channel", "支付渠道"),
            Column("bank", "付款银行"),
            Column("state", "订单结算状态", ColumnKind.STATUS),
            Column("paid_at", "支付完成时间", ColumnKind.TIME),
            Column("credit", "入账状态", ColumnKind.STATUS),
            Column("reason", "失败或作废原因", wide=True),
        ),
        empty="没有符合条件的订单",
    ),
)
