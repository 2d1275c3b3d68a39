"""Amendments as pages of a list."""

from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page
from hpf.policy import models
from hpf.policy.facts import Amendment, Decision
from hpf.policy.readers import amendment_of


def amendments(*, waiting: bool = False, decision: Decision | None = None, page: object = 1) -> Page[Amendment]:
    """Amendments, the newest first: those that wait, those that ended so, or all. Two queries."""
    found = models.Amendment.objects.select_related("ruling", "version").order_by("-id")
    if waiting:
        found = found.filter(ruling=None)
    if decision is not None:
        found = found.filter(ruling__decision=decision.value)
    total = found.count()
    number = clamp_page(page, total)
    window = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([amendment_of(row) for row in window], total, number)
