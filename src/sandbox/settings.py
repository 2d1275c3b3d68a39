"""Settings of the simulated outside world: one SQLite file, own cookies, strict content security, no JavaScript.

From the environment: `HPF_VAR` (where the data and the demo keys are), `HPF_WORLD` (the demo world),
`HPF_SANDBOX_URL` (own public address), `HPF_PUBLIC_URL` (the centre's site), `HPF_PORTAL_CLIENT` and
`HPF_PORTAL_SECRET` (the centre at the portal), `HPF_SMS_APP_ID` and `HPF_SMS_SECRET` (the centre at the SMS gateway).
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("HPF_VAR", ROOT / "var"))
WORLD = Path(os.environ.get("HPF_WORLD", ROOT / "demo" / "world.yaml"))
SANDBOX_URL = os.environ.get("HPF_SANDBOX_URL", "http://127.0.0.1:8001").rstrip("/")
HPF_URL = os.environ.get("HPF_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
KEYS = VAR / "keys"


def _key(name: str) -> str:
    """A demo key by its file name; without the file the process says how to make one."""
    path = KEYS / name
    if not path.is_file():
        raise SystemExit(f"{path} is missing: `python -m hpf.outside.demo_keys {KEYS}` makes the demo's keys")
    return path.read_text()


SECRET_KEY = _key("sandbox.secret.txt")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", urlsplit(SANDBOX_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [SANDBOX_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "sandbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sandbox.middleware.content_security",
    "sandbox.middleware.outages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "sandbox.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "sandbox.middleware.page_context",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR / "sandbox.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Cookies do not separate ports: the hall on the next port has names of its own.
SESSION_COOKIE_NAME = "sbx_sessionid"
CSRF_COOKIE_NAME = "sbx_csrftoken"
SESSION_COOKIE_AGE = 8 * 3600
SECURE_REFERRER_POLICY = "same-origin"
# Short demo passwords, one cheap round: nothing here is worth guessing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

IDP_OIDC_ADAPTER = "sandbox.oidc.PortalAdapter"
IDP_OIDC_PRIVATE_KEY = _key("portal.key.pem")
OIDC_CLIENT_ID = os.environ.get("HPF_PORTAL_CLIENT", "hpf")
OIDC_CLIENT_SECRET = os.environ.get("HPF_PORTAL_SECRET", "demo")

# The cashier's contract with its one merchant, the centre. The apps are named as the two payment networks name them.
CASHIER_MERCHANT_NAME = "杭州住房公积金管理中心"
CASHIER_MCHID = "1900330100"
CASHIER_APP_ID = "2021330100000001"
CASHIER_PLATFORM_SERIAL = "PUB_KEY_ID_0119003301002026110200000001"
CASHIER_PLATFORM_KEY = _key("platform.key.pem")
CASHIER_MERCHANT_PUBLIC_KEY = _key("merchant.pub.pem")
CASHIER_API_V3_KEY = _key("apiv3.txt")
# The SMS gateway's contract with the same centre: both sides sign with one secret.
SMS_APP_ID = os.environ.get("HPF_SMS_APP_ID", "hpf")
SMS_SECRET = os.environ.get("HPF_SMS_SECRET", "demo")
# Seconds of real time between attempts to deliver one notice; after the last it is given up and only a query finds it.
NOTICE_RETRY_SECONDS = (1, 2, 4, 8, 15, 30)
