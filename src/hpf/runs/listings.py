"""Runs as the batch console shows them."""

from hpf.kernel.clock import TZ
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page
from hpf.runs import models
from hpf.runs.facts import RunRecord, RunState
from hpf.runs.schedule import RUNS

TITLES = {run.code: run.title for run in RUNS}


def runs(code: str = "", page: object = 1) -> Page[RunRecord]:
    """All runs or those of one code, the latest due time first."""
    found = models.Run.objects.filter(code=code) if code else models.Run.objects.all()
    total = found.count()
    number = clamp_page(page, total)
    records = found.order_by("-due_at", "-id")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([_frozen(record) for record in records], total, number)


def run(run_id: int) -> RunRecord | None:
    """One run, for the page that shows its progress."""
    record = models.Run.objects.filter(id=run_id).first()
    return None if record is None else _frozen(record)


def failed_runs() -> int:
    """How many runs need somebody."""
    return models.Run.objects.filter(state=RunState.FAILED.value).count()


def _frozen(r: models.Run) -> RunRecord:
    return RunRecord(
        id=r.id,
        code=r.code,
        title=TITLES.get(r.code, r.code),
        due_at=r.due_at.astimezone(TZ),
        state=RunState(r.state),
        started_at=r.started_at and r.started_at.astimezone(TZ),
        finished_at=r.finished_at and r.finished_at.astimezone(TZ),
        done=r.done,
        total=r.total,
        figures=r.figures,
        problem=r.problem,
    )
