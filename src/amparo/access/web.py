"""Stand between a request and a view: say who is looking, and let through only who may.

Every view carries one of `public`, `signed_in`, `completes_sign_in` or `requires`; the middleware refuses a view without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from amparo.access.actions import require
from amparo.access.context import acting_as
from amparo.access.queries import viewer_for
from amparo.access.rules import NOBODY, Permission, Viewer, role_of
from amparo.accounts.queries import MembershipRow, memberships_of
from amparo.audit.rules import Via

MEMBERSHIP_KEY: Final = "membership"  # in the session: the membership that its user works under

# Their views hold no record of ours, or ask for who is looking themselves.
_GUARDED_BY_THEMSELVES: Final = ("ninja.", "amparo.ui.")


class Request(HttpRequest):
    """A request as every view of ours gets it: with who is looking, and one moment that is its now."""

    viewer: Viewer
    memberships: tuple[MembershipRow, ...]
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """What a view asks of who wants to see it; `permission` None with `is_public` False is any user."""

    is_public: bool = False
    permission: Permission | None = None
    completes_sign_in: bool = False


Parameters = ParamSpec("Parameters")
Asked = TypeVar("Asked", bound=HttpRequest)
View = Callable[Concatenate[Asked, Parameters], HttpResponseBase]


def public(view: View[Asked, Parameters]) -> View[Asked, Parameters]:
    """Let anybody see the page, signed in or not."""
    return _guarded(view, Guard(is_public=True))


def signed_in(view: View[Asked, Parameters]) -> View[Asked, Parameters]:
    """Let any user see the page, in whatever role or without one; others are asked to sign in."""
    return _guarded(view, Guard())


def completes_sign_in(view: View[Asked, Parameters]) -> View[Asked, Parameters]:
    """Let any user see the page, even one whose second factor is still missing: here it is set up."""
    return _guarded(view, Guard(completes_sign_in=True))


def requires(
    permission: Permission,
) -> Callable[[View[Asked, Parameters]], View[Asked, Parameters]]:
    """Let those see the page whose role has the permission; other roles get the 403 page."""

    def decorate(view: View[Asked, Parameters]) -> View[Asked, Parameters]:
        return _guarded(view, Guard(permission=permission))

    return decorate


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """Give what a view asks, or None when it was left without a guard."""
    guard = getattr(view, "guard", None)
    return guard if isinstance(guard, Guard) else None


def viewer_of(request: HttpRequest) -> Viewer:
    """Give who is looking, where the request is not known to carry it (a template tag, a middleware)."""
    viewer = getattr(request, "viewer", NOBODY)
    return viewer if isinstance(viewer, Viewer) else NOBODY


def viewer_middleware(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.viewer`, `request.memberships` and `request.now` once; refuse views without a guard."""

    def middleware(request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        memberships = _memberships(request, now)
        for name, value in (
            ("now", now),
            ("memberships", memberships),
            ("viewer", _told_from(request, _viewer(request, memberships, now))),
        ):
            setattr(request, name, value)
        return answer(request)

    def process_view(request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if guard_of(view) is None and not view.__module__.startswith(_GUARDED_BY_THEMSELVES):
            raise ImproperlyConfigured(
                f"{view.__module__}.{view.__name__} needs a guard: @public, @signed_in or @requires."
            )

    middleware.process_view = process_view  # type: ignore[attr-defined]  # how Django finds the hook of a function
    return middleware


def keep_membership(request: HttpRequest, membership: MembershipRow) -> None:
    """Let the session work under that membership from the next request on, under a new session key."""
    request.session.cycle_key()
    request.session[MEMBERSHIP_KEY] = membership.id


def _guarded(view: View[Asked, Parameters], guard: Guard) -> View[Asked, Parameters]:
    @wraps(view)
    def guarded(request: Asked, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        if guard.is_public:  # it needs no row of a protected table, nor perhaps any database
            return view(request, *args, **kwargs)
        elsewhere = _sent_elsewhere(request, guard)
        if elsewhere is not None:
            return elsewhere
        with acting_as(viewer_of(request)):
            return view(request, *args, **kwargs)

    guarded.guard = guard  # type: ignore[attr-defined]  # read by guard_of
    return guarded


def _sent_elsewhere(request: HttpRequest, guard: Guard) -> HttpResponse | None:
    """Send to the page that comes before this one, or refuse; None lets through."""
    viewer = viewer_of(request)
    if not viewer.is_signed_in:
        return _redirect_and_return("account_login", request)
    if not guard.completes_sign_in and lacks_demanded_factor(request):
        return HttpResponseRedirect(reverse("accounts:second-factor"))
    if guard.permission is None:
        return None
    if viewer.membership_id is None and len(getattr(request, "memberships", ())) > 1:
        return _redirect_and_return("accounts:membership", request)
    require(viewer, guard.permission)
    return None


def lacks_demanded_factor(request: HttpRequest) -> bool:
    """Tell whether one of the user's roles demands a second factor which is not set up yet.

    With training data it is offered, not demanded, so that a newcomer can look round.
    """
    return not settings.AMPARO_TRAINING and is_factor_missing(request)


def is_factor_missing(request: HttpRequest) -> bool:
    """Tell whether one of the user's roles asks for a second factor which is not set up yet."""
    memberships: tuple[MembershipRow, ...] = getattr(request, "memberships", ())
    roles = (role_of(membership.role) for membership in memberships if not membership.has_second_factor)
    return any(role is not None and role.needs_second_factor for role in roles)


def _redirect_and_return(page: str, request: HttpRequest) -> HttpResponse:
    back = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return HttpResponseRedirect(reverse(page) + back)


def _memberships(request: HttpRequest, now: datetime) -> tuple[MembershipRow, ...]:
    user = request.user
    return tuple(memberships_of(user.pk, now)) if user.is_authenticated else ()


def _told_from(request: HttpRequest, viewer: Viewer) -> Viewer:
    """Add what the log says of the door: page or API, and a keyed hash of the session, which opens nothing."""
    key = getattr(request.session, "session_key", None)
    via = Via.API if request.path.startswith("/api/") else Via.PAGE
    session = salted_hmac("amparo.audit.session", key).hexdigest()[:16] if key else ""
    return replace(viewer, via=via, session=session)


def _viewer(request: HttpRequest, memberships: tuple[MembershipRow, ...], now: datetime) -> Viewer:
    """Work under the chosen membership, or the only one; with several and no choice, under none yet."""
    user = request.user
    if not user.is_authenticated:
        return NOBODY
    chosen = request.session.get(MEMBERSHIP_KEY)
    working = [one for one in memberships if one.id == chosen] or list(memberships)
    if len(working) != 1:
        return Viewer(user_id=user.pk, name=user.name)
    return viewer_for(working[0], now)
