"""What goes in and out, as types: from these ninja makes the OpenAPI description and writes the answers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, WithJsonSchema

Cell = Annotated[StrictStr | StrictInt | None, WithJsonSchema({"type": ["string", "number", "null"]})]
"""A value of a row as it is sent: text, or a number, whose digits are taken as written."""
CellOut = str | int | bool | None


class Sent(BaseModel):
    """Base of bodies: an unknown field is an error, not a wish that is silently ignored."""

    model_config = ConfigDict(extra="forbid")


class RowsIn(Sent):
    """Rows to be judged."""

    rows: list[dict[str, Cell]] = Field(min_length=1, title="记录")


class CaseIn(RowsIn):
    """A submission. `declaration_accepted`: the 声明 of the item was read and accepted. `on_error`: what becomes of the
    good rows when others do not pass; `skip` only where each row has its own verdict (`accept` is `rows`).
    """

    declaration_accepted: bool = Field(default=False, strict=True, title="已阅读并同意声明")
    on_error: Literal["reject", "skip"] = Field(default="reject", title="有未通过的记录时")


class HookIn(Sent):
    """An address to push messages to, and the secret that they are signed with."""

    url: str = Field(max_length=500, title="接收地址")
    secret: str = Field(min_length=16, max_length=200, title="签名密钥")
    kinds: list[Literal["case.moved", "due.made"]] = Field(
        default=["case.moved", "due.made"], min_length=1, max_length=2, title="消息种类"
    )


class ErrorOut(BaseModel):
    """One thing that is wrong: where, stable code, words, and what to do. `row` counts from 1."""

    row: int | None
    field: str | None
    value: str | None
    code: str
    text: str
    hint: str
    remedy: Literal["correct", "later", "counter", "review"]


class ProblemOut(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ErrorOut]


class VerdictOut(BaseModel):
    """What is known of one row: it passes, waits for a person of the centre (`referral`), or has errors."""

    row: int
    passes: bool
    worked: dict[str, str]
    referral: ErrorOut | None
    errors: list[ErrorOut]


class DryRunOut(BaseModel):
    """The verdicts that a submission at this moment would meet. Nothing was stored."""

    item: str
    employer_account: str
    processed_month: str
    total: int
    good: int
    referred: int
    bad: int
    notices: list[str]
    verdicts: list[VerdictOut]


class AccountOut(BaseModel):
    """An account of the employer that the token belongs to."""

    account_no: str
    name: str
    fund: str
    fund_label: str
    method: str
    normal_count: int


class ChoiceOut(BaseModel):
    """One choice of a closed list; value and label are both taken."""

    value: str
    label: str


class FieldOut(BaseModel):
    """A field of a row, from the declaration that makes form and workbook too."""

    key: str
    label: str
    kind: str
    required: bool
    note: str
    default: str
    choices: list[ChoiceOut]


class ColumnOut(BaseModel):
    """A column that the system fills."""

    key: str
    label: str
    kind: str
    totalled: bool


class RefusalOut(BaseModel):
    """A reason for which a row is refused, by its stable code; texts may have {placeholders}."""

    code: str
    text: str
    field: str | None
    hint: str
    remedy: str


class MaterialOut(BaseModel):
    """A paper to upload."""

    name: str
    required: bool
    note: str


class FilterOut(BaseModel):
    """A condition of an enquiry: a parameter of its address."""

    key: str
    label: str
    kind: str
    required: bool
    choices: list[ChoiceOut]


class ServiceOut(BaseModel):
    """A service that the centre offers; what does not apply to its kind is empty."""

    code: str
    title: str
    group: str
    kind: Literal["roster", "selection", "certificate", "enquiry", "redirect"]
    version: int
    accept: Literal["rows", "whole"] | None
    most_rows: int
    declaration: str
    fields: list[FieldOut]
    worked: list[ColumnOut]
    refusals: list[RefusalOut]
    materials: list[MaterialOut]
    filters: list[FilterOut]
    columns: list[ColumnOut]
    detail_columns: list[ColumnOut]
    text: str


class ServicesOut(BaseModel):
    """The catalogue of the centre, in the order of its menu."""

    centre: str
    items: list[ServiceOut]


class EventOut(BaseModel):
    """One entry of a case's timeline."""

    at: datetime
    event: str
    state: str
    by: str
    note: str


class CaseOut(BaseModel):
    """A case as it stands. total = succeeded + failed + pending at every moment; amounts in yuan.

    `awaiting_check`: a second agent of the employer has to check it in the hall first; `declared_at` and
    `declared_month` are those of the submission until then, and of the check from then on.
    """

    no: str
    item: str
    employer_account: str
    state: str
    state_label: str
    is_final: bool
    channel: str
    declared_by: str
    declared_at: datetime
    declared_month: str
    needs_check: bool
    checked_by: str
    checked_at: datetime | None
    processed_at: datetime | None
    processed_month: str | None
    expected_at: datetime | None
    total: int
    succeeded: int
    failed: int
    pending: int
    referred: int
    amount: str


class OrderOut(BaseModel):
    """The payment order of a case, to be paid in the hall."""

    no: str
    state: str
    amount: str
    expires_at: datetime


class CaseDetailOut(CaseOut):
    """A case with its timeline and its order."""

    order: OrderOut | None
    events: list[EventOut]


class SubmittedOut(BaseModel):
    """What a submission has become. `repeated`: this key had been sent before, and nothing was done again.
    `left_out` are the rows that were not taken, numbered as they were sent.
    """

    case: CaseOut
    repeated: bool
    left_out: list[VerdictOut]


class PageOut(BaseModel):
    """Where a page stands in its listing."""

    page: int
    pages: int
    total: int


class CasesOut(PageOut):
    """A page of the employer's cases, the newest first."""

    cases: list[CaseOut]


class CaseRowOut(BaseModel):
    """A row of a case with its result."""

    row: int
    state: str
    state_label: str
    data: dict[str, str]
    worked: dict[str, str]
    errors: list[ErrorOut]
    result: dict[str, str]
    portion: int | None
    processed_at: datetime | None
    processed_month: str | None


class CaseRowsOut(PageOut):
    """A page of a case's rows, in their order."""

    rows: list[CaseRowOut]


class RecordOut(BaseModel):
    """A record of a listing; `key` names it in addresses. Amounts in yuan, months as 2026-11."""

    key: str
    cells: dict[str, CellOut]
    marked: bool


class RecordsOut(PageOut):
    """A page of a listing, with the sums over all pages."""

    columns: list[ColumnOut]
    sorted_by: str
    records: list[RecordOut]
    totals: dict[str, CellOut]


class UploadedOut(BaseModel):
    """A material that was taken."""

    id: int
    name: str
    file_name: str
    media_type: str
    size: int
    sha256: str


class HookOut(BaseModel):
    """An address that messages are pushed to; its secret is never shown again."""

    id: str
    url: str
    kinds: list[str]
    since: datetime


class DeliveryOut(BaseModel):
    """What became of one message. `at` is the centre's time, the others real time."""

    id: str
    kind: str
    subject: str
    at: datetime
    tries: int
    status: int | None
    reason: str
    delivered_at: datetime | None
    given_up_at: datetime | None
    body: dict[str, Any]
