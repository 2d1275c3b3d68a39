"""Frozen values of the engine: cases, their rows and drafts, as everybody above sees them. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from hpf.kernel.month import Month
from hpf.kernel.refusal import Refused


class CaseState(StrEnum):
    """States of a case (办件), requirement E1. The moves between them are `engine.lifecycle.states`."""

    AWAITING_CHECK = "awaiting_check"
    SUBMITTED = "submitted"
    QUEUED = "queued"
    IN_PROCESS = "in_process"
    WITH_PERSON = "with_person"
    AWAITING_REVIEW = "awaiting_review"
    ACCEPTED = "accepted"
    AWAITING_PAYMENT = "awaiting_payment"
    CONCLUDED = "concluded"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    VOID = "void"

    @property
    def label(self) -> str:
        """What the user reads."""
        return _CASE_LABELS[self]

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to the case any more."""
        return self in _FINAL


_FINAL = (CaseState.CONCLUDED, CaseState.FAILED, CaseState.RETURNED, CaseState.CANCELLED, CaseState.VOID)
_CASE_LABELS = {
    CaseState.AWAITING_CHECK: "待单位复核",
    CaseState.SUBMITTED: "已提交",
    CaseState.QUEUED: "业务受理",
    CaseState.IN_PROCESS: "处理中",
    CaseState.WITH_PERSON: "人工处理中",
    CaseState.AWAITING_REVIEW: "待审核",
    CaseState.ACCEPTED: "已受理",
    CaseState.AWAITING_PAYMENT: "待支付",
    CaseState.CONCLUDED: "已办结",
    CaseState.FAILED: "办理失败",
    CaseState.RETURNED: "已退回",
    CaseState.CANCELLED: "已取消",
    CaseState.VOID: "已作废",
}


class RowState(StrEnum):
    """States of a submitted row (requirement E2). `REFERRED` waits for a person and counts as pending."""

    PENDING = "pending"
    REFERRED = "referred"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """What the user reads."""
        return {"pending": "待确认", "referred": "人工处理中", "succeeded": "成功", "failed": "失败"}[self.value]


class Intake(StrEnum):
    """How the rows of a draft came in; a draft holds rows of one way only (HZ-2.4.1-16, -17)."""

    TYPED = "typed"
    IMPORTED = "imported"
    SELECTED = "selected"


class WorkKind(StrEnum):
    """What long work on a draft does."""

    IMPORT = "import"
    """Reads a large workbook into the list."""
    CHECK = "check"
    """Judges every line of a long list afresh, for 确认."""

    @property
    def label(self) -> str:
        """What the user reads: 正在导入, 正在核对."""
        return {"import": "导入", "check": "核对"}[self.value]


class WorkState(StrEnum):
    """Where long work on a draft stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """Cancelled, or the function was left meanwhile: what it had brought in is gone again."""


@dataclass(frozen=True, slots=True)
class Case:
    """One submission. Times are in Asia/Shanghai; months are business months; `amount_fen` is the item's own total.

    `due_on` is the last day for the centre's review, None where there is none; `taken_by` the reviewer who has it.
    `needs_check`: a second agent of the employer checks it first; `declared_at` is the moment of that check, and until
    then the one at which it was handed in.
    """

    id: int
    no: str
    item_code: str
    item_version: int
    employer_id: int
    employer_account_id: int
    declared_by: str
    channel: str
    declared_at: datetime
    declared_month: Month
    state: CaseState
    total: int
    succeeded: int
    failed: int
    referred: int
    amount_fen: int
    processed_at: datetime | None
    processed_month: Month | None
    policy_version: int
    submit_key: str
    form: Mapping[str, Any]
    result: Mapping[str, Any]
    branch_code: str = ""
    due_on: date | None = None
    declared_by_user_id: int | None = None
    taken_by_user_id: int | None = None
    taken_by: str = ""
    needs_check: bool = False
    checked_by: str = ""
    checked_by_user_id: int | None = None
    checked_at: datetime | None = None

    @property
    def is_declared(self) -> bool:
        """Whether the centre has been told of it: not before a second agent has checked it, where one has to."""
        return not self.needs_check or self.checked_at is not None

    @property
    def gives_back(self) -> bool:
        """Whether all its rows may be taken into a new list: it was returned, or taken back before its check."""
        return self.state is CaseState.RETURNED or (self.state is CaseState.CANCELLED and not self.is_declared)

    @property
    def handlers(self) -> str:
        """Who made it and, where somebody has, who checked it, for paper."""
        return f"{self.declared_by}（复核：{self.checked_by}）" if self.checked_by else self.declared_by

    @property
    def pending(self) -> int:
        """待确认笔数: total = succeeded + failed + pending at every moment (HZ-2.4.2-08)."""
        return self.total - self.succeeded - self.failed

    @property
    def waited_for_batch(self) -> bool:
        """Whether it was accepted only, for the next day's batch (HZ-1.2-13)."""
        return self.state is CaseState.QUEUED or bool(self.result.get("queued"))

    @property
    def crossed_month(self) -> bool:
        """Whether processing fell into a later business month than the declaration (HZ-2.4.2-13)."""
        return self.processed_month is not None and self.processed_month != self.declared_month


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a case with its verdict. `portion` numbers the times at which rows of the case were finished,
    from 1; `policy_version` is that of the rules it was last judged by, None before it was taken up.
    """

    row_no: int
    id_no: str
    data: Mapping[str, str]
    worked: Mapping[str, Any]
    state: RowState
    refused: tuple[Refused, ...]
    result: Mapping[str, Any]
    portion: int | None
    processed_at: datetime | None
    processed_month: Month | None
    policy_version: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The 待确认记录 of one employer account and item. `expires_at` only for imported rows (HZ-2.4.1-50)."""

    id: int
    item_code: str
    item_version: int
    employer_account_id: int
    intake: Intake | None
    visit: str
    submit_key: str
    edited_by: str
    edited_at: datetime
    expires_at: datetime | None
    confirmed: bool
    declared: bool
    form: Mapping[str, str]
    rows: int
    work_id: int | None = None
    """The long work that is under way; meanwhile nothing else may change the list."""


@dataclass(frozen=True, slots=True)
class Work:
    """Long work on a draft: so many of `expected` lines are done (0: not known yet), `good` of them may be declared.

    `report_id` names the report of an import; `referred` lines of a check are for a person of the centre, for
    `reasons`, and `notices` is what the item tells of the lines.
    """

    id: int
    kind: WorkKind
    state: WorkState
    file_name: str
    begun_at: datetime
    ended_at: datetime | None
    done: int
    expected: int
    good: int
    report_id: int | None
    referred: int
    reasons: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def bad(self) -> int:
        """Lines that may not be declared as they stand."""
        return self.done - self.good


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One line of a draft: its texts, what the system worked out, and what is wrong with it as of the last
    judgement.
    """

    no: int
    data: Mapping[str, str]
    worked: Mapping[str, Any]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line of an imported workbook that was not taken: its cells as they stood, and everything wrong with it."""

    no: int
    cells: Mapping[str, str]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one uploaded workbook. `head_problem` is set when nothing at all was taken (HZ-2.4.1-14)."""

    id: int
    file_name: str
    at: datetime
    total: int
    good: int
    bad: int
    head_problem: str


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One entry of a case's timeline, oldest first."""

    at: datetime
    event: str
    state: CaseState
    actor: str
    note: str
