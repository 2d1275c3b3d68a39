"""Switches to misbehave, as outside parties do: each is one number in the settings table, 0 is off."""

from dataclasses import dataclass

from sandbox.models import Setting


@dataclass(frozen=True)
class Switch:
    """One switch: `unit` is empty for on/off, else what its number counts."""

    name: str
    label: str
    effect: str
    unit: str = ""


SWITCHES = (
    Switch("notice_late", "通知迟到", "支付结果通知推迟这么多秒才发出（可随时“立即放行”）", "秒"),
    Switch("notice_twice", "通知重复", "每条通知成功送达后再送一遍，通知编号相同"),
    Switch("notice_reorder", "通知乱序", "通知先扣住，等到第二条时倒序发出；关闭后发出剩余的"),
    Switch("notice_forged", "验签失败", "通知用别人的私钥签名"),
    Switch("notice_wrong_amount", "金额不符", "通知签名正确，但金额多一分"),
    Switch("notice_dropped", "通知丢失", "不发通知，只有主动查询才知道已支付"),
    Switch("cashier_down", "收银台停机", "收银台接口和页面都返回 503"),
    Switch("portal_down", "政务网停机", "登录和身份接口都返回 503"),
    Switch("bank_refuses", "银行拒付", "银行页确认支付一律失败：余额不足"),
    Switch("pay_after_expiry", "过期仍可付", "订单过期或关闭后仍允许付款"),
    Switch("sms_down", "短信网关停机", "短信接口返回 503"),
    Switch("sms_slow", "短信网关缓慢", "收下短信后过这么多秒才答复，回执先于答复到达", "秒"),
    Switch("sms_unknown", "短信全部空号", "所有号码都发送失败：空号（以 4004 结尾的号码总是空号）"),
    Switch("sms_late", "短信回执迟到", "短信回执推迟这么多秒才发出（可随时“立即放行”）", "秒"),
    Switch("sms_twice", "短信回执重复", "每条回执成功送达后再送一遍"),
    Switch("sms_retried", "短信先败后成", "先回执失败（关机），随后回执送达"),
    Switch("sms_reorder", "短信回执乱序", "先败后成的两条回执倒序发出"),
    Switch("sms_forged", "短信回执验签失败", "回执用别的密钥签名"),
)
NAMES = frozenset(switch.name for switch in SWITCHES)


def value(name: str) -> int:
    """The number a switch stands at; an unknown name is a programming error."""
    if name not in NAMES:
        raise KeyError(name)
    return Setting.read(name, 0)


def on(name: str) -> bool:
    """Whether a switch is on."""
    return value(name) > 0


def turn(name: str, to: int) -> None:
    """Set a switch (0 is off). Raises KeyError for an unknown name, ValueError for a negative number."""
    if name not in NAMES:
        raise KeyError(name)
    if to < 0:
        raise ValueError(to)
    Setting.write(name, to)


def all_values() -> dict[str, int]:
    """Every switch with its number."""
    stored = dict(Setting.objects.filter(name__in=NAMES).values_list("name", "value"))
    return {switch.name: stored.get(switch.name, 0) for switch in SWITCHES}
