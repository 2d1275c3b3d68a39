"""What an employer's handler does in the hall: open accounts, pay what is owed, read, download (HZ-2.4.1, HZ-2.8)."""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from drill import days, law, sheets
from drill.door import CENTRE, Broken, Browser, Refused
from drill.markup import Form, Line, Page
from drill.papers import RowSent
from drill.records import Account, AccountTold, CaseTold, DueTold, LineTold, OrderTold, RowTold

OPENING, OPENINGS = f"{CENTRE}/items/account.opening/", f"{CENTRE}/items/account.opening_query/"
FUNDS, SETTLING = f"{CENTRE}/items/contribution.funds/", f"{CENTRE}/items/contribution.settlement/"
ORDERS = f"{CENTRE}/items/contribution.orders/"
_WAYS = {"qr": "qr", "bank": "corporateBank"}
_BAD_ROWS_SHOWN = 20


@dataclass
class Hall:
    """One handler at work."""

    browser: Browser
    account: Account = field(init=False)

    def __post_init__(self) -> None:
        """Read off the form for whom one works."""
        facts = self.browser.get(OPENING).pairs
        branch = self.browser.get(OPENING).root.first("select", name="branch")
        chosen = [option.text for option in branch.all("option") if "selected" in option.attrs]
        self.normal_people = int(facts["正常缴存人数"].replace(",", ""))
        self.account = Account(
            no=self._account_no(),
            name=facts["单位名称"],
            district=law.district_of(chosen[0]),
            rate=law.rate_of(facts["缴存比例"].partition("/")[0]),
            method=facts["缴存方式"],
        )

    def _account_no(self) -> str:
        form = self.browser.get(OPENING).root.first("select", name="account")
        chosen = [option.attrs["value"] for option in form.all("option") if "selected" in option.attrs]
        return chosen[0]

    # opening

    def enter(self) -> Page:
        """Enter the declaration interface; the page shown belongs to a visit from here on."""
        return self.browser.get(f"{OPENING}list/")

    def save(self, page: Page, row: RowSent) -> tuple[Page, list[str]]:
        """单笔录入 of a row; the page after it and what was said against the row."""
        form = page.form("entry")
        told = {
            "name": row.name,
            "id_type": form.options["id_type"].get(row.id_type, row.id_type),
            "id_no": row.id_no,
            "arrival": form.options["arrival"].get(row.arrival, row.arrival),
            "wage": row.wage,
            "phone": row.phone,
            "sms": form.options["sms"].get(row.sms, row.sms),
        }
        after = self.browser.send(Form(form.action, form.fields, {}), told)
        if self.browser.status == 422:
            return self.enter_again(page), after.told
        return after, []

    def enter_again(self, page: Page) -> Page:
        """The same list in the same visit, after a refusal."""
        visit = page.form("entry").fields["visit"]
        return self.browser.get(f"{OPENING}list/", {"visit": visit})

    def load(self, page: Page, rows: Sequence[RowSent]) -> tuple[Page, dict[int, list[str]]]:
        """导入 excel of a filled template; the page after it and, by place in the file, what was said against a row."""
        template = self.browser.file(f"{OPENING}list/template/")
        form = page.form(action="list/import/")
        content = sheets.filled(template, rows)
        shown = self.browser.send(form, files={"workbook": ("清册.xlsx", content)})
        if self.browser.status == 422:
            raise Refused(shown.told)
        first = sheets.first_row(template)
        refused: dict[int, list[str]] = {}
        for line in self._bad_rows(shown):
            refused.setdefault(int(line.cells["文件行号"].replace(",", "")) - first, []).append(line.cells["原因"])
        return shown, refused

    def _bad_rows(self, page: Page) -> list[Line]:
        if not page.has_table("未导入的记录"):
            if any("没有导入任何记录" in text for text in page.told):
                raise Refused(page.told)
            return []
        found = page.table("未导入的记录")
        if len(found) < _BAD_ROWS_SHOWN:
            return found
        return self.browser.get(page.link("查看全部")).table("未导入的记录")

    def prepare(self, page: Page) -> Page:
        """确认, 声明, 下一步, 上传材料: up to 信息确认, which is returned. Raises Refused."""
        form = self._on(self.browser.send(page.form("confirm")), "next")
        materials = self._on(self.browser.send(form.form("next"), {"declared": "1"}), "next")
        slot = materials.form(action="materials/upload/")
        with_file = self.browser.send(slot, files={"files": ("盖章清册.png", _picture())})
        return self._on(self.browser.send(with_file.form("next")), "submit")

    def hand_in(self, last: Page) -> str:
        """提交; the number of the case. Raises Refused."""
        after = self.browser.send(last.form("submit"))
        if "/cases/" not in self.browser.address:
            raise Refused(after.told)
        return self.browser.address.rstrip("/").rpartition("/")[2]

    def _on(self, page: Page, form_id: str) -> Page:
        """The page, if it leads on. Raises Refused."""
        if self.browser.status == 422 or not page.root.all("form", id=form_id):
            raise Refused(page.told or [page.title])
        return page

    def case_state(self, case_no: str) -> str:
        """What the page of a case says of its state."""
        return self.browser.get(f"{CENTRE}/cases/{case_no}/").root.first("span", cls="tag").text

    # paying

    def settle(self, codes: Iterable[str], year: str) -> str:
        """送缴结算 of these dues of a 缴存年度; the number of the case. Raises Refused."""
        page = self.browser.get(f"{SETTLING}list/", {"year": year})
        summary = self.browser.send(page.form("choose"), several={"row": list(codes)})
        if self.browser.status == 422:
            raise Refused(summary.told)
        materials = self._on(self.browser.send(summary.form("next")), "next")
        return self.hand_in(self._on(self.browser.send(materials.form("next")), "submit"))

    def order_of(self, case_no: str) -> str:
        """The order that the page of a case leads to with 支付. Raises LookupError while there is none."""
        return self.browser.get(f"{CENTRE}/cases/{case_no}/").link("支付").rstrip("/").rpartition("/")[2]

    def pay_page(self, order_no: str) -> Page:
        """The payment page."""
        return self.browser.get(f"{CENTRE}/pay/{order_no}/")

    def asked_fen(self, order_no: str) -> int:
        """What the payment page asks for."""
        return law.fen(self.pay_page(order_no).pairs["订单金额（元）"])

    def choose(self, order_no: str, way: str) -> list[str]:
        """Take a channel and go on to the cashier; what was said against it, nothing when it was taken."""
        page = self.pay_page(order_no)
        form = page.form("choose")
        fields = {"channel": _WAYS[way]} if "channel" not in form.fields or form.fields["channel"] else {}
        after = self.browser.send(form, {**fields, "channel": _WAYS[way], "bank": form.fields.get("bank", "CCB")})
        return [] if not self.browser.address.startswith(self.browser.base) else _bad_of(after)

    def come_back(self, order_no: str) -> None:
        """What the bank's page does when one has paid: leads back to the hall, which asks the cashier."""
        self.browser.get(f"{CENTRE}/pay/{order_no}/back/")

    def cancel(self, order_no: str) -> None:
        """取消支付."""
        self.browser.send(self.browser.get(f"{CENTRE}/pay/{order_no}/cancel/").form(action="/cancel/"))

    def peep(self, account_no: str, numbers: Mapping[str, str]) -> Iterable[tuple[str, bool]]:
        """Try to see what is somebody else's; what was tried, and whether it was shown."""
        places = {"case": (f"{CENTRE}/cases/%s/", f"{CENTRE}/cases/%s/failed/", f"{CENTRE}/cases/%s/voucher/"),
                  "order": (f"{CENTRE}/pay/%s/", f"{CENTRE}/pay/%s/cancel/"),
                  "due": (f"{CENTRE}/dues/%s/voucher/", f"{FUNDS}detail/?of=%s", f"{FUNDS}export/?of=%s")}  # fmt: skip
        for kind, number in numbers.items():
            for place in places[kind]:
                yield place.replace(CENTRE, "").replace("%s", f"({kind})"), self._is_shown(place % number)
        self.browser.get(OPENING, {"account": account_no})
        yield "the form", self._account_no() == account_no

    def _is_shown(self, path: str) -> bool:
        try:
            self.browser.file(path)
        except Broken:
            return False
        return True

    # reading

    def told(self, since_month: int, until_month: int, *, slips: bool) -> AccountTold:
        """Everything the hall says of this account; cases of these months, and `slips` of dues from the first on."""
        return AccountTold(
            dues=tuple(self._dues(since_month if slips else None)),
            orders=tuple(self._orders()),
            cases=tuple(self._cases(since_month, until_month)),
            purse_fen=law.fen(self.browser.get(FUNDS).pairs["预缴资金余额（元）"]),
        )

    def due_codes(self, *states: str) -> list[tuple[str, int]]:
        """Code and amount of the dues that stand so, the latest first."""
        rows = self._listing(FUNDS)
        return [(row["业务代码"], law.fen(row["应缴金额"])) for row in rows if row["结算状态"] in states]

    def _dues(self, slips_since: int | None) -> Iterable[DueTold]:
        for row in self._listing(FUNDS):
            code, month = row["业务代码"], days.month_of(row["缴存年月"])
            credited = row["结算状态"] == "结算成功" and row["入账状态"] == "已入账"
            wanted = credited and slips_since is not None and month >= slips_since
            yield DueTold(
                code=code,
                kind=row["缴存类型"],
                month=month,
                people=int(row["人数"]),
                amount_fen=law.fen(row["应缴金额"]),
                prepaid_fen=law.fen(row["预缴抵扣"]),
                cash_fen=law.fen(row["结算金额"]),
                method=row["缴存方式"],
                state=row["结算状态"],
                credit=row["入账状态"],
                lines=tuple(_line(line) for line in self._listing(FUNDS, of=code)),
                slip=sheets.words(self.browser.file(f"{CENTRE}/dues/{code}/voucher/")) if wanted else "",
            )

    def _orders(self) -> Iterable[OrderTold]:
        for row in self._listing(ORDERS):
            yield OrderTold(
                row["订单号"], int(row["记录笔数"]), law.fen(row["订单金额"]), row["订单结算状态"], row["入账状态"]
            )

    def _cases(self, month: int, until_month: int) -> Iterable[CaseTold]:
        while month <= until_month:
            for row in self._listing(OPENINGS, month=days.month_text(month)):
                yield CaseTold(
                    no=row["业务流水号"],
                    declared_at=days.moment(row["申报时间"]),
                    declared_month=days.month_of(row["申报业务年月"]),
                    processed_month=row["处理成功业务年月"],
                    total=int(row["总笔数"]),
                    succeeded=int(row["成功笔数"]),
                    failed=int(row["失败笔数"]),
                    pending=int(row["待确认笔数"]),
                    amount_fen=law.fen(row["月缴存额合计"]),
                    rows=tuple(_row(one) for one in self._listing(OPENINGS, of=row["业务流水号"])),
                )
            month = days.after(month)

    def _listing(self, item: str, **query: str) -> list[dict[str, str]]:
        return sheets.listing(self.browser.file(f"{item}export/", query))


def _line(row: dict[str, str]) -> LineTold:
    return LineTold(
        customer_no=row["个人客户号"],
        name=row["姓名"],
        id_no=row["证件号码"],
        month=days.month_of(row["所属年月"]),
        base_fen=law.fen(row["缴存基数"]),
        employer_fen=law.fen(row["单位缴存额"]),
        personal_fen=law.fen(row["个人缴存额"]),
        change=row["变动"],
        remark=row["备注"],
    )


def _row(row: dict[str, str]) -> RowTold:
    return RowTold(
        name=row["姓名"],
        id_no=row["证件号码"],
        kind=row["业务类别"],
        base_fen=law.fen(row["缴存基数"] or "0"),
        employer_fen=law.fen(row["单位月缴存额"] or "0"),
        personal_fen=law.fen(row["个人月缴存额"] or "0"),
        state=row["处理结果"],
        processed_at=row["处理时间"],
        processed_month=row["处理成功业务年月"],
        reasons=tuple(text for text in row["失败原因"].split("；") if text),
        advice=row["建议办理"],
    )


def _bad_of(page: Page) -> list[str]:
    """Notices that tell of trouble."""
    return [node.text for node in page.root.all(cls="t-bad") if "notice" in node.attrs.get("class", "")]


def _picture() -> bytes:
    """A small white picture: what a scanned list looks like to a program."""
    width, height = 64, 64

    def chunk(kind: bytes, content: bytes) -> bytes:
        sealed = kind + content
        return struct.pack(">I", len(content)) + sealed + struct.pack(">I", zlib.crc32(sealed))

    pixels = zlib.compress((b"\0" + b"\xff" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
