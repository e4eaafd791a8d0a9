"""The gallery of components, the choice of a language, and the way out in haste.

None of them opens a transaction: the way out must work while the database is away.
"""

from django.conf import settings
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from amparo.ui import gallery as showcase
from amparo.ui.web import keep_language, page

DEFAULT_EXIT = "https://www.wikipedia.org/"


@non_atomic_requests
def gallery(request: HttpRequest) -> HttpResponse:
    """Show each component with its states."""
    context = showcase.components(request)
    return page(request, "ui/gallery/index.html", context, title=gettext("Components"), neutral=False)


@non_atomic_requests
def example(request: HttpRequest, example: str) -> HttpResponse:
    """Show a whole page of one of the four kinds."""
    found = showcase.EXAMPLES.get(example)
    if found is None:
        raise Http404
    context = showcase.example_context(request, example)
    return page(request, found.template, context, title=gettext(found.title), neutral=False)


@non_atomic_requests
@csrf_exempt  # changing the language harms nobody, and public pages set no cookie for a token
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language for this browser and go back to the page. What an account keeps is changed under Me."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        keep_language(response, chosen)
    return response


@non_atomic_requests
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Leave for a neutral site; the browser is told to forget what it holds of this one."""
    response = HttpResponseRedirect(getattr(settings, "AMPARO_EXIT_ADDRESS", "") or DEFAULT_EXIT)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@non_atomic_requests
@require_safe
def hide_visit(request: HttpRequest) -> HttpResponse:
    """Say what a browser remembers, and how to make it forget."""
    return page(request, "ui/hide_visit.html", title=gettext("How to hide this visit"))
