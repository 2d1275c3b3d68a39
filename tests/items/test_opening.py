"""个人账户设立（启封） as a clerk would check it: one line per case, its verdict last, neighbours differ in one thing.

Nothing here touches a database: facts are written down by hand. A verdict is what the employer reads: the kind of
business found (设立, 启封, 调入), the texts of the refusals in their order, or 人工 and why a person has to look at it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.parties.builders import id_no

from hpf.engine.declare import ItemRules, YesNo, parse
from hpf.items.account import opening
from hpf.items.account.opening import Facts, Refusals, Row
from hpf.kernel.identity import IdType, check_digit
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.kernel.refusal import Refused, Remedy
from hpf.parties.facts import (
    EmployerAccountFacts,
    EmployerAccountStatus,
    Fund,
    Here,
    IdKey,
    MembershipStatus,
    Method,
    OpenKind,
    Standing,
)
from hpf.policy.book import load

DAY = date(2026, 11, 16)
CITY, COUNTY = "01", "07"

EMPLOYER = EmployerAccountFacts(
    id=1, employer_id=1, account_no="000000000101", name="杭州桂语茶业有限公司", credit_code="91330100MA27XTEA04",
    customer_no="0000000001", unit_type="33", payday=5, fund=Fund.HPF, status=EmployerAccountStatus.NORMAL,
    method=Method.SELF, employer_rate=Rate.parse("8"), personal_rate=Rate.parse("8"), branch_code=CITY, bank_name="",
    bank_account="", opened_on=date(2020, 1, 1), held_by_case=None, normal_count=8, agents=(),
)  # fmt: skip
UNKNOWN = Standing()
TEXTS = {
    "name": "张三",
    "id_type": "居民身份证",
    "id_no": id_no(1),
    "arrival": "新调入",
    "wage": "8200",
    "phone": "13800001111",
    "sms": "否",
}


def _rules(day: date = DAY) -> ItemRules:
    book = load("hangzhou")
    return ItemRules(book, day, book.calendar.business_month(day))


def _row(texts: Mapping[str, str], day: date = DAY) -> Row | tuple[Refused, ...]:
    return parse(Row, {**TEXTS, **texts}, _rules(day))


def _good(texts: Mapping[str, str], day: date = DAY) -> Row:
    row = _row(texts, day)
    assert isinstance(row, Row)
    return row


def _verdict(
    texts: Mapping[str, str], standing: Standing = UNKNOWN, in_process: bool = False, unit_type: str = "33"
) -> str:
    row = _row(texts)
    if not isinstance(row, Row):
        return "；".join(refused.text for refused in row)
    facts, rules = Facts(replace(EMPLOYER, unit_type=unit_type), standing, in_process), _rules()
    found = list(opening.check(row, facts, rules))
    refused = [r.text for r in found if r.remedy is not Remedy.REVIEW]
    referred = [f"人工：{r.text}" for r in found if r.remedy is Remedy.REVIEW]
    return "；".join(refused) or "".join(referred[:1]) or opening.work_out(row, facts, rules).kind.label


KNOWN = Standing(person_id=7, name="张三", account_id=70)


def _here(status: MembershipStatus, opened: str = "2020-01", sealed: str | None = None) -> Here:
    return Here(status, 700, Month.parse(opened), Month.parse(sealed) if sealed else None, "03" if sealed else "")


NORMAL_HERE = _here(MembershipStatus.NORMAL)
SEALED_HERE = _here(MembershipStatus.SEALED, sealed="2026-08")
MOVED_AWAY = _here(MembershipStatus.MOVED, sealed="2026-10")


def _male(born: str) -> dict[str, str]:
    return {"id_no": id_no(1, born=born)}


def _female(born: str) -> dict[str, str]:
    return {"id_no": id_no(2, born=born)}


def _known(**more: Any) -> dict[str, Any]:
    return {"standing": replace(KNOWN, **more)}


ELSEWHERE, AGAIN, OTHER_NAME = "存在正常缴存账户", "已有登记记录", "姓名与系统登记不符"
DEAD, YOUNG, NO_PHONE = "该职工账户已按死亡封存", "职工未满16周岁", "订阅短信须填写移动电话"
RETIRED, FROZEN = "人工：职工已超过法定退休年龄", "人工：职工原账户处于冻结状态"
ALL_AT_ONCE = f"{ELSEWHERE}；{AGAIN}；{OTHER_NAME}；{DEAD}；{NO_PHONE}"
SMS, SMS_ONLY = {"sms": "是"}, {"sms": "是", "phone": ""}

REGISTER = {
    # what the case is about: (changed fields, what the register says, verdict)
    "nobody knows the number": ({}, {}, "设立"),
    "person known, no account": ({}, {"standing": Standing(person_id=7, name="张三")}, "设立"),
    "normal at another employer": ({}, _known(normal_elsewhere=True), ELSEWHERE),
    "sealed at another employer": ({}, _known(sealed_elsewhere=True), "调入"),
    "sealed elsewhere, frozen": ({}, _known(sealed_elsewhere=True, frozen=True), FROZEN),
    "sealed here, frozen": ({}, _known(here=SEALED_HERE, frozen=True), "启封"),
    "normal here": ({}, _known(here=NORMAL_HERE), AGAIN),
    "waiting in another case of ours": ({}, {"in_process": True}, AGAIN),
    "sealed here this month": ({}, _known(here=_here(MembershipStatus.SEALED, sealed="2026-11")), AGAIN),
    "sealed here last month": ({}, _known(here=_here(MembershipStatus.SEALED, sealed="2026-10")), AGAIN),
    "sealed here two months ago": ({}, _known(here=_here(MembershipStatus.SEALED, sealed="2026-09")), AGAIN),
    "sealed here three months ago": ({}, _known(here=_here(MembershipStatus.SEALED, sealed="2026-08")), "启封"),
    "sealed here a year ago": ({}, _known(here=_here(MembershipStatus.SEALED, sealed="2025-11")), "启封"),
    "moved away, sealed there": ({}, _known(here=MOVED_AWAY, sealed_elsewhere=True), "调入"),
    "moved away, normal there": ({}, _known(here=MOVED_AWAY, normal_elsewhere=True), ELSEWHERE),
    "sealed here and elsewhere": ({}, _known(here=SEALED_HERE, sealed_elsewhere=True), "启封"),
    "registered under another name": ({}, _known(name="张山"), OTHER_NAME),
    "registered under a rare form": ({"name": "王䶮"}, _known(name="王龑"), OTHER_NAME),
    "sealed because of death": ({}, _known(deceased=True), DEAD),
    "16 years old today": (_male("20101116"), {}, "设立"),
    "16 years old tomorrow": (_male("20101117"), {}, YOUNG),
    "wants messages, has a phone": (SMS, {}, "设立"),
    "wants messages, has no phone": (SMS_ONLY, {}, NO_PHONE),
    "no phone, no messages": ({"phone": ""}, {}, "设立"),
    "man whose last month is this one": (_male("19660601"), {}, "设立"),
    "man whose last month was the last": (_male("19660501"), {}, RETIRED),
    "woman in a company, last month": (_female("19760301"), {}, "设立"),
    "woman in a company, past it": (_female("19760201"), {}, RETIRED),
    "woman in an office, last month": (_female("19710601"), {"unit_type": "10"}, "设立"),
    "woman in an office, past it": (_female("19710501"), {"unit_type": "10"}, RETIRED),
    "same woman in a company": (_female("19710601"), {}, RETIRED),
    # what is told first, and that all of it is told
    "everything at once": (
        {**SMS_ONLY, "name": "李四"}, {**_known(normal_elsewhere=True, deceased=True), "in_process": True}, ALL_AT_ONCE,
    ),
    "refused before referred": (_male("19660501"), _known(normal_elsewhere=True), ELSEWHERE),
    "age before messages": ({**SMS_ONLY, **_male("20101117")}, {}, f"{YOUNG}；{NO_PHONE}"),
    "retired before frozen": (_male("19660501"), _known(sealed_elsewhere=True, frozen=True), RETIRED),
    "a field hides the register": ({"name": "张3"}, _known(normal_elsewhere=True), "存在非法字符，不得提交"),
}  # fmt: skip


@pytest.mark.req("HZ-2.4.1-40", "HZ-2.4.1-42", "HZ-2.4.1-43", "HZ-2.3-02")
@pytest.mark.parametrize("case", REGISTER)
def test_what_the_register_says(case: str) -> None:
    texts, facts, verdict = REGISTER[case]
    assert _verdict(texts, **facts) == verdict


@pytest.mark.req("HZ-2.4.1-36")
def test_only_the_housing_fund_is_opened_online() -> None:
    row = _good({})
    facts = Facts(replace(EMPLOYER, fund=Fund.SUBSIDY), UNKNOWN, False)
    (refused,) = opening.check(row, facts, _rules())
    assert (refused.text, refused.remedy) == ("住房公积金补贴账户不能在网上设立", Remedy.COUNTER)


BASES = {
    # what: (wage, branch, day, base, mark, each side at 8 %)
    "below the city's floor by 0.01": ("2659.99", CITY, DAY, "2660.00", "保底", "213.00"),
    "at the city's floor": ("2660", CITY, DAY, "2660.00", "", "213.00"),
    "above the city's floor by 0.01": ("2660.01", CITY, DAY, "2660.01", "", "213.00"),
    "below the county's floor by 0.01": ("2429.99", COUNTY, DAY, "2430.00", "保底", "194.00"),
    "at the county's floor": ("2430", COUNTY, DAY, "2430.00", "", "194.00"),
    "city's floor in the county": ("2659.99", COUNTY, DAY, "2659.99", "", "213.00"),
    "below the cap by 0.01": ("42150.99", CITY, DAY, "42150.99", "", "3372.00"),
    "at the cap": ("42151", CITY, DAY, "42151.00", "", "3372.00"),
    "above the cap by 0.01": ("42151.01", CITY, DAY, "42151.00", "封顶", "3372.00"),
    "a director": ("9999999999.99", CITY, DAY, "42151.00", "封顶", "3372.00"),
    "the least wage there is": ("0.01", CITY, DAY, "2660.00", "保底", "213.00"),
    "rounded half up": ("6256.25", CITY, DAY, "6256.25", "", "501.00"),
    "rounded down": ("6256.24", CITY, DAY, "6256.24", "", "500.00"),
    "June's limits on its last day": ("42151", CITY, date(2026, 6, 18), "40694.00", "封顶", "3256.00"),
    "July's limits after June's cut-off": ("42151", CITY, date(2026, 6, 19), "42151.00", "", "3372.00"),
}


@pytest.mark.req("HZ-2.4.1-31", "HZ-2.4.1-32", "HZ-2.4.1-33", "HZ-2.4.1-34")
@pytest.mark.parametrize("case", BASES)
def test_base_and_deposit(case: str) -> None:
    wage, branch, day, base, mark, part = BASES[case]
    row = _good({"wage": wage}, day)
    worked = opening.work_out(row, Facts(replace(EMPLOYER, branch_code=branch), UNKNOWN, False), _rules(day))
    assert (worked.base.plain, worked.mark, worked.employer_part.plain) == (base, mark, part)
    assert (worked.personal_part, worked.total) == (worked.employer_part, worked.employer_part + worked.personal_part)


@pytest.mark.req("HZ-2.4.1-34")
def test_each_side_has_its_own_rate_and_rounding() -> None:
    employer = replace(EMPLOYER, branch_code=COUNTY, employer_rate=Rate.parse("5"), personal_rate=Rate.parse("12"))
    worked = opening.work_out(_good({"wage": "2430"}), Facts(employer, UNKNOWN, False), _rules())
    assert (str(worked.employer_rate), str(worked.personal_rate)) == ("5%", "12%")
    assert (worked.employer_part.plain, worked.personal_part.plain, worked.total.plain) == (
        "122.00", "292.00", "414.00",
    )  # fmt: skip


@pytest.mark.req("HZ-2.4.1-01")
@pytest.mark.parametrize(
    ("texts", "mobile", "sms"),
    [({}, "13800001111", False), (SMS, "13800001111", True), ({"phone": ""}, "", False)],
    ids=["phone only", "phone and messages", "neither"],
)
def test_a_row_that_passes_opens_one_account(texts: dict[str, str], mobile: str, sms: bool) -> None:
    row = _good(texts)
    facts, rules = Facts(EMPLOYER, UNKNOWN, False), _rules()
    (effect,) = opening.decide(row, opening.work_out(row, facts, rules), facts, rules)
    assert (effect.key, effect.name) == (IdKey(IdType.RESIDENT, id_no(1)), "张三")
    assert (effect.kind, effect.mobile, effect.sms) == (OpenKind.TRANSFER, mobile, sms)
    assert (effect.base, effect.employer_part, effect.personal_part) == (Money(820000), Money(65600), Money(65600))
    assert (effect.employer_rate, effect.personal_rate) == (EMPLOYER.employer_rate, EMPLOYER.personal_rate)


@pytest.mark.req("HZ-2.4.1-56")
def test_the_same_person_twice_in_a_list() -> None:
    numbers = [id_no(1), id_no(2), id_no(1), id_no(3), f" {id_no(1)} "]
    rows = [_good({"id_no": number}) for number in numbers]
    assert [(index, refused.text) for index, refused in opening.check_all(rows)] == [
        (2, "同一职工在清册中重复"),
        (4, "同一职工在清册中重复"),
    ]


MANUAL = {
    Refusals.ACTIVE_ELSEWHERE: ("存在正常缴存账户", Remedy.LATER),
    Refusals.ALREADY_REGISTERED: ("已有登记记录", Remedy.COUNTER),
    Refusals.NAME_DIFFERS: ("姓名与系统登记不符", Remedy.COUNTER),
}


@pytest.mark.req("HZ-2.4.1-40", "HZ-2.4.1-41", "HZ-2.4.1-42", "HZ-2.4.1-43")
@pytest.mark.parametrize("refusal", MANUAL)
def test_the_manuals_own_words_and_what_can_be_done(refusal: Refusals) -> None:
    refused = refusal.refuse()
    assert (refused.text, refused.remedy) == MANUAL[refusal]


def _numbered(first_17: str) -> str:
    return first_17 + check_digit(first_17)


TOO_LONG, ILLEGAL, FORMAT = "姓名超长，请至中心柜面办理", "存在非法字符，不得提交", "职工身份证格式错误"
MONEY = "月均工资应为数字，最多两位小数"
TYPES = "应为下列之一：居民身份证、港澳居民居住证、台湾居民居住证"
WRONG_DIGIT = id_no(1)[:17] + ("0" if id_no(1)[17] != "0" else "1")
ENDS_IN_X = next(number for serial in range(100) if (number := id_no(serial)).endswith("X"))
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
HK, MACAO, TAIWAN = (_numbered(f"{place}000019900307001") for place in ("81", "82", "83"))

FIELDS = [
    # what: field, text, what becomes of it (= value) or is said about it
    ("two characters", "name", "张三", "=张三"),
    ("ten characters", "name", "买买提艾合买提江阿卜", "=买买提艾合买提江阿卜"),
    ("eleven characters", "name", "买买提艾合买提江阿卜杜", TOO_LONG),
    ("ten rare characters", "name", "𠮷" * 10, "=" + "𠮷" * 10),
    ("a rare character", "name", "王䶮", "=王䶮"),
    ("spaces around", "name", "  张三　", "=张三"),
    ("invisible sign", "name", "张\u200b三", "=张三"),
    ("space inside", "name", "张 三", ILLEGAL),
    ("wide space inside", "name", "张　三", ILLEGAL),
    ("digit", "name", "张3", ILLEGAL),
    ("wide digit", "name", "张３", ILLEGAL),
    ("Latin letter", "name", "张A", ILLEGAL),
    ("middle dot", "name", "阿里·买提", ILLEGAL),
    ("comma", "name", "张三，", ILLEGAL),
    ("long and illegal", "name", "Mohammed Ali", TOO_LONG),
    ("no name", "name", " ", "姓名不能为空"),
    ("resident", "id_type", "居民身份证", "=01"),
    ("resident by code", "id_type", "01", "=01"),
    ("nothing chosen", "id_type", "", "=01"),
    ("passport", "id_type", "护照", f"证件类型{TYPES}"),
    ("permanent residence permit", "id_type", "04", f"证件类型{TYPES}"),
    ("right number", "id_no", id_no(1), f"={id_no(1)}"),
    ("capital X", "id_no", ENDS_IN_X, f"={ENDS_IN_X}"),
    ("small x", "id_no", ENDS_IN_X.lower(), f"={ENDS_IN_X}"),
    ("full-width", "id_no", ENDS_IN_X.translate(WIDE), f"={ENDS_IN_X}"),
    ("spaces", "id_no", f" {id_no(1)[:6]} {id_no(1)[6:14]} {id_no(1)[14:]} ", f"={id_no(1)}"),
    ("wrong check digit", "id_no", WRONG_DIGIT, FORMAT),
    ("15 digits", "id_no", "330106900307001", FORMAT),
    ("17 digits", "id_no", id_no(1)[:17], FORMAT),
    ("19 digits", "id_no", id_no(1) + "0", FORMAT),
    ("letters", "id_no", "ABCDEF199003070011", FORMAT),
    ("born on 30 February", "id_no", _numbered("33010619900230001"), FORMAT),
    ("born tomorrow", "id_no", _numbered("33010620261117001"), FORMAT),
    ("born in 1850", "id_no", _numbered("33010618500307001"), FORMAT),
    ("no such place", "id_no", _numbered("99010619900307001"), FORMAT),
    ("Hong Kong permit called resident", "id_no", HK, FORMAT),
    ("no number", "id_no", "", "证件号码不能为空"),
    ("new to work", "arrival", "新参加工作", "=first_job"),
    ("from elsewhere", "arrival", "transfer", "=transfer"),
    ("other, which is not offered", "arrival", "其他", "调入类型应为下列之一：新参加工作、新调入"),
    ("nothing chosen", "arrival", "", "调入类型不能为空"),
    ("whole yuan", "wage", "8200", "=8200.00"),
    ("one decimal", "wage", "8200.5", "=8200.50"),
    ("two decimals", "wage", "1.23", "=1.23"),
    ("three decimals", "wage", "1.234", "月均工资最多两位小数"),
    ("a decimal far behind", "wage", "1." + "0" * 40 + "1", "月均工资最多两位小数"),
    ("a third decimal that is zero", "wage", "1.230", "=1.23"),
    ("separators", "wage", "1,234,567.89", "=1234567.89"),
    ("full-width", "wage", "８２００．５", "=8200.50"),
    ("spaces", "wage", " 8200 ", "=8200.00"),
    ("nought", "wage", "0", "月均工资应大于0"),
    ("nought with decimals", "wage", "0.00", "月均工资应大于0"),
    ("negative", "wage", "-1", "月均工资应大于0"),
    ("exponent", "wage", "1e4", MONEY),
    ("underscore", "wage", "8_200", MONEY),
    ("misplaced separator", "wage", "82,00", MONEY),
    ("decimal comma", "wage", "8200,50", MONEY),
    ("Arabic digits", "wage", "٨٢٠٠", MONEY),
    ("infinite", "wage", "Infinity", MONEY),
    ("not a number", "wage", "NaN", MONEY),
    ("words", "wage", "八千二", MONEY),
    ("with a unit", "wage", "8200元", MONEY),
    ("ten thousand million", "wage", "10000000000", "月均工资金额过大，请核对"),
    ("no wage", "wage", "", "月均工资不能为空"),
    ("mobile", "phone", "13800001111", "=13800001111"),
    ("spaces and dashes", "phone", "138-0000 1111", "=13800001111"),
    ("full-width", "phone", "１３８００００１１１１", "=13800001111"),
    ("none", "phone", "", "=None"),
    ("ten digits", "phone", "1380000111", "移动电话应为11位手机号码"),
    ("twelve digits", "phone", "138000011111", "移动电话应为11位手机号码"),
    ("land line", "phone", "057187001234", "移动电话应为11位手机号码"),
    ("begins 12", "phone", "12800001111", "移动电话应为11位手机号码"),
    ("yes", "sms", "是", "=Y"),
    ("nothing chosen", "sms", "", "=N"),
    ("perhaps", "sms", "也许", "订阅短信应为下列之一：是、否"),
]


@pytest.mark.req(
    "HZ-2.4.1-22", "HZ-2.4.1-23", "HZ-2.4.1-24", "HZ-2.4.1-25", "HZ-2.4.1-27", "HZ-2.4.1-28", "HZ-2.4.1-30",
    "HZ-2.4.1-35",
)  # fmt: skip
@pytest.mark.parametrize(
    ("field", "text", "expected"), [case[1:] for case in FIELDS], ids=[f"{case[1]}: {case[0]}" for case in FIELDS]
)
def test_fields(field: str, text: str, expected: str) -> None:
    row = _row({field: text})
    if isinstance(row, Row):
        value = getattr(row, field)
        assert f"={value.plain if isinstance(value, Money) else value}" == expected
    else:
        (refused,) = row
        assert (refused.text, refused.field) == (expected, field)


PAPERS = {
    "Hong Kong": (IdType.HK_MACAO, HK, None),
    "Macao": (IdType.HK_MACAO, MACAO, None),
    "Taiwan": (IdType.TAIWAN, TAIWAN, None),
    "Taiwan's number on a Hong Kong permit": (IdType.HK_MACAO, TAIWAN, FORMAT),
    "Hong Kong's number on a Taiwan permit": (IdType.TAIWAN, HK, FORMAT),
    "resident's number on a Taiwan permit": (IdType.TAIWAN, id_no(1), FORMAT),
    "permit number with a wrong check digit": (IdType.HK_MACAO, HK[:17] + ("0" if HK[17] != "0" else "1"), FORMAT),
}


@pytest.mark.req("HZ-2.4.1-27", "HZ-2.4.1-28")
@pytest.mark.parametrize("case", PAPERS)
def test_residence_permits(case: str) -> None:
    id_type, number, text = PAPERS[case]
    row = _row({"id_type": id_type.value, "id_no": number})
    if isinstance(row, Row):
        assert (row.id_type, row.id_no, text) == (id_type, number, None)
    else:
        assert [refused.text for refused in row] == [text]


@pytest.mark.req("HZ-2.4.1-59")
@pytest.mark.parametrize(("field", "text"), [("name", "张3"), ("name", "张" * 11), ("id_no", WRONG_DIGIT)])
def test_name_and_number_ask_for_a_typing_mistake_first_and_then_point_to_the_counter(field: str, text: str) -> None:
    row = _row({field: text})
    assert not isinstance(row, Row)
    (refused,) = row
    assert refused.hint.index("核对") < refused.hint.index("柜面")
    assert (refused.remedy, refused.value) == (Remedy.COUNTER, text)


def test_all_fields_that_are_wrong_are_told_at_once() -> None:
    row = _row({"name": "张3", "id_no": WRONG_DIGIT, "wage": "-1", "phone": "1", "sms": "也许"})
    assert not isinstance(row, Row)
    assert [refused.field for refused in row] == ["name", "id_no", "wage", "phone", "sms"]


@pytest.mark.req("HZ-2.4.1-45")
def test_a_field_that_nobody_declared_is_refused() -> None:
    row = _row({"base": "99999"})
    assert not isinstance(row, Row)
    assert [(refused.code, refused.field) for refused in row] == [("unknown_field", "base")]


def test_a_row_keeps_what_was_entered_and_reads_back_the_same() -> None:
    row = _good({"name": " 张三 ", "id_no": ENDS_IN_X.lower(), "wage": "1,234.5", "sms": "是"})
    assert (row.name, row.id_no, row.wage, row.sms) == ("张三", ENDS_IN_X, Money(123450), YesNo.YES)
    assert parse(Row, row.stored(), _rules()) == row
