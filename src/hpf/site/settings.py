"""Django's settings: one module for production, demo and tests; every difference is an environment variable.

The variables are listed in docs/operate.md. Without any of them this is a production start on the embedded database.
"""

import gc
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from hpf.site import embedded, logs, places

PACKAGE, VAR, _WORLD = places.PACKAGE, places.VAR, places.WORLD
DEMO = os.environ.get("HPF_DEMO") == "1"
_ADDRESSES: dict[str, str] = json.loads(_WORLD.read_text() or "{}") if DEMO and _WORLD.exists() else {}
DEBUG = os.environ.get("HPF_DEBUG") == "1"


def _listed(variable: str, default: str) -> list[str]:
    return [part.strip() for part in os.environ.get(variable, default).split(",") if part.strip()]


def _secret_key() -> str:
    """HPF_SECRET_KEY, or one made once and kept under var/ (one machine only)."""
    if key := os.environ.get("HPF_SECRET_KEY"):
        return key
    kept = VAR / "secret.key"
    if not kept.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        made = kept.with_suffix(f".{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(48))
        try:
            os.link(made, kept)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return kept.read_text()


def _database() -> dict[str, Any]:
    """The application's connection; HPF_DB_ROLE=owner (set by `hpf migrate`) takes the owner's instead."""
    owner = os.environ.get("HPF_DB_ROLE") == "owner"
    url = os.environ.get("DATABASE_OWNER_URL" if owner else "DATABASE_URL")
    if url is None and owner and "DATABASE_URL" in os.environ:
        raise RuntimeError("DATABASE_URL is set: set DATABASE_OWNER_URL (role hpf_owner) too, for migrations")
    parts = conninfo_to_dict(url or embedded.Cluster.under(VAR).conninfo(embedded.OWNER if owner else embedded.APP))
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    database = {key: str(parts.pop(name, "") or "") for key, name in known.items()}
    options: dict[str, Any] = dict(parts)
    if os.environ.get("HPF_DB_POOL", "1") == "1" and not owner:
        options["pool"] = {"min_size": 1, "max_size": int(os.environ.get("HPF_DB_POOL_MAX", "8")), "timeout": 10}
    return {"ENGINE": "django_tenants.postgresql_backend", "OPTIONS": options, **database}


# Judging a list makes millions of small things and no circles; looking for circles after every 700 cost a fifth of it.
gc.set_threshold(100_000, 50, 100)

SECRET_KEY = _secret_key()
ALLOWED_HOSTS = _listed("HPF_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_FAILURE_VIEW = "hpf.web.errors.expired"
CSRF_TRUSTED_ORIGINS = _listed("HPF_ORIGINS", "")

SHARED_APPS = [
    "django_tenants",
    "hpf.access",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "django_htmx",
    "procrastinate.contrib.django",
    "hpf.site",
]
TENANT_APPS = [
    "hpf.trail",
    "hpf.policy",
    "hpf.ledger",
    "hpf.parties",
    "hpf.documents",
    "hpf.notices",
    "hpf.dues",
    "hpf.engine",
    "hpf.runs",
    "hpf.outside",
    "hpf.api",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
TENANT_MODEL = "access.Centre"
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The first path segments that belong to no centre; anything else must be a centre's code.
SHARED_PATHS = ["", "login", "logout", "desk-login", "accounts", "callbacks", "static", "healthz", "favicon.ico", "kit"]
ROOT_URLCONF = "hpf.site.urls"
CENTRE_URLCONF = "hpf.site.urls_centre"
APPEND_SLASH = False

MIDDLEWARE = [
    "hpf.site.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hpf.access.tenancy.CentreMiddleware",
    "hpf.site.middleware.DoorMiddleware",
    "hpf.site.middleware.ClockMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hpf.site.middleware.SizeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates", PACKAGE / "api" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "hpf.web.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# The two doors, hall and desk, each have cookies of their own: see hpf.site.middleware.DoorMiddleware.
SESSION_COOKIE_NAME = "hpf_hall"
CSRF_COOKIE_NAME = "hpf_hall_csrf"
DESK_COOKIES = {SESSION_COOKIE_NAME: "hpf_desk", CSRF_COOKIE_NAME: "hpf_desk_csrf"}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(os.environ.get("HPF_SESSION_SECONDS", "1800"))
SESSION_SAVE_EVERY_REQUEST = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("HPF_BEHIND_PROXY") == "1" else None
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
X_FRAME_OPTIONS = "DENY"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

# The world outside: the government portal (OpenID Connect) and the cashier. The demo's is the sandbox process.
SANDBOX_URL = os.environ.get("HPF_SANDBOX_URL", _ADDRESSES.get("sandbox", "http://127.0.0.1:8001")) if DEMO else ""
PORTAL_URL = os.environ.get("HPF_PORTAL_URL", SANDBOX_URL)
CASHIER_URL = os.environ.get("HPF_CASHIER_URL", SANDBOX_URL)
PUBLIC_URL = os.environ.get("HPF_PUBLIC_URL", _ADDRESSES.get("hall", "http://127.0.0.1:8000"))
HPF_CASHIER = {
    "base_url": CASHIER_URL,
    "mchid": os.environ.get("HPF_CASHIER_MCHID", "1900330100"),
    "app_id": os.environ.get("HPF_CASHIER_APP_ID", "2021330100000001"),
    "merchant_serial": os.environ.get("HPF_CASHIER_MERCHANT_SERIAL", "330100DE0000000000000000000000000000CAFE"),
    "platform_serial": os.environ.get("HPF_CASHIER_PLATFORM_SERIAL", "PUB_KEY_ID_0119003301002026110200000001"),
    "keys": Path(os.environ.get("HPF_CASHIER_KEYS") or VAR / "keys"),
}
# The SMS gateway: who opens it, and our contract with it. Without an address no message goes out.
HPF_SMS = {
    "gateway": os.environ.get("HPF_SMS_GATEWAY", "hpf.outside.sms.from_settings"),
    "base_url": os.environ.get("HPF_SMS_URL", SANDBOX_URL),
    "app_id": os.environ.get("HPF_SMS_APP_ID", "hpf"),
    "secret": os.environ.get("HPF_SMS_SECRET", "demo" if DEMO else ""),
}
# The seal that issued documents are signed with; `{centre}` in a path is the centre's code. Without a certificate each
# centre signs with one of the installation's own making, under var/keys.
HPF_SEAL = {
    "signer": os.environ.get("HPF_SEAL_SIGNER", "hpf.documents.signing.open_seal"),
    "certificate": os.environ.get("HPF_SEAL_CERT", ""),
    "key": os.environ.get("HPF_SEAL_KEY", ""),
    "password": os.environ.get("HPF_SEAL_PASSWORD", ""),
}
SOCIALACCOUNT_ADAPTER = "hpf.outside.portal.PortalAccounts"
ACCOUNT_ADAPTER = "hpf.outside.portal.NoLocalSignup"
MFA_ADAPTER = "hpf.access.second_factor.SealedSecrets"
MFA_TOTP_TOLERANCE = 1  # steps of half a minute that a telephone's clock may be off
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "portal",
                "name": "政务服务网",
                "client_id": os.environ.get("HPF_PORTAL_CLIENT", "hpf"),
                "secret": os.environ.get("HPF_PORTAL_SECRET", "demo" if DEMO else ""),
                "settings": {"server_url": PORTAL_URL, "scope": ["openid", "profile", "legal_person"]},
            }
        ],
    }
}
HPF_CLOCK_MOVER = "hpf.site.schedule.begin_move"
FORM_ACTION_ORIGINS = sorted({f"{u.scheme}://{u.netloc}" for u in map(urlsplit, (PORTAL_URL, CASHIER_URL)) if u.netloc})

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
# After `hpf manage collectstatic` files carry their hash and are cached for ever; before, they are served as they are.
_COLLECTED = not DEMO and (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_USE_FINDERS = not _COLLECTED
MEDIA_ROOT = VAR / "files"
_MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
_IS_COLLECTING = "collectstatic" in sys.argv
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _MANIFEST if _COLLECTED or _IS_COLLECTING else _PLAIN},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
MOST_BYTES = 256 * 1024 * 1024  # of a form with files: hundreds of pictures of people's papers come at once
# A longer list is read and judged by a worker, with progress on the page, and not while the browser waits.
HPF_LINES_AT_ONCE = int(os.environ.get("HPF_LINES_AT_ONCE", "20000"))

PROCRASTINATE_IMPORT_PATHS = ["hpf.site.jobs"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None
LOGGING = logs.configuration(plain=DEMO)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
