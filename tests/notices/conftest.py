"""The simulated gateway for the tests of this directory."""

from collections.abc import Iterator

import pytest
from tests.outside_world import Door, Sandbox, door, sandbox, sandbox_process
from tests.texting import Phones

__all__ = ["door", "sandbox", "sandbox_process"]


@pytest.fixture
def phones(sandbox: Sandbox, door: Door, settings: object) -> Iterator[Phones]:
    """The gateway, wired to the settings of this test; every report has come when the test ends."""
    yield Phones(sandbox, door).wire()
    sandbox.post("/api/reset", {})
    sandbox.wait_idle()
