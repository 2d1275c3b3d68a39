"""What the portal says about who logged in: the claims of its OpenID Connect provider."""

from collections.abc import Iterable
from typing import Any, Literal

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from sandbox.world import world

LEGAL_PERSON = "legal_person"


class PortalAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth carries no types
    """Claims: `name`, `mobile` with scope profile; `id_no`, `legal_name`, `credit_code` with scope legal_person."""

    def get_user_sub(self, client: Client, user: AbstractBaseUser) -> str:
        """The subject, which outlives a new database."""
        return f"zj-{user.get_username()}"

    def get_user_by_sub(self, client: Client, sub: str) -> AbstractBaseUser | None:
        """The user of a subject; None when there is none."""
        found = get_user_model()._default_manager.filter(username=sub.removeprefix("zj-"), is_active=True).first()
        return found if isinstance(found, AbstractBaseUser) else None

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: AbstractBaseUser,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The claims that the scopes allow; id numbers only ever go out by userinfo, never inside a token."""
        handler = world().handlers[user.get_username()]
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        allowed = set(scopes)
        if "profile" in allowed:
            claims |= {"name": handler.name, "preferred_username": handler.login, "mobile": handler.mobile}
        if LEGAL_PERSON in allowed and purpose == "userinfo":
            claims |= {"id_no": handler.id_no, "legal_name": handler.legal_name, "credit_code": handler.credit_code}
        return claims
