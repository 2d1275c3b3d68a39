"""缴存资金查询: what the employer owes, has settled and has had credited, with the people behind it (HZ-2.8.1.5)."""

from hpf.engine.declare import Column, ColumnKind, Enquiry, Filter, FilterKind, Group, Listing, Source

ITEM = Enquiry(
    code="contribution.funds",
    title="缴存资金查询",
    requirement="HZ-2.8.1.5",
    group=Group.CONTRIBUTION,
    card=True,
    listing=Listing(
        source=Source.FUNDS,
        sorted_by="按缴存年月由近到远",
        filters=(
            Filter("year", "缴存年度", FilterKind.CHOICE, note="7月至次年6月"),
            Filter("kind", "缴存类型", FilterKind.CHOICE),
            Filter("state", "结算状态", FilterKind.CHOICE),
        ),
        columns=(
            Column("code", "业务代码", ColumnKind.LINK),
            Column("fund", "资金性质"),
            Column("kind", "缴存类型"),
            Column("month", "缴存年月", ColumnKind.MONTH),
            Column("people", "人数", ColumnKind.COUNT, totalled=True),
            Column("amount", "应缴金额", ColumnKind.MONEY, totalled=True),
            Column("prepaid", "预缴抵扣", ColumnKind.MONEY, totalled=True),
            Column("cash", "结算金额", ColumnKind.MONEY, totalled=True),
            Column("method", "缴存方式"),
            Column("state", "结算状态", ColumnKind.STATUS),
            Column("credit", "入账状态", ColumnKind.STATUS),
            Column("settled_on", "结算日期", ColumnKind.DATE),
            Column("credited_on", "入账日期", ColumnKind.DATE),
            Column("reason", "失败原因", wide=True),
            Column("remark", "备注"),
        ),
        empty="尚无应缴记录。每月20日（节假日顺延）生成当月应缴，次日可在此查看",
    ),
    detail=Listing(
        source=Source.PEOPLE_OF_DUE,
        sorted_by="按个人客户号、所属年月",
        filters=(Filter("changed", "只看变动", FilterKind.FLAG),),
        columns=(
            Column("customer_no", "个人客户号"),
            Column("name", "姓名", ColumnKind.NAME),
            Column("id_no", "证件号码", ColumnKind.ID_NUMBER),
            Column("month", "所属年月", ColumnKind.MONTH),
            Column("base", "缴存基数", ColumnKind.MONEY),
            Column("employer_rate", "单位比例", ColumnKind.RATE),
            Column("personal_rate", "个人比例", ColumnKind.RATE),
            Column("employer_part", "单位缴存额", ColumnKind.MONEY, totalled=True),
            Column("personal_part", "个人缴存额", ColumnKind.MONEY, totalled=True),
            Column("total", "合计", ColumnKind.MONEY, totalled=True),
            Column("change", "变动"),
            Column("remark", "备注"),
        ),
    ),
)
