"""业务申请记录 of 个人开户: what became of the applications, and why one was returned (HH-3.4-02, -11 to -17)."""

from hpf.engine.declare import Column, ColumnKind, Enquiry, Filter, FilterKind, Group, Listing, Source

ITEM = Enquiry(
    code="account.opening_records",
    title="个人开户业务申请记录",
    requirement="HH-3.4",
    group=Group.ACCOUNT,
    of="account.opening_reviewed",
    listing=Listing(
        source=Source.RECORDS_OF_ITEM,
        sorted_by="按办理日期由近到远",
        filters=(
            Filter("no", "业务流水号", FilterKind.TEXT),
            Filter("state", "业务状态", FilterKind.CHOICE),
            Filter("since", "办理日期起", FilterKind.DATE),
            Filter("until", "办理日期止", FilterKind.DATE),
        ),
        columns=(
            Column("no", "业务流水号", ColumnKind.LINK),
            Column("declared_on", "办理日期", ColumnKind.DATE),
            Column("effective_month", "变更年月"),
            Column("total", "开户人数", ColumnKind.COUNT, totalled=True),
            Column("amount", "月缴存额合计", ColumnKind.MONEY, totalled=True),
            Column("state", "业务状态", ColumnKind.STATUS),
            Column("reviewed_on", "审核日期", ColumnKind.DATE),
            Column("concluded_on", "办结日期", ColumnKind.DATE),
            Column("reason", "退回原因", wide=True),
            Column("declared_by", "经办人"),
        ),
        empty="没有符合条件的开户申请",
        export_limit=3000,
    ),
    detail=Listing(
        source=Source.ROWS_OF_CASE,
        sorted_by="按序号",
        columns=(
            Column("row_no", "序号", ColumnKind.NUMBER),
            Column("name", "姓名", ColumnKind.NAME),
            Column("id_type", "证件类型"),
            Column("id_no", "证件号码", ColumnKind.ID_NUMBER),
            Column("sex", "性别"),
            Column("born", "出生日期"),
            Column("effective_month", "变更年月"),
            Column("base", "缴存基数", ColumnKind.MONEY, totalled=True),
            Column("employer_part", "单位月缴存额", ColumnKind.MONEY, totalled=True),
            Column("personal_part", "个人月缴存额", ColumnKind.MONEY, totalled=True),
            Column("total", "月缴存额合计", ColumnKind.MONEY, totalled=True),
            Column("phone", "手机号码", ColumnKind.PHONE),
            Column("customer_no", "个人账号"),
            Column("state", "处理结果", ColumnKind.STATUS),
            Column("reasons", "失败原因", wide=True),
        ),
        export_limit=3000,
    ),
)
