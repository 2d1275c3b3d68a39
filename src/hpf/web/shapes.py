"""What the page macros are fed with: small frozen values, so that a page is built and checked in Python.

A view makes these, a template hands them to the macros in `templates/macros/`. They know no item, no centre, no HTML.
Values inside cells, facts and figures may be text, Money, Month, Rate, dates, numbers, Tag, Action, Edit or Masked; how
each is written is decided once, by `hpf.web.jinja.show` and the `value` macro.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode


class Tone(StrEnum):
    """Meaning of a colour. LATE is the yellow of HZ-2.4.2-11: taken after the daily cut-off or not done that day."""

    PLAIN = "plain"
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    LATE = "late"
    BAD = "bad"


class Look(StrEnum):
    """How loud a button is: one PRIMARY a page."""

    PLAIN = "plain"
    PRIMARY = "primary"
    QUIET = "quiet"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Tag:
    """A short status word, coloured by its meaning."""

    label: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Action:
    """A link (with `href`), a POST of its own (with `post`, an address), or a submit button of `form` or its own form.

    `dialog` names a dialog on the page that opens instead of following `href` where JavaScript runs. `why_not`, when
    not empty, greys the action and tells the reason. The icon arrow-right stands behind the label, others before it.
    """

    label: str
    href: str = ""
    icon: str = ""
    look: Look = Look.PLAIN
    name: str = ""
    value: str = ""
    post: str = ""
    form: str = ""
    dialog: str = ""
    why_not: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Masked:
    """A personal value shown masked; `reveal_url` is a POST that logs who looked and answers with the plain text."""

    text: str
    label: str
    reveal_url: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell that is typed into and saved by itself: POST `name`=value to `url` on change.

    The answer brings out-of-band cells and the cell's error element (`{id}-err`), never the row itself.
    """

    id: str
    name: str
    value: object
    label: str
    url: str
    error: str = ""
    inputmode: str = "decimal"


class FieldKind(StrEnum):
    """What a form field is. SHOWN is (显) of the specification, COMPUTED is (算).

    MONTH is text as 2026-11: only some browsers have a month picker, and each writes months in another way.
    """

    TEXT = "text"
    MONEY = "money"
    INT = "int"
    PHONE = "phone"
    IDNO = "idno"
    DATE = "date"
    MONTH = "month"
    SEARCH = "search"
    PASSWORD = "password"
    CODE = "code"
    TEXTAREA = "textarea"
    SELECT = "select"
    RADIO = "radio"
    CARDS = "cards"
    CHECK = "check"
    FILE = "file"
    HIDDEN = "hidden"
    SHOWN = "shown"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `why_not` greys it and says why; `icon` and `note` show in CARDS."""

    value: str
    label: str
    note: str = ""
    icon: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One form field, whatever its kind.

    `mark` stands beside a computed value (保底, 封顶). `accept` (".xlsx,.xls") and `max_bytes` limit a FILE;
    `file_name` is a regular expression that its name has to match, with `file_name_hint` as the refusal. `why_not`
    greys the field and says why. `span` is its share of the form's row, 1 to 4 columns. `attrs` are more attributes
    of the control. `prefix` keeps ids apart where two forms on a page have fields of one name.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    value: object = ""
    required: bool = False
    help: str = ""
    error: str = ""
    options: Sequence[Option] = ()
    mark: Tag | None = None
    maxlength: int = 0
    placeholder: str = ""
    suffix: str = ""
    span: int = 1
    why_not: str = ""
    accept: str = ""
    max_bytes: int = 0
    file_name: str = ""
    file_name_hint: str = ""
    multiple: bool = False
    prefix: str = "f"
    attrs: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The element's id: unique on the page as long as prefix and name are."""
        return f"{self.prefix}-{self.name}"

    @property
    def described_by(self) -> str:
        """Ids of help and error, for aria-describedby; the error element is always there so that it can be filled."""
        return f"{self.id}-help {self.id}-err" if self.help or self.why_not else f"{self.id}-err"


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal in words, for the summary above a form: `field_id` is the element to jump to, `row` its line."""

    text: str
    field_id: str = ""
    row: str = ""
    hint: str = ""


class ColumnKind(StrEnum):
    """What a column holds; decides alignment and digits."""

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    MONEY = "money"
    COUNT = "count"
    RATE = "rate"
    MONTH = "month"
    TIME = "time"
    TAG = "tag"
    NUMBER = "no"


_RIGHT = {ColumnKind.MONEY, ColumnKind.COUNT, ColumnKind.RATE, ColumnKind.NUMBER}


@dataclass(frozen=True, slots=True)
class Column:
    """A table column. `key` finds the cell; `pin` keeps it in view when a wide table scrolls (only the row's name).

    `sort_href` makes the head a link, `sorted` is "ascending", "descending" or empty.
    """

    key: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT
    pin: bool = False
    wrap: bool = False
    hint: str = ""
    sort_href: str = ""
    sorted: str = ""

    @property
    def css(self) -> str:
        """Classes of every cell of the column."""
        parts = [f"c-{self.kind}"]
        if self.kind in _RIGHT:
            parts.append("r")
        if self.pin:
            parts.append("pin")
        if self.wrap:
            parts.append("wrap")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: cells by column key. `errors` by column key stand under their cell, `note` under the whole row."""

    cells: Mapping[str, object]
    id: str = ""
    tone: Tone = Tone.PLAIN
    errors: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    actions: Sequence[Action] = ()
    selectable: bool = True
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a list stands: page `number` of `pages`, `count` entries of `unit`, `query` = the filters to keep in links.

    `target` is the CSS selector of the element that htmx replaces; empty means plain links only.
    """

    number: int
    pages: int
    count: int
    size: int
    unit: str = "行"
    query: Mapping[str, str] = field(default_factory=dict)
    target: str = ""

    def href(self, number: int) -> str:
        """Address of a page, relative to the current one."""
        return "?" + urlencode({**self.query, "page": number})

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to offer: first, last and two either side of the current; None is a gap."""
        near = sorted({1, self.pages, *range(max(1, self.number - 2), min(self.pages, self.number + 2) + 1)})
        out: list[int | None] = []
        for page in near:
            if out and page - (out[-1] or 0) == 2:
                out.append(page - 1)
            elif out and page - (out[-1] or 0) > 2:
                out.append(None)
            out.append(page)
        return out


@dataclass(frozen=True, slots=True)
class Table:
    """A list as shown: columns, rows of this page, total line over the whole list, count and what it is sorted by.

    `select` is the name of the checkboxes in front of the rows (value = row id), empty for none. `wide` lets the table
    scroll inside its frame with a pinned column: for lists wider than a screen. `id` is what htmx replaces.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Mapping[str, object] = field(default_factory=dict)
    count: int | None = None
    unit: str = "行"
    sorted_by: str = ""
    empty: str = "没有符合条件的记录"
    empty_action: Action | None = None
    select: str = ""
    select_form: str = ""
    wide: bool = False
    id: str = ""
    pager: Pager | None = None

    @property
    def has_actions(self) -> bool:
        """True when some row offers something to do: then there is a column 操作."""
        return any(row.actions for row in self.rows)

    @property
    def width(self) -> int:
        """Number of columns as rendered."""
        return len(self.columns) + bool(self.select) + self.has_actions

    @property
    def head_key(self) -> str:
        """Key of the column that names the row (th scope=row): the pinned one, else the first NAME or CODE column."""
        for column in self.columns:
            if column.pin:
                return column.key
        for column in self.columns:
            if column.kind in (ColumnKind.NAME, ColumnKind.CODE):
                return column.key
        return ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the summary strip. `key` marks the one that counts."""

    label: str
    value: object
    unit: str = ""
    tone: Tone = Tone.PLAIN
    key: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One read-only pair of label and value in a definition grid."""

    label: str
    value: object
    wide: bool = False
    hint: str = ""


class EventState(StrEnum):
    """Where an event of a timeline stands."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a timeline: what happens, when (a moment or words), and a line of explanation."""

    label: str
    state: EventState
    when: object = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that stays on the page, with what the reader can do."""

    text: str
    tone: Tone = Tone.INFO
    title: str = ""
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An uploaded material: `href` opens it, `thumb` is a small picture or empty, `remove` takes it away."""

    name: str
    href: str
    size: str = ""
    thumb: str = ""
    remove: Action | None = None
