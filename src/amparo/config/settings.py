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
    "amparo.publishing",
    "amparo.cases",
    "amparo.intake",
    "amparo.evidence",
    "amparo.oversight",
    "amparo.portal",
]

INSTALLED_APPS = [
    *AMPARO_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "pghistory",
    "pgtrigger",
    "procrastinate.contrib.django",
]
# What apps offer upward, each a dotted path.
AMPARO_NAVIGATION = [  # functions (viewer) -> NavigationItem | None, in the order of the menu
    "amparo.portal.panels.navigation",
    "amparo.cases.panels.navigation",
    "amparo.intake.panels.navigation",
    "amparo.cases.panels.messages_navigation",
    "amparo.access.panels.people.people_navigation",
    "amparo.access.panels.people.walls_navigation",
    "amparo.access.panels.people.organisation_navigation",
    "amparo.access.panels.people.organisations_navigation",
    "amparo.access.panels.waiting.acts_navigation",
    "amparo.access.panels.waiting.emergencies_navigation",
    "amparo.evidence.panels.figures_navigation",
    "amparo.publishing.panels.lists.navigation",
    "amparo.publishing.panels.research.navigation",
    "amparo.oversight.panels.log_navigation",
    "amparo.oversight.panels.drawn_navigation",
    "amparo.oversight.panels.alerts_navigation",
    "amparo.oversight.panels.canaries_navigation",
]
AMPARO_HEADER = "amparo.access.panels.people.header"  # (request) -> Header | None
AMPARO_HOME = [  # functions (viewer, now) -> blocks of the first page
    "amparo.access.panels.restored.restored_panels",
    "amparo.access.panels.waiting.notice_panels",
    "amparo.cases.panels.lost_panels",
    "amparo.cases.panels.home_panels",
    "amparo.access.panels.people.home_panels",
    "amparo.portal.panels.figure_panels",
    "amparo.publishing.panels.lists.home_panels",
    "amparo.publishing.panels.research.home_panels",
    "amparo.oversight.panels.home_panels",
]
AMPARO_SEARCH = [
    "amparo.cases.panels.search"
]  # functions (viewer, text, page, now) -> an address, rows, or None
AMPARO_DUAL_ACTS = [  # every act that takes two people, registered by the app that owns it
    "amparo.access.actions.role_acts.KINDS",
    "amparo.access.actions.key_acts.KINDS",
    "amparo.access.actions.machine_acts.KINDS",
    "amparo.access.actions.restores.KINDS",
    "amparo.publishing.actions.dual_acts.KINDS",
    "amparo.cases.actions.dual_acts.KINDS",
    "amparo.cases.actions.readers.KINDS",
    "amparo.intake.actions.dual_acts.KINDS",
    "amparo.evidence.actions.dual_acts.KINDS",
]
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
AMPARO_DEVICE = ENVIRONMENT.device
AMPARO_KEYD = ENVIRONMENT.keyd
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
    "amparo.config.middleware.keys_away",
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
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [{"NAME": "amparo.accounts.passwords.PasswordRules"}]
PASSWORD_HASHERS = [
    "amparo.accounts.hashing.CalibratedArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "amparo.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "amparo.accounts.adapter.SecondFactorAdapter"
# Names are delayed and addresses closed by `accounts.guessing`; a limit by name here would lock anybody out at will.
ACCOUNT_RATE_LIMITS = {
    "login": False,
    "login_failed": False,
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
    "add_webauthn": "amparo.accounts.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = (
    "required"  # a stolen key alone opens nothing: its owner shows a finger, a face or a PIN
)
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
# Browsers make passkeys by https alone. Where people come without, the roles that need one set up codes instead.
AMPARO_DEMANDS_PASSKEYS = ENVIRONMENT.uses_https
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = False
MFA_TOTP_ISSUER = "Amparo"

# -- sessions and headers --------------------------------------------------------------------------------------------------

SECRET_KEY = ENVIRONMENT.secret_key or DATA_DIRECTORY.secret_key()
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
SESSION_ENGINE = (
    "amparo.accounts.actions.sessions"  # how long they last is in `access.rules.sessions`, by role
)
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
