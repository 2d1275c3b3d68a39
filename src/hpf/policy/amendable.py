"""Which leaves of the book a centre may amend at the desk, under which Chinese names, and how their values are edited.

What the law says, how numbers are formed, and what decides the way a matter is handled (which items are reviewed, which
wait for the next day) is not on the list: it comes with a release. A wording (`Texts`) is amendable without being
listed; `LABELS` gives it its name.
"""

import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import Enum, StrEnum
from typing import Any

from hpf.kernel.money import Money
from hpf.kernel.rate import Rate
from hpf.policy.book import views
from hpf.policy.dated import Book, parameters_of, type_of
from hpf.policy.parameters import Bank, Choice, DayOffList, Material, Texts
from hpf.policy.values import Slots

TitleOf = Callable[[str], str]
"""The title of a service item by its code; where there is none, the code."""


class Group(StrEnum):
    """A page of parameters; the value is its address, the label its name."""

    AMOUNTS = "amounts"
    DAYS = "days"
    LIMITS = "limits"
    MATERIALS = "materials"
    REASONS = "reasons"
    CENTRE = "centre"
    TEXTS = "texts"

    @property
    def label(self) -> str:
        """Its name on the screens."""
        return {
            "amounts": "缴存基数与比例", "days": "节假日与业务年月", "limits": "时限与限额", "materials": "材料清单",
            "reasons": "退回原因与选项", "centre": "中心信息", "texts": "提示与通知文字",
        }[self.value]  # fmt: skip


class Begins(Enum):
    """From when an amendment may hold: a day not past, a month whose dues are not made, or a whole year's list."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Shape(Enum):
    """How a value is edited and shown."""

    MONEY = "money"
    RATE = "rate"
    INTEGER = "integer"
    TIME = "time"
    YES_NO = "yes_no"
    TEXT = "text"
    LINES = "lines"
    CHOICES = "choices"
    BANKS = "banks"
    MATERIALS = "materials"
    DAYS_OFF = "days_off"


@dataclass(frozen=True, slots=True)
class Amendable:
    """A parameter of the list. `unit` stands behind the value; whole numbers lie between `lowest` and `highest`; `none`
    says what no value means, where none is allowed; `links` is an address that pages lead to.
    """

    label: str
    group: Group
    begins: Begins = Begins.DAY
    unit: str = ""
    lowest: int = 0
    highest: int = 1_000_000
    none: str = ""
    links: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """One leaf as it can be amended; `slots` are the placeholders of a text."""

    leaf: str
    kind: Amendable
    label: str
    shape: Shape
    optional: bool
    slots: frozenset[str]


_A, _D, _L, _C = Group.AMOUNTS, Group.DAYS, Group.LIMITS, Group.CENTRE
AMENDABLE: Mapping[str, Amendable] = {
    "base_cap": Amendable("缴存基数上限", _A, Begins.MONTH, "元/月", none="不设上限"),
    "base_floor": Amendable("缴存基数下限", _A, Begins.MONTH, "元/月", none="不设下限"),
    "rate_lowest": Amendable("缴存比例下限", _A, Begins.MONTH, "%"),
    "rate_highest": Amendable("缴存比例上限", _A, Begins.MONTH, "%"),
    "day_off_list": Amendable("法定节假日与调休上班日", _D, Begins.YEAR),
    "business_month_last_day": Amendable("业务年月截止日", _D, Begins.MONTH, "日", 1, 31, "按自然月办理，不设截止日"),
    "first_collection_day": Amendable("开始托收日", _D, Begins.MONTH, "日", 1, 31, "单位生成应缴后即可结算"),
    "last_collection_day": Amendable("最后托收日", _D, Begins.MONTH, "日", 1, 31, "单位生成应缴后即可结算"),
    "daily_cutoff": Amendable("当日业务截止时间", _D, none="不设当日截止时间"),
    "counter_hours": Amendable("柜面服务时间", _C),
    "hotline": Amendable("门户登录咨询电话", _C),
    "fund_hotline": Amendable("公积金服务热线", _C),
    "website": Amendable("中心网站", _C, links=True),
    "portal": Amendable("政务服务网地址", _C, links=True),
    "review_workdays": Amendable("办结时限", _L, unit="个工作日", lowest=1, highest=60),
    "repeat_opening_months": Amendable("重复设立的核实期限", _L, unit="个业务年月", highest=24),
    "import_life": Amendable("导入记录保留时间", _L, unit="分钟", lowest=5, highest=480),
    "upload_max_files": Amendable("每项材料的文件数上限", _L, unit="个", lowest=1, highest=100),
    "list_print_max": Amendable("清单打印上限", _L, unit="行", lowest=100, highest=100_000),
    "list_download_max": Amendable("清单下载上限", _L, unit="行", lowest=100, highest=100_000),
    "qr_limit": Amendable("扫码支付单笔限额", _L, unit="元", none="不设限额"),
    "qr_order_life": Amendable("扫码订单有效时间", _L, unit="分钟", highest=120),
    "payment_closes": Amendable("每日网上支付截止时间", _L),
    "texts_kept": Amendable("短信号码与内容保留时间", _L, unit="天", lowest=30, highest=3650),
    "materials": Amendable("需上传的材料", Group.MATERIALS),
    "declaration": Amendable("提交前声明", Group.TEXTS),
    "desk_refusal_reasons": Amendable("退回（不予办理）原因", Group.REASONS),
    "code_lists": Amendable("选项", Group.REASONS),
    "unit_types": Amendable("单位性质选项", Group.REASONS),
    "banks_corporate": Amendable("对公网银（托收）银行", Group.REASONS),
    "banks_personal": Amendable("个人网银银行", Group.REASONS),
}  # fmt: skip
LABELS: Mapping[str, str] = {
    "after_daily_cutoff": "超过当日截止时间的提示", "crossing_months": "跨业务年月办结的提示",
    "closed_early": "业务年月提前截止的提示", "business_month_help": "业务年月说明",
    "check_then_counter": "核对后到柜面办理的提示", "sealed_accounts_help": "已封存账户的办理说明",
    "import_expired": "导入记录失效的提示", "portions": "分批完成的提示", "no_materials": "无需材料的提示",
    "qr_over_limit": "超过扫码限额的提示", "payment_closed": "支付已截止的提示",
    "payment_starting": "支付流程启动中的提示", "payment_pending": "支付待确认的提示",
    "deposit_method": "缴存方式", "deposit_method.COLLECTION": "缴存方式：托收",
    "deposit_method.SELF": "缴存方式：自行缴存",
    "zero_amount": "结算金额为零的提示", "turns_to_remittance": "托收改为送缴的提示",
    "voucher_without_detail": "缴款凭证不含明细的提示", "voucher_latest_only": "仅提供最近凭证的提示",
    "payment_advice": "支付前须知", "browser_advice": "浏览器使用建议", "import_advice": "批量导入须知",
    "sms_due_made": "短信：应缴已生成", "sms_opening_done": "短信：账户已设立", "inbox": "站内消息",
    "inbox.to_check": "消息：待单位复核", "inbox.sent_back": "消息：复核未通过", "inbox.returned": "消息：办件被退回",
    "inbox.with_person": "消息：转人工处理", "inbox.rows_refused": "消息：记录未通过",
    "inbox.concluded": "消息：办件已办结", "inbox.failed": "消息：办理失败", "inbox.paid": "消息：缴款已入账",
    "inbox.payment_failed": "消息：缴款失败", "inbox.order_void": "消息：订单已作废",
    "inbox.to_purse": "消息：款项转入预缴", "inbox.due_made": "消息：应缴已生成",
    "code_lists.occupation": "职业选项", "code_lists.post": "职务选项", "code_lists.education": "学历选项",
    "code_lists.marital": "婚姻状况选项",
}  # fmt: skip
SAMPLES: Mapping[str, str] = {
    "cutoff": "17:00", "declared": "2026-11", "processed": "2026-12", "month": "2026-11", "day": "2026-11-20",
    "next_month": "2026-12", "last_day": "20", "minutes": "30", "count": "3", "limit": "50,000.00", "closes": "17:00",
    "amount": "12,345.00", "people": "8", "method": "托收", "employer": "某某有限公司", "id_no": "330102199003071234",
    "item": "个人账户设立", "no": "2026112000000001", "total": "12", "succeeded": "10", "failed": "1", "pending": "1",
    "reason": "材料不清晰",
}  # fmt: skip
"""What a placeholder may be filled with, to show a wording before it is approved."""
_PLAIN: Mapping[Any, Shape] = {
    Money: Shape.MONEY, Rate: Shape.RATE, int: Shape.INTEGER, timedelta: Shape.INTEGER, time: Shape.TIME,
    bool: Shape.YES_NO, str: Shape.TEXT, DayOffList: Shape.DAYS_OFF,
}  # fmt: skip
_LISTS: Mapping[Any, Shape] = {
    str: Shape.LINES, Choice: Shape.CHOICES, Bank: Shape.BANKS, Material: Shape.MATERIALS
}  # fmt: skip
_HINTS = {name: hint for view in views() for name, hint in parameters_of(view).items()}


def parameter(book: Book, leaf: str, title_of: TitleOf = str) -> Parameter | None:
    """The leaf as it can be amended; None where there is none of this name or it is not the centre's to amend."""
    name, _, key = leaf.partition(".")
    kind = AMENDABLE.get(name)
    if kind is None and name in parameters_of(Texts):
        kind = Amendable(LABELS.get(name, name), Group.TEXTS)
    if leaf not in book.leaves or kind is None:
        return None
    hint = hint_of(leaf)
    optional = type(None) in typing.get_args(hint)
    slots: frozenset[str] = frozenset()
    if typing.get_origin(hint) is typing.Annotated:
        hint, marked = typing.get_args(hint)
        slots = marked.names if isinstance(marked, Slots) else slots
    shape = _shape(typing.get_args(hint)[0] if optional else hint)
    return (
        None
        if shape is None
        else Parameter(leaf, kind, _label(book, leaf, kind, key, title_of), shape, optional, slots)
    )


def parameters(book: Book, title_of: TitleOf = str) -> Iterable[Parameter]:
    """Everything that can be amended, in the order of the list, then of the packs."""
    order = {name: place for place, name in enumerate(AMENDABLE)}
    for leaf in sorted(book.leaves, key=lambda name: order.get(name.partition(".")[0], len(order))):
        if (found := parameter(book, leaf, title_of)) is not None:
            yield found


def hint_of(leaf: str) -> Any:
    """What the values of a leaf are converted to; None for no parameter."""
    return type_of(leaf, _HINTS)


def _shape(hint: Any) -> Shape | None:
    if typing.get_origin(hint) is tuple:
        return _LISTS.get(typing.get_args(hint)[0])
    return _PLAIN.get(hint)


def _label(book: Book, leaf: str, kind: Amendable, key: str, title_of: TitleOf) -> str:
    """The name of the leaf: of a group's leaf with what its key stands for, a district by its branches."""
    if not key:
        return kind.label
    if leaf in LABELS:
        return LABELS[leaf]
    branches = [one.name for one in book.leaves["branches"].values[-1][1] if one.district == key]
    if branches and leaf.startswith("base_floor"):
        return f"{kind.label}（{branches[0]}等）" if len(branches) > 1 else f"{kind.label}（{branches[0]}）"
    return f"{kind.label}：{title_of(key)}"
