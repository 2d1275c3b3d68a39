"""Doing several things at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Result = TypeVar("Result")


def together(things: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all of them at once, each in a thread of its own; what each gave, in their order."""
    start = Barrier(max(1, len(things)))

    def begin(thing: Callable[[], Result]) -> Result:
        start.wait()
        return thing()

    with ThreadPoolExecutor(max(1, len(things))) as threads:
        return list(threads.map(begin, things))
