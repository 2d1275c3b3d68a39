"""The reviewers' work lists: cases that the centre reviews, those due first on top, and their counts (HH-3.4)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from hpf.engine import models
from hpf.engine.facts import Case, CaseState
from hpf.engine.readers import case_of
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page


class Whose(StrEnum):
    """Whose cases a list shows."""

    EVERYBODYS = ""
    MINE = "mine"
    FREE = "free"

    @property
    def label(self) -> str:
        """What the user reads."""
        return {"": "全部", "mine": "我领取的", "free": "无人领取的"}[self.value]


STATES = (
    CaseState.AWAITING_REVIEW,
    CaseState.ACCEPTED,
    CaseState.CONCLUDED,
    CaseState.RETURNED,
    CaseState.CANCELLED,
    CaseState.FAILED,
)
"""The states that a reviewed case goes through (E12), in the order of the filter."""


def reviews(
    state: CaseState = CaseState.AWAITING_REVIEW,
    *,
    item_code: str = "",
    branch_code: str = "",
    whose: Whose = Whose.EVERYBODYS,
    user_id: int | None = None,
    text: str = "",
    page: object = 1,
) -> Page[Case]:
    """Cases under review, or reviewed: waiting ones by their due date, others the newest first.

    `whose` is seen from the reviewer `user_id`; `text` is a part of the case number.
    """
    found = models.Case.objects.filter(due_on__isnull=False, state=state.value)
    if item_code:
        found = found.filter(item_code=item_code)
    if branch_code:
        found = found.filter(branch_code=branch_code)
    if whose is not Whose.EVERYBODYS:
        found = found.filter(taken_by_user_id=user_id if whose is Whose.MINE else None)
    if text:
        found = found.filter(no__contains=text)
    order = ("due_on", "declared_at", "id") if state is CaseState.AWAITING_REVIEW else ("-id",)
    return _page(found.order_by(*order), page)


def _page(found: QuerySet[models.Case], page: object) -> Page[Case]:
    total = found.count()
    number = clamp_page(page, total)
    window = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([case_of(record) for record in window], total, number)


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """How many cases wait for review; of them without a reviewer, mine, and past their due date."""

    waiting: int
    free: int
    mine: int
    overdue: int


def review_counts(user_id: int, today: date) -> ReviewCounts:
    """The counts as the reviewer `user_id` sees them; one query."""
    found = models.Case.objects.filter(due_on__isnull=False, state=CaseState.AWAITING_REVIEW.value).aggregate(
        waiting=Count("id"),
        free=Count("id", filter=Q(taken_by_user_id=None)),
        mine=Count("id", filter=Q(taken_by_user_id=user_id)),
        overdue=Count("id", filter=Q(due_on__lt=today)),
    )
    return ReviewCounts(**found)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the findings on the rows of a case are."""

    good: int
    bad: int


def progress(case_id: int) -> Progress:
    """Rows found good and bad so far."""
    found = models.RowFinding.objects.filter(case_id=case_id)
    counted = found.aggregate(passed=Count("id", filter=Q(good=True)), failed=Count("id", filter=Q(good=False)))
    return Progress(counted["passed"], counted["failed"])
