"""A small site of the design system alone, which needs no database."""

from typing import Any

from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from amparo.ui.parts import Header, Link, NavigationItem


@non_atomic_requests
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret name stands here")


@non_atomic_requests
def signed_out(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@non_atomic_requests
def typed_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("saved")


urlpatterns = [
    path("ui/", include("amparo.ui.urls")),
    path("broken", broken),
    path("out", signed_out, name="account_logout"),
    path("form", typed_form),
]
handler404 = "amparo.ui.errors.not_found"
handler500 = "amparo.ui.errors.server_error"


def header(request: HttpRequest) -> Header:
    return Header(
        organisation="Casa Luz",
        user="أمل",
        menu=(Link(label="Account", url="/me"),),
    )


def people(viewer: object) -> NavigationItem:
    return NavigationItem(label="Gallery", url="/ui/", order=2)


def home(viewer: object) -> NavigationItem:
    return NavigationItem(label="Home", url="/", order=1)


def hidden(viewer: object) -> None:
    return None


HERE = "tests.ui.site"
SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": HERE,
    "MIDDLEWARE": [
        "amparo.ui.web.security_headers",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    "CSRF_USE_SESSIONS": False,
    "CSRF_FAILURE_VIEW": "amparo.ui.errors.csrf_failure",
    "AMPARO_HEADER": f"{HERE}.header",
    "AMPARO_NAVIGATION": [f"{HERE}.people", f"{HERE}.hidden", f"{HERE}.home"],
    "AMPARO_TRAINING": True,
    "SECURE_SSL_REDIRECT": False,
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "amparo.ui.web.frame",
                ]
            },
        }
    ],
}
PAGES = (
    "/ui/",
    "/ui/hide-visit",
    *(f"/ui/example/{name}" for name in ("list", "case", "question", "figure", "public", "errors")),
)
