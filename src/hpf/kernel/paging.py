"""A page of a listing, as every package's `listings.py` returns it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` of one page in the listing's order; `total` counts, and `totals` sums by column, over all pages."""

    items: Sequence[T]
    total: int
    number: int = 1
    size: int = PAGE_SIZE
    totals: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first item of this page, counted from 1; 0 for an empty listing."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last item of this page."""
        return min(self.total, self.number * self.size)

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.number < self.pages


def clamp_page(text: object, total: int, size: int = PAGE_SIZE) -> int:
    """A page number from a request: anything that is not one becomes the first, too large becomes the last."""
    try:
        number = int(str(text))
    except ValueError:
        return 1
    return min(max(1, number), max(1, -(-total // size)))
