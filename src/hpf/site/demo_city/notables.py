"""People worth having (domain-values A14): each shows one rule, and tests, guides and pictures may count on them."""

from __future__ import annotations

from dataclasses import dataclass

from hpf.kernel.identity import IdType, check_digit
from hpf.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Notable:
    """A person of the employer `at`, and `why`; months are yyyymm; `base` None: drawn like everybody's."""

    at: str
    name: str
    id_no: str
    why: str
    id_type: IdType = IdType.RESIDENT
    base: Money | None = None
    opened: int = 202103
    sealed: int | None = None
    reason: str = ""
    frozen: bool = False
    exempt: bool = False
    deceased: bool = False


def _id(first_17: str) -> str:
    return first_17 + check_digit(first_17)


NORMAL_AT_E13 = Notable("E13", "蒋晓东", _id("33010919880719311"), "opening him elsewhere is refused: 存在正常缴存账户")

NOTABLES = (
    NORMAL_AT_E13,
    Notable("E01", "古丽巴哈尔阿不都热西提", _id("65312219960512102"), "a name of 11 characters: counter only"),
    Notable("E01", "阿迪力·买买提", _id("65010319910308251"), "a name with a middle dot: counter only"),
    Notable("E03", "田𠮷", _id("33010619920416303"), "𠮷 is missing from most fonts"),
    Notable("E02", "王䶮", _id("33018419890927407"), "䶮 on slips and screens"),
    Notable("E02", "王建国", _id("33018419750312509"), "two people of one name"),
    Notable("E02", "王建国", _id("34112619840625511"), "two people of one name"),
    Notable("E02", "胡晓燕", "33018419900519508X", "an id that ends in X"),
    Notable("E08", "冯玉兰", "330102840823264", "a 15-digit id on record"),
    Notable("E01", "何嘉欣", _id("81000019930611202"), "residence permit, Hong Kong", IdType.HK_MACAO),
    Notable("E01", "区志强", _id("82000019851120305"), "residence permit, Macao", IdType.HK_MACAO),
    Notable("E01", "林怡君", _id("83000019900214406"), "residence permit, Taiwan", IdType.TAIWAN),
    Notable("E01", "邵文", _id("33010619970808501"), "base exactly at the floor", base=Money(266_000)),
    Notable("E01", "岑静", _id("33010619950303502"), "base 0.01 above the floor", base=Money(266_001)),
    Notable("E01", "俞振宇", _id("33010619780909503"), "base exactly at the cap", base=Money(4_215_100)),
    Notable("E01", "史可欣", _id("33010619811010504"), "base 0.01 below the cap", base=Money(4_215_099)),
    Notable("E09", "方有田", _id("33012219760214105"), "base at the county's floor", base=Money(243_000)),
    Notable("E09", "方阿毛", _id("33012219701121107"), "exempt: no personal part", base=Money(243_000), exempt=True),
    Notable("E09", "姚秋菊", _id("33012219790817208"), "exempt: no personal part", base=Money(243_000), exempt=True),
    Notable("E04", "许国华", _id("33010519800102309"), "normal and frozen by a court", frozen=True),
    Notable("E10", "曹阳", _id("33011020010714411"), "nothing on the account: his two dues failed", opened=202609),
    Notable("E08", "严根生", _id("33010219660611513"), "retires this month (男)", opened=201201),
    Notable("E05", "傅月珍", _id("33010219710615202"), "retires this month (女, 原55)", opened=201201),
    Notable("E02", "毛彩娥", _id("33018419760305204"), "retires this month (女, 原50)", opened=201201),
    Notable("E01", "庞一凡", _id("33010620020228515"), "opened on 2026-10-20 at 17:05: November's due", opened=202611),
    Notable("E02", "宋佳", _id("33018419940909306"), "sealed here lately: 已有登记记录", sealed=202609, reason="02"),
    Notable("E02", "邱敏", _id("33018419871231308"), "sealed here a year ago: 启封", sealed=202511, reason="03"),
    Notable("E08", "葛福生", _id("33010219690420517"), "dead: counter only", sealed=202605, reason="06", deceased=True),
    Notable("E12", "孟繁星", _id("33010419860606310"), "sealed elsewhere: 调入", sealed=202603, reason="03"),
    Notable("E12", "纪晓芙", _id("33010419910101312"), "sealed elsewhere: 调入", sealed=202603, reason="03"),
    Notable("E12", "骆宾", _id("33010419780707519"), "sealed elsewhere: 调入", sealed=202603, reason="03"),
    Notable("E12", "倪红", _id("33010419830303314"), "sealed elsewhere: 调入", sealed=202603, reason="03"),
    Notable("E12", "滕飞", _id("33010419950505521"), "sealed elsewhere: 调入", sealed=202603, reason="03"),
    Notable("E12", "殷素", _id("33010419880808316"), "sealed and frozen", sealed=202603, reason="03", frozen=True),
)  # fmt: skip

SEALED_ELSEWHERE = tuple(one for one in NOTABLES if one.at == "E12" and not one.frozen)
