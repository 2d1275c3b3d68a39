"""The one table that binds the named listings of enquiries to readers."""

from collections.abc import Mapping

from hpf.engine.declare import Source
from hpf.engine.sources import cases, dues
from hpf.engine.sources.asking import ActionKind, Asking, BadCondition, Bound, Choices, Record

__all__ = ["SOURCES", "ActionKind", "Asking", "BadCondition", "Bound", "Choices", "Record", "source"]

SOURCES: Mapping[Source, Bound] = {
    Source.CASES_OF_ITEM: cases.CASES,
    Source.RECORDS_OF_ITEM: cases.RECORDS,
    Source.ROWS_OF_CASE: cases.ROWS,
    Source.FUNDS: dues.FUNDS,
    Source.PAYABLE: dues.PAYABLE,
    Source.PEOPLE_OF_DUE: dues.PEOPLE,
    Source.ORDERS: dues.ORDERS,
}


def source(name: Source) -> Bound:
    """The readers of a named listing."""
    return SOURCES[name]
