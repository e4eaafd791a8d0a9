"""The headers that every answer carries, with the setting names of Django 6 for the content policy.

When the project moves to Django 6, `django.middleware.csp` takes the policy over and half of this module goes.
"""

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]
Policy = Mapping[str, Sequence[str]]

SELF, NONE = "'self'", "'none'"
SECURE_CSP: Policy = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
    "manifest-src": [NONE],
}
SECURE_CSP_REPORT_ONLY: Policy = {"require-trusted-types-for": ["'script'"], "trusted-types": ["amparo"]}
PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), "
    "gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self), screen-wake-lock=(), serial=(), usb=(), "
    "xr-spatial-tracking=()"
)
# What a browser forgets after signing out or leaving in haste.
FORGET = '"cache", "cookies", "storage"'
SIGN_OUT_NAMES = frozenset({"account_logout", "ui:exit"})


def say_policy(policy: Policy) -> str:
    """Return a content policy as the header writes it."""
    return "; ".join(" ".join([directive, *sources]) for directive, sources in policy.items())


def security_headers(get_response: Answer) -> Answer:
    """Add the headers to every answer (a middleware); what a view set itself is kept."""
    policy = say_policy(getattr(settings, "SECURE_CSP", None) or SECURE_CSP)
    report_only = say_policy(getattr(settings, "SECURE_CSP_REPORT_ONLY", None) or SECURE_CSP_REPORT_ONLY)
    always = {
        "Content-Security-Policy": policy,
        "Content-Security-Policy-Report-Only": report_only,
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if _has_signed_out(request, response):
            response.headers["Clear-Site-Data"] = FORGET
        return response

    return answer


def _has_signed_out(request: HttpRequest, response: HttpResponseBase) -> bool:
    match = request.resolver_match
    if match is None or match.view_name not in SIGN_OUT_NAMES:
        return False
    is_leaving = match.view_name == "ui:exit" or request.method == "POST"
    return is_leaving and isinstance(response, HttpResponse) and response.status_code < 400
