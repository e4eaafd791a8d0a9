"""What is logged: which kind of page, how it ended, which class of fault. Never a path, a name, a value or a text of a person.

The list is of what may pass, not of what may not. A record is cut down to it before anything writes it.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

# Loggers whose messages are constant sentences with ids and numbers. Gunicorn's hold paths, procrastinate's the arguments of jobs.
TRUSTED = ("amparo",)


class AllowList(logging.Filter):
    """Let through the level, the logger, the route's name, the status, and where in the code a fault arose."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut one record down; nothing is dropped whole, for that it happened is worth knowing."""
        if not _is_trusted(record.name):
            record.msg, record.args = _kind(record), ()
        record.exc_text = None
        if record.exc_info and isinstance(record.exc_info, tuple):
            record.msg = f"{record.getMessage()} {_fault(record.exc_info[0], record.exc_info[2])}"
            record.args = ()
        record.exc_info = None
        record.stack_info = None
        return True


def _is_trusted(name: str) -> bool:
    return any(name == trusted or name.startswith(f"{trusted}.") for trusted in TRUSTED)


def _kind(record: logging.LogRecord) -> str:
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    status = getattr(record, "status_code", None)
    parts = [f"{record.levelname.lower()} in {record.module}.{record.funcName}"]
    if status is not None:
        parts.append(f"status={int(status)}")
    if request is not None:
        parts.append(f"route={match.view_name if match else 'none'}")
    return " ".join(parts)


def _fault(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """Name the class of a fault and the lines it went through. Its message may carry what somebody typed."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-8:]]
    return f"fault={kind.__module__}.{kind.__qualname__} at {' > '.join(places)}" if kind else ""


def logging_configuration(level: str) -> dict[str, Any]:
    """Give the configuration for `logging.config`: one line an event, to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"allow_list": {"()": "amparo.config.logging.AllowList"}},
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "filters": ["allow_list"], "formatter": "line"},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would mail faults with the whole request, or print paths.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "psycopg.pool": {
                "level": "ERROR"
            },  # a worker that waits for its database says so once in a while itself
            "gunicorn.error": {"handlers": [], "level": "WARNING", "propagate": True},
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": True},
        },
    }
