"""What views of every app use to answer with a page, and what each page finds in its context."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import get_language, get_language_info, gettext

import amparo
from amparo.ui.formats import say_language_name
from amparo.ui.parts import Header, NavigationItem
from amparo.ui.security import security_headers

__all__ = ["Frame", "bare_frame", "frame", "keep_language", "page", "security_headers"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """A language that pages are offered in, named in itself."""

    code: str
    name: str
    direction: str
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What stands around every page."""

    header: Header
    navigation: tuple[tuple[NavigationItem, bool], ...]
    languages: tuple[Language, ...]
    training: bool
    version: str = amparo.__version__

    @property
    def language_name(self) -> str:
        """Return the name of the language of this page, in that language."""
        return next((one.name for one in self.languages if one.is_current), "")


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    title: str,
    status: int = 200,
    neutral: bool = True,
) -> HttpResponse:
    """Answer with a page. `title` is its heading; the title of the window tells nothing unless `neutral` is False."""
    window_title = "Amparo" if neutral else f"{title} · Amparo"
    if any(_has_errors(value) for value in (context or {}).values()):
        window_title = gettext("Error: %(title)s") % {"title": window_title}
    return render(
        request, template, {**(context or {}), "title": title, "window_title": window_title}, status=status
    )


def _has_errors(value: Any) -> bool:
    return isinstance(value, BaseForm) and value.is_bound and bool(value.errors)


def keep_language(response: HttpResponse, language: str) -> None:
    """Let this browser see pages in that language until it is closed: a shared computer keeps nobody's language."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def frame(request: HttpRequest) -> dict[str, Any]:
    """Put the frame of the page into the context of every template (a context processor)."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> Frame:
    viewer = getattr(request, "viewer", None)
    make_header = _header_maker(getattr(settings, "AMPARO_HEADER", ""))
    header = make_header(request) if make_header else None
    items = [make(viewer) for make in _navigation_makers(tuple(getattr(settings, "AMPARO_NAVIGATION", ())))]
    shown = sorted((item for item in items if item is not None), key=lambda item: item.order)
    current = _current(shown, request.path)
    return Frame(
        header=header or Header(),
        navigation=tuple((item, item is current) for item in shown),
        languages=_languages(),
        training=bool(getattr(settings, "AMPARO_TRAINING", False)),
    )


def bare_frame() -> Frame:
    """Return a frame that asks nothing of the database, for pages shown when something broke."""
    training = bool(getattr(settings, "AMPARO_TRAINING", False))
    return Frame(header=Header(), navigation=(), languages=_languages(), training=training)


def _current(items: list[NavigationItem], path: str) -> NavigationItem | None:
    """Return the item whose address is the longest beginning of the path; home is current only on itself."""
    fitting = [item for item in items if path == item.url or (item.url != "/" and path.startswith(item.url))]
    return max(fitting, key=lambda item: len(item.url), default=None)


def _languages() -> tuple[Language, ...]:
    current = get_language() or settings.LANGUAGE_CODE
    return tuple(
        Language(
            code=code,
            name=say_language_name(code),
            direction="rtl" if get_language_info(code)["bidi"] else "ltr",
            is_current=code == current,
        )
        for code, _name in settings.LANGUAGES
    )


@cache
def _header_maker(path: str) -> Any:
    return import_string(path) if path else None


@cache
def _navigation_makers(paths: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(import_string(path) for path in paths)
