"""Lists of cases and rows: filtered, sorted, paged, totalled, streamed; a fixed number of queries for any size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Case as When
from django.db.models import Count, Max, Min, Q, QuerySet, Sum, Value
from django.db.models import When as Then
from django.db.models.fields.json import KeyTextTransform

from hpf.access.actor import Channel
from hpf.engine import models
from hpf.engine.facts import Case, CaseRow, CaseState, RowState
from hpf.engine.lifecycle.states import Event
from hpf.engine.readers import DECLARED, case_of, row_of
from hpf.kernel.clock import TZ
from hpf.kernel.month import Month
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page

_REVIEWED = (Event.PASS.name.lower(), Event.RETURN.name.lower())
ONLINE_FIRST = When(Then(channel=Channel.ONLINE.value, then=Value(0)), default=Value(1))


def cases_of_item(employer_account_id: int, item_code: str, month: Month, page: object = 1) -> Page[Case]:
    """Summary records of one item declared in a business month: online first, then the newest first (HZ-2.4.2-01
    to -04).
    """
    found = models.Case.objects.filter(
        DECLARED, employer_account_id=employer_account_id, item_code=item_code, declared_month=int(month)
    )
    sums = found.aggregate(
        n=Count("id"),
        total=Sum("total"),
        succeeded=Sum("succeeded"),
        failed=Sum("failed"),
        amount_fen=Sum("amount_fen"),
    )
    total, succeeded, failed = (sums[key] or 0 for key in ("total", "succeeded", "failed"))
    totals = {
        "total": total,
        "succeeded": succeeded,
        "failed": failed,
        "pending": total - succeeded - failed,
        "amount_fen": sums["amount_fen"] or 0,
    }
    number = clamp_page(page, sums["n"])
    return Page(_cases(found.order_by(ONLINE_FIRST, "-declared_at", "-id"), number), sums["n"], number, totals=totals)


def cases_of_employer(
    employer_id: int,
    *,
    employer_account_id: int | None = None,
    state: CaseState | None = None,
    item_code: str = "",
    since: date | None = None,
    until: date | None = None,
    text: str = "",
    page: object = 1,
) -> Page[Case]:
    """我的办件: an employer's cases, the newest first; `text` is a part of the case number.

    Totals: `total` (rows) and `amount_fen`.
    """
    found = models.Case.objects.filter(employer_id=employer_id)
    if employer_account_id is not None:
        found = found.filter(employer_account_id=employer_account_id)
    if state is not None:
        found = found.filter(state=state.value)
    if item_code:
        found = found.filter(item_code=item_code)
    if since is not None:
        found = found.filter(declared_at__gte=datetime.combine(since, time(0), TZ))
    if until is not None:
        found = found.filter(declared_at__lt=datetime.combine(until + timedelta(1), time(0), TZ))
    if text:
        found = found.filter(no__contains=text)
    sums = found.aggregate(n=Count("id"), total=Sum("total"), amount_fen=Sum("amount_fen"))
    number = clamp_page(page, sums["n"])
    totals = {key: sums[key] or 0 for key in ("total", "amount_fen")}
    return Page(_cases(found.order_by("-id"), number), sums["n"], number, totals=totals)


def cases_to_check(employer_id: int, not_by: int, page: object = 1) -> Page[Case]:
    """待我复核: an employer's cases that wait for a second agent and were not made by this login, the oldest first.

    Totals: `amount_fen`.
    """
    waiting = models.Case.objects.filter(employer_id=employer_id, state=CaseState.AWAITING_CHECK.value)
    found = waiting.exclude(declared_by_user_id=not_by)
    sums = found.aggregate(n=Count("id"), amount_fen=Sum("amount_fen"))
    number = clamp_page(page, sums["n"])
    totals = {"amount_fen": sums["amount_fen"] or 0}
    return Page(_cases(found.order_by("id"), number), sums["n"], number, totals=totals)


@dataclass(frozen=True, slots=True)
class Application:
    """What an application's record adds to its case: 变更年月 from the first to the last of its rows, the review."""

    first_month: Month | None
    last_month: Month | None
    reviewed_at: datetime | None


def applications(cases: Sequence[Case]) -> dict[int, Application]:
    """For each case by its id; two queries. Months are known where the item works out `effective_month`."""
    ids = [case.id for case in cases]
    years = sorted({case.declared_at.astimezone(TZ).year for case in cases})
    months = models.CaseRow.objects.filter(year__in=years, case_id__in=ids).values("case_id").order_by()
    month = KeyTextTransform("effective_month", "worked")
    ranges = months.annotate(first=Min(month), last=Max(month))
    reviews = models.CaseEvent.objects.filter(case_id__in=ids, event__in=_REVIEWED).values_list("case_id", "at")
    reviewed = {case_id: at.astimezone(TZ) for case_id, at in reviews.order_by("id")}
    found = {row["case_id"]: (_month(row["first"]), _month(row["last"])) for row in ranges}
    return {case_id: Application(*found.get(case_id, (None, None)), reviewed.get(case_id)) for case_id in ids}


def _month(text: str | None) -> Month | None:
    return Month.parse(text) if text else None


def _cases(found: QuerySet[models.Case], number: int) -> list[Case]:
    return [case_of(record) for record in found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]


def cases_with_person(page: object = 1) -> Page[Case]:
    """Cases with rows that need a person, the longest waiting first: a work list of the desk."""
    found = models.Case.objects.filter(state=CaseState.WITH_PERSON.value)
    total = found.count()
    number = clamp_page(page, total)
    return Page(_cases(found.order_by("declared_at", "id"), number), total, number)


STATES_BEHIND = {
    "total": (),
    "succeeded": (RowState.SUCCEEDED,),
    "failed": (RowState.FAILED,),
    "pending": (RowState.PENDING, RowState.REFERRED),
    "referred": (RowState.REFERRED,),
}
"""The counts of a summary record and the states of the rows behind each (HZ-2.4.2-05)."""


def rows_of_case(case: Case, behind: str = "total", *, portion: int | None = None, page: object = 1) -> Page[CaseRow]:
    """The rows behind one count of a case, in their order; `portion` narrows to one portion."""
    found = _rows(case, behind, portion)
    total = found.count()
    number = clamp_page(page, total)
    window = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([row_of(record) for record in window], total, number)


def every_row_of_case(case: Case, behind: str = "total", *, portion: int | None = None) -> Iterator[CaseRow]:
    """The rows behind one count of a case, streamed."""
    for record in _rows(case, behind, portion).iterator(2000):
        yield row_of(record)


def portions_of_case(case: Case) -> list[tuple[int, datetime, int]]:
    """The portions in which rows of a case succeeded: number, time, rows (HZ-2.4.2-17)."""
    counted = _rows(case, "succeeded", None).order_by().values("portion", "processed_at").annotate(n=Count("row_no"))
    found = counted.values_list("portion", "processed_at", "n")
    portions: dict[int, tuple[int, datetime, int]] = {}
    for portion, at, rows in found:
        if portion is not None and at is not None:
            _, latest, before = portions.get(portion, (0, at, 0))
            portions[portion] = (portion, max(latest, at).astimezone(TZ), before + rows)
    return [portions[key] for key in sorted(portions)]


def _rows(case: Case, behind: str, portion: int | None) -> QuerySet[models.CaseRow]:
    found = models.CaseRow.objects.filter(year=case.declared_at.astimezone(TZ).year, case_id=case.id)
    states = STATES_BEHIND.get(behind, ())
    if states:
        found = found.filter(Q(state__in=[state.value for state in states]))
    if portion is not None:
        found = found.filter(portion=portion)
    return found.order_by("row_no")
