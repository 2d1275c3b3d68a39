"""The living style page: every macro with sample data, for the demo, the pictures and the tests of the look."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.web.frame import Crumb, DemoClock, EmployerChoice, Frame, MenuGroup, MenuItem
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Edit,
    Event,
    EventState,
    Fact,
    Field,
    FieldKind,
    Figure,
    Look,
    Masked,
    Notice,
    Option,
    Pager,
    Picture,
    Problem,
    Row,
    Table,
    Tag,
    Tone,
)

NOW = datetime(2026, 11, 16, 10, 42, tzinfo=TZ)
_QR = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 5 5'%3E"
    "%3Cpath d='M0 0h2v2H0zM3 0h2v2H3zM0 3h2v2H0zM2 2h1v1H2zM4 3h1v1H4zM3 4h1v1H3z'/%3E%3C/svg%3E"
)

_PEOPLE = (
    ("彭文琪", "330106********9379", "设立", 1151900, ""),
    ("吴文", "330105********4063", "启封", 743300, ""),
    ("郭晓嘉", "330112********0313", "调入", 1376200, ""),
    ("欧阳钰䶮", "330104********0229", "设立", 4155900, "封顶"),
    ("宋霞梓", "330112********6005", "设立", 249000, "保底"),
    ("周梓明", "330105********7001", "设立", 953200, ""),
    ("宋明欣", "330105********3293", "设立", 489300, ""),
    ("沈霞", "330102********3227", "启封", 395400, ""),
)


def hall_frame() -> Frame:
    """A frame as an agent of an employer sees it, in the demo."""
    employers = (
        EmployerChoice("杭州钱江精密机械制造有限公司", "330100086421", "?employer=1", current=True),
        EmployerChoice("杭州西溪湿地茶馆", "330100091177", "?employer=2"),
    )
    menu = (
        MenuGroup("", (MenuItem("工作台", "#main", "grid"), MenuItem("我的办件", "#main", "list-search", count=3))),
        MenuGroup(
            "个人账户",
            (
                MenuItem("个人账户设立（启封）", "#main", "user-plus", current=True),
                MenuItem("设立（启封）查询", "#main", "search"),
                MenuItem("个人账户封存", "#main", "user-minus"),
                MenuItem("个人账户转移", "#main", "swap"),
                MenuItem("基数调整", "#main", "sliders"),
            ),
        ),
        MenuGroup(
            "汇补缴",
            (
                MenuItem("缴存资金查询", "#main", "coins"),
                MenuItem("送缴结算", "#main", "wallet"),
                MenuItem("送缴结算查询", "#main", "receipt"),
                MenuItem("汇补缴凭证打印", "#main", "print"),
            ),
        ),
    )
    return Frame(
        centre_name="杭州住房公积金管理中心",
        hotline="12329",
        hotline_hours="工作日 9:00–17:00",
        user_name="王䶮",
        role_name="经办人",
        logout="#main",
        account="#main",
        help="#main",
        inbox="#main",
        unread=3,
        employer=employers[0],
        employers=employers,
        menu=menu,
        demo=DemoClock(NOW, "#main"),
        now=NOW,
    )


def desk_frame() -> Frame:
    """A frame as a teller of the centre sees it."""
    menu = (
        MenuGroup("", (MenuItem("工作台", "#main", "grid", current=True),)),
        MenuGroup("批处理", (MenuItem("批处理控制台", "#main", "play"), MenuItem("需人工处理", "#main", count=12))),
        MenuGroup("账务", (MenuItem("到账流水", "#main", "bank"), MenuItem("日终结账", "#main", "lock"))),
    )
    return Frame(
        centre_name="杭州住房公积金管理中心",
        user_name="陈立",
        role_name="柜员 · 市本级",
        logout="#main",
        menu=menu,
        now=NOW,
    )


def _fields() -> tuple[Field, ...]:
    ids = (
        Option("01", "居民身份证"),
        Option("08", "港澳居民居住证"),
        Option("09", "台湾居民居住证"),
    )
    kinds = (Option("1", "新参加工作"), Option("2", "新调入"))
    return (
        Field("fund", "资金性质", FieldKind.SELECT, "1", options=(Option("1", "住房公积金"),), required=True),
        Field("name", "姓名", required=True, maxlength=10, value="宋霞梓"),
        Field("id_type", "证件类型", FieldKind.SELECT, "01", required=True, options=ids),
        Field(
            "id_no", "证件号码", FieldKind.IDNO, "33010619900101123x", required=True,
            error="职工身份证格式错误：第 18 位校验码应为 6，请核对原件",
        ),
        Field("transfer", "调入类型", FieldKind.RADIO, "1", required=True, options=kinds),
        Field("wage", "月均工资", FieldKind.MONEY, "2,490.00", required=True, suffix="元", help="上年度月均，两位小数"),
        Field("mobile", "移动电话", FieldKind.PHONE, placeholder="11 位手机号"),
        Field("sms", "订阅短信", FieldKind.SELECT, "0", options=(Option("0", "否"),), why_not="填写移动电话后可选"),
        Field("base", "缴存基数", FieldKind.COMPUTED, Money(249000), mark=Tag("保底", Tone.WARN)),
        Field("employer_part", "单位月缴存额", FieldKind.COMPUTED, Money(29900)),
        Field("personal_part", "个人月缴存额", FieldKind.COMPUTED, Money(29900)),
        Field("both", "合计月缴存额", FieldKind.COMPUTED),
    )  # fmt: skip


def _more_fields() -> tuple[Field, ...]:
    ways = (
        Option("1", "对公网银结算", "单笔限额以银行为准", icon="bank"),
        Option("2", "扫二维码结算", "微信、支付宝、银联", icon="qr"),
        Option("3", "个人网银结算", icon="user", why_not="超过 50,000.00 元限额"),
    )
    return (
        Field("shown", "单位名称", FieldKind.SHOWN, "杭州钱江精密机械制造有限公司", span=2),
        Field("month", "业务年月", FieldKind.MONTH, "2026-11"),
        Field("day", "创建日期", FieldKind.DATE, "2026-11-16"),
        Field("way", "结算方式", FieldKind.CARDS, "1", options=ways, required=True, span=4),
        Field("note", "备注", FieldKind.TEXTAREA, span=2),
        Field("secret", "密码", FieldKind.PASSWORD, required=True),
        Field("code", "验证码", FieldKind.CODE, maxlength=6),
        Field(
            "oath", "本单位承诺：申报内容真实、准确，并已告知职工本人。", FieldKind.CHECK, required=True, span=4,
            error="请先勾选声明",
        ),
        Field("hidden", "", FieldKind.HIDDEN, "7"),
    )  # fmt: skip


def workbook_field() -> Field:
    """The field of the import dialog."""
    return Field(
        "workbook", "清册文件", FieldKind.FILE, required=True, accept=".xlsx,.xls", max_bytes=20 * 1024 * 1024,
        placeholder=".xlsx、.xls，20 MB 以内，最多 200,000 行；请使用本页导出的模板",
    )  # fmt: skip


def _roster() -> Table:
    columns = (
        Column("no", "序号", ColumnKind.NUMBER),
        Column("name", "姓名", ColumnKind.NAME, sort_href="?sort=name", sorted="ascending"),
        Column("id_no", "证件号码", ColumnKind.CODE),
        Column("kind", "业务类别", ColumnKind.TAG, hint="由系统判断"),
        Column("wage", "月均工资", ColumnKind.MONEY),
        Column("base", "缴存基数", ColumnKind.MONEY),
        Column("rate", "比例", ColumnKind.RATE),
        Column("employer", "单位月缴", ColumnKind.MONEY),
        Column("personal", "个人月缴", ColumnKind.MONEY),
        Column("both", "合计", ColumnKind.MONEY),
    )
    rows = []
    for no, (name, number, kind, wage, mark) in enumerate(_PEOPLE, 1):
        error = "应大于 0" if no == 6 else ""
        base = Tag(mark, Tone.WARN) if mark else Money(wage)
        part = Money(round(min(max(wage, 249000), 4155900) * 12 / 10000) * 100)
        wage_cell = Edit(f"w{no}", "wage", Money(0 if error else wage), f"{name} 月均工资", "#", error)
        rows.append(
            Row(
                {
                    "no": no, "name": name, "id_no": Masked(number, "证件号码", "#"),
                    "kind": Tag(kind, Tone.GOOD if kind == "设立" else Tone.INFO), "wage": wage_cell, "base": base,
                    "rate": Rate.parse("12%"), "employer": part, "personal": part, "both": part + part,
                },
                id=str(no),
                tone=Tone.BAD if error or no == 8 else Tone.PLAIN,
                errors={"id_no": "与第 3 行重复"} if no == 8 else {},
                note="该职工在其他单位存在正常缴存账户，请联系原单位办理封存后重新录入" if no == 8 else "",
                actions=(Action("修改", "#main"), Action("删除", post="#main", look=Look.DANGER)),
                selected=no == 2,
            )
        )  # fmt: skip
    return Table(
        "待确认记录", columns, tuple(rows), id="roster", select="row", unit="人", count=10000, sorted_by="录入先后",
        total={"employer": Money(1070858200), "personal": Money(1070858200), "both": Money(2141716400)},
        pager=Pager(4, 200, 10000, 50, unit="人", query={"q": "宋"}, target="#roster"),
    )  # fmt: skip


def _cases() -> Table:
    columns = (
        Column("no", "序号", ColumnKind.NUMBER),
        Column("serial", "业务流水号", ColumnKind.CODE, pin=True),
        Column("at", "申报时间", ColumnKind.TIME, sorted="descending", sort_href="?sort=at"),
        Column("month", "申报业务年月", ColumnKind.MONTH),
        Column("done_month", "处理成功业务年月", ColumnKind.MONTH),
        Column("channel", "办理渠道"),
        Column("agent", "经办人"),
        Column("all", "总笔数", ColumnKind.COUNT),
        Column("good", "成功笔数", ColumnKind.COUNT),
        Column("bad", "失败笔数", ColumnKind.COUNT),
        Column("open", "待确认笔数", ColumnKind.COUNT),
        Column("sum", "月缴存额合计", ColumnKind.MONEY),
        Column("state", "状态", ColumnKind.TAG),
        Column("done", "处理完成时间", ColumnKind.TIME),
        Column("why", "说明", wrap=True),
    )
    common: dict[str, object] = {"month": Month(2026, 11), "channel": "网上", "agent": "王䶮"}
    late: dict[str, object] = {
        "no": 1, "serial": "SL202611160000127", "at": NOW.replace(hour=17, minute=5), "all": 8, "open": 8,
        "sum": Money(478400), "state": Tag("受理，待次日处理", Tone.LATE), "why": "17:00 后申报，次日按申报先后处理",
    }  # fmt: skip
    done: dict[str, object] = {
        "no": 2, "serial": "SL202611160000031", "at": NOW, "done_month": Month(2026, 11), "all": 500, "good": 497,
        "bad": 3, "sum": Money(29853600), "state": Tag("部分成功", Tone.WARN), "done": NOW + timedelta(seconds=40),
    }  # fmt: skip
    old: dict[str, object] = {
        "no": 3, "serial": "SL202611120000877", "at": NOW - timedelta(days=4), "done_month": Month(2026, 11),
        "all": 1200, "good": 1200, "sum": Money(71648640), "state": Tag("办结", Tone.GOOD), "done": NOW,
    }  # fmt: skip
    actions = (Action("打印", "#main"), Action("下载", "#main"))
    return Table(
        "个人账户设立（启封）查询",
        columns,
        (Row(common | late, tone=Tone.LATE), Row(common | done, actions=actions), Row(common | old, actions=actions)),
        total={"all": 1708, "good": 1697, "bad": 3, "open": 8, "sum": Money(101980640)},
        count=3, unit="笔", sorted_by="申报时间从新到旧", wide=True,
    )  # fmt: skip


def _timeline() -> tuple[Event, ...]:
    return (
        Event("已提交", EventState.DONE, NOW, "网上申报，经办人 王䶮"),
        Event("系统处理", EventState.NOW, "预计今日办结", "497 人成功，3 人需更正"),
        Event("生成本月缴存资金", EventState.NEXT, "2026-11-21", "11 月业务年月截止后次日"),
        Event("托收扣款", EventState.FAILED, "2026-10-23 09:12", "账户余额不足，请办理送缴结算"),
    )


def _money_figures() -> tuple[Figure, ...]:
    return (
        Figure("申报人数", 10000, "人", note="较上次 +12"),
        Figure("单位月缴存额", Money(1070858200)),
        Figure("个人月缴存额", Money(1070858200)),
        Figure("月缴存额合计（元）", Money(2141716400), key=True),
        Figure("需更正", 2, "行", Tone.BAD),
    )


def _unit() -> tuple[Fact, ...]:
    return (
        Fact("单位名称", "杭州钱江精密机械制造有限公司"),
        Fact("统一社会信用代码", "91330106MA27XJ4K0A"),
        Fact("单位客户号", "0100086421"),
        Fact("资金性质", "住房公积金"),
        Fact("缴存比例", "单位 12% / 个人 12%"),
        Fact("正常缴存人数", 512, hint="人"),
        Fact("当前业务年月", Month(2026, 11)),
        Fact("本月申报截止日", NOW.replace(day=20).date(), hint="剩 4 天"),
        Fact("缴存方式", Tag("托收", Tone.INFO)),
    )


def _notices() -> tuple[Notice, ...]:
    seen = Action("查看办件", "#main")
    return (
        Notice("17:00 后提交的申报于次日 6:00 起按申报先后处理。"),
        Notice("497 人已开户，月缴存额自 2026-11 起计入。", Tone.GOOD, "提交成功", (seen,)),
        Notice("结算金额超过扫码支付单笔限额 50,000.00 元，请改用对公网银。", Tone.WARN),
        Notice("文件是“基数调整”模板，请在本页重新导出模板后填写。", Tone.BAD, "没有导入任何记录"),
    )


def _no_orders() -> Table:
    columns = (Column("order", "订单号", ColumnKind.CODE), Column("sum", "订单金额", ColumnKind.MONEY))
    act = Action("去送缴结算", "#main", "wallet")
    return Table("送缴结算查询", columns, (), count=0, unit="笔", empty="本月还没有订单", empty_action=act)


def _form_parts() -> dict[str, object]:
    remove = Action("删除", post="#main", look=Look.DANGER)
    return {
        "problems": (
            Problem("证件号码：职工身份证格式错误", "f-id_no", "", "请核对原件第 18 位"),
            Problem("请先勾选声明", "f-oath"),
            Problem("月均工资应大于 0", "w6", "第 6 行 周梓明"),
        ),
        "entry": _fields(),
        "more_fields": _more_fields(),
        "filters": (
            Field("q", "查找职工", FieldKind.SEARCH, "宋", placeholder="姓名、证件号码或个人账号", prefix="q"),
            Field("month", "业务年月", FieldKind.MONTH, "2026-11", prefix="q"),
            Field("bad", "只看需更正", FieldKind.CHECK, prefix="q", attrs={"class": "switch"}),
        ),
        "workbook": workbook_field(),
        "material": Field("scan", "补充文件", FieldKind.FILE, accept=".jpg,.png,.pdf", max_bytes=5_242_880),
        "pictures": (Picture("劳动合同.jpg", "#main", "1.2 MB", remove=remove),),
        "bottom": (Action("保存草稿"), Action("下一步：上传材料", look=Look.PRIMARY, icon="arrow-right")),
    }


def sample() -> dict[str, object]:
    """The context of the style page."""
    tones = zip(("正常", "结算中", "已入账", "待缴", "次日处理", "失败"), Tone, strict=True)
    looks = zip(("普通", "主要", "次要", "危险"), Look, strict=True)
    return _form_parts() | {
        "frame": hall_frame(),
        "crumbs": (Crumb("工作台", "#main"), Crumb("个人账户", "#main"), Crumb("个人账户设立（启封）")),
        "head_actions": (
            Action("批量业务文本格式导出", "#main", "download"),
            Action("导入 excel", "#import", "table", dialog="import"),
            Action("保存", icon="check", why_not="清册中已有导入记录，不能再单笔录入"),
        ),
        "strip": _money_figures(),
        "unit": _unit(),
        "notices": _notices(),
        "roster": _roster(),
        "cases": _cases(),
        "nothing": _no_orders(),
        "events": _timeline(),
        "deadline": NOW + timedelta(minutes=29, seconds=38),
        "now": NOW,
        "natures": (MenuItem("住房公积金", "#main", current=True, count=10000), MenuItem("住房公积金补贴", "#main")),
        "doors": (
            (MenuItem("个人账户设立（启封）", "#main", "user-plus"), "新参加工作、新调入职工"),
            (MenuItem("送缴结算", "#main", "wallet"), "对公网银、扫码支付"),
        ),
        "picture": _QR,
        "looks": tuple(Action(word, look=look) for word, look in looks),
        "tags": tuple(Tag(word, tone) for word, tone in tones),
    }


PAGES = {"": "kit/kit.jinja", "desk": "kit/desk.jinja", "public": "kit/public.jinja"}


def show(request: HttpRequest, page: str = "") -> HttpResponse:
    """One page of the style guide: the hall's, `desk` or `public`."""
    context = sample() | ({"frame": desk_frame()} if page == "desk" else {})
    return HttpResponse(get_template(PAGES[page]).render(context, request))
