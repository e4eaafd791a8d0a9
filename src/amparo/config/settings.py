"""The settings of Django, for every installation. What differs between installations is in `environment.py`."""

from __future__ import annotations

import os
from typing import Any

from amparo.config import environment
from amparo.config.data_directory import DataDirectory
from amparo.config.database import database_settings
from amparo.config.logging import logging_configuration

ENVIRONMENT = environment.read_environment(os.environ)
DATA_DIRECTORY = DataDirectory(ENVIRONMENT.data)

# -- the apps, lowest rung first -----------------------------------------------------------------------------------------

AMPARO_APPS = [
    "amparo.ui",
    "amparo.vault",
    "amparo.audit",
    "amparo.accounts",
    "amparo.access",
    "amparo.cases",
    "amparo.intake",
    "amparo.evidence",
    "amparo.portal",
]

INSTALLED_APPS = [
    *AMPARO_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "pghistory",
    "pgtrigger",
    "procrastinate.contrib.django",
]
# What apps offer upward, each a dotted path.
AMPARO_NAVIGATION = [  # functions (viewer) -> NavigationItem | None, in the order of the menu
    "amparo.portal.panels.navigation",
    "amparo.cases.panels.navigation",
    "amparo.intake.panels.navigation",
    "amparo.access.panels.people_navigation",
    "amparo.access.panels.organisation_navigation",
    "amparo.access.panels.organisations_navigation",
    "amparo.evidence.panels.figures_navigation",
]
AMPARO_HEADER = "amparo.access.panels.header"  # (request) -> Header | None
AMPARO_HOME = [  # functions (viewer, now) -> blocks of the first page
    "amparo.cases.panels.home_panels",
    "amparo.portal.panels.figure_panels",
]
AMPARO_SEARCH = [
    "amparo.cases.panels.search"
]  # functions (viewer, text, now) -> an address, a table, or None
AMPARO_FACTS = ["amparo.cases.facts.fact_tables"]  # functions () -> tables of coded facts
AMPARO_TRAINING = ENVIRONMENT.training
# The role that a transaction takes on while somebody acts in it. Only tests set one: they connect as a role that sees all.
AMPARO_ASSUMED_ROLE = "none"
AMPARO_STATE = ENVIRONMENT.state  # None is the fictional State
AMPARO_EXIT_ADDRESS = ENVIRONMENT.exit_address
AMPARO_WITNESSES = ENVIRONMENT.witnesses
AMPARO_DOCUMENTS = DATA_DIRECTORY.documents
AMPARO_CUSTODIAN = ENVIRONMENT.custodian or DATA_DIRECTORY.custodian
AMPARO_AUDIT_KEYS = AMPARO_CUSTODIAN.parent  # the signing key of the log lies beside the key of keys
AMPARO_ERASED = DATA_DIRECTORY.erased
AMPARO_FACTS_DIRECTORY = DATA_DIRECTORY.facts
AMPARO_UPLOAD_MAX_BYTES = ENVIRONMENT.upload_megabytes * 1024 * 1024

# -- requests ------------------------------------------------------------------------------------------------------------

ROOT_URLCONF = "amparo.config.urls"
WSGI_APPLICATION = "amparo.config.wsgi.application"
MIDDLEWARE = [
    "amparo.config.middleware.behind_proxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "amparo.ui.web.security_headers",
    "amparo.config.middleware.api_failures",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "amparo.access.web.viewer_middleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "amparo.ui.web.frame",
            ],
        },
    },
]
FORM_RENDERER = "amparo.ui.forms.renderer.AmparoRenderer"
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- data ----------------------------------------------------------------------------------------------------------------

DATABASES = {"default": database_settings(ENVIRONMENT, DATA_DIRECTORY)}
CACHES = {
    # In the database, not in the memory of one process: the counters against guessing must hold for all of them.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "amparo_cache",
        "KEY_PREFIX": "amparo",
        "OPTIONS": {
            "MAX_ENTRIES": 10_000
        },  # of the usual 300, a flood of strangers would push out the counters
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "amparo.config.uploads.MeasuringUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "amparo.config.uploads.SealedUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR = (
    DATA_DIRECTORY.incoming
)  # on the disk of the documents, not in a /tmp that may be small or shared
MEDIA_ROOT = ""  # documents are opened by their getter, never by an address of a file

# -- sign-in -------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "amparo.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "amparo.accounts.adapter.SecondFactorAdapter"
# By address alone, never by name: a limit by name would lock anybody out at will. Names are slowed down by axes.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "manage_email": False,
    "reset_password": False,
    "reset_password_from_key": False,
    "signup": False,
    "confirm_email": False,
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is the proof
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_FORMS = {
    "login": "amparo.accounts.forms.SignInForm",
    "reauthenticate": "amparo.accounts.forms.ConfirmPasswordForm",
    "change_password": "amparo.accounts.forms.NewPasswordForm",
}
MFA_FORMS = {
    "authenticate": "amparo.accounts.forms.CodeForm",
    "reauthenticate": "amparo.accounts.forms.ConfirmCodeForm",
    "activate_totp": "amparo.accounts.forms.SetUpCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = False
MFA_TOTP_ISSUER = "Amparo"

AXES_LOCKOUT_PARAMETERS = [
    ["username", "ip_address"]
]  # never the name alone: that would lock anybody out at will
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "amparo.accounts.lockout.typed_name"
AXES_LOCKOUT_CALLABLE = "amparo.access.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "amparo.config.middleware.client_address"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "code"]

# -- sessions and headers --------------------------------------------------------------------------------------------------

SECRET_KEY = ENVIRONMENT.secret_key or DATA_DIRECTORY.secret_key()
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-amparo" if ENVIRONMENT.uses_https else "amparo"
SESSION_COOKIE_SECURE = ENVIRONMENT.uses_https
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.uses_https
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "amparo.ui.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ENVIRONMENT.hosts] if ENVIRONMENT.uses_https else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if ENVIRONMENT.uses_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
# The host's other names, and a list that browsers ship with, are not ours to decide for a ministry.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_SSL_REDIRECT = ENVIRONMENT.uses_https
SECURE_REDIRECT_EXEMPT = [r"^health$"]  # asked by the machine itself
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxies else None

# -- words -----------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = ENVIRONMENT.language
LANGUAGES = list(environment.LANGUAGES.items())
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone

# -- files of the pages ------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIRECTORY.path / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # nothing may use it: documents have their own place
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENVIRONMENT.debug
        else "amparo.config.static_storage.PageFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 24 * 60 * 60

# -- jobs, history, mail, log --------------------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 24 * 60 * 60}  # what a night missed is done in the morning
PROCRASTINATE_IMPORT_PATHS = ["amparo.config.sweeping"]
PGHISTORY_DEFAULT_TRACKERS = None
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # nothing is sent by mail
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_configuration(ENVIRONMENT.log_level)
