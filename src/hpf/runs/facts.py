"""Frozen values of the runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunState(StrEnum):
    """Where a run stands; only `FAILED` needs somebody."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """What the console shows."""
        return {"waiting": "待运行", "running": "运行中", "done": "已完成", "failed": "运行失败"}[self.value]


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step of a run has reached. `done` of `total`; `figures` are the run's own counts and sums, label → value.

    `position` is handed to the next step, in this process or after a restart; a step that is repeated from an older
    position does nothing twice. `held`: something is in the way for now (an employer account held by a case). `then`:
    the code of a run that begins when this one is finished, for the same due time.
    """

    done: int
    total: int
    figures: Mapping[str, Any] = field(default_factory=dict)
    position: Mapping[str, Any] = field(default_factory=dict)
    finished: bool = False
    held: bool = False
    then: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run for one due time, as the batch console shows it."""

    id: int
    code: str
    title: str
    due_at: datetime
    state: RunState
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int
    figures: Mapping[str, Any]
    problem: str
