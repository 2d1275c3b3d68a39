"""What the tests of the API share: one program of employer A, and one of its rival B."""

import pytest
from tests.api.stage import Caller, caller, two_employers

from hpf.kernel.clock import FixedClock


@pytest.fixture
def accounts(centre: object, clock: FixedClock) -> dict[str, int]:
    """Ids of the employer accounts by name."""
    return two_employers()


@pytest.fixture
def program(accounts: dict[str, int]) -> Caller:
    """A program of employer A that may do everything."""
    return caller(accounts["A"])


@pytest.fixture
def rival(accounts: dict[str, int]) -> Caller:
    """A program of employer B that may do everything."""
    return caller(accounts["B"])
