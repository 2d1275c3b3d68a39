"""Any listing of the engine as a table: conditions, columns by kind, links, masked numbers, what can be done with a
record.

What a record is stays the engine's business; here is decided only where a link leads and how a value looks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from hpf.engine.catalogue import Offer, catalogue
from hpf.engine.declare import Column as DeclaredColumn
from hpf.engine.declare import ColumnKind as Declared
from hpf.engine.declare import Filter, FilterKind, Item, Listing, Source
from hpf.engine.sources import ActionKind, Asking, Choices, Record
from hpf.kernel.clock import in_china
from hpf.kernel.names import mask_phone
from hpf.kernel.paging import Page
from hpf.web.hall.entry import step
from hpf.web.hall.present import OF_COLUMN, mask_id, pager
from hpf.web.jinja import show
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Look, Masked, Option, Row, Table, Tag, Tone

_TONES = {
    "成功": Tone.GOOD,
    "结算成功": Tone.GOOD,
    "支付成功": Tone.GOOD,
    "已入账": Tone.GOOD,
    "失败": Tone.BAD,
    "结算失败": Tone.BAD,
    "支付失败": Tone.BAD,
    "结算中": Tone.INFO,
    "待确认": Tone.INFO,
    "支付处理中": Tone.INFO,
    "待结算": Tone.WARN,
    "待支付": Tone.WARN,
    "人工处理中": Tone.WARN,
}
"""Colours of the words of the closed lists of states; a word that is not here stays plain."""
_CONTROL = {
    FilterKind.MONTH: FieldKind.MONTH,
    FilterKind.CHOICE: FieldKind.SELECT,
    FilterKind.DATE: FieldKind.DATE,
    FilterKind.TEXT: FieldKind.SEARCH,
    FilterKind.FLAG: FieldKind.CHECK,
}
BEHIND = {"total": "全部", "succeeded": "成功", "failed": "失败", "pending": "待确认"}
"""The counts of a summary record, by the name that an address carries (HZ-2.4.2-05)."""
_MANY = 9
"""From so many columns on a table scrolls inside its frame."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listing stands: the service, the step that shows it, the record it is about, its conditions."""

    offer: Offer
    listing: Listing
    name: str = ""
    key: str = ""
    query: Mapping[str, str] | None = None

    def href(self, name: str | None = None, **more: object) -> str:
        """Address of this listing, or of another step about the same record under the same conditions."""
        told: dict[str, object] = {**(self.query or {}), "of": self.key, **more}
        return step(self.offer, self.name if name is None else name, **told)


def conditions(filters: Iterable[Filter], asking: Asking, choices: Choices) -> list[Field]:
    """The conditions as fields of a filter bar, filled with what was asked or what holds without asking."""
    fields = []
    for one in filters:
        asked = asking.query.get(one.key, "")
        given = choices.get(one.key, one.choices)
        options = [Option(value, label) for value, label in given]
        if one.kind is FilterKind.CHOICE and one.required:
            asked = asked or (options[0].value if options else "")
        elif one.kind is FilterKind.CHOICE:
            options.insert(0, Option("", "全部"))
        elif one.kind is FilterKind.MONTH and one.required:
            asked = asked or str(asking.rules.month)
        fields.append(
            Field(one.key, one.label, _CONTROL[one.kind], asked, required=one.required, options=options, prefix="q")
        )
    return fields


def kept(filters: Iterable[Filter], query: Mapping[str, str], *more: str) -> dict[str, str]:
    """The conditions of a request that the listing knows, and further keys by name; nothing else is carried along."""
    known = [one.key for one in filters] + list(more)
    return {key: query[key] for key in known if query.get(key)}


def table(place: Place, page: Page[Record], caption: str, *, everything: bool = False) -> Table:
    """A page of a listing; `everything` when all records are shown, for paper."""
    numbered = _numbered(place.listing.columns)
    columns = [Column("_no", "序号", ColumnKind.NUMBER)] if numbered else []
    columns += [_column(column, place.listing.columns) for column in place.listing.columns]
    rows = [_row(place, record, no) for no, record in enumerate(page.items, page.first)]
    totals = {c.key: page.totals[c.key] for c in place.listing.columns if c.totalled and c.key in page.totals}
    return Table(
        caption,
        columns,
        rows,
        total=totals,
        count=page.total,
        unit="条",
        sorted_by=place.listing.sorted_by.removeprefix("按"),
        empty=place.listing.empty,
        wide=len(columns) > _MANY,
        id="listing",
        pager=None if everything else pager(page, {**(place.query or {}), "of": place.key}, "#listing", "条"),
    )


def _numbered(columns: Sequence[DeclaredColumn]) -> bool:
    return not columns or columns[0].kind is not Declared.NUMBER


def _column(column: DeclaredColumn, among: Sequence[DeclaredColumn]) -> Column:
    heads = [c.key for c in among if c.kind in (Declared.NAME, Declared.LINK)]
    kind = OF_COLUMN.get(column.kind, ColumnKind.TEXT)
    return Column(column.key, column.label, kind, pin=column.key in heads[:1], wrap=column.wide)


def _row(place: Place, record: Record, no: int) -> Row:
    cells: dict[str, object] = {"_no": no}
    for column in place.listing.columns:
        cells[column.key] = _cell(place, column, record)
    tone = Tone.LATE if record.marked else Tone.PLAIN
    return Row(cells, id=record.key, tone=tone, actions=_actions(place, record))


def _cell(place: Place, column: DeclaredColumn, record: Record) -> object:
    value = record.cells.get(column.key, "")
    if value in ("", None):
        return ""
    if column.key in record.counts:
        href = place.href("detail", of=record.key, behind=record.counts[column.key])
        return Action(show(value), href) if value else value
    if column.kind is Declared.LINK:
        return Action(str(value), _opened(place, record))
    if column.kind is Declared.ID_NUMBER:
        return Masked(mask_id(str(value)), column.label, place.href("reveal", row=record.key, column=column.key))
    if column.kind is Declared.STATUS:
        return Tag(str(value), _TONES.get(str(value), Tone.PLAIN))
    return mask_phone(str(value)) if column.kind is Declared.PHONE else plain(column, value)


def plain(column: DeclaredColumn, value: object) -> object:
    """A value without looks: what is shown, printed and exported alike; a day of a moment where days are meant."""
    if column.kind is Declared.DATE and isinstance(value, datetime):
        return in_china(value).date()
    return value


def _opened(place: Place, record: Record) -> str:
    """Where the name of a record leads: to the case, to the order, else to the rows behind it."""
    if place.listing.source in (Source.CASES_OF_ITEM, Source.RECORDS_OF_ITEM):
        return reverse("case", args=[record.key])
    if place.listing.source is Source.ORDERS:
        return reverse("pay", args=[record.key])
    return place.href("detail", of=record.key)


def _actions(place: Place, record: Record) -> list[Action]:
    found: list[Action] = []
    for action in record.actions:
        if action is ActionKind.CASE_VOUCHER:
            voucher = reverse("case-voucher", args=[record.key])
            found += [Action("打印", f"{voucher}?as=print"), Action("下载", f"{voucher}?as=download")]
        elif action is ActionKind.CANCEL_CASE:
            found.append(Action("取消", post=reverse("case-cancel", args=[record.key]), look=Look.DANGER))
        elif action is ActionKind.CORRECT_CASE:
            item = catalogue().offer(getattr(place.offer.service, "of", ""))
            found.append(Action("修改后重新提交", post=step(item, "list/again", case=record.key)))
        elif action is ActionKind.DUE_VOUCHER:
            found.append(Action("打印缴款凭证", reverse("due-voucher", args=[record.key])))
        elif action is ActionKind.PAY_DUE:
            found += [Action("去缴款", step(offer, "list", due=record.key)) for offer in choosing_dues()]
        elif action is ActionKind.PAY_ORDER:
            found.append(Action("重新支付", reverse("pay", args=[record.key])))
        elif action is ActionKind.CANCEL_ORDER:
            cancel = reverse("pay-cancel", args=[record.key])
            found.append(Action("取消支付", cancel, look=Look.DANGER))
        else:
            found.append(Action("明细", _opened(place, record)))
    return found


def choosing_dues() -> list[Offer]:
    """The services of this centre in which dues are chosen to be paid; as a rule one."""
    found = [offer for offer in catalogue().offers if isinstance(offer.service, Item) and offer.service.candidates]
    return [offer for offer in found if offer.service.candidates.source is Source.PAYABLE]  # type: ignore[union-attr]


def listing_offer(source: Source) -> Offer | None:
    """The enquiry of this centre that shows such a listing, if it offers one."""
    for offer in catalogue().offers:
        if getattr(getattr(offer.service, "listing", None), "source", None) is source:
            return offer
    return None


def without_links(made: Table) -> Table:
    """The same table for paper: no actions, links as their words, no pager."""
    rows = [replace(row, actions=(), cells={k: _words(v) for k, v in row.cells.items()}) for row in made.rows]
    return replace(made, rows=rows, pager=None)


def _words(value: object) -> object:
    if isinstance(value, Action):
        return value.label
    return value.text if isinstance(value, Masked) else value
