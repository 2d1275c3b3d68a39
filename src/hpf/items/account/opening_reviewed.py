"""个人账户设立（个人开户）: accounts of people whom the city does not know yet, after the centre's review (HH-3.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from hpf.engine import declare
from hpf.engine.declare import ColumnKind, Fact, ItemRules, Shown, ask, choice_of, code_of, words
from hpf.kernel.identity import IdNumber, IdType, Sex
from hpf.kernel.month import Month
from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy
from hpf.parties.facts import EmployerAccountFacts, IdKey, OpenKind, RetireCategory, Standing


class Row(declare.Row):
    """A person to be opened (B5); the base is entered as it is to be."""

    id_type: declare.OnlineIdType = ask("证件类型", width=14, default=IdType.RESIDENT)
    id_no: declare.IdNo = ask("证件号码", fixed_once_saved=True, width=20)
    name: declare.Name = ask("姓名", fixed_once_saved=True, width=10)
    arrival: choice_of(OpenKind) = ask("人员类别")  # type: ignore[valid-type]
    first_work: declare.DateOf = ask("参加工作时间", note="如2026-11-02")
    retire: choice_of(RetireCategory) = ask("退休类别", width=14)  # type: ignore[valid-type]
    base: declare.Amount = ask("缴存基数", note="最多两位小数")
    phone: declare.Phone = ask("手机号码", width=13, note="11位")
    occupation: code_of("occupation") | None = ask("职业", required=False)  # type: ignore[valid-type]
    post: code_of("post") | None = ask("职务", required=False)  # type: ignore[valid-type]
    education: code_of("education") | None = ask("学历", required=False)  # type: ignore[valid-type]
    marital: code_of("marital") | None = ask("婚姻状况", required=False)  # type: ignore[valid-type]
    bank: words(40) | None = ask("个人存款账户开户行", required=False, width=20)  # type: ignore[valid-type]
    bank_account: declare.BankAccount | None = ask("个人存款账号", required=False, width=22)
    address: words(100) | None = ask("家庭住址", required=False, width=30)  # type: ignore[valid-type]


DETAILS = ("first_work", "occupation", "post", "education", "marital", "bank", "bank_account", "address")


@dataclass(frozen=True, slots=True)
class Facts:
    """What has to be known of the employer and the person."""

    employer: Annotated[EmployerAccountFacts, Fact.APPLICANT]
    paid_until: Annotated[Month | None, Fact.PAID_UNTIL]
    standing: Annotated[Standing, Fact.STANDING]
    in_process: Annotated[bool, Fact.IN_PROCESS_HERE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked(declare.DepositTerms):
    """What the number says of the person, the month from which the account is due, and the monthly deposit."""

    sex: str
    born: date | None
    effective_month: Month


class Refusals(Refusal):
    """Why a person cannot be opened, in order of precedence."""

    FUND_NOT_ONLINE = Reason("{fund}账户不能在网上设立", None, "请至中心柜面办理", Remedy.COUNTER)
    HAS_ACCOUNT = Reason("该职工已有账户，请办理启封或同城转移", "id_no", "已封存的可启封，在其他单位的可同城转移")
    IN_PROCESS = Reason("该职工已有待办结的开户申请", "id_no", "请在业务申请记录中查看办理结果", Remedy.LATER)
    TOO_YOUNG = Reason("职工未满{age}周岁", "id_no", "请核对证件号码")
    RETIRE_CATEGORY = Reason("退休类别与证件号码的性别不符", "retire", "请重新选择退休类别")
    FIRST_WORK = Reason("参加工作时间应在出生日期之后，且不晚于今天", "first_work", "请核对参加工作时间")
    BASE_OUTSIDE = Reason("缴存基数应为{limits}（{month}）", "base", "请按职工月均工资在限额内填写")
    TWICE_IN_LIST = Reason("同一职工在清册中重复", "id_no", "请只保留一行")
    PAST_RETIREMENT = Reason("职工已超过法定退休年龄", "id_no", "由中心审核时核实", Remedy.REVIEW)


def effective_month(row: Row, facts: Facts, rules: ItemRules) -> Month:
    """变更年月: the employer's next month, at least the present; a first job counts from its second month (Art. 17)."""
    unpaid = rules.month if facts.paid_until is None else facts.paid_until + 1
    newly = row.arrival is OpenKind.FIRST_JOB and row.first_work <= rules.day
    return max(rules.month, unpaid, Month.of(row.first_work) + 1 if newly else unpaid)


def work_out(row: Row, facts: Facts, rules: ItemRules) -> Worked:
    """Sex and birth by the number; the deposit on the entered base, by the rules of the month it begins with."""
    paper, month = IdNumber(row.id_type, row.id_no), effective_month(row, facts, rules)
    sex = paper.sex.label if paper.sex else ""
    return Worked.on(row.base, facts.employer, rules.on(month), sex=sex, born=paper.birth_date, effective_month=month)


def check(row: Row, facts: Facts, rules: ItemRules) -> Iterator[Refused]:
    """The register's word on a row, in order of precedence."""
    today, paper = rules.today, IdNumber(row.id_type, row.id_no)
    born, sex = paper.birth_date, paper.sex
    if facts.employer.fund not in today.opening_funds:
        yield Refusals.FUND_NOT_ONLINE.refuse(fund=facts.employer.fund.label)
    if facts.standing.account_id is not None:
        yield Refusals.HAS_ACCOUNT.refuse(value=row.id_no)
    if facts.in_process:
        yield Refusals.IN_PROCESS.refuse(value=row.id_no)
    if born is not None and today.opening_min_age is not None and rules.age(paper) < today.opening_min_age:
        yield Refusals.TOO_YOUNG.refuse(value=row.id_no, age=today.opening_min_age)
    if sex is not None and (sex is Sex.MALE) is not (row.retire is RetireCategory.MALE):
        yield Refusals.RETIRE_CATEGORY.refuse(value=row.retire.label)
    if row.first_work > rules.day or (born is not None and row.first_work <= born):
        yield Refusals.FIRST_WORK.refuse(value=str(row.first_work))
    month = effective_month(row, facts, rules)
    if limits := declare.base_outside(row.base, facts.employer, rules, month):
        yield Refusals.BASE_OUTSIDE.refuse(value=str(row.base), month=month.chinese, limits=limits)
    if born is not None and today.retirement_month(row.retire, born) < rules.month:
        yield Refusals.PAST_RETIREMENT.refuse(value=row.id_no)


check_all = declare.once_per("id_no", Refusals.TWICE_IN_LIST)


def decide(row: Row, worked: Worked, facts: Facts, rules: ItemRules) -> Iterator[declare.OpenAccount]:
    """One effect: the person deposits here from 变更年月 on; what nothing is computed from is kept beside."""
    yield declare.OpenAccount(
        key=IdKey(row.id_type, row.id_no),
        name=row.name,
        mobile=row.phone,
        sms=False,
        kind=row.arrival,
        **worked.terms(),
        from_month=worked.effective_month,
        retire=row.retire,
        details={key: text for key, text in row.stored().items() if key in DETAILS},
    )


ITEM = declare.Item(
    code="account.opening_reviewed",
    title="个人账户设立（个人开户）",
    requirement="HH-3.4",
    group=declare.Group.ACCOUNT,
    form=declare.FormKind.ROSTER,
    accept=declare.Accept.WHOLE,
    imports=False,
    row=Row,
    facts=Facts,
    refusals=Refusals,
    work_out=work_out,
    check=check,
    check_all=check_all,
    decide=decide,
    shown=(
        Shown("sex", "性别", live=True),
        Shown("born", "出生日期", ColumnKind.DATE, live=True),
        Shown("effective_month", "变更年月", ColumnKind.MONTH, live=True),
        *(column for column in declare.DEPOSIT_COLUMNS if column.key not in ("base", "mark")),
    ),
)
