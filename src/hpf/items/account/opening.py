"""个人账户设立（启封）: an employer opens, or reopens, the accounts of its new staff (HZ-2.4.1, HZ-2.3-02)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from hpf.engine import declare
from hpf.engine.declare import Fact, ItemRules, YesNo, ask, choice_of
from hpf.kernel.identity import IdNumber, IdType
from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy
from hpf.parties.facts import EmployerAccountFacts, Entry, IdKey, MembershipStatus, OpenKind, Standing


class Row(declare.Row):
    """A person to be opened (B1.2)."""

    name: declare.Name = ask("姓名", fixed_once_saved=True, width=10, note="不超过10个汉字")
    id_type: declare.OnlineIdType = ask("证件类型", width=14, default=IdType.RESIDENT)
    id_no: declare.IdNo = ask("证件号码", fixed_once_saved=True, width=20, note="18位，末位X大写")
    arrival: choice_of(OpenKind, lambda _: (OpenKind.FIRST_JOB, OpenKind.TRANSFER)) = ask("调入类型")  # type: ignore[valid-type]
    wage: declare.Amount = ask("月均工资", note="大于0，最多两位小数")
    phone: declare.Phone | None = ask("移动电话", required=False, width=13, note="选填，11位")
    sms: choice_of(YesNo) = ask("订阅短信", required=False, width=10, default=YesNo.NO)  # type: ignore[valid-type]


@dataclass(frozen=True, slots=True)
class Facts:
    """What has to be known of the employer and the person."""

    employer: Annotated[EmployerAccountFacts, Fact.APPLICANT]
    standing: Annotated[Standing, Fact.STANDING]
    in_process: Annotated[bool, Fact.IN_PROCESS_HERE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked(declare.DepositTerms):
    """What the system finds and computes for a row; not editable (HZ-2.4.1-45)."""

    kind: Entry


class Refusals(Refusal):
    """Why a person cannot be opened, in order of precedence; texts of the manual where it quotes one."""

    FUND_NOT_ONLINE = Reason("{fund}账户不能在网上设立", None, "请至中心柜面办理", Remedy.COUNTER)
    ACTIVE_ELSEWHERE = Reason("存在正常缴存账户", "id_no", "请待原单位办理封存后再申报", Remedy.LATER)
    ALREADY_REGISTERED = Reason("已有登记记录", "id_no", "请至中心柜面办理", Remedy.COUNTER)
    NAME_DIFFERS = Reason(
        "姓名与系统登记不符", "name", "请先核对姓名和证件号码；无误的，请至中心柜面办理", Remedy.COUNTER
    )
    DECEASED = Reason("该职工账户已按死亡封存", "id_no", "请至中心柜面办理", Remedy.COUNTER)
    TOO_YOUNG = Reason("职工未满{age}周岁", "id_no", "请核对证件号码")
    SMS_WITHOUT_PHONE = Reason("订阅短信须填写移动电话", "sms", "请填写移动电话，或选择不订阅")
    TWICE_IN_LIST = Reason("同一职工在清册中重复", "id_no", "请只保留一行")
    PAST_RETIREMENT = Reason("职工已超过法定退休年龄", "id_no", "由中心人工核实", Remedy.REVIEW)
    FROZEN_ELSEWHERE = Reason("职工原账户处于冻结状态", "id_no", "由中心人工核实", Remedy.REVIEW)


def work_out(row: Row, facts: Facts, rules: ItemRules) -> Worked:
    """Base and monthly deposit, and the kind of business: a person who moved away and was sealed there comes back as
    from anywhere else.
    """
    here, kind = facts.standing.here, Entry.TRANSFERRED if facts.standing.sealed_elsewhere else Entry.NEW
    if here is not None and here.status is not MembershipStatus.MOVED:
        kind = Entry.REOPENED
    return Worked.of(row.wage, facts.employer, rules, kind=kind)


def check(row: Row, facts: Facts, rules: ItemRules) -> Iterator[Refused]:
    """The register's word on a row, in order of precedence."""
    standing, paper = facts.standing, IdNumber(row.id_type, row.id_no)
    if facts.employer.fund not in rules.today.opening_funds:
        yield Refusals.FUND_NOT_ONLINE.refuse(fund=facts.employer.fund.label)
    if standing.normal_elsewhere:
        yield Refusals.ACTIVE_ELSEWHERE.refuse(value=row.id_no)
    if facts.in_process or _opened_lately(standing, rules):
        yield Refusals.ALREADY_REGISTERED.refuse(value=row.id_no)
    if standing.name and standing.name != row.name:
        yield Refusals.NAME_DIFFERS.refuse(value=row.name)
    if standing.deceased:
        yield Refusals.DECEASED.refuse(value=row.id_no)
    youngest = rules.today.opening_min_age
    if youngest is not None and rules.age(paper) < youngest:
        yield Refusals.TOO_YOUNG.refuse(value=row.id_no, age=youngest)
    if row.sms is YesNo.YES and row.phone is None:
        yield Refusals.SMS_WITHOUT_PHONE.refuse(value=YesNo.YES.label)
    if rules.past_retirement(paper, facts.employer.unit_type):
        yield Refusals.PAST_RETIREMENT.refuse(value=row.id_no)
    if standing.frozen and standing.sealed_elsewhere:
        yield Refusals.FROZEN_ELSEWHERE.refuse(value=row.id_no)


def _opened_lately(standing: Standing, rules: ItemRules) -> bool:
    """F-89: normal here, or sealed here within the parameter's last months; sealed before that is simply reopened."""
    here = standing.here
    if here is None or here.status is MembershipStatus.MOVED:
        return False
    if here.sealed_month is None:
        return True
    return rules.month - here.sealed_month < rules.today.repeat_opening_months


check_all = declare.once_per("id_no", Refusals.TWICE_IN_LIST)
"""The same person twice in one list (HZ-2.4.1-56)."""


def decide(row: Row, worked: Worked, facts: Facts, rules: ItemRules) -> Iterator[declare.OpenAccount]:
    """One effect: the person deposits here from the month of processing on."""
    yield declare.OpenAccount(
        key=IdKey(row.id_type, row.id_no),
        name=row.name,
        mobile=row.phone or "",
        sms=row.sms is YesNo.YES,
        kind=row.arrival,
        **worked.terms(),
    )


ITEM = declare.Item(
    code="account.opening",
    title="个人账户设立（启封）",
    requirement="HZ-2.4.1",
    group=declare.Group.ACCOUNT,
    form=declare.FormKind.ROSTER,
    accept=declare.Accept.ROWS,
    row=Row,
    facts=Facts,
    refusals=Refusals,
    work_out=work_out,
    check=check,
    check_all=check_all,
    decide=decide,
    shown=(declare.Shown("kind", "业务类别"), *declare.DEPOSIT_COLUMNS),
)
