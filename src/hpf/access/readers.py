"""Who somebody is, for the doors of the hall and the desk."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from hpf.access.actor import Role
from hpf.access.models import Identity, StaffRole, User
from hpf.access.second_factor import holders


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


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """A login of a centre's staff. `own`: this centre keeps it; without roles it opens nothing."""

    user_id: int
    username: str
    name: str
    roles: frozenset[Role]
    own: bool
    second_factor: bool
    initial_password: bool
    last_login: datetime | None


def staff(centre_code: str) -> list[StaffFacts]:
    """Everybody with a role at a centre or kept by it, by login; a fixed number of queries."""
    held: dict[int, set[Role]] = defaultdict(set)
    for user_id, role in StaffRole.objects.filter(centre_code=centre_code).values_list("user_id", "role"):
        held[user_id].add(Role(role))
    found = list(User.objects.filter(Q(pk__in=list(held)) | Q(centre_code=centre_code)).order_by("username"))
    secured = holders([user.pk for user in found])
    return [
        StaffFacts(
            user.pk, user.username, user.name, frozenset(held[user.pk]), user.centre_code == centre_code,
            user.pk in secured, user.initial_password, user.last_login,
        )
        for user in found
    ]  # fmt: skip


def colleagues(centre_code: str, role: Role) -> list[tuple[int, str]]:
    """(login, name) of everybody with a role at a centre, by name."""
    held = StaffRole.objects.filter(centre_code=centre_code, role=role.value)
    return list(held.order_by("user__name", "user_id").values_list("user_id", "user__name"))


def names(user_ids: Collection[int]) -> dict[int, str]:
    """The names of these logins by id; one query. A login that is gone is not among them."""
    return dict(User.objects.filter(pk__in=list(user_ids)).values_list("pk", "name"))


def usernames(user_ids: Collection[int]) -> dict[int, str]:
    """What these log in as; one query."""
    return dict(User.objects.filter(pk__in=list(user_ids)).values_list("pk", "username"))


def known_logins(usernames: Collection[str]) -> frozenset[str]:
    """Those of these logins that are there; one query."""
    return frozenset(User.objects.filter(username__in=list(usernames)).values_list("username", flat=True))


def find_logins(text: str, *, most: int = 200) -> list[int]:
    """Logins by user name or by whole name; none for no text."""
    if not text:
        return []
    return list(User.objects.filter(Q(username=text) | Q(name=text)).order_by("pk").values_list("pk", flat=True)[:most])


def has_initial_password(user_id: int) -> bool:
    """Whether the login's password was given by an administrator and not chosen yet."""
    return User.objects.filter(pk=user_id, initial_password=True).exists()
