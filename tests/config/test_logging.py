"""The log holds no path, no value, no text that somebody typed."""

from __future__ import annotations

import logging
import sys
from io import StringIO
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.config.logging import AllowList, logging_configuration

SECRET = "Amina of Example"


@pytest.fixture
def log() -> StringIO:
    return StringIO()


def logger_to(log: StringIO, name: str) -> logging.Logger:
    handler = logging.StreamHandler(log)
    handler.addFilter(AllowList())
    logger = logging.Logger(name)  # noqa: LOG001  # one of its own, that no other test has touched
    logger.addHandler(handler)
    return logger


def test_messages_of_libraries_are_cut_to_where_they_arose(log: StringIO) -> None:
    logger_to(log, "django.request").error("Not Found: /cases/%s", SECRET)
    assert SECRET not in log.getvalue()
    assert "cases" not in log.getvalue()
    assert "error in test_logging" in log.getvalue()


def test_route_and_status_are_told_and_the_path_is_not(log: StringIO) -> None:
    request = SimpleNamespace(
        resolver_match=SimpleNamespace(view_name="cases:detail"), path=f"/cases/{SECRET}"
    )
    logger_to(log, "django.request").error("x", extra={"request": request, "status_code": 500})
    assert "status=500 route=cases:detail" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_fault_is_told_by_its_class_and_lines(log: StringIO) -> None:
    try:
        raise LookupError(SECRET)
    except LookupError:
        logger_to(log, "amparo.jobs").exception("job 7 failed")
    assert (
        "job 7 failed fault=builtins.LookupError at test_fault_is_told_by_its_class_and_lines:"
        in log.getvalue()
    )
    assert SECRET not in log.getvalue()


def test_database_error_shows_no_value(log: StringIO) -> None:
    try:
        raise ValueError(f"Key (name)=({SECRET}) already exists") from KeyError(SECRET)
    except ValueError:
        logger_to(log, "django.db.backends").warning("x", exc_info=True)
    assert SECRET not in log.getvalue()


@given(st.text(min_size=12).map(lambda text: f"<<{text}>>"))
def test_no_text_passes_a_library(text: str) -> None:
    log = StringIO()
    try:
        raise RuntimeError(text)
    except RuntimeError:
        logger_to(log, "some.library").error(text, exc_info=sys.exc_info(), stack_info=True)
    assert text not in log.getvalue()


def test_nothing_is_sent_by_mail() -> None:
    handlers = logging_configuration("INFO")["handlers"]
    assert list(handlers) == ["console"]
    assert handlers["console"]["filters"] == ["allow_list"]
