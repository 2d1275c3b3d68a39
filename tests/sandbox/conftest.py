"""The simulated outside world for the tests of this directory."""

from tests.outside_world import cashier, door, sandbox, sandbox_process

__all__ = ["cashier", "door", "sandbox", "sandbox_process"]
