"""A database that went away is told from a fault of ours, and nothing of the cause is shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from amparo.access.web import public

SAID = "connection to server at db.example.org failed for Amina"


@public
def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError(SAID)


@public
def lost(request: HttpRequest) -> HttpResponse:
    raise RuntimeError from InterfaceError(SAID)


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError(SAID)


urlpatterns = [path("away", away), path("lost", lost), path("broken", broken)]
handler500 = "amparo.config.errors.server_error"
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.mark.parametrize(("address", "status"), [("/away", 503), ("/lost", 503), ("/broken", 500)])
def test_page_says_what_and_how_to_go_on(address: str, status: int) -> None:
    answer: Any = Client(raise_request_exception=False).get(address)
    assert answer.status_code == status
    assert "Amina" not in answer.content.decode()
    assert "db.example.org" not in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


def test_unavailable_says_that_nothing_is_lost_and_asks_to_come_again() -> None:
    answer: Any = Client(raise_request_exception=False).get("/away")
    assert "Nothing is lost" in answer.content.decode()
    assert answer.headers["Retry-After"] == "60"
