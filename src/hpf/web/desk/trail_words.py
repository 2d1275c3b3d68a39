"""The verbs and things of the trail in the words of the screens, and what of an entry is masked."""

import re
from collections.abc import Mapping
from typing import Any

from hpf.kernel.identity import IdNumber, IdType
from hpf.kernel.names import mask_name, mask_phone
from hpf.web.jinja import mask_id

VERBS: Mapping[str, str] = {
    # what was seen
    "id.revealed": "查看完整证件号码",
    "row.seen": "审核时查看记录",
    "material.seen": "查看材料",
    "document.seen": "查看凭证全文",
    "listing.read": "接口查询明细",
    "listing.exported": "导出明细",
    "case.rows_read": "接口读取办件明细",
    "trail.exported": "导出操作留痕",
    # cases
    "case.submitted": "提交办件",
    "case.start": "办件开始处理",
    "case.postpone": "办件留待次日",
    "case.await_person": "办件转人工处理",
    "case.ask_check": "办件送单位复核",
    "case.checked": "办件单位复核通过",
    "case.send_back": "办件单位复核退回",
    "case.withdraw": "办件由经办人撤回",
    "case.ask_review": "办件进入审核",
    "case.pass": "办件审核通过",
    "case.return": "办件审核退回",
    "case.cancel": "办件由单位取消",
    "case.await_payment": "办件等待支付",
    "case.finish": "办件办结",
    "case.fail": "办件办理失败",
    "case.expire": "办件失效",
    "case.taken": "领取审核办件",
    "case.handed_over": "移交审核办件",
    "case.rows_refused": "人工退回记录",
    "case.paid": "办件订单有结果",
    "work.begun": "开始导入或核对清册",
    "work.done": "清册导入或核对完成",
    "work.left": "离开事项，停止导入或核对清册",
    "work.cancelled": "取消导入或核对清册",
    "work.refused": "清册导入或核对未完成",
    # accounts, dues, money
    "account.open": "设立账户",
    "account.move": "账户转入",
    "account.seal": "封存账户",
    "dues.make": "生成应缴",
    "dues.load": "装入历史应缴",
    "dues.load_failed": "装入历史应缴（失败的）",
    "dues.load_deferred": "装入历史应缴（缓缴的）",
    "due.settle": "结清应缴",
    "month.close": "业务月结账",
    "order.open": "生成订单",
    "order.channel": "选择支付渠道",
    "order.payment": "订单到账",
    "order.cancel": "取消订单",
    "order.void": "订单失效",
    "ledger.open": "建账",
    "ledger.close": "日终结账",
    # papers
    "uploaded": "上传材料",
    "deleted": "删除材料",
    "copied": "沿用材料",
    "handed in": "提交材料",
    "issued": "出具凭证",
    "revocation.asked": "提出作废凭证",
    "revocation.refused": "不予作废凭证",
    "revocation.withdrawn": "撤回作废申请",
    "revoked": "作废凭证",
    # what a centre and an employer decide about themselves
    "amendment_proposed": "提出政策修改",
    "amendment_approved": "批准政策修改",
    "amendment_declined": "不批准政策修改",
    "amendment_withdrawn": "撤回政策修改",
    "checking.asked": "申请变更单位内部复核",
    "checking.set": "变更单位内部复核",
    "checking.confirmed": "确认变更单位内部复核",
    "checking.dropped": "不同意变更单位内部复核",
    # what people are told
    "agent.subscribe": "订阅短信",
    "inbox.read": "阅读消息",
    "texts.queued": "排入短信",
    "texts.reported": "短信回执",
    "texts.resent": "重发短信",
    "texts.forgotten": "清除到期短信的号码和内容",
    # logins and connections
    "logged_in": "登录后台",
    "password_changed": "修改密码",
    "login_added": "新增工作人员",
    "login_add": "命令行新增工作人员",
    "login_reset": "命令行重置密码和动态口令",
    "roles_given": "授予岗位",
    "password_given": "重置密码",
    "second_factor_reset": "重置动态口令",
    "token.issued": "签发接口令牌",
    "token.revoked": "停用接口令牌",
    "hook.registered": "登记推送地址",
    "hook.deleted": "停止推送",
    "message.sent_again": "再次发送消息",
    # the machine
    "notice.refused": "拒收支付通知",
    "reports.refused": "拒收短信回执",
    "run.again": "重新运行批处理",
    "trail.check_asked": "核验留痕",
}
"""Every verb that is written anywhere; a test reads them out of the sources."""
THINGS: Mapping[str, str] = {
    "account": "账户",
    "agent": "经办人",
    "amendment": "政策修改",
    "membership": "账户与单位的关系",
    "books": "账簿",
    "case": "办件",
    "cashier": "收银台",
    "day": "账务日",
    "document": "凭证",
    "draft": "清册草稿",
    "due": "应缴记录",
    "employer": "单位",
    "hook": "推送地址",
    "inbox": "消息",
    "login": "工作人员账号",
    "message": "推送消息",
    "month": "业务年月",
    "order": "订单",
    "run": "批处理",
    "service": "事项",
    "sms": "短信网关",
    "submission": "申报材料",
    "text": "短信",
    "token": "接口令牌",
    "trail": "操作留痕",
}
KINDS: Mapping[str, str] = {"agent": "经办人", "staff": "工作人员", "system": "系统"}
"""Kinds of actors, as stored."""
KEYS: Mapping[str, str] = {
    "account": "账户",
    "accounts": "账户数",
    "after": "修改后",
    "amount_fen": "金额（分）",
    "bank": "银行",
    "before": "修改前",
    "case": "办件",
    "channel": "支付渠道",
    "count": "笔数",
    "delivered": "已送达",
    "dues": "应缴笔数",
    "employer": "单位",
    "failed": "失败",
    "fen": "金额（分）",
    "first": "首个单位账户",
    "first_day": "生效日",
    "from": "来自",
    "given_up": "未送达",
    "hook": "推送地址",
    "item": "事项",
    "kind": "种类",
    "kinds": "种类",
    "last": "末个单位账户",
    "leaf": "参数",
    "material": "材料",
    "materials": "材料",
    "method": "缴存方式",
    "month": "业务年月",
    "months": "月份",
    "name": "名称",
    "no": "编号",
    "note": "说明",
    "of": "所属",
    "outcome": "结果",
    "people": "人数",
    "reason": "原因",
    "ref": "来源",
    "roles": "岗位",
    "row": "行",
    "rows": "行数",
    "scopes": "权限",
    "sent": "已发送",
    "since": "起",
    "sms": "短信",
    "source": "依据",
    "state": "状态",
    "to": "移交给",
    "until": "止",
    "url": "地址",
    "value": "新值",
    "version": "政策版本",
    "waiting": "待发送",
    "who": "人员",
    "year": "年度",
}
"""The commonest keys of a detail; others stand as they are written."""
_ID = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_NAMES = frozenset({"name", "legal_name", "to_name"})
"""Keys of a detail under which a person's name may stand."""


def verb(code: str) -> str:
    """What was done, the code itself for a verb without words."""
    return VERBS.get(code, code)


def thing(code: str) -> str:
    """What it was done to."""
    return THINGS.get(code, code)


def who(actor_kind: str, name: str) -> str:
    """The acting party: of an employer's people only part of the name."""
    return mask_name(name) if actor_kind == "agent" else name


def masked(text: str) -> str:
    """Without whole identity and telephone numbers, wherever they stand; a case's number is as long, but no date."""
    text = _ID.sub(lambda found: _number(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)


def _number(digits: str) -> str:
    return digits if IdNumber(IdType.RESIDENT, digits.upper()).birth_date is None else mask_id(digits)


def told(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A detail as pairs of key and masked text; what is empty is left out."""
    pairs = [(KEYS.get(key, key), _text(key, value)) for key, value in detail.items()]
    return [(key, text) for key, text in pairs if text]


def _text(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return "；".join(f"{KEYS.get(inner, inner)}：{_text(inner, one)}" for inner, one in value.items())
    if isinstance(value, list | tuple):
        return "、".join(_text(key, one) for one in value)
    text = "" if value is None else str(value)
    return mask_name(text) if key in _NAMES else masked(text)
