"""个人开户 as a clerk would check it: one line per case, its verdict last, neighbours differ in one thing.

Nothing here touches a database. A verdict is what the employer reads: 变更年月 and the two parts of the deposit, the
texts of the refusals in their order, or 人工 and what the reviewer is told to look at.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from tests.parties.builders import id_no

from hpf.engine.declare import ItemRules, parse
from hpf.items.account import opening_reviewed as item
from hpf.kernel.identity import IdType
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.kernel.refusal import Remedy
from hpf.parties.facts import (
    EmployerAccountFacts,
    EmployerAccountStatus,
    Fund,
    IdKey,
    Method,
    OpenKind,
    RetireCategory,
    Standing,
)
from hpf.policy.book import load

DAY = date(2026, 11, 16)
EMPLOYER = EmployerAccountFacts(
    id=1, employer_id=1, account_no="231100000001", name="黑河兴边能源有限公司", credit_code="91231100MA2K03033H",
    customer_no="0000000001", unit_type="30", payday=5, fund=Fund.HPF, status=EmployerAccountStatus.NORMAL,
    method=Method.SELF, employer_rate=Rate.parse("12"), personal_rate=Rate.parse("10"), branch_code="01", bank_name="",
    bank_account="", opened_on=date(2020, 1, 1), held_by_case=None, normal_count=8, agents=(),
)  # fmt: skip
TEXTS = {
    "id_type": "居民身份证", "id_no": id_no(1), "name": "张三", "arrival": "新调入", "first_work": "2015-07-01",
    "retire": "男", "base": "8333.33", "phone": "13800001111",
}  # fmt: skip
LIMITS = "缴存基数应为2,010.00元至21,300.00元（2026年11月）"
FIRST_WORK = "参加工作时间应在出生日期之后，且不晚于今天"
PASSED, LATER = "2026-11 1,000.00 833.33", "2026-12 1,000.00 833.33"
HAS_ACCOUNT, WAITS = "该职工已有账户，请办理启封或同城转移", "该职工已有待办结的开户申请"


def _verdict(
    texts: Mapping[str, str], *, known: bool = False, in_process: bool = False, paid: str = "2026-10",
    branch: str = "01", fund: Fund = Fund.HPF,
) -> str:  # fmt: skip
    book = load("heihe")
    rules = ItemRules(book, DAY, book.calendar.business_month(DAY))
    row = parse(item.Row, {**TEXTS, **texts}, rules)
    if not isinstance(row, item.Row):
        return "；".join(refused.text for refused in row)
    standing = Standing(person_id=7, name="张三", account_id=70) if known else Standing()
    employer = replace(EMPLOYER, branch_code=branch, fund=fund)
    facts = item.Facts(employer, Month.parse(paid) if paid else None, standing, in_process)
    found = list(item.check(row, facts, rules))
    refused = [r.text for r in found if r.remedy is not Remedy.REVIEW]
    referred = [f"人工：{r.text}" for r in found if r.remedy is Remedy.REVIEW]
    worked = item.work_out(row, facts, rules)
    passed = f"{worked.effective_month} {worked.employer_part} {worked.personal_part}"
    return "；".join(refused) or "".join(referred) or passed


def _born(born: str, serial: int = 1) -> dict[str, str]:
    return {"id_no": id_no(serial, born=born)}


GOLDEN: list[tuple[str, dict[str, str], dict[str, object], str]] = [
    ("an ordinary row", {}, {}, PASSED),
    # 变更年月: the later of 缴至年月 + 1 and the present month
    ("paid until last month", {}, {"paid": "2026-10"}, PASSED),
    ("paid until the present month", {}, {"paid": "2026-11"}, LATER),
    ("paid one month ahead", {}, {"paid": "2026-12"}, "2027-01 1,000.00 833.33"),
    ("four months behind", {}, {"paid": "2026-06"}, PASSED),
    ("never paid", {}, {"paid": ""}, PASSED),
    # a first job counts from its second month
    ("first job, begun this month", {"arrival": "新参加工作", "first_work": "2026-11-01"}, {}, LATER),
    ("first job, begun last month", {"arrival": "新参加工作", "first_work": "2026-10-31"}, {}, PASSED),
    ("not a first job, begun this month", {"arrival": "其他", "first_work": "2026-11-01"}, {}, PASSED),
    ("first job this month, paid ahead", {"arrival": "新参加工作", "first_work": "2026-11-02"}, {"paid": "2026-11"},
     LATER),
    # the base is entered as it is to be
    ("base at the floor", {"base": "2010"}, {}, "2026-11 241.20 201.00"),
    ("base 0.01 below", {"base": "2009.99"}, {}, LIMITS),
    ("the same in a county", {"base": "2009.99"}, {"branch": "04"}, "2026-11 241.20 201.00"),
    ("base at the cap", {"base": "21300"}, {}, "2026-11 2,556.00 2,130.00"),
    ("base 0.01 above", {"base": "21300.01"}, {}, LIMITS),
    ("base 0", {"base": "0"}, {}, "缴存基数应大于0"),
    ("three decimals", {"base": "8000.125"}, {}, "缴存基数最多两位小数"),
    # who has an account is not opened again
    ("known to the city", {}, {"known": True}, HAS_ACCOUNT),
    ("waiting in another application", {}, {"in_process": True}, WAITS),
    ("both", {}, {"known": True, "in_process": True}, f"{HAS_ACCOUNT}；{WAITS}"),
    ("another fund", {}, {"fund": Fund.SUBSIDY}, "住房公积金补贴账户不能在网上设立"),
    # ages
    ("16 today", _born("20101116") | {"first_work": "2026-11-16"}, {}, PASSED),
    ("16 tomorrow", _born("20101117") | {"first_work": "2026-11-16"}, {}, "职工未满16周岁"),
    ("retires this month, 男", _born("19660601"), {}, PASSED),
    ("retired last month, 男", _born("19660501"), {}, "人工：职工已超过法定退休年龄"),
    ("a woman, 原55", _born("19710601", 2) | {"retire": "女（原55周岁）"}, {}, PASSED),
    ("the same, 原50", _born("19710601", 2) | {"retire": "女（原50周岁）"}, {}, "人工：职工已超过法定退休年龄"),
    ("a man as a woman", {"retire": "女（原50周岁）"}, {}, "退休类别与证件号码的性别不符"),
    ("a woman as a man", _born("19900307", 2), {}, "退休类别与证件号码的性别不符"),
    # dates
    ("began today", {"first_work": "2026-11-16"}, {}, PASSED),
    ("begins tomorrow", {"first_work": "2026-11-17"}, {}, FIRST_WORK),
    ("a first job in the year 9999", {"arrival": "新参加工作", "first_work": "9999-12-31"}, {}, FIRST_WORK),
    ("began before birth", {"first_work": "1990-03-07"}, {}, FIRST_WORK),
    ("another spelling of a date", {"first_work": "2015年7月1日"}, {}, PASSED),
    ("and another", {"first_work": "20150701"}, {}, PASSED),
    ("no date", {"first_work": "2015-02-30"}, {}, "参加工作时间应为日期，如2026-11-02"),
    ("half a date", {"first_work": "2015-07"}, {}, "参加工作时间应为日期，如2026-11-02"),
    # names and papers
    ("a middle dot", {"name": "乌日娜•额尔敦"}, {}, PASSED),
    ("30 characters", {"name": "张" * 30}, {}, PASSED),
    ("31 characters", {"name": "张" * 31}, {}, "姓名超长，请至中心柜面办理"),
    ("a digit in the name", {"name": "张3"}, {}, "存在非法字符，不得提交"),
    ("a passport", {"id_type": "护照", "id_no": "E12345678", "name": "ANNA", "retire": "女（原55周岁）"}, {}, PASSED),
    ("a wrong check digit", {"id_no": id_no(1)[:17] + "0"}, {}, "职工身份证格式错误"),
    # the rest
    ("no telephone", {"phone": ""}, {}, "手机号码不能为空"),
    ("an unknown education", {"education": "博士"}, {},
     "学历应为下列之一：研究生、大学本科、大学专科、中等专业学校、技工学校、高中、初中、小学、其他"),
    ("a bank account with a letter", {"bank_account": "62220A"}, {}, "个人存款账号应为8至32位数字"),
    ("an address of 101 characters", {"address": "路" * 101}, {}, "家庭住址最多100个字"),
]  # fmt: skip


@pytest.mark.req("HH-3.4-04")
@pytest.mark.parametrize(
    ("texts", "circumstances", "verdict"), [case[1:] for case in GOLDEN], ids=[c[0] for c in GOLDEN]
)
def test_golden(texts: dict[str, str], circumstances: dict[str, object], verdict: str) -> None:
    assert _verdict(texts, **circumstances) == verdict  # type: ignore[arg-type]


def test_what_a_row_does() -> None:
    book = load("heihe")
    rules = ItemRules(book, DAY, Month(2026, 11))
    more = {
        "education": "大学本科",
        "bank": "龙江银行",
        "bank_account": "6222 0202 0011 2233",
        "address": "通江路 1 号",
    }
    row = parse(item.Row, {**TEXTS, **more}, rules)
    assert isinstance(row, item.Row)
    facts = item.Facts(EMPLOYER, Month(2026, 11), Standing(), False)
    worked = item.work_out(row, facts, rules)
    assert (worked.sex, worked.born) == ("男", date(1990, 3, 7))
    (effect,) = item.decide(row, worked, facts, rules)
    assert (effect.key, effect.name, effect.kind) == (IdKey(IdType.RESIDENT, id_no(1)), "张三", OpenKind.TRANSFER)
    assert (effect.from_month, effect.retire, effect.sms) == (Month(2026, 12), RetireCategory.MALE, False)
    assert effect.details == {
        "first_work": "2015-07-01", "education": "20", "bank": "龙江银行", "bank_account": "6222020200112233",
        "address": "通江路 1 号",
    }  # fmt: skip


def test_the_same_person_twice_in_a_list() -> None:
    book = load("heihe")
    rules = ItemRules(book, DAY, Month(2026, 11))
    rows = [parse(item.Row, {**TEXTS, "id_no": id_no(n)}, rules) for n in (1, 3, 1)]
    found = [(index, refused.text) for index, refused in item.check_all(rows)]
    assert found == [(2, "同一职工在清册中重复")]
