"""Named facts: what has to be known to judge a row.

An item's `Facts` is a frozen dataclass whose fields are annotated with one `Fact` each. `engine.execute.facts` binds
every name to a bulk reader: all rows in, one fact per row out, in a fixed number of queries whatever the number of
rows.
"""

from enum import Enum, auto


class Fact(Enum):
    """The closed list of facts an item may ask for, with the type a field of that name has to have."""

    APPLICANT = auto()
    """`parties.facts.EmployerAccountFacts`: the employer account the case belongs to; the same for every row."""
    STANDING = auto()
    """`parties.facts.Standing` of the person named by `row.id_type` and `row.id_no`, seen from the applicant."""
    IN_PROCESS_HERE = auto()
    """`bool`: a row for this person (`row.id_no`) is waiting in another case of the same item and employer account."""
    PAID_UNTIL = auto()
    """`Month | None`: 缴至年月, the last month that the applicant has made a remittance for; the same for all rows."""
    DUE = auto()
    """`dues.facts.Due | None`: the due named by `row.due_code`, if it is the applicant's."""
    LATEST_VOUCHER = auto()
    """`dues.facts.LatestVoucher`: the due of `row.kind` that the applicant had credited last in `row.month`."""
