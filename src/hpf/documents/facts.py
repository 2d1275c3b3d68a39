"""What a document says, before it is paper: frozen values without Django, from which items make slips and vouchers.

A document is data plus an imprint. The data are what the business says (who, what, how much); the imprint is what
issuing adds (number, verification code, time of printing). Both are kept, so a document can be checked and made again.
"""

import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that reads like another
CODE_LENGTH = 12

Align = Literal["left", "center", "right"]


class DocumentKind(StrEnum):
    """The kinds of documents that are issued; the value is stored."""

    PAYMENT_SLIP = "payment_slip"
    BUSINESS_VOUCHER = "business_voucher"

    @property
    def label(self) -> str:
        """The Chinese name of the kind."""
        return {"payment_slip": "汇（补）缴款凭证", "business_voucher": "业务凭证"}[self.value]

    @property
    def prefix(self) -> str:
        """The two letters that lead the document's number."""
        return {"payment_slip": "HJ", "business_voucher": "YW"}[self.value]


@dataclass(frozen=True)
class Field:
    """One labelled value; `wide` takes the whole line, `strong` is set larger and bold (totals).

    `personal` is a person's name: printed in full, masked on the public verification page.
    """

    label: str
    value: str
    wide: bool = False
    strong: bool = False
    personal: bool = False


@dataclass(frozen=True)
class Section:
    """Fields that belong together, under a short title (at most four characters) at the left edge of the form."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class SlipData:
    """A one-page form: a title, labelled values in sections, a seal. It never lists persons (HZ-2.15.4-07)."""

    centre: str
    title: str
    business_no: str
    sections: tuple[Section, ...]
    note: str = ""


@dataclass(frozen=True)
class RosterColumn:
    """A column of a voucher's list; `width` is relative to the other columns, amounts are aligned right."""

    label: str
    width: float
    align: Align = "left"


@dataclass(frozen=True)
class RosterData:
    """A voucher with a list of any length: head fields, rows of ready-made text in the order of `columns`, totals."""

    centre: str
    title: str
    business_no: str
    head: tuple[Field, ...]
    columns: tuple[RosterColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[Field, ...]
    portion: str = ""
    note: str = ""


DocumentData = SlipData | RosterData


@dataclass(frozen=True)
class Imprint:
    """What issuing adds: number, verification code (12 characters), address of the verification page, time (aware)."""

    no: str
    code: str
    verify_url: str
    printed_at: datetime

    @property
    def grouped_code(self) -> str:
        """The verification code as printed: `7KQ4-9MXD-2HTB`."""
        return grouped(self.code)


class DocumentState(StrEnum):
    """Whether a document that was issued still counts."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Issued:
    """An issued document of one thing (`kind` and `ref`, e.g. the id of a due); `sha256` is that of its PDF.

    `business_no` is printed on it, `employer_account_id` is whose it is, None where it is nobody's. `superseded_by` is
    the number of the document that replaced it, None while nothing has. `sealed_with` is the SHA-256 of the certificate
    its signature was made with, empty for one from before documents were signed.
    """

    no: str
    code: str
    kind: DocumentKind
    ref: str
    issued_at: datetime
    title: str
    sha256: str
    size: int
    superseded_by: str | None
    sealed_with: str
    revoked_at: datetime | None
    revoked_reason: str
    business_no: str = ""
    employer_account_id: int | None = None

    @property
    def state(self) -> DocumentState:
        """Revoked before superseded: who holds the paper has to know that first."""
        if self.revoked_at is not None:
            return DocumentState.REVOKED
        return DocumentState.VALID if self.superseded_by is None else DocumentState.SUPERSEDED


@dataclass(frozen=True)
class Confirmed:
    """What anybody may see of an issued document: what is on its paper and whether it still counts.

    The rows of a list are not among it, only their number (`rows`, None for a document without a list).
    """

    issued: Issued
    centre: str
    business_no: str
    portion: str
    sections: tuple[Section, ...]
    rows: int | None


class Verdict(StrEnum):
    """What an uploaded PDF turned out to be."""

    GENUINE = "genuine"  # byte for byte what was issued
    APPENDED = "appended"  # signed by this centre, and something came behind the signature
    CHANGED = "changed"  # this centre's signature does not fit the content
    UNREGISTERED = "unregistered"  # this centre's signature fits, but no such document was issued
    OTHER_CENTRE = "other-centre"  # signed with another certificate of the same authority
    FOREIGN = "foreign"  # signed by somebody unknown
    UNSIGNED = "unsigned"  # no signature, and not a document from before there were any


@dataclass(frozen=True)
class Examination:
    """The verdict on an upload and the document it is, or (APPENDED) was made from.

    `signed` tells of a genuine one whether it carries this centre's good signature; `signer` names the holder of the
    certificate of OTHER_CENTRE.
    """

    verdict: Verdict
    document: Confirmed | None = None
    signed: bool = False
    signer: str = ""


@dataclass(frozen=True)
class MaterialLimits:
    """What may be uploaded: types by short name (`jpg`, `png`, `pdf`), bytes and pixels of a file, files of a name.

    `by_file_name`: each file is somebody's, by its own name, so a second one of that name takes the first one's place.
    """

    types: frozenset[str]
    max_bytes: int
    max_pixels: int = 60_000_000
    max_files: int = 20
    by_file_name: bool = False


@dataclass(frozen=True)
class Material:
    """An uploaded picture or scan of a paper under the name the material list prompts for.

    It belongs to a thing of another package by kind and plain id (`submission` and its key); `handed_in` ones stay.
    """

    id: int
    owner_kind: str
    owner_id: str
    name: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    handed_in: bool


class MaterialRefused(ValueError):
    """An upload is not acceptable; the message is Chinese and says what to do."""


class RevocationOutcome(StrEnum):
    """What became of a request to revoke a document; the value is stored."""

    WAITING = "waiting"
    REVOKED = "revoked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word of the screens."""
        return {"waiting": "待复核", "revoked": "已作废", "refused": "不予作废", "withdrawn": "已撤回"}[self.value]


@dataclass(frozen=True)
class Revocation:
    """One request to revoke the document `no`: who asked when and why, who decided when, with which words."""

    id: int
    no: str
    reason: str
    asked_by_id: int | None
    asked_by: str
    asked_at: datetime
    outcome: RevocationOutcome
    decided_by: str
    decided_at: datetime | None
    words: str


class RevocationRefused(ValueError):
    """A document cannot be revoked, or not by this person; the message is Chinese and says why."""


class PdfRefused(ValueError):
    """An upload cannot be verified; `kind` is a short code, the message is Chinese and says what to do."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        super().__init__(text)


class TooManyTries(Exception):
    """Verification is closed for a while, to this visitor or to all; `minutes` until it opens."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"查询过于频繁，请 {minutes} 分钟后再试")


def grouped(code: str) -> str:
    """A 12-character verification code in three groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def plain_code(typed: str) -> str:
    """A verification code as stored, from what a person typed: any width and case, hyphens, spaces."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isascii() and c.isalnum())


def is_code(code: str) -> bool:
    """Whether a plain code has the form of one; a slip of the fingers is no guess."""
    return len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET)


def to_json(data: DocumentData) -> dict[str, Any]:
    """The data as plain JSON values, with their shape under `shape`; read back by `from_json`."""
    return {"shape": "slip" if isinstance(data, SlipData) else "roster", **asdict(data)}


def from_json(stored: dict[str, Any]) -> DocumentData:
    """The inverse of `to_json`. Raises KeyError for a shape that is not known."""
    values = {key: value for key, value in stored.items() if key != "shape"}
    if stored["shape"] == "slip":
        sections = tuple(Section(s["title"], _fields(s["fields"])) for s in values.pop("sections"))
        return SlipData(sections=sections, **values)
    return RosterData(
        head=_fields(values.pop("head")),
        totals=_fields(values.pop("totals")),
        columns=tuple(RosterColumn(**column) for column in values.pop("columns")),
        rows=tuple(tuple(row) for row in values.pop("rows")),
        **values,
    )


def _fields(stored: list[dict[str, Any]]) -> tuple[Field, ...]:
    return tuple(Field(**field) for field in stored)
