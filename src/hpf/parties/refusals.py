"""Why a change of 单位内部复核 is refused, and how the verbs say so."""

from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy


class CheckingRefusals(Refusal):
    """Refusals of the settings of 单位内部复核."""

    ONE_AGENT = Reason(
        "本单位在中心只登记了一名经办人，不能启用或修改单位内部复核",
        None,
        "请先到中心柜面增加经办人",
        Remedy.COUNTER,
    )
    OTHER_AGENTS = Reason("经办人名单已有变化", None, "请刷新页面后重新设置", Remedy.LATER)
    NO_MAKER = Reason("至少须有一名经办人员可以经办", None, "请勾选可以经办的人员")
    NO_CHECKER = Reason(
        "{name}经办的办件没有其他人员可以复核", None, "请再勾选一名可以复核的人员，或取消{name}的经办权限"
    )
    UNCHANGED = Reason("设置没有变化", None, "请修改后再保存")
    OWN_REQUEST = Reason("不能确认本人提出的修改", None, "请由本单位其他经办人登录后确认")
    GONE = Reason("该修改已由他人处理，或已被新的设置代替", None, "请查看页面上的当前设置", Remedy.LATER)


class CheckingRefused(Exception):
    """The change is refused; `refused` says why, in words for the user."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.text)
        self.refused = refused
