"""How Django reaches PostgreSQL."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from amparo.config.data_directory import DataDirectory
from amparo.config.embedded import APP, KEYD, OWNER, WORKER, EmbeddedDatabase
from amparo.config.environment import Environment


def database_url(environment: Environment, data: DataDirectory) -> str:
    """Give the address of the database for the role of this process. It starts nothing."""
    if environment.is_embedded:
        role = {"owner": OWNER, "worker": WORKER, "keyd": KEYD}.get(environment.connect_as, APP)
        return EmbeddedDatabase(data.database).url(role=role)
    return environment.connection_url


def database_settings(environment: Environment, data: DataDirectory) -> dict[str, Any]:
    """Give the entry of `DATABASES`."""
    parts = urlsplit(database_url(environment, data))
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or options.pop("port", "") or ""),
        "OPTIONS": {"connect_timeout": 5, **options},
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
