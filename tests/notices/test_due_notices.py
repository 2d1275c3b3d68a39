"""After month close employers are told of their due: each once, by inbox and, who has subscribed, by text message."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.parties import builders as b
from tests.paying import trail_of
from tests.texting import ACTOR, number, sent

from hpf.dues.facts import Due
from hpf.dues.listings import remittances_made
from hpf.kernel.clock import TZ, FixedClock
from hpf.kernel.month import Month
from hpf.notices import listings
from hpf.parties import changes as parties
from hpf.parties import load, readers
from hpf.parties.facts import AgentFacts
from hpf.policy import book
from hpf.runs import carry_out, due_notices, month_close
from hpf.runs import listings as runs
from hpf.runs.facts import RunState

NOVEMBER = Month(2026, 11)
DUE_AT = datetime(2026, 11, 20, 22, 0, tzinfo=TZ)
Drain = Callable[[], int]


def city(*mobiles: str) -> load.Loaded:
    """An employer with one person for each number; its agent has subscribed, where there is a number."""
    employers, people = [], []
    for n, mobile in enumerate(mobiles):
        agent = load.AgentRow(f"经办{n}", b.id_no(n, born="19700101"), mobile, sms=bool(mobile))
        employers.append(b.employer(f"E{n}")._replace(agents=[agent]))
        people.append(b.person(n + 1, b.normal(f"E{n}")))
    return load.city(employers, people, book.load("hangzhou").at(b.AT.date()))


def close(clock: FixedClock, drain: Drain) -> list[Due]:
    """November is closed as the schedule does it, and what that starts is carried out; its dues."""
    clock.move_to(DUE_AT)
    carry_out.start("month_close", DUE_AT)
    drain()
    return remittances_made(NOVEMBER, 0, 100)


def entries_about(due: Due) -> list[str]:
    """What the employer of a due has in its inbox."""
    employer_id = readers.employer_account(due.employer_account_id).employer_id
    return [entry.text for entry in listings.entries(employer_id, 1).items]


@pytest.mark.usefixtures("centre")
def test_month_close_starts_it_and_everybody_is_told_once(clock: FixedClock, drain: Drain) -> None:
    first = number()
    city(first, "")
    one, other = close(clock, drain)
    assert [(text.mobile, text.text) for text in sent()] == [
        (first, "【杭州公积金】2026-11应缴公积金1,280.00元（1人），缴存方式送缴。")
    ]
    assert entries_about(one) == ["2026-11应缴1,280.00元（1人），缴存方式送缴。"] == entries_about(other)
    (run,) = runs.runs("due_notices").items
    assert (run.state, run.done, run.total, run.figures["短信"]) == (RunState.DONE, 2, 2, 1)
    progress = due_notices.step(DUE_AT, clock.now(), {})
    assert (progress.finished, progress.figures["短信"]) == (True, 0)
    assert len(sent()) == 1 and len(entries_about(one)) == 1


@pytest.mark.usefixtures("centre")
def test_it_takes_as_many_queries_for_two_hundred_employers_as_for_two(
    clock: FixedClock, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    city(*(number() for _ in range(200)))
    with monkeypatch.context() as patched:
        patched.setattr(carry_out, "start", lambda code, at: None)
        clock.move_to(DUE_AT)
        progress = month_close.step(DUE_AT, DUE_AT, {})
        while not progress.finished:
            progress = month_close.step(DUE_AT, DUE_AT, progress.position)
    counts: list[int] = []
    progress = due_notices.step(DUE_AT, DUE_AT, {"after": 10**9})
    for size in (2, 196):
        monkeypatch.setattr(due_notices, "BATCH", size)
        with CaptureQueriesContext(connection) as seen:
            progress = due_notices.step(DUE_AT, DUE_AT, progress.position if counts else {})
        counts.append(len(seen))
    assert counts[0] == counts[1] and len(listings.texts().items) == 50 and listings.texts().total == 198
    monkeypatch.setattr(due_notices, "BATCH", 100)
    rest = due_notices.step(DUE_AT, DUE_AT, progress.position)
    assert rest.finished and listings.texts().total == 200


def agents_of(loaded: load.Loaded) -> list[AgentFacts]:
    """The first agent of each employer."""
    ids = loaded.employer_account_ids.values()
    return [one.agents[0] for one in sorted(readers.employer_accounts(ids), key=lambda one: one.id)]


@pytest.mark.req("HZ-2.2.2.1-27", "HZ-2.2.2.1-28")
@pytest.mark.usefixtures("centre", "clock")
def test_a_number_is_subscribed_by_one_employer_the_last_one() -> None:
    shared = number()
    loaded = city(shared, "", number())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parties_agent SET mobile = %s WHERE mobile = ''", [shared])
    one, other, third = agents_of(loaded)
    assert [one.sms, other.sms, third.sms] == [True, False, True]
    parties.subscribe_agent(ACTOR, b.AT, other.id, subscribe=True)
    assert [agent.sms for agent in agents_of(loaded)] == [False, True, True]
    parties.subscribe_agent(ACTOR, b.AT, third.id, subscribe=False)
    assert [agent.sms for agent in agents_of(loaded)] == [False, True, False]
    assert trail_of("agent.subscribe") == [{"sms": False, "because": other.id}, {"sms": True}, {"sms": False}]
    with (
        pytest.raises(IntegrityError, match="parties_agent_sms_once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE parties_agent SET sms = true WHERE mobile = %s", [shared])


@pytest.mark.usefixtures("centre", "clock")
def test_without_a_number_nothing_is_subscribed() -> None:
    (agent,) = agents_of(city(""))
    parties.subscribe_agent(ACTOR, b.AT, agent.id, subscribe=True)
    assert trail_of("agent.subscribe") == [{"sms": False}]
