"""Every setting of the portal, from environment variables.

`.env.example` names each variable with its default. `thanxportal.checks` reports bad values with an id and a hint,
so that a wrong deployment refuses to start.
"""

import os
import secrets
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from kombu import Queue

from thanxportal.private_files import keep_private
from thanxportal.queues import EVERY, SENDING, queue_of
from thanxportal.store_address import below, in_stores
from thanxportal.thanx_address import environment_of

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
keep_private([VAR_DIR])
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _local_secret_key() -> str:
    """Returns a key created once for this checkout, so that a newcomer has nothing to configure."""
    path = VAR_DIR / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


# Thanx: its address and our credential.
THANX_BASE_URL: str = env.str("THANX_BASE_URL", default="http://127.0.0.1:8900").rstrip("/")
THANX_CLIENT_ID: str = env.str("THANX_CLIENT_ID", default="demo-client")
THANX_ACCESS_TOKEN: str = env.str("THANX_ACCESS_TOKEN", default="demo-token")
THANX_WEBHOOK_SECRETS: list[str] = env.list("THANX_WEBHOOK_SECRET", default=[])
# Percent of Thanx's 2,000 requests in 15 minutes that are never used.
THANX_LIMIT_MARGIN: float = env.float("THANX_LIMIT_MARGIN", default=2.0)
# Percent of them that may be spent on reading what Thanx publishes.
THANX_DISCOVERY_SHARE: float = env.float("THANX_DISCOVERY_SHARE", default=5.0)
THANX_USER_AGENT: str = env.str("THANX_USER_AGENT", default="ThanxPortal/0.1")
THANX_ENVIRONMENT: str = environment_of(THANX_BASE_URL)
# Against Thanx, but on one machine that nobody else reaches: what production needs isn't asked for.
TRIAL: bool = env.bool("TRIAL", default=False)

# The site.
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="") or _local_secret_key()
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Plain http is only for the simulator on this machine.
HTTPS_ONLY: bool = env.bool("HTTPS_ONLY", default=THANX_ENVIRONMENT != "simulation")

INSTALLED_APPS = [
    "thanxportal",
    "thanxportal.accounts",
    "thanxportal.partner",
    "thanxportal.outgoing",
    "campaigns",
    "issuance",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "template_partials",
    "csp",
    "thanxportal.staff_site.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "thanxportal.middleware.Named",
    "thanxportal.middleware.AnyHost",
    "thanxportal.problems.ForPrograms",
    "django.middleware.security.SecurityMiddleware",
    "thanxportal.middleware.SecretPaths",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "thanxportal.body_limits.BodyLimits",
    "thanxportal.middleware.PlainRequests",
    "thanxportal.middleware.NothingKept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "thanxportal.accounts.middleware.SignIn",
    "thanxportal.middleware.ActsHavePages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "thanxportal.accounts.middleware.MerchantTime",
    "thanxportal.accounts.middleware.PictureOrigins",
    "thanxportal.accounts.middleware.Sessions",
    "thanxportal.accounts.middleware.Proofs",
    "thanxportal.accounts.middleware.EndedLooks",
]

ROOT_URLCONF = "thanxportal.urls"
WSGI_APPLICATION = "thanxportal.wsgi.application"
FORM_RENDERER = "thanxportal.form_renderer.Renderer"
LOADERS = ["thanxportal.template_loader.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", LOADERS)])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "thanxportal.accounts.context_processors.portal",
                "issuance.context_processors.dock",
            ],
            "libraries": {"heroicons": "thanxportal.templatetags.icons"},
            "builtins": [
                "django.contrib.humanize.templatetags.humanize",
                "thanxportal.templatetags.addresses",
                "thanxportal.templatetags.components",
            ],
        },
    },
]

# A message is a notice: its level is the notice's tone.
MESSAGE_TAGS = {messages.SUCCESS: "ok", messages.WARNING: "warn", messages.ERROR: "bad"}

# The database: SQLite by default, PostgreSQL by DATABASE_URL.
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at the start of a transaction, so that it waits instead of failing later.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA secure_delete=ON;",  # What is removed is overwritten.
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Of a machine that vanishes, the server notices within half a minute, and lets go what it had locked; as do we.
    _probes = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
    _there = [f"-c tcp_{name}={value}" for name, value in _probes.items()]
    DATABASES["default"]["OPTIONS"] = {
        **_probes,
        "tcp_user_timeout": 30_000,  # milliseconds
        "options": " ".join([*_there, "-c tcp_user_timeout=30000"]),
        **DATABASES["default"].get("OPTIONS", {}),
    }
PREPARED_STATEMENTS: bool = env.bool("PREPARED_STATEMENTS", default=True)
# Limits of attempts are counted by all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_sharedcache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["thanxportal.accounts.backend.OneAddressBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:start"
MERCHANT_HOME_URL = "issuance:home"  # Where people begin at a merchant; its address takes the handle.
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "thanxportal.accounts.adapter.PortalAdapter"
ACCOUNT_FORMS = {"reset_password": "thanxportal.accounts.forms.ResetForm"}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # It makes the browser a known one.
# Passwords of an account are checked so often, and those of all accounts from one network address.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/15m/key",
    "login_from_address": "60/15m/ip",
    "change_address": "10/60m/user",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
# Whether partner staff, and people of merchants that want it, need a second factor; demos and trials do without.
SECOND_FACTOR: bool = env.bool("SECOND_FACTOR", default=THANX_ENVIRONMENT != "simulation" and not TRIAL)
MFA_ADAPTER = "thanxportal.accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "thanxportal.accounts.passkey_forms.AddPasskeyForm",
    "edit_webauthn": "thanxportal.accounts.passkey_forms.NamePasskeyForm",
    "authenticate_webauthn": "thanxportal.accounts.passkey_forms.PasskeyForm",
    "reauthenticate_webauthn": "thanxportal.accounts.passkey_forms.ConfirmPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Thanx Portal"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # Everybody was invited by email or created by staff.

# Words, time and numbers.
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["thanxportal.formats"]  # Of each locale that a merchant can choose.

# Static files and uploads.
STATIC_URL = "static/"
# A bucket that all machines share, as s3://bucket/prefix?endpoint=https://…&region=…; empty: MEDIA_ROOT of one machine.
UPLOADS_URL: str = env.str("UPLOADS_URL", default="")
# Never restore it with the database: it shows that a database is older than what was sent.
SENT_MARKS: str = env.str("SENT_MARKS", default=below(UPLOADS_URL, "sent") if UPLOADS_URL else str(VAR_DIR / "sent"))
# Where something puts exports of Thanx, in a folder for each merchant, named by its handle: a folder of this machine,
# or part of a bucket as above; empty: nowhere.
EXPORTS_FOLDER: str = env.str("EXPORTS_FOLDER", default="")
# Where programs put files of guests, in a folder for each merchant and campaign: a folder that all workers share, or
# part of a bucket as above; empty: nowhere.
GUESTS_FOLDER: str = env.str("GUESTS_FOLDER", default="")
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "thanxportal.stylesheets.Finder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "uploads")))
_static_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "thanxportal.static_files.HashedFiles"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
    **in_stores(default=UPLOADS_URL, sent_marks=SENT_MARKS, exports=EXPORTS_FOLDER, guests=GUESTS_FOLDER),
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = MEDIA_ROOT / "arriving"  # Where what a killed process leaves behind is found and deleted.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
keep_private([MEDIA_ROOT, Path(SENT_MARKS), *VAR_DIR.glob("*.sqlite3*"), *VAR_DIR.glob("log/*.log")])
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)

# Security headers: nothing inline, and nothing from elsewhere but pictures of rewards (`PictureOrigins`).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *([THANX_BASE_URL] if THANX_ENVIRONMENT == "simulation" else [])],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS_ONLY
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # Which address limits of sign-in attempts count.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "thanxportal.accounts.session_store"

# Background work: the database row is the queue; a message is only a hint.
CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in EVERY]
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_ROUTING_KEY = SENDING
CELERY_TASK_ROUTES = [queue_of]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # A page never waits for a broker that is down, because the sweep finds the row.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # Workers wait for their broker as long as it takes.
CELERY_WORKER_CONSUMER = "thanxportal.broker:Consumer"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"folder": str(VAR_DIR / "broker")}
    if CELERY_BROKER_URL.startswith("filesystem:")
    else {"visibility_timeout": 300, "unacked_restore_limit": 100, "socket_connect_timeout": 5}
)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sync-partner": {"task": "campaigns.tasks.sync_partner", "schedule": 15 * 60},
    "refresh-mirror": {"task": "campaigns.tasks.refresh_mirror", "schedule": 60},
    "reconcile": {"task": "issuance.tasks.reconcile_all", "schedule": crontab(hour=3, minute=17)},
    "loosen": {"task": "thanxportal.accounts.tasks.loosen", "schedule": 60},
    "end-tokens": {"task": "thanxportal.accounts.tasks.end_tokens", "schedule": 5 * 60},
    "mail": {"task": "thanxportal.accounts.tasks.send_mail", "schedule": 15},
    "remove-personal-data": {"task": "issuance.tasks.remove_personal_data", "schedule": 15 * 60},
    "load-exports": {"task": "issuance.tasks.load_exports", "schedule": 3 * 60},
    "read-outs": {"task": "issuance.tasks.compute_read_outs", "schedule": 5 * 60},
    "trim-api-log": {"task": "issuance.tasks.trim_api_log", "schedule": crontab(minute=41)},
    "sweep": {"task": "issuance.tasks.sweep", "schedule": 15},
}

# How issuing behaves.
JOB_SIZE = 10_000  # Thanx's own limit of identifiers in one issue request.
IN_DOUBT_MINUTES: int = env.int("IN_DOUBT_MINUTES", default=20)
# How long Thanx may report a state that we don't know before a person looks. Polls are up to 6 minutes apart then.
UNKNOWN_STATE_MINUTES: int = env.int("UNKNOWN_STATE_MINUTES", default=45)
HOLD_SECONDS: int = env.int("HOLD_SECONDS", default=120)
CANARY_ABOVE: int = env.int("CANARY_ABOVE", default=1_000)  # guests; smaller lists are sent at once
CANARY_SIZE: int = env.int("CANARY_SIZE", default=50)  # guests per arm
CANARY_MOST_REFUSED: int = env.int("CANARY_MOST_REFUSED", default=30)  # percent
ONE_GUEST_PER_SENDER: int = env.int("ONE_GUEST_PER_SENDER", default=20)  # single guests in 24 hours
ONE_GUEST_PER_GUEST: int = env.int("ONE_GUEST_PER_GUEST", default=1)  # rewards in 24 hours, all senders together
# What programs ask for is gathered for so many seconds: each list costs requests of Thanx's limit.
GATHER_SECONDS: int = env.int("GATHER_SECONDS", default=10)
# Ports at which merchants' systems are told what happened, by https; on this machine by http, where nothing is real.
ENDPOINT_PORTS: list[int] = env.list("ENDPOINT_PORTS", cast=int, default=[443])
ENDPOINTS_HERE: bool = THANX_ENVIRONMENT == "simulation" or TRIAL
# The key that hashes guests. After a change, the portal no longer knows who was rewarded.
IDENTITY_KEY: str = env.str("IDENTITY_KEY", default="") or SECRET_KEY
# Hours after which the file of a list that was read is deleted. Its rows stay.
UPLOAD_RETENTION_HOURS: int = env.int("UPLOAD_RETENTION_HOURS", default=24)
# Days after the end of a list in which its guests can be told by name.
RETENTION_DAYS: int = env.int("RETENTION_DAYS", default=90)
# Days after which a request to Thanx is deleted from the log.
API_LOG_DAYS: int = env.int("API_LOG_DAYS", default=30)
MAX_LIST_ROWS: int = env.int("MAX_LIST_ROWS", default=1_000_000)
MAX_LIST_BYTES: int = env.int("MAX_LIST_BYTES", default=100 * 1024 * 1024)
MAX_PASTED_BYTES = 2_000_000  # of one text, as UTF-8
# Of all fields of a form together: far more than a text may have, so that too much of it is answered with a sentence.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * MAX_PASTED_BYTES
MOST_BODY = MAX_LIST_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE  # of a request that brings a list
# What costs much: at once by a person, at once by all of a merchant, and the seconds after which a place is free again,
# if it isn't given back before. Uploads and pastes aren't: a worker has yet to read them.
LIMITS: dict[str, list[int]] = {
    "uploads": env.list("LIMIT_UPLOADS", cast=int, default=[10, 30, 120]),
    "pastes": env.list("LIMIT_PASTES", cast=int, default=[20, 60, 120]),
    "looks": env.list("LIMIT_LOOKS", cast=int, default=[2, 6, 60]),
    "searches": env.list("LIMIT_SEARCHES", cast=int, default=[2, 4, 60]),
    "downloads": env.list("LIMIT_DOWNLOADS", cast=int, default=[2, 6, 600]),
}
# How fast a program may ask each web process: requests a second, and how many at once before.
PROGRAM_RATE: list[int] = env.list("LIMIT_PROGRAMS", cast=int, default=[100, 500])
TAKE_NEW_AREA_CODES: bool = env.bool("TAKE_NEW_AREA_CODES", default=False)

# Mail, logs and figures.
PORTAL_URL: str = env.str("PORTAL_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}").rstrip("/")
EMAIL_TIMEOUT = 10  # seconds
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="portal@example.com")
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")  # Without one, /metrics is no address.
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")  # Without one, errors are only logged.
LOG_FORMAT: str = env.str("LOG_FORMAT", default="line")
_formatter = "json" if LOG_FORMAT == "json" else "line"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "thanxportal.log_lines.Lines", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "thanxportal.log_lines.JsonLines"},
    },
    "filters": {"first_line": {"()": "thanxportal.seldom.FirstLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _formatter, "filters": ["first_line"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "boto3": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},  # It tells of each request that waits for a thread.
    },
}
