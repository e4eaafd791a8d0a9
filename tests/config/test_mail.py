"""The address of the mail server becomes Django's settings, and no fault repeats a password."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.config.mail import MailServer, read_mail_url
from tests.cli.conftest import environment

PROGRAM = """
import json
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if name.startswith("EMAIL_")}))
"""


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://localhost", MailServer(scheme="smtp", host="localhost", port=25)),
        (
            "smtp+tls://hope:p%40ss%2F1@mail.example.org",
            MailServer(scheme="smtp+tls", host="mail.example.org", port=587, user="hope", password="p@ss/1"),
        ),
        (
            "smtps://hope%40example.org:x@mail.example.org:4650",
            MailServer(
                scheme="smtps", host="mail.example.org", port=4650, user="hope@example.org", password="x"
            ),
        ),
        ("smtp+tls://[::1]:2525", MailServer(scheme="smtp+tls", host="::1", port=2525)),
    ],
)
def test_address_is_read(address: str, server: MailServer) -> None:
    assert read_mail_url(address) == server


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mail.example.org", "does not start with"),
        ("https://mail.example.org", "does not start with"),
        ("smtp+tls://", "names no host"),
        ("smtp+tls://user:hunter2@mail.example.org:many", "cannot be read"),
        ("smtp+tls://user:hunter2/9@mail.example.org", "cannot be read"),
        ("smtp+tls://user:hunter2@mail.example.org/box", "goes on after the host"),
        ("smtp://user:hunter2@mail.example.org", "in the clear"),
    ],
)
def test_fault_says_what_to_write_and_no_password(address: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        read_mail_url(address)
    assert "hunter2" not in str(refused.value)


def test_password_is_not_shown() -> None:
    assert "hunter2" not in repr(read_mail_url("smtps://user:hunter2@mail.example.org"))


@given(st.text(min_size=8))
def test_any_password_is_read_or_refused_without_it(secret: str) -> None:
    said = ""
    try:
        read_mail_url(f"smtps://user:{secret}@mail.example.org")
    except ValueError as fault:
        said = str(fault)
    assert secret not in said


def test_django_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment(
            AMPARO_DATA=str(tmp_path),
            AMPARO_MAIL_URL="smtp+tls://hope:p%40ss@mail.example.org:2587",
            DJANGO_SETTINGS_MODULE="amparo.config.settings",
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail.example.org", 2587)
    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("hope", "p@ss")
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (True, False)
