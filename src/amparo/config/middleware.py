"""What stands in front of every request: who really asks, when proxies stand between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext

from amparo.access.api import fail
from amparo.ui import errors
from amparo.vault.rules import KeysAway, NotOpened, TooManyKeys
from amparo.vocab.text import N_

logger = logging.getLogger("amparo.keys")

API = "/api/"
SECONDS_TO_WAIT = 60
FAILURES = {
    400: ("not_readable", N_("This request could not be read.")),
    404: ("absent", N_("There is nothing at this address, or nothing that you may see.")),
    405: (
        "no_such_method",
        N_("This address does not take this method. The header Allow names those that it takes."),
    ),
    429: ("too_many", N_("Too many records were opened in a short time. Wait as long as Retry-After says.")),
    500: ("server_error", N_("Something went wrong on our side. Nothing was written. Try it again later.")),
    503: (
        "unavailable",
        N_("The service is not available just now. Nothing was written. Try it again later."),
    ),
}

type_of_answer = Callable[[HttpRequest], HttpResponseBase]


def behind_proxies(get_response: type_of_answer) -> type_of_answer:
    """Believe the proxies that the installation names, by their number, and nobody else."""
    proxies: int = settings.ENVIRONMENT.trusted_proxies

    def middleware(request: HttpRequest) -> HttpResponseBase:
        said = [
            each.strip() for each in request.META.pop("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()
        ]
        if proxies and len(said) >= proxies:
            request.META["REMOTE_ADDR"] = said[-proxies]
        if not proxies:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return get_response(request)

    return middleware


def client_address(request: HttpRequest) -> str:
    """Give the address a request comes from, as `behind_proxies` settled it."""
    address: str = request.META.get("REMOTE_ADDR", "")
    return address


def api_failures(get_response: type_of_answer) -> type_of_answer:
    """Give every failure under the API its one shape, also those that arise outside of it (no such method, 500, 503)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_shaped = response.headers.get("Content-Type", "").startswith("application/json")
        if response.status_code < 400 or is_shaped or not request.path.startswith(API):
            return response
        code, message = FAILURES.get(response.status_code, FAILURES[400])
        shaped = fail(response.status_code, code, gettext(message))
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                shaped.headers[name] = response.headers[name]
        return shaped

    return middleware


def keys_away(get_response: type_of_answer) -> type_of_answer:
    """Answer in words where what is sealed can be neither opened nor written: its keys are away, or it is not what was written."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, NotOpened):
            match = request.resolver_match
            logger.error(
                "what is sealed does not open: %s %s", match and match.view_name, match and match.kwargs
            )
            return errors.not_opened(request)
        if not isinstance(exception, KeysAway):
            return None
        logger.warning("the keys are away: %s", exception)
        is_too_many = isinstance(exception, TooManyKeys)
        seconds = ceil(exception.seconds) if isinstance(exception, TooManyKeys) else SECONDS_TO_WAIT
        return errors.keys_away(request, seconds=seconds, is_too_many=is_too_many)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # how Django finds the hook of a function
    return middleware
