"""Stand between everybody and the pages: one role of the database, one language, and how long an answer may be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_safe

import amparo
from amparo.access.context import EVERYBODY, reading_as
from amparo.access.web import Request, public
from amparo.ui.web import bare_frame, page

KEPT_SECONDS: Final = 300  # so long a withdrawn number may still be handed out by a proxy
LANGUAGE: Final = "language"

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[Request, Parameters], HttpResponse]


def for_everybody(view: View[Parameters]) -> Callable[..., Any]:
    """Answer anybody, in the role of the database that sees what is published and nothing else, and leave no cookie.

    The language is that of the address, else the one in which all pages come.
    """

    @wraps(view)
    def answer(request: Request, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        chosen = request.GET.get(LANGUAGE, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE
        with override(language), reading_as(EVERYBODY):
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                response = page(
                    request,
                    "publishing/public/absent.html",
                    {"frame": bare_frame(), "path": reverse("data:catalogue")},
                    title=gettext("Nothing to see at this address"),
                    status=HTTPStatus.NOT_FOUND,
                )
        response.headers["Content-Language"] = language
        return response

    return require_safe(public(answer))


def answered(request: HttpRequest, *of: object, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Make an answer, or say that what the asker has is still right; `of` is all on which the answer depends."""
    told = "\n".join(map(str, (amparo.__version__, get_language(), request.get_full_path(), *of)))
    etag = quote_etag(hashlib.sha256(told.encode()).hexdigest()[:32])
    unchanged = get_conditional_response(request, etag=etag)
    response = make() if unchanged is None else unchanged
    assert isinstance(response, HttpResponse)
    if response.status_code == HTTPStatus.OK:
        response.headers.setdefault("ETag", etag)
    # Who comes with a cookie may have another language: a proxy keeps nothing of that.
    kept = "private" if request.COOKIES else "public"
    response.headers["Cache-Control"] = f"{kept}, max-age={KEPT_SECONDS}, must-revalidate"
    response.headers["X-Robots-Tag"] = "all"
    return response


def download(content: bytes, *, name: str, media: str) -> HttpResponse:
    """Hand a file out; programs of other sites may fetch it too, for it is everybody's."""
    response = HttpResponse(content, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
