"""First content: the portal's accounts, the centre as its client, the first morning. May run any number of times."""

from allauth.idp.oidc.models import Client
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from sandbox import clock, settings
from sandbox.models import Setting
from sandbox.world import world

CALLBACK = "/accounts/oidc/portal/login/callback/"


def seed() -> int:
    """Bring accounts and client registration in line with the demo world; how many accounts there are."""
    users = get_user_model()._default_manager
    for login in world().handlers:
        users.update_or_create(username=login, defaults={"password": make_password(world().password)})
    _register_client()
    if not Setting.objects.filter(name=clock.OFFSET).exists():
        clock.tell(world().clock)
    return len(world().handlers)


def _register_client() -> None:
    """The centre's site as a confidential client: code with PKCE, no question of consent."""
    Client.objects.update_or_create(
        id=settings.OIDC_CLIENT_ID,
        defaults={
            "name": settings.CASHIER_MERCHANT_NAME,
            "secret": make_password(settings.OIDC_CLIENT_SECRET),
            "scopes": "openid\nprofile\nlegal_person",
            "redirect_uris": settings.HPF_URL + CALLBACK,
            "data": {
                "client_metadata": {"post_logout_redirect_uris": [settings.HPF_URL + "/", settings.SANDBOX_URL + "/"]}
            },
            "skip_consent": True,
        },
    )
