"""A slip, a voucher and an imprint as the tests of the documents room use them."""

from datetime import date, datetime

from hpf.documents.facts import Field, Imprint, RosterColumn, RosterData
from hpf.documents.forms import BusinessVoucher, PaymentSlip, business_voucher
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month

AT = datetime(2026, 11, 21, 18, 0, tzinfo=TZ)
IMPRINT = Imprint("HJ2026112100001857", "7KQ49MXD2HTB", "https://gjj.example.cn/hangzhou/verify/7KQ49MXD2HTB", AT)

SLIP = PaymentSlip(
    centre="杭州住房公积金管理中心",
    business_no="2026112100000018",
    employer="杭州西子精密机械制造有限公司",
    employer_account="330100086421",
    credit_code="91330102MA3C5RTX1K",
    payer_bank="中国工商银行杭州西湖支行",
    payer_account="1202020209900123456",
    payee="杭州住房公积金管理中心",
    payee_bank="中国建设银行杭州之江支行",
    payee_account="33001616783059000667",
    fund="住房公积金",
    kind="汇缴",
    first_month=Month(2026, 11),
    last_month=Month(2026, 11),
    heads=500,
    employer_part=Money.parse("186432.25"),
    personal_part=Money.parse("186432.25"),
    prepaid=Money.ZERO,
    method="送缴（对公网银）",
    credited_on=date(2026, 11, 23),
    handler="王䶮",
)

COLUMNS = (
    RosterColumn("序号", 12, "center"),
    RosterColumn("姓名", 26),
    RosterColumn("证件号码", 38),
    RosterColumn("合计月缴存额", 26, "right"),
)


def voucher(rows: list[tuple[str, ...]], portion: str = "") -> RosterData:
    """A voucher of an opening with these rows."""
    head = BusinessVoucher(
        centre="杭州住房公积金管理中心",
        title="个人账户设立（启封）业务凭证",
        business_no="2026112100000018",
        employer="杭州西子精密机械制造有限公司",
        employer_account="330100086421",
        fund="住房公积金",
        declared_month=Month(2026, 11),
        processed_month=Month(2026, 12),
        channel="网上",
        processed_at="2026-11-21 17:42:10",
        portion=portion,
    )
    return business_voucher(head, COLUMNS, rows, (Field("成功笔数", f"{len(rows)} 笔", strong=True),))


def people(count: int, name: str = "王芳") -> list[tuple[str, ...]]:
    """Rows with ids that tell them apart."""
    return [(str(n), name, f"3301061990{n:08d}", "2,468.00") for n in range(1, count + 1)]
