"""Tell the API who is asking: a page's session, or a program with its key; and whether they showed it lately."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie

from amparo.access.actions import note_token_use, require_somebody
from amparo.access.api.answers import Refusal
from amparo.access.context import acting_as
from amparo.access.holding import shown_lately
from amparo.access.queries import viewer_for_token
from amparo.access.rules import FRESH, Purpose, Viewer
from amparo.access.web import Request, lacks_demanded_factor, viewer_of, without_doubtful_grants

PURPOSE: Final = "Amparo-Purpose"

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
Operation = Callable[Concatenate[HttpRequest, Parameters], Answer]


def on_behalf(operation: Operation[Parameters, Answer]) -> Operation[Parameters, Answer]:
    """Let an operation work on behalf of whom the key or the session belongs to."""

    @wraps(operation)
    def answer(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        with acting_as(viewer_of(request), to_the_end=True):
            return operation(request, *args, **kwargs)

    return answer


class SessionViewer(APIKeyCookie):
    """Lets in who signed in on a page; every write needs the page's token against forgery."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        """Look for a session only where there is one: a program whose key does not work is told so, and nothing else."""
        has_key = request.headers.get("Authorization", "").lower().startswith("bearer")
        if has_key or self.param_name not in request.COOKIES:
            return None
        return super()._get_key(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        """Give the viewer of the session, or None."""
        viewer = viewer_of(request)
        is_complete = bool(key) and viewer.membership_id is not None and not lacks_demanded_factor(request)
        return _for_what(request, viewer) if is_complete else None


class TokenViewer(HttpBearer):
    """Lets in a program with a key. It never begins a session: the key is asked at each request."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """Give the viewer of the key, and make it the one that the request is answered for."""
        now: Any = getattr(request, "now", None) or timezone.now()
        viewer = viewer_for_token(token, now)
        if viewer is not None and viewer.token_id is not None:
            note_token_use(token_id=viewer.token_id, now=now)
            viewer = _for_what(request, without_doubtful_grants(viewer, now))
        return viewer


def ask_again(request: Request) -> None:
    """Go on only for somebody who showed within five minutes who they are: what `fresh` is to a page. No key does."""
    require_somebody(request.viewer)
    if not shown_lately(request, within=FRESH, now=request.now):
        page = request.build_absolute_uri(reverse("account_reauthenticate"))
        said = _("Show first that it is still you: open %(page)s in this browser, then send this again.")
        raise Refusal(403, "show_again", said % {"page": page})


def _for_what(request: HttpRequest, viewer: Viewer) -> Viewer:
    """Add for what the request opens what it opens, and make this the viewer that it is answered for."""
    said = request.headers.get(PURPOSE, "")
    if said and said not in set(Purpose):
        words = _("This is no purpose. Send one of: %(purposes)s") % {"purposes": ", ".join(Purpose)}
        raise Refusal(422, "not_acceptable", words, [(PURPOSE, words)])
    told = replace(viewer, stated_purpose=Purpose(said)) if said else viewer
    request.viewer = told  # type: ignore[attr-defined]  # what views and the API alike look at
    return told
