"""An employer's agent with an item to import for (see tests.engine)."""

from tests.engine.conftest import _opening_is_offered, hall

__all__ = ["_opening_is_offered", "hall"]
