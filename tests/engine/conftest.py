"""What the tests of the engine share: the catalogue with the one item that opens accounts, and its hall."""

from collections.abc import Callable, Iterator

import pytest
from tests.engine.hall import OFFER, Hall, city
from tests.parties.builders import employer

from hpf.engine.catalogue import Catalogue, install, installed
from hpf.kernel.clock import FixedClock

HallOf = Callable[..., Hall]


@pytest.fixture(autouse=True)
def _opening_is_offered() -> Iterator[None]:
    """These tests are about the engine, so the catalogue holds what they need and no more."""
    before = dict(installed())
    install({"hangzhou": Catalogue(centre="hangzhou", portal="", offers=(OFFER,))})
    yield
    install(before)


@pytest.fixture
def hall(centre: object, clock: FixedClock) -> Hall:
    """The agent of employer A, in a city of A and B that knows nobody else."""
    refs = city([employer("A"), employer("B")])
    return Hall(refs["A"], clock)
