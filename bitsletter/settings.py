"""One settings file for every installation: the environment (or `.env`) says what differs."""

import datetime
import os
from email.utils import formataddr
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.encoding import punycode
from environs import Env, validate

from bitsletter import env_file, logs, mail, postgres, secret_key, signing_in, sqlite, storage
from bitsletter.cache_url import read_shared_cache
from bitsletter.whereabouts import is_local, read_site_url, read_time_zone

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# ENV_FILE names another file, or none, as the tests do.
ENV_FILE = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
env.read_env(ENV_FILE, recurse=False)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_send_day() -> int:
    """Give the day of the week on which the newsletter goes out; Monday is 0."""
    name = env.str("SEND_DAY", "wednesday").strip().lower()
    if name not in WEEKDAYS:
        raise ImproperlyConfigured(
            f"SEND_DAY must be a day of the week in English, such as wednesday; it is {name!r}."
        )
    return WEEKDAYS.index(name)


def read_send_time() -> datetime.time:
    text = env.str("SEND_TIME", "09:00")
    try:
        return datetime.datetime.strptime(text, "%H:%M").time()
    except ValueError as error:
        raise ImproperlyConfigured(
            f"SEND_TIME must be a time of the day such as 09:00; it is {text!r}."
        ) from error


def read_send_within() -> float:
    hours = env.float("SEND_WITHIN", 9)
    if not 0 < hours <= 6 * 24:  # it ends before the next slot's mail may begin
        raise ImproperlyConfigured(
            f"SEND_WITHIN must be a number of hours up to six days (144); it is {hours:g}."
        )
    return hours


def read_database() -> dict:
    """Give Django's description of the database: an SQLite file unless DATABASE_URL is set."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "db.sqlite3")}
    if env.str("DATABASE_URL", ""):
        database = env.dj_db_url("DATABASE_URL")
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = sqlite.OPTIONS | database.get("OPTIONS", {})
        # Tests run on a file too: in memory there is no write-ahead log to test.
        database["TEST"] = {"NAME": f"{database['NAME']}.test"}
        return database
    return postgres.connected(database)


# What is kept of each kind in a process; a page takes about 15 KB, a large one up to 300.
CACHE_ENTRIES = {"default": 5000, "pages": 1000, "large": 100, "questions": 200}


def read_caches() -> dict:
    """Give Django's description of the caches: in the process unless CACHE_URL is set.

    Pages, answers to questions, and what is large each have one of their own there, so that they
    neither fill the memory nor push out each other or what is counted. Answers to questions, to
    which there is no end, stay in the process: only there is their number bounded.
    """
    in_process = "django.core.cache.backends.locmem.LocMemCache"
    caches = {
        name: {"BACKEND": in_process, "LOCATION": name, "OPTIONS": {"MAX_ENTRIES": most}}
        for name, most in CACHE_ENTRIES.items()
    }
    if env.str("CACHE_URL", ""):
        shared = read_shared_cache(env)
        prefix = shared.get("KEY_PREFIX", "")
        return caches | {
            name: shared | {"KEY_PREFIX": f"{prefix}{name}"}
            for name in caches.keys() - {"questions"}
        }
    return caches


# The site -----------------------------------------------------------------------------------

SITE_NAME = env.str("SITE_NAME", "Bitsletter")
SITE_URL = read_site_url(env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}"))
SITE_HOST = urlsplit(SITE_URL).hostname
IS_LOCAL = is_local(SITE_URL)
IS_HTTPS = SITE_URL.startswith("https://")

DEBUG = env.bool("DEBUG", IS_LOCAL)

DATA_DIR = Path(env.str("DATA_DIR", "") or BASE_DIR / "var").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

given_key = env.str("SECRET_KEY", "")
SECRET_KEY, *former_keys = secret_key.read(given_key, DATA_DIR, may_make=IS_LOCAL)
IS_KEY_KEPT_HERE = not given_key  # and not told: see `bitsletter.checks`
# Former ones: links in letters that were sent long ago must still let people leave.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", []) + former_keys

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [])
if not ALLOWED_HOSTS:
    ALLOWED_HOSTS = [SITE_HOST, *(["127.0.0.1", "localhost", "[::1]"] if IS_LOCAL else [])]

# Django -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "issues",
    "subscribers",
    "bitsletter.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "markdownx",
    "reversion",
    "csp",
    "axes",
    "django_otp.plugins.otp_totp",
]

MIDDLEWARE = [
    "bitsletter.request_log.logged",
    "bitsletter.policy.on_every_answer",
    "bitsletter.head.without_body",
    "bitsletter.health.answered_first",
    "bitsletter.faults.Calm",
    "issues.api.answers.open_answers",
    "issues.page_cache.kept_pages",
    "django.middleware.security.SecurityMiddleware",
    "bitsletter.policy.ConditionalMiddleware",
    "bitsletter.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "issues.signing_in.second_step.whole_users",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "bitsletter.urls"
WSGI_APPLICATION = "bitsletter.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bitsletter.site.site",
            ],
        },
    },
]

DATABASES = {"default": read_database()}
CACHES = read_caches()

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["bitsletter.formats"]
TIME_ZONE = read_time_zone(env.str("TIME_ZONE", "UTC"))
USE_I18N = True
USE_TZ = True

# Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# In a container the files are part of the image, and DATA_DIR is not.
STATIC_ROOT = Path(env.str("STATIC_ROOT", "") or DATA_DIR / "static").resolve()
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = storage.read_media_url(env, IS_HTTPS)
MEDIA_ROOT = DATA_DIR / "media"
# A proxy may read the folders that hold files for everybody, whatever else is closed to it.
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755

STORAGES = {
    "default": storage.read_storage(env),
    "staticfiles": {
        # Hashed names live in a manifest that only `collectstatic` writes.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "bitsletter.static_files.CompressedStorage"
    },
}

# Twenty sections of the longest text that is taken fit into one form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "issues.uploads.Cut",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Mail ---------------------------------------------------------------------------------------

# EMAIL_PROVIDER, EMAIL_BACKEND, EMAIL_TIMEOUT, and what belongs to the way that is chosen.
way_out = mail.read_mail(env, env_file.read(ENV_FILE) | os.environ, DATA_DIR / "outbox")
globals().update(way_out)
if way_out["EMAIL_PROVIDER"]:
    INSTALLED_APPS.append("anymail")

# The name of a site may hold a comma, which would begin another address.
OURSELVES = formataddr((SITE_NAME, f"news@{punycode(SITE_HOST)}"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", "") or OURSELVES
REPLY_TO = env.str("REPLY_TO", "")
# Where mail comes back that cannot be delivered, such as bounces+{}@example.org; what stands for
# the {} tells which message it was.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")
# Where the worker finds it: imaps://…, pop3s://… or the path of a Maildir.
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", "")
# A private RSA key that signs what goes out by SMTP, or its file; a relay signs by itself.
DKIM_KEY = env.str("DKIM_KEY", "")
# Where in DNS the key to it stands: <selector>._domainkey.<domain>; by default that of the sender.
DKIM_SELECTOR = env.str("DKIM_SELECTOR", "")
DKIM_DOMAIN = env.str("DKIM_DOMAIN", "")
# Foot of every letter; the law of many countries asks for it.
POSTAL_ADDRESS = env.str("POSTAL_ADDRESS", "")
# The mail server takes addresses with letters beyond ASCII before the @ (RFC 6531).
SMTPUTF8 = env.bool("SMTPUTF8", False)

# Delivery -----------------------------------------------------------------------------------

# Connections to the mail server that each worker keeps open.
SENDERS = env.int("SENDERS", 1, validate=validate.Range(1, 100))
# Messages on one of them, before another is opened.
MESSAGES_PER_CONNECTION = env.int("MESSAGES_PER_CONNECTION", 500)
# Seconds until a message is tried again that was refused for now; then twice as long, …
RETRY_AFTER = env.int("RETRY_AFTER", 60)
# Messages a second of all workers together, and to one domain; 0 is as many as there are.
RATE = env.float("RATE", 0)
RATE_PER_DOMAIN = env.float("RATE_PER_DOMAIN", 0)

# The standing slot, in the site's time zone.
SEND_DAY = read_send_day()
SEND_TIME = read_send_time()
# Hours after its time in which a mailing still begins by itself; later it asks.
SEND_WITHIN = read_send_within()

# Subscribers --------------------------------------------------------------------------------

CONSENT_KEEPS_NETWORK = env.bool("CONSENT_KEEPS_NETWORK", False)
# One more letter, with the way back, to whoever has left.
GOODBYE_LETTER = env.bool("GOODBYE_LETTER", False)
# Sign-ups in an hour, from one network and altogether.
SIGN_UPS_PER_NETWORK = env.int("SIGN_UPS_PER_NETWORK", 30)
SIGN_UPS_PER_HOUR = env.int("SIGN_UPS_PER_HOUR", 2000)
# How many proxies of ours stand in front, each adding to X-Forwarded-For.
PROXIES = env.int("PROXIES", 0, validate=validate.Range(0, 20))

# Security -----------------------------------------------------------------------------------

# SIGN_IN_FAILURES, SIGN_IN_PAUSE, REQUIRE_TOTP, what django-axes is told, and the cookies.
globals().update(signing_in.read_signing_in(env), **signing_in.cookies(IS_HTTPS))
OTP_TOTP_ISSUER = SITE_NAME  # how the app on the phone names the site

SECURE_SSL_REDIRECT = IS_HTTPS
# Our proxies say how a reader came; anybody else could say so, too.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
# Whoever has other hosts below this one, without TLS, turns it off before readers come.
HSTS_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", IS_HTTPS)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HSTS_SUBDOMAINS
X_FRAME_OPTIONS = "DENY"
DEFAULT_EXCEPTION_REPORTER_FILTER = "bitsletter.reports.ReportFilter"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # And where an editor shows pictures from: see `bitsletter.policy`.
        "img-src": ["'self'", *storage.picture_sources(MEDIA_URL)],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        # No script writes HTML as text.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
}

# Logs, on standard error --------------------------------------------------------------------

# LOG_FORMAT (plain or json) and LOG_LEVEL.
LOGGING = logs.read_logs(env, DEBUG)
LOGGING_CONFIG = "bitsletter.logs.configure"

# Who watches over it ------------------------------------------------------------------------

# Where errors are told: https://key@sentry.example.org/7; see `bitsletter.error_reports`.
SENTRY_DSN = env.str("SENTRY_DSN", "")
# What Prometheus has to show at /metrics; without it there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if METRICS_TOKEN:
    MIDDLEWARE.insert(1, "bitsletter.metrics.counted")

# Parts of ours and of others ----------------------------------------------------------------

# Tags are separated by commas alone: "machine learning" is one tag.
TAGGIT_TAGS_FROM_STRING = "issues.models.tag.split_names"
TAGGIT_STRING_FROM_TAGS = "issues.models.tag.join_names"
MARKDOWNX_URLS_PATH = "/admin/desk/preview/"
MARKDOWNX_UPLOAD_URLS_PATH = "/admin/desk/upload/"
MARKDOWNX_EDITOR_RESIZABLE = False
