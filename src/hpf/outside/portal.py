"""The government portal as the way in (HZ-1.3-02 to -10): OpenID Connect claims become a login and its identity.

allauth does the protocol (code with PKCE); the adapters here say what a login of ours is, where it may go afterwards,
and what the user reads when the portal is down. A first visit makes the login, nobody signs up by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from hpf.access.changes import remember_identity

PROVIDER = "portal"
SCOPES = ("openid", "profile", "legal_person")
TIMEOUT_SECONDS = (3, 10)
TROUBLES = {
    "unavailable": "政务服务网暂时无法访问，请稍后再试。",
    "cancelled": "您取消了登录。",
    "refused": "登录未完成：政务服务网的登录请求已失效或被拒绝，请重新登录。",
    "incomplete": "登录未完成：政务服务网没有提供单位或经办人信息，请用法人用户账号登录。",
}
"""What the login page tells for `?portal=…`."""


class IncompleteClaims(ValueError):
    """The portal left out something without which nobody can act for an employer; names the claims."""


@dataclass(frozen=True)
class PortalClaims:
    """Who the portal says is there: the handler as a person, and the legal person they came in for."""

    subject: str
    name: str
    id_no: str
    mobile: str
    employer_name: str
    credit_code: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "PortalClaims":
        """From OpenID Connect userinfo. Raises IncompleteClaims."""
        needed = ("sub", "name", "id_no", "legal_name", "credit_code")
        if missing := [claim for claim in needed if not str(told.get(claim) or "").strip()]:
            raise IncompleteClaims(", ".join(missing))
        return cls(
            subject=str(told["sub"]).strip(),
            name=str(told["name"]).strip(),
            id_no=str(told["id_no"]).strip().upper(),
            mobile=str(told.get("mobile") or "").strip(),
            employer_name=str(told["legal_name"]).strip(),
            credit_code=str(told["credit_code"]).strip().upper(),
        )


def login_url(next_path: str = "/") -> str:
    """Where “浙江政务服务网登录” and its like in other provinces lead; the user comes back to `next_path`."""
    return f"/accounts/oidc/{PROVIDER}/login/?{urlencode({'process': 'login', 'next': next_path})}"


def logout_url(portal_url: str, client_id: str, back_to: str) -> str:
    """Where to send a user who has left the hall, so that the portal can ask whether to leave it too."""
    asked = {"client_id": client_id, "post_logout_redirect_uri": back_to}
    return f"{portal_url.rstrip('/')}/identity/o/logout?{urlencode(asked)}"


class _PortalSession(requests.Session):
    """Calls to the portal: bounded in time, and a portal that is down leads to the login page instead of a fault."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As requests has it."""
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        try:
            answer = super().request(*args, **kwargs)
        except requests.RequestException as problem:
            raise trouble("unavailable") from problem
        if answer.status_code >= 500:
            raise trouble("unavailable")
        return answer


def trouble(kind: str) -> ImmediateHttpResponse:
    """Ends the login at our own login page, which tells TROUBLES[kind]."""
    return ImmediateHttpResponse(HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'portal': kind})}"))


class PortalAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """SOCIALACCOUNT_ADAPTER: what allauth asks about logins that come from the portal."""

    def get_requests_session(self) -> requests.Session:
        """The session for discovery, token and userinfo."""
        return _PortalSession()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whoever the portal vouches for has a login; what it may see is decided by the employers it is an agent of."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse incomplete claims; a login that exists takes over what the portal says now."""
        try:
            claims = PortalClaims.of(sociallogin.account.get_provider_account().get_user_data() or {})
        except IncompleteClaims as problem:
            raise trouble("incomplete") from problem
        if sociallogin.is_existing:
            _remember(sociallogin.user, claims)

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """The first visit of a handler: a login without a password, named after the portal's subject."""
        claims = PortalClaims.of(sociallogin.account.get_provider_account().get_user_data())
        user = sociallogin.user
        user.username = f"{PROVIDER}:{claims.subject}"
        user.name = claims.name
        user.set_unusable_password()
        sociallogin.save(request)
        _remember(user, claims)
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Every failed login ends at the login page with its reason."""
        raise trouble("cancelled" if str(error) == "cancelled" else "refused")


class NoLocalSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """ACCOUNT_ADAPTER: nobody signs up here, and a login only ever goes on to a page of this site."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never by hand; those from the portal are PortalAccounts' business."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Paths of this site only; the stock rule lets through every allowed host."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: allauth would name the login by the portal's number, and the page itself shows who is there."""


def _remember(user: Any, claims: PortalClaims) -> None:
    remember_identity(
        user.pk,
        name=claims.name,
        id_no=claims.id_no,
        mobile=claims.mobile,
        employer_name=claims.employer_name,
        credit_code=claims.credit_code,
    )
