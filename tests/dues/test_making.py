"""Month close: whom a month's due contains, that it is made once, and that nothing changes it afterwards."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.dues.builders import ACTOR, MONTH, RULES, TURN, account, close, dues_of, exempt, terms, town
from tests.server import Clone

from hpf.access.tenancy import CentreInfo
from hpf.dues import audit, changes, listings, readers
from hpf.dues.facts import CreditState, DueKind, SettlementState
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties import changes as parties
from hpf.parties.facts import Change, Fund, Method


def all_right() -> bool:
    """Whether no identity is broken; fails with the problems otherwise."""
    found = {name: told for name, told in audit.run_all().items() if told}
    assert not found
    return True


@pytest.mark.req("HZ-2.8-04", "HZ-2.8.1.5-03")
def test_a_due_has_a_line_for_everyone_who_is_normal_at_the_turn(centre: CentreInfo) -> None:
    loaded = town(
        {
            "A": [
                [terms(10_000)],
                [terms(20_000, 202611)],
                [terms(30_000, 202612)],
                [terms(40_000, 202601, 202610)],
                [terms(50_000, 202601, 202611)],
                [terms(60_000, 202601, 202610), terms(66_000, 202611, change=Change.BASE)],
            ],
            "B": [[terms(1_000, 202612)]],
        }
    )
    made = close()
    assert (made.dues, made.people, made.amount) == (1, 4, Money(2 * (10_000 + 20_000 + 50_000 + 66_000)))
    [due] = dues_of(account(loaded, "A"))
    assert dues_of(account(loaded, "B")) == []
    assert (due.kind, due.month, due.people, due.amount) == (DueKind.REMITTANCE, MONTH, 4, made.amount)
    assert (due.fund, due.method, due.policy_version) == (Fund.HPF, Method.SELF, RULES.version)
    assert (due.state, due.credit) == (SettlementState.WAITING, CreditState.NOT_CREDITED)
    assert due.code.startswith("H202611") and len(due.code) == 15
    lines = listings.people_of_due(due).items
    assert [(line.employer_part.fen, line.change) for line in lines] == [
        (10_000, Change.NONE),
        (20_000, Change.NEW),
        (50_000, Change.NONE),
        (66_000, Change.BASE),
    ]
    assert all_right()


def test_an_exempt_person_pays_nothing_and_the_employer_does(centre: CentreInfo) -> None:
    loaded = town({"A": [[exempt(10_000)], [terms(20_000)]]})
    close()
    [due] = dues_of(account(loaded, "A"))
    assert (due.employer_part, due.personal_part) == (Money(30_000), Money(20_000))
    assert [line.note for line in listings.people_of_due(due).items] == ["免缴", ""]


def test_running_again_does_nothing(centre: CentreInfo) -> None:
    loaded = town({"A": [[terms(10_000)]], "B": [[terms(20_000)]]})
    first, again = close(), close()
    assert (first.dues, again.dues, again.people, again.amount) == (2, 0, 0, Money.ZERO)
    assert [len(dues_of(one)) for one in loaded.employer_account_ids.values()] == [1, 1]
    assert close(Month(2026, 12)).dues == 2


def test_it_goes_in_batches_and_can_stop_between_any_two(centre: CentreInfo) -> None:
    loaded = town({f"E{n}": [[terms(10_000 + n)]] for n in range(7)})
    every = [*loaded.employer_account_ids.values()]
    made = [changes.make_dues(ACTOR, TURN, MONTH, RULES, batch).dues for batch in (every[:3], every[2:5], every)]
    assert made == [3, 2, 2]
    assert readers.month_figures(MONTH).people == 7
    assert sorted(len(dues_of(one)) for one in loaded.employer_account_ids.values()) == [1] * 7


def test_held_accounts_are_passed_over_and_come_later(centre: CentreInfo) -> None:
    loaded = town({"A": [[terms(10_000)]], "B": [[terms(20_000)]]})
    held = account(loaded, "A")
    parties.hold(held, 7)
    made = close()
    assert (made.dues, made.held) == (1, (held,))
    parties.release(held, 7)
    made = changes.make_dues(ACTOR, TURN, MONTH, RULES, made.held)
    assert (made.dues, made.held) == (1, ())


def test_an_account_that_somebody_works_on_is_not_waited_for(committed_centre: Clone) -> None:
    loaded = town({"A": [[terms(10_000)]], "B": [[terms(20_000)]]})
    with psycopg.connect(committed_centre.app_conninfo) as other:
        other.execute("SET search_path = hangzhou")
        busy = account(loaded, "B")
        other.execute("SELECT id FROM parties_employeraccount WHERE id = %s FOR UPDATE", [busy])
        assert close().held == (busy,)
    assert close().dues == 1


def test_the_number_of_statements_does_not_grow(centre: CentreInfo) -> None:
    every = [*town({f"E{n}": [[terms(1_000)]] * (n + 1) for n in range(12)}).employer_account_ids.values()]

    def statements(batch: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert changes.make_dues(ACTOR, TURN, MONTH, RULES, batch).dues == len(batch)
        return len(captured)

    statements(every[:1])
    assert statements(every[1:3]) == statements(every[3:])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dues_due_line SET base_fen = 0",
        "DELETE FROM dues_due_line",
        "UPDATE dues_due_line_202611 SET base_fen = 0",
        "UPDATE dues_due SET employer_fen = 0",
        "UPDATE dues_due SET people = 1",
        "DELETE FROM dues_due",
        "UPDATE dues_receipt SET amount_fen = 1",
        "DELETE FROM dues_notice",
        "TRUNCATE dues_settlement",
    ],
)
def test_what_is_owed_cannot_be_changed_by_the_process(centre: CentreInfo, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_card_compares_with_the_month_before(centre: CentreInfo) -> None:
    loaded = town(
        {
            "A": [
                [terms(10_000)],
                [terms(20_000, 202611)],
                [terms(30_000, 202601, 202610)],
                [terms(40_000, 202601, 202610), terms(45_000, 202611, change=Change.BASE)],
            ]
        }
    )
    own = account(loaded, "A")
    assert readers.card(own) is None
    close(Month(2026, 10))
    card = readers.card(own)
    assert card is not None
    assert (card.due.month, card.joined, card.left, card.base_changed) == (Month(2026, 10), 3, 0, 0)
    close()
    card = readers.card(own)
    assert card is not None
    assert (card.due.month, card.due.people) == (MONTH, 3)
    assert (card.joined, card.joined_amount) == (1, Money(40_000))
    assert (card.left, card.left_amount) == (1, Money(60_000))
    assert (card.base_changed, card.base_changed_amount) == (1, Money(10_000))
    assert card.purse.balance == Money.ZERO


def test_a_closed_month_is_remembered(centre: CentreInfo) -> None:
    assert readers.last_closed_month() is None
    close(Month(2026, 10))
    close()
    assert readers.last_closed_month() == MONTH
