"""The book of a centre as it has amended it: packs and approved changes, in their order. Pure: nothing is read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hpf.policy.book import check_law, packs, views
from hpf.policy.dated import Book
from hpf.policy.facts import Change
from hpf.policy.leaves import Leaf, PolicyError


def amended(centre_code: str, changes: Sequence[Change]) -> Book:
    """The book of the packs with `changes` on top, later ones over earlier. Raises PolicyError naming the leaf."""
    return _book(centre_code, packs(centre_code), changes)


def with_one_more(book: Book, change: Change) -> Book:
    """What `book` would be with `change`: to look at, its version is not that of the approved one. PolicyError."""
    return _book(book.centre, tuple(book.plain.values()), [change])


def _book(centre_code: str, found: Sequence[Leaf], changes: Sequence[Change]) -> Book:
    leaves = {leaf.name: leaf for leaf in found}
    for change in changes:
        if change.leaf not in leaves:
            raise PolicyError(f"{centre_code}: an amendment is about {change.leaf}, which the packs no longer have")
        leaves[change.leaf] = with_change(leaves[change.leaf], change)
    book = Book.of(centre_code, list(leaves.values()), views(), changes)
    check_law(book)
    return book


def with_change(leaf: Leaf, change: Change) -> Leaf:
    """The plain leaf with the changed value in its place. Its end moves where the value is the last one."""
    is_last = change.first_day >= leaf.values[-1][0]
    values = tuple(sorted({**dict(leaf.values), change.first_day: change.value}.items(), key=lambda dated: dated[0]))
    return replace(leaf, values=values, until=change.until if is_last else leaf.until)


def plain(value: Any) -> Any:
    """A pack's value as JSON carries it: days as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list) else value
