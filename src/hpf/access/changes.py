"""The verbs that write centres, logins and roles."""

import re
import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from hpf.access import second_factor
from hpf.access.actor import DUTIES, Role
from hpf.access.models import Centre, Identity, StaffRole, User

_WEAK = {"password_too_short": "密码长度太短，至少12位", "password_too_common": "密码太常见，请换一个"}
_LOGIN = re.compile(r"[a-z][a-z0-9.-]{2,29}")


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


class StaffRefused(ValueError):
    """A login or its roles cannot be like this; the message is Chinese and says why."""


def give_roles(username: str, name: str, password: str, centre_code: str, roles: frozenset[Role]) -> int:
    """A member of staff with exactly these roles at a centre; an existing login keeps its password. Returns its id.

    Raises StaffRefused for roles that nobody may hold together.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, password, name=name)
        User.objects.filter(pk=user.pk).update(centre_code=centre_code)
    set_roles(user.pk, centre_code, roles)
    return user.pk


def set_roles(user_id: int, centre_code: str, roles: frozenset[Role]) -> None:
    """Exactly these roles at a centre, none at all to shut the login out. Raises StaffRefused as `give_roles` does."""
    if not any(roles <= duty for duty in DUTIES):
        raise StaffRefused("这些岗位不能由同一人兼任：办件、账务与批处理、系统管理、政策管理、稽核须分开")
    mine = StaffRole.objects.filter(user_id=user_id, centre_code=centre_code)
    mine.exclude(role__in=[role.value for role in roles]).delete()
    StaffRole.objects.bulk_create(
        [StaffRole(user_id=user_id, centre_code=centre_code, role=role.value) for role in sorted(roles)],
        ignore_conflicts=True,
    )


def add_staff(username: str, name: str, centre_code: str, roles: frozenset[Role]) -> tuple[int, str]:
    """A new login of staff, kept by this centre: its id, and the password to begin with. Raises StaffRefused."""
    if not _LOGIN.fullmatch(username):
        raise StaffRefused("登录名为3至30位小写字母、数字、点或连字符，以字母开头")
    if not name:
        raise StaffRefused("请填写姓名")
    if not roles:
        raise StaffRefused("请至少选择一个岗位")
    with transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise StaffRefused("该登录名已被使用")
        password = secrets.token_urlsafe(12)
        user_id = give_roles(username, name, password, centre_code, roles)
        User.objects.filter(pk=user_id).update(initial_password=True)
        return user_id, password


def give_password(user_id: int) -> str:
    """A new password to begin with, for somebody who forgot theirs; their sessions end."""
    password = secrets.token_urlsafe(12)
    User.objects.filter(pk=user_id).update(password=make_password(password), initial_password=True)
    return password


def choose_password(user_id: int, password: str) -> None:
    """The password that its owner has chosen. Raises StaffRefused when it is too weak or the one before."""
    user = User.objects.get(pk=user_id)
    if user.check_password(password):
        raise StaffRefused("新密码不能与原密码相同")
    try:
        validate_password(password, user)
    except ValidationError as problem:
        told = [_WEAK.get(str(one.code), one.messages[0]) for one in problem.error_list]
        raise StaffRefused("；".join(told)) from problem
    User.objects.filter(pk=user_id).update(password=make_password(password), initial_password=False)


def begin(user_id: int, secret: str, code: str, password: str | None) -> None:
    """The first login: the second factor is set up and the given password, if there is one, replaced; both or nothing.

    Raises WrongCode and StaffRefused.
    """
    with transaction.atomic():
        second_factor.set_up(user_id, secret, code)
        if password is not None:
            choose_password(user_id, password)
