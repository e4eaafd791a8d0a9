"""Answers when something is wrong. They name no person, say what happened and how to go on."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.csrf import requires_csrf_token

from amparo.ui.web import bare_frame, page

LONG = 40
_NOT_KEPT = ("csrfmiddlewaretoken",)
_SECRET = ("password", "code", "otp", "token", "secret")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be read."""
    return _bare("ui/errors/400.html", gettext("This request could not be read"), status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a page that the role does not have; one that is refused for a time only says so itself."""
    said = str(exception) if getattr(exception, "passes_by_itself", False) else ""
    title = gettext("This does not work yet") if said else gettext("Your role does not include this page")
    return page(request, "ui/errors/403.html", {"said": said}, title=title, status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a page that is not there, or that this person may not know of: both look the same."""
    return page(request, "ui/errors/404.html", title=gettext("Nothing to see at this address"), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when the program failed."""
    return _bare("ui/errors/500.html", gettext("Something went wrong here"), status=500)


def unavailable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer while the database or the whole service is away."""
    response = _bare("ui/errors/503.html", gettext("The service is not available just now"), status=503)
    response.headers["Retry-After"] = "60"
    return response


@requires_csrf_token
def keys_away(request: HttpRequest, *, seconds: int, is_too_many: bool) -> HttpResponse:
    """Answer while what is sealed cannot be opened or written; gives back what was typed, to be sent again."""
    fields = _typed(request) if request.method == "POST" else []
    has_secret = any(_is_secret(name) for name in request.POST) if fields else True
    context = {
        "fields": fields,
        "shown": [(name, value) for name, value in fields if len(value) > LONG],
        "can_repeat": bool(fields) and not has_secret and not request.FILES,
        "action": request.get_full_path(),
        "is_too_many": is_too_many,
        "minutes": -(-seconds // 60),
        "was_sent": request.method == "POST",
    }
    title = (
        gettext("You opened many records in a short time")
        if is_too_many
        else gettext("Records cannot be opened just now")
    )
    response = page(
        request, "ui/errors/keys_away.html", context, title=title, status=429 if is_too_many else 503
    )
    response.headers["Retry-After"] = str(seconds)
    return response


@requires_csrf_token
def not_opened(request: HttpRequest) -> HttpResponse:
    """Answer where something sealed is not what was written, or its key is missing: nothing of it is shown."""
    title = gettext("This record cannot be opened")
    return page(
        request, "ui/errors/not_opened.html", {"was_sent": request.method == "POST"}, title=title, status=500
    )


def file_refused(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    """Answer a file that could not be taken in; `reason` is said to the person."""
    return _bare(
        "ui/errors/file_refused.html", gettext("The file was not taken in"), status=status, reason=reason
    )


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose page was too old, and give back what was typed.

    What was typed is shown only when the browser says that the form stood on our own page: another site must not be able
    to put words into this one.
    """
    fields = _typed(request) if _is_from_here(request) else []
    has_secret = any(_is_secret(name) for name in request.POST) if fields else True
    context = {
        "fields": fields,
        "shown": [(name, value) for name, value in fields if len(value) > LONG],
        "can_repeat": bool(fields) and not has_secret and not request.FILES,
        "action": request.get_full_path(),
    }
    return page(
        request, "ui/errors/csrf.html", context, title=gettext("This page was open too long"), status=403
    )


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name not in _NOT_KEPT and not _is_secret(name)
    ]


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in _SECRET) and name not in _NOT_KEPT


def _is_from_here(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.get_host()


def _bare(template: str, title: str, *, status: int, **more: str) -> HttpResponse:
    context = {"frame": bare_frame(), "title": title, **more}
    return HttpResponse(render_to_string(template, context), status=status)
