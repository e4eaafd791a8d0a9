"""Every address of the installation."""

from __future__ import annotations

from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from amparo.access.web import public


@non_atomic_requests  # a transaction would ask for a connection
@public
def health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers. It asks nothing of the database, so that a watcher does not kill what only waits."""
    return HttpResponse("ok\n", content_type="text/plain")


# Where each app's pages stand, in the order in which they are looked up.
PAGES = (
    ("", "amparo.portal.urls"),
    ("", "amparo.access.urls"),
    ("ui/", "amparo.ui.urls"),
    ("cases/", "amparo.cases.urls"),
    ("import/", "amparo.intake.urls"),
    ("tables/", "amparo.evidence.urls"),
    ("releases/", "amparo.publishing.urls"),
    ("readings/", "amparo.oversight.urls"),
    ("gateway/", "amparo.publishing.gateway.urls"),
    ("data/", "amparo.publishing.public.urls"),
    ("api/v1/", "amparo.config.api"),
)

urlpatterns = [
    path("health", health, name="health"),
    *(path(prefix, include(module)) for prefix, module in PAGES),
]

handler400 = "amparo.ui.errors.bad_request"
handler403 = "amparo.ui.errors.forbidden"
handler404 = "amparo.ui.errors.not_found"
handler500 = "amparo.config.errors.server_error"
