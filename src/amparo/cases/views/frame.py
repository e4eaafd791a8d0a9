"""What every page of a case carries."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.web import Request
from amparo.cases.panels.identity import acts, identity_bar, tabs
from amparo.cases.panels.outline import outline_blocks
from amparo.cases.queries import CaseFile, get_outline
from amparo.ui.parts import Link
from amparo.ui.web import page
from amparo.vault.rules import KeysAway, TooManyKeys


def case_page(
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    file: CaseFile,
    title: str,
    current: str,
    status: int = 200,
) -> HttpResponse:
    """Answer with one of the tabs of a case."""
    around = {
        "identity_bar": identity_bar(file),
        "tabs": tabs(file, request.viewer, current=current),
        "acts": acts(file, request.viewer),
        "file": file,
    }
    return page(request, template, {**around, **context}, title=title, status=status)


def or_outline(view: Callable[[Request, str], HttpResponse]) -> Callable[[Request, str], HttpResponse]:
    """Show what is coded of the case where the view finds the keys away; who opened too many still gets nothing."""

    @wraps(view)
    def shown(request: Request, reference: str) -> HttpResponse:
        try:
            return view(request, reference)
        except TooManyKeys:
            raise
        except KeysAway:
            outline = get_outline(request.viewer, reference)
            context = {"blocks": outline_blocks(outline)}
            return page(request, "cases/outline.html", context, title=outline.reference)

    return shown


def question_page(
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    file: CaseFile,
    title: str,
    back: str = "detail",
    status: int = 200,
) -> HttpResponse:
    """Answer with a page that asks something about a case; `back` is the tab to which it leads back."""
    url = reverse(f"cases:{back}", args=[file.reference])
    around = {
        "identity_bar": identity_bar(file),
        "back": Link(label=_("Back to the case"), url=url),
        "cancel": url,
        "file": file,
    }
    return page(request, template, {**around, **context}, title=title, status=status)
