"""What comes to the doors of the cashier and the gateway from nobody they know: refused, and told of only so often."""

import pytest
from django.test import Client
from tests.outside_world import cashier, sandbox, sandbox_process
from tests.paying import NOTICES, trail_of

from hpf.kernel.clock import FixedClock
from hpf.outside import payments
from hpf.outside.cashier import Cashier
from hpf.web.callbacks import REFUSED_KEPT

__all__ = ["cashier", "sandbox", "sandbox_process"]


def test_forged_notices_of_one_address_do_not_flood_the_trail(
    centre: object, clock: FixedClock, cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payments, "cashier", lambda: cashier)

    def knock(address: str) -> int:
        client = Client(REMOTE_ADDR=address)
        return client.post(NOTICES, data=b"{}", content_type="application/json").status_code

    assert {knock("192.0.2.7") for _ in range(REFUSED_KEPT + 5)} == {401}
    assert knock("192.0.2.8") == 401
    kept = ["note" in detail for detail in trail_of("notice.refused")]
    assert kept == [False] * (REFUSED_KEPT - 1) + [True, False], "the last of one says so; another has its own"
