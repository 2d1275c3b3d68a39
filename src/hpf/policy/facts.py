"""Amendments of the policy book and its numbered versions, as frozen values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf of the book takes another value from `first_day` on.

    `value` is plain, as a pack has it (days as "2027-01-01"); `until` is the last day it is known to hold, None for
    until further notice, and counts only where the value is the leaf's last.
    """

    leaf: str
    first_day: date
    value: Any
    until: date | None = None


class Decision(StrEnum):
    """How an amendment ended; the value is stored, the label is shown."""

    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """已批准, 未批准 or 已撤回."""
        return {"approved": "已批准", "declined": "未批准", "withdrawn": "已撤回"}[self.value]


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change that somebody proposed, and what became of it.

    `source` is the document it rests on; `decision` None while it waits, with `decided_by` and `decided_at`; `note` is
    the reason given with the decision; `version` the number that the book got by the approval.
    """

    id: int
    change: Change
    source: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    decision: Decision | None
    decided_by: str
    decided_at: datetime | None
    note: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """One content of the book: its number in order, the fingerprint that dues, cases and outcomes keep, since when, and
    the amendment that made it; without one it came with the packs.
    """

    number: int
    fingerprint: int
    made_at: datetime
    amendment: Amendment | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a proposed change, in Chinese: the field (`value`, `first_day`, `until`, `source`) and why."""

    field: str
    text: str
