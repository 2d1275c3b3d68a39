"""`hpf audit` and the identities of dues: silent when the books are right, one sentence per break when they are not."""

import subprocess
import sys

import pytest
from tests.dues.builders import ACTOR, AT, Notice, account, close, dues_of, order_for, terms, town
from tests.server import Clone

from hpf.dues import audit, changes

BREAKS = {
    "a due is the sum of its lines": "UPDATE dues_due SET people = people + 1",
    "what is settled is posted": "UPDATE dues_due SET credited_at = NULL",
    "a due stands as its settlements say": "UPDATE dues_settlement SET state = 'failed'",
    "an order is the sum of its settlements": "UPDATE dues_order SET amount_fen = amount_fen + 1",
    "an order stands as its settlements say": "UPDATE dues_order SET state = 'void', paid_at = NULL",
    "every receipt is booked": "UPDATE dues_receipt SET amount_fen = amount_fen + 1",
    "a paid order was paid once and in full": "UPDATE dues_receipt SET outcome = 'order_closed'",
    "debits equal credits": "DELETE FROM ledger_leg WHERE account = 101",
    "personal balances make account 201": "UPDATE ledger_personal_balance SET carried_fen = 7",
    "movements make each balance": "UPDATE ledger_personal_balance SET this_year_fen = 0, carried_fen = this_year_fen",
    "movements make each voucher": "UPDATE ledger_movement SET this_year_fen = this_year_fen + 1",
    "purses make account 219": "UPDATE ledger_purse SET balance_fen = 7",
}


def paid_world() -> None:
    loaded = town({"A": [[terms(10_000)]]})
    close()
    order = order_for(account(loaded, "A"))
    changes.take_payment(ACTOR, AT, Notice(order.no, order.amount))
    assert dues_of(account(loaded, "A"))[0].printable


@pytest.mark.parametrize("identity", BREAKS)
def test_every_break_is_told(committed_centre: Clone, identity: str) -> None:
    paid_world()
    assert not any(audit.run_all().values())
    with committed_centre.as_owner() as owner:
        owner.execute("SET search_path = hangzhou")
        owner.execute(BREAKS[identity])
    assert audit.run_all()[identity]


def test_the_command_says_what_is_wrong(committed_centre: Clone) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "hpf.site.cli", "audit", "--centre", "hangzhou"]
        return subprocess.run(words, env=committed_centre.env, capture_output=True, text=True, check=False)

    paid_world()
    right = run()
    assert right.returncode == 0 and "WRONG" not in right.stdout
    with committed_centre.as_owner() as owner:
        owner.execute("UPDATE hangzhou.ledger_purse SET balance_fen = 7")
    wrong = run()
    assert wrong.returncode == 1
    assert "hangzhou: purses make account 219: WRONG" in wrong.stdout
