"""What the other rooms may know of employers and people: frozen values, no Django, no queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from hpf.kernel.identity import IdType
from hpf.kernel.labelled import Labelled
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate


class Fund(Labelled):
    """资金性质. An employer has one account per fund, a person too (domain-values A4)."""

    HPF = "HPF", "住房公积金"
    SUBSIDY = "SUBSIDY", "住房公积金补贴"

    @property
    def suffix(self) -> str:
        """The last two digits of an employer account's number (domain-values A9)."""
        return "01" if self is Fund.HPF else "02"


class Method(Labelled):
    """缴存方式: who moves the money, the bank by mandate or the employer."""

    COLLECTION = "COLLECTION", "托收"
    SELF = "SELF", "送缴"


class EmployerAccountStatus(Labelled):
    """单位账户状态, codes of domain-values A9."""

    NORMAL = "01", "正常"
    OPENED = "02", "开户"
    DEFERRED = "03", "缓缴"
    CANCELLED = "04", "销户"
    SEALED = "05", "封存"


class MembershipStatus(Labelled):
    """How an account stands with one employer account; `MOVED`: the person pays elsewhere now, here is only history."""

    NORMAL = "normal", "正常"
    SEALED = "sealed", "封存"
    MOVED = "moved", "已转出"


class OpenKind(Labelled):
    """调入类型 as declared (Regulation Art. 17; domain-values A8)."""

    FIRST_JOB = "first_job", "新参加工作"
    TRANSFER = "transfer", "新调入"
    OTHER = "other", "其他"


class Entry(Labelled):
    """业务类别 of an opening, found by the system (domain-values A8)."""

    NEW = "new", "设立"
    REOPENED = "reopened", "启封"
    TRANSFERRED = "transferred", "调入"


class Change(Labelled):
    """变动 of a due's line against the month before (domain-values B2.2)."""

    NEW = "new", "新增"
    REOPENED = "reopened", "启封"
    BASE = "base", "基数变动"
    NONE = "none", "无"


class RetireCategory(Labelled):
    """Column of the retirement table; a woman's cannot be read from her id (domain-values A12)."""

    MALE = "M60", "男"
    FEMALE_55 = "F55", "女（原55周岁）"
    FEMALE_50 = "F50", "女（原50周岁）"


class SmsResult(Labelled):
    """短信订阅结果 of an opening (HZ-2.4.2-09)."""

    NOT_ASKED = "not_asked", "未订阅"
    SUBSCRIBED = "subscribed", "订阅成功"
    NUMBER_TAKEN = "number_taken", "订阅失败：该号码已被其他职工订阅"


@dataclass(frozen=True, slots=True)
class IdKey:
    """By what a person is found: type and number in normal form (18 characters, capital X; see `kernel.identity`)."""

    id_type: IdType
    id_no: str


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """A person who may act for an employer; `may_make` and `may_check` count while the employer checks (`Checking`).

    `sms`: has subscribed the employer's messages.
    """

    id: int
    employer_id: int
    name: str
    id_type: IdType
    id_no: str
    mobile: str
    may_make: bool = True
    may_check: bool = False
    sms: bool = False


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Who is to be told of an employer account: its employer, and id and number of the agents who have subscribed."""

    employer_id: int
    agents: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Duties:
    """What one agent may do while the employer checks: 经办 (hand in), 复核 (check what another has handed in)."""

    make: bool
    check: bool


@dataclass(frozen=True, slots=True)
class Checking:
    """单位内部复核 of an employer: from which amount a case needs a second agent, and the agents' duties by their ids.

    `check_from` zero: every case; None: none, and duties do not count.
    """

    check_from: Money | None
    duties: Mapping[int, Duties]

    def loosens(self, before: Checking) -> bool:
        """Whether this lets through what `before` held back: a higher amount or none, or a duty that was not had."""
        if before.check_from is None:
            return False
        if self.check_from is None or self.check_from > before.check_from:
            return True
        had = {agent: before.duties.get(agent, Duties(False, False)) for agent in self.duties}
        return any(now.make > had[agent].make or now.check > had[agent].check for agent, now in self.duties.items())

    def left_unchecked(self) -> int | None:
        """An agent whose cases no other agent could check; None when there is none."""
        checkers = {agent for agent, duty in self.duties.items() if duty.check}
        makers = [agent for agent, duty in self.duties.items() if duty.make]
        return next((agent for agent in makers if not checkers - {agent}), None)


@dataclass(frozen=True, slots=True)
class CheckingRequest:
    """A change of `Checking` that waits for another agent: who asks for it, when, and what would hold then."""

    id: int
    wanted: Checking
    asked_by: int
    asked_by_name: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class EmployerAccountFacts:
    """An employer account with what screens and slips show of its employer; `agents` in the order they were entered."""

    id: int
    employer_id: int
    account_no: str
    name: str
    credit_code: str
    customer_no: str
    unit_type: str
    payday: int
    fund: Fund
    status: EmployerAccountStatus
    method: Method
    employer_rate: Rate
    personal_rate: Rate
    branch_code: str
    bank_name: str
    bank_account: str
    opened_on: date
    held_by_case: int | None
    normal_count: int
    agents: tuple[AgentFacts, ...]
    check_from: Money | None = None

    @property
    def checking(self) -> Checking:
        """单位内部复核 as it is set."""
        return Checking(self.check_from, {one.id: Duties(one.may_make, one.may_check) for one in self.agents})

    def needs_check(self, amount: Money | None) -> bool:
        """Whether a case of this amount waits for a second agent; one without an amount only where all cases do."""
        if self.check_from is None:
            return False
        return self.check_from <= (Money.ZERO if amount is None else amount)

    def may_make(self, agent: AgentFacts) -> bool:
        """Whether this agent may hand in cases."""
        return self.check_from is None or agent.may_make

    def may_check(self, agent: AgentFacts) -> bool:
        """Whether this agent may check others' cases; those that still wait after the switch went off, everybody."""
        return self.check_from is None or agent.may_check


@dataclass(frozen=True, slots=True)
class Here:
    """A person's membership with the employer account that asks; months are business months of processing."""

    status: MembershipStatus
    membership_id: int
    opened_month: Month
    sealed_month: Month | None
    seal_reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How one id number stands, seen from one employer account; empty when the city does not know the number."""

    person_id: int | None = None
    name: str = ""
    account_id: int | None = None
    here: Here | None = None
    normal_elsewhere: bool = False
    sealed_elsewhere: bool = False
    frozen: bool = False
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as an account's owner; `details` as given at an opening, by name (e.g. `education`)."""

    person_id: int
    account_id: int
    customer_no: str
    name: str
    id_type: IdType
    id_no: str
    mobile: str
    sms: bool
    retire: RetireCategory | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """One account to open, reopen or take over, already judged; `key` in normal form, `base` already clamped.

    `processed_month` is the business month of processing and the first month that is due (domain-values A2), unless
    `from_month` names a later one (变更年月). `retire` and `details` go to the person, replacing what was known.
    """

    row_no: int
    case_id: int
    key: IdKey
    name: str
    mobile: str
    sms: bool
    fund: Fund
    employer_account_id: int
    base: Money
    employer_rate: Rate
    personal_rate: Rate
    employer_part: Money
    personal_part: Money
    processed_month: Month
    kind: OpenKind
    from_month: Month | None = None
    retire: RetireCategory | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_month(self) -> Month:
        """The first month that is due."""
        return self.from_month or self.processed_month


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of an `Opening`."""

    row_no: int
    case_id: int
    person_id: int
    account_id: int
    membership_id: int
    customer_no: str
    entry: Entry
    sms: SmsResult


@dataclass(frozen=True, slots=True)
class Sealing:
    """One normal membership to seal; the last month due is the one before `processed_month` (domain-values A2)."""

    membership_id: int
    processed_month: Month
    reason: str
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the people of an employer account; base and parts are those last in force, zero if there are none."""

    membership_id: int
    account_id: int
    customer_no: str
    name: str
    id_type: IdType
    id_no: str
    mobile: str
    status: MembershipStatus
    opened_month: Month
    sealed_month: Month | None
    frozen: bool
    exempt: bool
    base: Money
    employer_part: Money
    personal_part: Money


class RaceLost(Exception):
    """The database refused because somebody else was faster: read again, judge again."""


class AccountHeld(Exception):
    """The employer account is held by another case, which is `case_id`."""

    def __init__(self, case_id: int) -> None:
        """Keep the number of the case that holds the account."""
        super().__init__(f"employer account is held by case {case_id}")
        self.case_id = case_id


class UnknownAccount(LookupError):
    """No employer account has this id or number in this centre."""
