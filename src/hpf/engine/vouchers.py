"""业务凭证: the printed proof of what succeeded in a case, one document for each portion (HZ-2.4.2-14 to -18)."""

from collections.abc import Iterator
from datetime import datetime

from hpf.access.actor import Actor, Channel
from hpf.documents import changes as documents
from hpf.documents.facts import Align, DocumentKind, Issued, RosterColumn
from hpf.documents.facts import Field as Printed
from hpf.documents.forms import BusinessVoucher, business_voucher
from hpf.engine import listings
from hpf.engine.declare import ColumnKind, FieldKind, FieldSpec, fields_of
from hpf.engine.execute.facts import Judging
from hpf.engine.facts import Case, CaseRow
from hpf.kernel.clock import TZ
from hpf.kernel.identity import IdNumber, IdType
from hpf.kernel.money import Money

_PRINTED = frozenset({FieldKind.NAME, FieldKind.ID_NUMBER, FieldKind.MONEY})
"""Fields of a row that stand on paper beside the paper's type; telephones and the like do not."""


class NoVoucher(LookupError):
    """Nothing of this case, or of this portion, has succeeded, or it was handled at the counter (HZ-2.4.2-19)."""


def can_print(case: Case) -> bool:
    """Whether a voucher of this case can be printed by the employer."""
    return case.succeeded > 0 and case.channel == Channel.ONLINE.value


def issue_business_voucher(actor: Actor, at: datetime, judging: Judging, case: Case, portion: int) -> Issued:
    """The voucher of one portion of a case, with its successful rows only; asked for twice it is the same document.

    Raises NoVoucher, and `documents.fonts.MissingGlyphs` when a character cannot be printed.
    """
    portions = {number: (done_at, rows) for number, done_at, rows in listings.portions_of_case(case)}
    if not can_print(case) or portion not in portions or case.processed_month is None:
        raise NoVoucher(case.no)
    rows = list(listings.every_row_of_case(case, "succeeded", portion=portion))
    month = rows[0].processed_month or case.processed_month
    done_at = portions[portion][0].astimezone(TZ)
    head = BusinessVoucher(
        centre=judging.rules.today.centre_name,
        title=f"{judging.item.title}业务凭证",
        business_no=case.no,
        employer=judging.applicant.name,
        employer_account=judging.applicant.account_no,
        fund=judging.applicant.fund.label,
        declared_month=case.declared_month,
        processed_month=month,
        channel=Channel(case.channel).label,
        processed_at=f"{done_at:%Y-%m-%d %H:%M}",
        portion=f"第{portion}批" if len(portions) > 1 else "",
    )
    data = business_voucher(head, _columns(judging), _lines(judging, rows), _totals(judging, rows))
    ref, whose = f"{case.no}:{portion}", judging.applicant.id
    return documents.issue(actor, at, DocumentKind.BUSINESS_VOUCHER, ref, data, whose)


def _specs(judging: Judging) -> list[FieldSpec]:
    return [spec for spec in fields_of(judging.item.row) if spec.kind in _PRINTED or spec.key == "id_type"]


def _columns(judging: Judging) -> tuple[RosterColumn, ...]:
    entered = (
        RosterColumn(spec.label, spec.width, "right" if spec.kind is FieldKind.MONEY else "left")
        for spec in _specs(judging)
    )
    worked = (
        RosterColumn(shown.label, 12 if shown.kind is ColumnKind.MONEY else 8, _align(shown.kind))
        for shown in judging.item.shown
    )
    return (RosterColumn("序号", 5, "right"), *entered, *worked)


def _align(kind: ColumnKind) -> Align:
    return "right" if kind in (ColumnKind.MONEY, ColumnKind.RATE) else "left"


def _lines(judging: Judging, rows: list[CaseRow]) -> Iterator[tuple[str, ...]]:
    specs = _specs(judging)
    labels = {spec.key: dict(spec.choices(judging.rules)) for spec in specs}
    for number, row in enumerate(rows, 1):
        entered = [_text(spec, labels[spec.key], row.data.get(spec.key) or "") for spec in specs]
        worked = [_figure(str(row.worked.get(shown.key) or ""), shown.kind) for shown in judging.item.shown]
        yield (str(number), *entered, *worked)


def _text(spec: FieldSpec, labels: dict[str, str], text: str) -> str:
    if spec.kind is FieldKind.ID_NUMBER:
        return IdNumber(IdType.RESIDENT, text).masked()
    return _figure(text, ColumnKind.MONEY) if spec.kind is FieldKind.MONEY else labels.get(text, text)


def _figure(text: str, kind: ColumnKind) -> str:
    return str(Money.parse(text)) if kind is ColumnKind.MONEY and text else text


def _totals(judging: Judging, rows: list[CaseRow]) -> tuple[Printed, ...]:
    sums = [
        Printed(shown.label, f"¥ {Money.total(Money.parse(str(row.worked[shown.key])) for row in rows)}")
        for shown in judging.item.shown
        if shown.totalled
    ]
    return (Printed("人数", f"{len(rows):,}"), *sums)
