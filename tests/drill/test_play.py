"""A month is played with real processes in a database of its own, and the auditor finds nothing wrong; a lie about
it is found.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.server import Clone

from drill.__main__ import play_in
from drill.auditor import audit
from drill.records import Decided, Declared, Denied, Offered, Ordered, Paid, Play
from drill.world import running

SEED, EMPLOYERS = 6, 2


@pytest.fixture
def played(committed_centre: Clone, tmp_path: Path) -> Iterator[Play]:
    """November 2026 of two employers, from the first morning to the payment."""
    with running(tmp_path, SEED, EMPLOYERS, committed_centre.env) as world:
        yield play_in(world, SEED, 1, [one.login for one in world.employers], accidents=False)


def _without_a_fen(play: Play) -> Play:
    """The same play, but the latest due of the first employer is told with a fen less for its first person."""
    account = play.accounts[0].no
    told = play.last.accounts[account]
    due = max(told.dues, key=lambda one: one.month)
    line = replace(due.lines[0], personal_fen=due.lines[0].personal_fen - 1)
    lied = replace(due, lines=(line, *due.lines[1:]))
    accounts = {**play.last.accounts, account: replace(told, dues=tuple(lied if d is due else d for d in told.dues))}
    return replace(play, last=replace(play.last, accounts=accounts))


@pytest.mark.req(
    "HZ-1.2-01", "HZ-1.2-02", "HZ-1.2-13", "HZ-1.2-14", "HZ-1.2-15", "HZ-1.2-17", "HZ-2.4.1-13", "HZ-2.4.1-31",
    "HZ-2.4.1-32", "HZ-2.4.1-33", "HZ-2.4.1-34", "HZ-2.4.1-40", "HZ-2.4.2-08", "HZ-2.4.2-12", "HZ-2.8.1.5-03",
    "HZ-2.8.1.5-06", "HZ-2.8.1.5-07", "HZ-2.8.1.5-08", "HZ-2.8.1.5-09", "HZ-2.8.2.1-13", "HZ-2.8.2.1-36",
    "HZ-2.8.2.1-29", "HZ-2.8.2.1-42", "HZ-2.4.1-50",
)  # fmt: skip
def test_a_played_month_agrees_with_the_auditor(played: Play) -> None:
    kinds, tricks = {type(act) for act in played.acts}, {act.trick for act in played.acts if isinstance(act, Paid)}
    assert {Offered, Declared, Decided, Ordered, Paid, Denied} <= kinds
    assert {"plain", "lost", "too late"} & tricks
    assert any(isinstance(act, Offered) and act.refused for act in played.acts)
    assert [str(one) for one in audit(played)] == []
    assert audit(_without_a_fen(played))
