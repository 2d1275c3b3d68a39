"""The verbs that write centres, logins and roles."""

from hpf.access.actor import Role
from hpf.access.models import Centre, Identity, StaffRole, User


def register_centre(code: str, name: str) -> None:
    """Note a centre whose schema exists (code: schema name and path prefix; name: in full)."""
    Centre.objects.create(schema_name=code, name=name)


def remember_identity(
    user_id: int, *, name: str, id_no: str, mobile: str, employer_name: str, credit_code: str
) -> None:
    """Keep what the portal said at this login; it replaces what it said before, and the login's name follows."""
    claims = {
        "name": name,
        "id_no": id_no,
        "mobile": mobile,
        "employer_name": employer_name,
        "credit_code": credit_code,
    }
    Identity.objects.bulk_create(
        [Identity(user_id=user_id, **claims)],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=list(claims),
    )
    User.objects.filter(pk=user_id).update(name=name)


def give_roles(username: str, name: str, password: str, centre_code: str, roles: frozenset[Role]) -> int:
    """A member of staff with exactly these roles at a centre; an existing login keeps its password. Returns its id."""
    user = User.objects.filter(username=username).first() or User.objects.create_user(username, password, name=name)
    mine = StaffRole.objects.filter(user=user, centre_code=centre_code)
    mine.exclude(role__in=[role.value for role in roles]).delete()
    StaffRole.objects.bulk_create(
        [StaffRole(user=user, centre_code=centre_code, role=role.value) for role in sorted(roles)],
        ignore_conflicts=True,
    )
    return user.pk
