"""Who asks is what the trusted proxies say, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from amparo.config.environment import read_environment
from amparo.config.middleware import behind_proxies, client_address

PRODUCTION = {
    "AMPARO_DATABASE_URL": "postgresql://db/amparo",
    "AMPARO_SECRET_KEY": "k" * 60,
    "AMPARO_HOSTS": "amparo.example.org",
}


def seen(settings: Any, proxies: int, **headers: str) -> HttpRequest:
    settings.ENVIRONMENT = read_environment({**PRODUCTION, "AMPARO_TRUSTED_PROXIES": str(proxies)})
    arrived: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        arrived.append(request)
        return HttpResponse()

    behind_proxies(answer)(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **headers))
    return arrived[0]


@pytest.mark.parametrize(
    ("proxies", "said", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_address_is_counted_from_our_side(settings: Any, proxies: int, said: str, address: str) -> None:
    assert client_address(seen(settings, proxies, HTTP_X_FORWARDED_FOR=said)) == address


def test_without_a_proxy_nobody_may_say_https(settings: Any) -> None:
    assert "HTTP_X_FORWARDED_PROTO" not in seen(settings, 0, HTTP_X_FORWARDED_PROTO="https").META
    assert seen(settings, 1, HTTP_X_FORWARDED_PROTO="https").META["HTTP_X_FORWARDED_PROTO"] == "https"
