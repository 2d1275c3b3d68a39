"""Logins: what the portal said last, and the roles of staff at one centre."""

from hpf.access.actor import Role
from hpf.access.changes import give_roles, remember_identity
from hpf.access.models import User
from hpf.access.readers import IdentityFacts, identity, roles


def _claims(name: str) -> dict[str, str]:
    return {"name": name, "id_no": "330184198503192063", "mobile": "", "employer_name": "茶业", "credit_code": "91X"}


def test_the_newest_claims_count(db: None) -> None:
    user = User.objects.create_user("portal:e03")
    remember_identity(user.pk, **_claims("周海燕"))
    remember_identity(user.pk, **_claims("周海雁"))
    assert identity(user.pk) == IdentityFacts(**_claims("周海雁"))
    assert User.objects.get(pk=user.pk).name == "周海雁"


def test_nobody_knows_a_stranger(db: None) -> None:
    user = User.objects.create_user("teller")
    assert identity(user.pk) is None
    assert roles(user.pk, "hangzhou") == frozenset()


def test_roles_belong_to_one_centre_and_can_be_taken_back(db: None) -> None:
    first = give_roles("gy01", "沈柜员", "a-long-password", "hangzhou", frozenset({Role.TELLER, Role.REVIEWER}))
    again = give_roles("gy01", "沈柜员", "", "hangzhou", frozenset({Role.TELLER}))
    assert first == again
    assert roles(first, "hangzhou") == {Role.TELLER}
    assert roles(first, "elsewhere") == frozenset()
    assert User.objects.get(pk=first).check_password("a-long-password")
