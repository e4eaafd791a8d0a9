"""Every address of the installation, read from the resolver and from the API's own list."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from amparo.access.rules import Permission
from amparo.access.web import guard_of
from amparo.config.api import PREFIX, api
from tests.contracts.denial_rows import COMPLETES, PUBLIC, SIGNED_IN


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One address: its name, the parts of it that vary, and the view behind it."""

    name: str
    parts: tuple[str, ...]
    view: Callable[..., Any]
    path: str = ""  # of an operation of the API
    verb: str = ""

    def address(self, **values: Any) -> str:
        """Return the address with its parts filled in."""
        if self.path:
            return self.path.format(**values)
        return reverse(self.name, kwargs={part: values[part] for part in self.parts})


def pages() -> tuple[Route, ...]:
    """Return every page, which is everything but the API."""
    return tuple(_walk(get_resolver(), ()))


def operations() -> tuple[Route, ...]:
    """Return every operation of the API, from its routers."""
    found = []
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for verb in operation.methods:
                    parts = tuple(re.findall(r"{(\w+)}", path))
                    route = Route(
                        name=operation.view_func.__name__, parts=parts, view=operation.view_func, path=PREFIX.rstrip("/") + path,
                        verb=verb.lower(),
                    )  # fmt: skip
                    found.append(route)
    return tuple(found)


def _walk(resolver: URLResolver, namespaces: tuple[str, ...]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if not pattern.callback.__module__.startswith("ninja."):
                name = ":".join((*namespaces, pattern.name or str(pattern.pattern)))
                yield Route(name=name, parts=tuple(pattern.pattern.converters), view=pattern.callback)
        else:
            yield from _walk(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces)


def guard_said(view: Callable[..., Any]) -> object:
    """Return what a view asks, in the words of the table; None when it asks nothing and is no page of the design system."""
    guard = guard_of(view)
    if guard is None:
        return PUBLIC if view.__module__.startswith("amparo.ui.") else None
    if guard.is_public:
        return PUBLIC
    if guard.completes_sign_in:
        return COMPLETES
    return guard.permission or SIGNED_IN


@cache
def permission_said(operation: Callable[..., Any]) -> Permission | None:
    """Return the permission that an operation asks for in its own lines; None when it leaves that to its action."""
    found = re.search(r"require\(request\.viewer, Permission\.(\w+)\)", inspect.getsource(operation))
    return Permission[found[1]] if found else None
