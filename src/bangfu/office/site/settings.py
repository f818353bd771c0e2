"""Django's settings, from the environment (site/environment.py lists every name)."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from bangfu.office.site.environment import Environment
from bangfu.office.site.secret_key import read_secret_key

_env = Environment()
OFFICE = Path(__file__).resolve().parent.parent
ROOT = OFFICE.parent.parent.parent

BANGFU_HOME = _env.path("BANGFU_HOME", ROOT / "var")
BANGFU_KEYS_FILE = _env.path("BANGFU_KEYS_FILE", BANGFU_HOME / "keys")
BANGFU_RULEBOOK = _env.path("BANGFU_RULEBOOK", ROOT / "rulebook" / "cn")
BANGFU_MAX_UPLOAD_MB = _env.number("BANGFU_MAX_UPLOAD_MB", 200, 1, 4096)
BANGFU_PUBLIC_URL = _env.web_address("BANGFU_PUBLIC_URL")
BANGFU_SMS_GATEWAY = _env.choice("BANGFU_SMS_GATEWAY", "recorder", ("recorder", "http", "mas"))
BANGFU_SMS_URL = _env.web_address("BANGFU_SMS_URL")
BANGFU_SMS_ACCOUNT = _env.text("BANGFU_SMS_ACCOUNT")
BANGFU_SMS_SECRET_FILE = _env.text("BANGFU_SMS_SECRET_FILE")
BANGFU_SMS_COMPANY = _env.text("BANGFU_SMS_COMPANY")
BANGFU_SMS_SIGN = _env.text("BANGFU_SMS_SIGN")
BANGFU_SMS_BODY = _env.text("BANGFU_SMS_BODY", '{"phone": "{phone}", "text": "{text}", "id": "{id}"}')
BANGFU_SESSION_HOURS = _env.number("BANGFU_SESSION_HOURS", 12, 1, 72)
BANGFU_MAX_SESSIONS = _env.number("BANGFU_MAX_SESSIONS", 3, 1, 50)
BANGFU_REQUIRE_MFA = _env.yes("BANGFU_REQUIRE_MFA", "no")
BANGFU_LINK_DAYS = _env.number("BANGFU_LINK_DAYS", 3, 1, 30)
BANGFU_MAIL_URL = _env.text("BANGFU_MAIL_URL")
globals().update(_env.mail("BANGFU_MAIL_URL"))
DEFAULT_FROM_EMAIL = _env.text("BANGFU_MAIL_FROM", "bangfu@localhost")
DEBUG = _env.yes("BANGFU_DEBUG", "no")
BANGFU_SECRET_KEY_FILE = _env.path("BANGFU_SECRET_KEY_FILE", BANGFU_HOME / "secret_key")
SECRET_KEY = read_secret_key(BANGFU_SECRET_KEY_FILE)
ALLOWED_HOSTS = [host.strip() for host in _env.text("BANGFU_HOSTS", "localhost,127.0.0.1,[::1]").split(",")]
_https = _env.yes("BANGFU_HTTPS", "no")

APPS = [
    "pages",
    "privacy",
    "audit",
    "areas",
    "accounts",
    "registry",
    "protection",
    "changes",
    "imports",
    "runs",
    "fieldwork",
    "meetings",
    "benefits",
    "sending",
    "means",
    "casework",
    "pairing",
    "grievance",
    "intake",
    "reporting",
    "site",
]
"""Ours, each of which may import only those before it."""
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    *(f"bangfu.office.{app}.apps.{app.capitalize()}Config" for app in APPS if (OFFICE / app).is_dir()),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bangfu.office.accounts.middleware.ActorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "bangfu.office.site.urls"
WSGI_APPLICATION = "bangfu.office.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [OFFICE / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "bangfu.office.site.navigation.context",
            ],
            "builtins": ["bangfu.office.pages.templatetags.office"],
        },
    }
]

_database = _env.database("BANGFU_DATABASE_URL", f"sqlite:///{BANGFU_HOME / 'office.sqlite3'}")
if _database["ENGINE"].endswith("sqlite3"):
    # a thread keeps its connection: opening one for each request is slow, and closing the last one ends the log of writes
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a write that began as a read would fail with "database is locked"
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-32000;",  # noqa: E501
    }
else:
    _database.setdefault("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
    _seconds = _env.number("BANGFU_STATEMENT_SECONDS", 30, 0, 3600)
    _database["OPTIONS"] = {
        "application_name": "bangfu",
        "connect_timeout": 10,
        **_database.get("OPTIONS", {}),
        # of pages; commands take their time (site/cli.py)
        "options": f"-c statement_timeout={_seconds}s -c lock_timeout=15s -c idle_in_transaction_session_timeout=120s",
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "bangfu.office.accounts.adapter.InvitationOnly"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = False  # axes counts failures, by account and address
ACCOUNT_FORMS = {"change_password": "bangfu.office.accounts.login_forms.CountedChangePassword"}
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser, the session by the limits; nobody is asked
MFA_ADAPTER = "bangfu.office.accounts.adapter.SealedSecrets"
MFA_FORMS = {
    "authenticate": "bangfu.office.accounts.login_forms.CountedAuthenticate",
    "reauthenticate": "bangfu.office.accounts.login_forms.CountedReauthenticate",
    "activate_totp": "bangfu.office.accounts.login_forms.CountedActivate",
}
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ by seconds
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bangfu"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else anybody could keep somebody locked out for ever
AXES_LOCKOUT_CALLABLE = "bangfu.office.accounts.lockout.answer"
AXES_USERNAME_CALLABLE = "bangfu.office.accounts.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "bangfu.office.accounts.sessions.address_of"
AXES_USERNAME_FORM_FIELD = "login"
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "password"]
SESSION_COOKIE_AGE = 60 * _env.number("BANGFU_SESSION_MINUTES", 60, 5, 24 * 60)
SESSION_SAVE_EVERY_REQUEST = False  # use is noted once a minute (accounts/sessions.py), and the idle limit begins anew
SESSION_ENGINE = "bangfu.office.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = _env.choice("BANGFU_LANGUAGE", "zh-hans", ("zh-hans", "en"))
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _env.zone("BANGFU_TIME_ZONE", "Asia/Shanghai")
FORMAT_MODULE_PATH = "bangfu.office.site.formats"

STATIC_URL = "/static/"
STATICFILES_DIRS = [OFFICE / "site" / "static"]
STATIC_ROOT = BANGFU_HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = BANGFU_HOME / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
CACHES = {
    "default": {
        # shared by all processes of the site; holds counts by area, never a person's data
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": BANGFU_HOME / "cache",
        "TIMEOUT": 300,
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "bangfu.office.site.views.csrf_failure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"bangfu": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
