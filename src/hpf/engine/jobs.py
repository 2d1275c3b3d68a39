"""Jobs of the engine: a submitted case is executed by a worker, right after the submission has committed; long work on
a draft is carried out by one, right after it was begun.
"""

from datetime import timedelta

from hpf.access.actor import Actor
from hpf.access.clock import RealClock, clock
from hpf.access.jobs import defer, job
from hpf.engine.execute.execute import StillBusy, execute
from hpf.engine.intake.long_work import carry_on

SYSTEM = Actor.system("系统")
PAUSE = timedelta(seconds=2)
"""How long a job that found its employer account busy waits before it comes back, in real time."""


@job
def execute_case(*, case_id: int) -> None:
    """Executes a case; when the employer account is held by another case, comes back after it."""
    try:
        execute(case_id, SYSTEM, clock)
    except StillBusy:
        defer(execute_case, lock=f"case:{case_id}", at=RealClock().now() + PAUSE, case_id=case_id)


@job
def carry_on_draft(*, work_id: int) -> None:
    """Carries out long work on a draft, or what is left of it."""
    carry_on(work_id, clock)
