"""Stand between a request and a view: say who is looking, and let through only who may.

Every view carries one of `public`, `signed_in`, `completes_sign_in` or `requires`; the middleware refuses a view without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from amparo.access.actions import PurposeMissing, require
from amparo.access.context import acting_as
from amparo.access.holding import hold_session, shown_lately, signed_in_with_passkey
from amparo.access.queries import are_clocks_apart, viewer_for
from amparo.access.rules import (
    FRESH,
    FRESH_TO_SEND,
    MOST_CHOSEN,
    NOBODY,
    Permission,
    Purpose,
    Viewer,
    role_of,
)
from amparo.accounts.queries import MembershipRow, memberships_of
from amparo.audit.actions import record_refusal
from amparo.audit.rules import Via
from amparo.vocab.reference import BadReference, parse_reference

PAGE: Final = re.compile(r"[a-z_]+(:[a-z_]+)?")  # the name of a view, as the log takes it
MEMBERSHIP_KEY: Final = "membership"  # in the session: the membership that its user works under
PURPOSES_KEY: Final = "purposes"  # in the session: for what each case was opened, by its reference

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


def fresh(view: View[Asked, Parameters]) -> View[Asked, Parameters]:
    """Let those see the page who showed within five minutes who they are; others show it first. Stands below the guard."""

    @wraps(view)
    def shown(request: Asked, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        within = FRESH_TO_SEND if request.method == "POST" else FRESH
        if shown_lately(request, within=within, now=timezone.now()):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(_way_to_show(request))

    return shown


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """Give what a view asks, or None when it was left without a guard."""
    guard: Guard | None = getattr(view, "guard", None)
    return guard


def viewer_of(request: HttpRequest) -> Viewer:
    """Give who is looking, where the request is not known to carry it (a template tag, a middleware)."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    return viewer


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
        hold_session(request, viewer_of(request), now)
        response = answer(request)
        if response.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            _log_refusal(request, response.status_code)
        return response

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
    request.session.pop(PURPOSES_KEY, None)


def keep_purpose(request: HttpRequest, reference: str, purpose: Purpose) -> None:
    """Let the session read a case for that purpose from the next request on."""
    kept = dict(request.session.get(PURPOSES_KEY, {}))
    kept.pop(reference, None)
    request.session[PURPOSES_KEY] = dict([*kept.items(), (reference, purpose)][-MOST_CHOSEN:])


def _guarded(view: View[Asked, Parameters], guard: Guard) -> View[Asked, Parameters]:
    @wraps(view)
    def guarded(request: Asked, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        if guard.is_public:  # it needs no row of a protected table, nor perhaps any database
            return view(request, *args, **kwargs)
        elsewhere = _sent_elsewhere(request, guard)
        if elsewhere is not None:
            return elsewhere
        try:
            with acting_as(viewer_of(request), to_the_end=True):
                return view(request, *args, **kwargs)
        except PurposeMissing as missing:
            return _asked_for_what(request, missing.reference)

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


def _asked_for_what(request: HttpRequest, reference: str) -> HttpResponse:
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('cases:purpose', args=[reference])}?{back}")


def lacks_demanded_factor(request: HttpRequest) -> bool:
    """Tell whether one of the user's roles demands a second factor which is not set up yet.

    With training data it is offered, not demanded, so that a newcomer can look round.
    """
    return not settings.AMPARO_TRAINING and (is_factor_missing(request) or lacks_demanded_passkey(request))


def lacks_demanded_passkey(request: HttpRequest) -> bool:
    """Tell whether one of the user's roles demands a passkey, and this session was not begun with one."""
    if not settings.AMPARO_DEMANDS_PASSKEYS or settings.AMPARO_TRAINING:
        return False
    memberships: tuple[MembershipRow, ...] = getattr(request, "memberships", ())
    roles = (role_of(membership.role) for membership in memberships)
    is_demanded = any(role is not None and role.needs_passkey for role in roles)
    return is_demanded and not signed_in_with_passkey(request)


def is_factor_missing(request: HttpRequest) -> bool:
    """Tell whether one of the user's roles asks for a second factor which is not set up yet."""
    memberships: tuple[MembershipRow, ...] = getattr(request, "memberships", ())
    roles = (role_of(membership.role) for membership in memberships if not membership.has_second_factor)
    return any(role is not None and role.needs_second_factor for role in roles)


def _way_to_show(request: HttpRequest) -> str:
    """Give the page where somebody shows who they are, from which the way leads back here."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    page = methods[0]["url"] if methods else reverse("account_login")
    back = request.get_full_path() if request.method == "GET" else _page_that_sent(request)
    return f"{page}?{urlencode({'next': back})}"


def _page_that_sent(request: HttpRequest) -> str:
    """Give the page of ours that a form was sent from, to be filled in again."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    if sent_from.netloc != request.get_host():
        return "/"
    return urlunsplit(("", "", sent_from.path, sent_from.query, ""))


def _redirect_and_return(page: str, request: HttpRequest) -> HttpResponse:
    back = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return HttpResponseRedirect(reverse(page) + back)


def _log_refusal(request: HttpRequest, status: int) -> None:
    """Write down that somebody was refused, or asked for a record that is hidden or absent: the log tells them no more apart
    than the answer does, and neither does the time it takes.

    Here the request's own transaction is over, rolled back or not, for pages and for the API alike.
    """
    viewer, found = viewer_of(request), request.resolver_match
    if found is None or not viewer.is_signed_in:
        return
    named = _record_named(found.kwargs)
    if status == HTTPStatus.NOT_FOUND and not named:
        return
    # Operations on one address of the API share the name of the first.
    is_api = found.view_name.startswith("api:")
    page = f"api:{(request.method or '').lower()}" if is_api else found.view_name.replace("-", "_")
    record_refusal(
        "access.page.refuse" if status == HTTPStatus.FORBIDDEN else "access.record.hide",
        by=viewer,
        at=getattr(request, "now", None) or timezone.now(),
        record=named,
        fields=[page] if PAGE.fullmatch(page) else [],
        outcome="refused" if status == HTTPStatus.FORBIDDEN else "hidden",
    )


def _record_named(parts: Mapping[str, object]) -> str:
    """Give the record that an address names, as the log names it: by a reference in order, or else by its id."""
    try:
        return parse_reference(str(parts["reference"]))
    except (KeyError, BadReference):
        return next((str(part) for part in parts.values() if isinstance(part, UUID)), "")


def without_doubtful_grants(viewer: Viewer, now: datetime) -> Viewer:
    """Take the grants away while the clocks disagree: one that ended would begin anew with a host's clock that was set back."""
    return replace(viewer, grants=()) if viewer.grants and are_clocks_apart(now) else viewer


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
    chosen_purposes = request.session.get(PURPOSES_KEY, {})
    purposes = {reference: Purpose(code) for reference, code in chosen_purposes.items()}
    return replace(without_doubtful_grants(viewer_for(working[0], now), now), purposes=purposes)
