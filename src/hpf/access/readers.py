"""Who somebody is, for the doors of the hall and the desk."""

from dataclasses import dataclass

from hpf.access.actor import Role
from hpf.access.models import Identity, StaffRole


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """What the portal said about a login; `id_no` and `credit_code` are upper case."""

    name: str
    id_no: str
    mobile: str
    employer_name: str
    credit_code: str


def identity(user_id: int) -> IdentityFacts | None:
    """The newest claims of a login; None for one that never came through the portal."""
    row = Identity.objects.filter(user_id=user_id).first()
    if row is None:
        return None
    return IdentityFacts(row.name, row.id_no, row.mobile, row.employer_name, row.credit_code)


def roles(user_id: int, centre_code: str) -> frozenset[Role]:
    """A member of staff's roles at a centre; empty for everybody else."""
    held = StaffRole.objects.filter(user_id=user_id, centre_code=centre_code).values_list("role", flat=True)
    return frozenset(Role(role) for role in held)
