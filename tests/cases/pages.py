"""What the tests of the pages share: a browser that is signed in, and addresses."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from amparo.access.rules import Viewer
from amparo.accounts.models import Organisation
from tests.factories.accounts import sign_in


def browser_of(viewer: Viewer, *, language: str = "en") -> Client:
    """Return a client signed in as the viewer, working under that membership."""
    return sign_in(Client(headers={"accept-language": language}), viewer, has_second_factor=False)


def case_url(name: str, reference: str, *more: Any) -> str:
    """Return the address of a page of a case."""
    return reverse(f"cases:{name}", args=[reference, *more])


def text_of(response: Any) -> str:
    """Return the page as text."""
    return str(response.content.decode())


def organisation_of(viewer: Viewer) -> Organisation:
    """Return the organisation that the viewer works for."""
    assert viewer.organisation_id
    return Organisation.objects.get(pk=viewer.organisation_id)


def filled(form: Any) -> dict[str, Any]:
    """Return what a browser would send of a form as it was shown: the hidden fields and what stands in the others."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if bound.name in {"submission", "version"} or isinstance(value, str | int):
            data[bound.html_name] = str(value)
        elif isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            data[bound.html_name] = list(value)
        elif hasattr(value, "own"):
            data |= {f"{bound.html_name}-{part}": getattr(value, part) for part in ("own", "other")}
        elif hasattr(value, "day"):
            data |= {
                f"{bound.html_name}-{part}": getattr(value, part)
                for part in ("day", "month", "year", "season", "about", "years")
            }
    return data
