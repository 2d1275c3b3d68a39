"""The vocabulary in which items are written. No framework, no file, no network, no clock."""

from hpf.engine.declare.deposit import DepositTerms
from hpf.engine.declare.effects import Effect, IssueVoucher, OpenAccount, SettleDue
from hpf.engine.declare.facts import Fact
from hpf.engine.declare.fields import (
    Amount,
    Code,
    FieldKind,
    FieldSpec,
    IdNo,
    MonthOf,
    Name,
    OnlineIdType,
    Phone,
    YesNo,
    ask,
    choice_of,
)
from hpf.engine.declare.item import (
    DEPOSIT_COLUMNS,
    Accept,
    Candidates,
    Enquiry,
    FormKind,
    Group,
    Item,
    Redirect,
    Service,
    Shown,
    facts_asked,
)
from hpf.engine.declare.listing import Column, ColumnKind, Filter, FilterKind, Listing, Source
from hpf.engine.declare.row import Row, fields_of, parse
from hpf.engine.declare.rules import ItemRules

__all__ = [
    "DEPOSIT_COLUMNS",
    "Accept",
    "Amount",
    "Candidates",
    "Code",
    "Column",
    "ColumnKind",
    "DepositTerms",
    "Effect",
    "Enquiry",
    "Fact",
    "FieldKind",
    "FieldSpec",
    "Filter",
    "FilterKind",
    "FormKind",
    "Group",
    "IdNo",
    "IssueVoucher",
    "Item",
    "ItemRules",
    "Listing",
    "MonthOf",
    "Name",
    "OnlineIdType",
    "OpenAccount",
    "Phone",
    "Redirect",
    "Row",
    "Service",
    "SettleDue",
    "Shown",
    "Source",
    "YesNo",
    "ask",
    "choice_of",
    "facts_asked",
    "fields_of",
    "parse",
]
