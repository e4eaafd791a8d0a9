"""The JSON API: the routers of all apps under /api/v1/, with one shape for everything that is refused.

There is no page that shows it: such a page needs scripts that the content policy forbids. The description is at
`openapi.json`, and a copy of it in the documentation.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.types import DictStrAny
from pydantic_core import from_json, to_json

import amparo
from amparo.access import api as access_api
from amparo.access.api import Refusal, SessionViewer, TokenViewer, fail, on_behalf, told
from amparo.access.api.sending import words_of
from amparo.access.web import public
from amparo.cases import api as cases_api
from amparo.cases.rules import CaseDetails, EpisodeDetails, PersonDetails
from amparo.config.uploads import UploadRefused
from amparo.evidence import api as evidence_api
from amparo.intake import api as intake_api
from amparo.publishing import api as publishing_api
from amparo.vocab.described import described_fields
from amparo.vocab.text import N_

PREFIX = "/api/v1/"
JSON, FORM = "application/json", "multipart/form-data"
PARTS = (access_api, cases_api, intake_api, evidence_api, publishing_api)
DESCRIPTION = """The same queries and actions as the pages, for programs.

Sign in with a key (`Authorization: Bearer amparo_…`) that somebody made on the page “Me”, or with the session of a page;
a write in a session needs the header `X-CSRFToken`. What you may not see looks absent (404).

A write that makes something needs the header `Idempotency-Key`. Everything that is refused has one shape: a code for the
program, a message for people, and problems that each say where. Unknown keys are refused."""


class StrictParser(Parser):
    """Reads JSON as the standard has it, and says what it cannot read."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Read the body; lone surrogates, NaN and nesting without end are no JSON to us."""
        if request.content_type != JSON:
            raise Refusal(415, "wrong_type", _("Send the body as application/json."))
        try:
            read: DictStrAny = from_json(request.body, allow_inf_nan=False)
        except ValueError as error:
            said = _("The body cannot be read as JSON: %(reason)s.")
            raise Refusal(400, "not_json", said % {"reason": str(error)[:200]}) from None
        return read

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> DictStrAny:
        """Take the parts of a query, or of a form that was sent as one."""
        if data is not request.GET and request.content_type != FORM:
            raise Refusal(415, "wrong_type", _("Send the file as multipart/form-data."))
        parsed: DictStrAny = super().parse_querydict(data, list_fields, request)
        return parsed


class Renderer(BaseRenderer):
    """Writes JSON in UTF-8, as it is."""

    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Write plain data."""
        return to_json(data)


class Api(NinjaAPI):
    """Names operations by their function, and tells of each attribute what its record tells."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the operation, which client programs call."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Describe the API, with the words of the described records."""
        described = super().get_openapi_schema(path_prefix=PREFIX)
        shapes = described["components"]["schemas"]
        for record in _with_parts(PersonDetails, CaseDetails, EpisodeDetails):
            properties = shapes.get(record.__name__, {}).get("properties", {})
            for name, about, _kind in described_fields(record):
                if name in properties:
                    properties[name] |= words_of(about)
        return described


def _with_parts(*records: type) -> list[type]:
    """Return the records and those inside them."""
    found: dict[type, None] = {}
    waiting = list(records)
    while waiting:
        record = waiting.pop()
        found[record] = None
        for _name, _about, kind in described_fields(record):
            inner = (kind, *getattr(kind, "__args__", ()))
            waiting += [each for each in inner if hasattr(each, "__dataclass_fields__") and _is_record(each)]
    return list(found)


def _is_record(kind: type) -> bool:
    return any("described" in field.metadata for field in kind.__dataclass_fields__.values())  # type: ignore[attr-defined]  # a dataclass


api = Api(
    title="Amparo",
    version=amparo.__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    auth=[TokenViewer(), SessionViewer()],
    parser=StrictParser(),
    renderer=Renderer(),
)


def _refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
    return fail(error.status, error.code, error.message, error.problems)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refusal):  # raised while the body was read
        return _refusal(request, error.__cause__)
    if error.status_code == 403:
        said = _("The page that sent this was open too long, or it is not ours. Load it again.")
        return fail(403, "forged", said)
    return fail(error.status_code, "not_readable", _("This request could not be read."))


def _unacceptable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [(_where(fault["loc"]), _words(fault)) for fault in error.errors]
    if ("header", access_api.KEY) in {tuple(fault["loc"][:2]) for fault in error.errors}:
        said = _(
            "Send the header Idempotency-Key with a text of your own, new for each write, at most 100 characters."
        )
        return fail(400, "key_missing", said, problems)
    words = _(
        "Something in the request cannot be taken as it is. Each problem says where it is and how to mend it."
    )
    return fail(422, "not_acceptable", words, problems)


def _where(location: tuple[str | int, ...]) -> str:
    source, *steps = location
    if source == "body":
        return "".join(f"/{step}" for step in steps[1:])  # the first names the parameter of the function
    name = [step for step in steps if isinstance(step, str)][-1]  # of a list, not the place in it
    return {"query": f"?{name}", "form": f"/{name}", "file": f"/{name}"}.get(str(source), name)


def _words(fault: dict[str, Any]) -> str:
    """Say what is wrong; what the value itself says of its fault is best."""
    said = {
        "missing": _("This is missing. Send it."),
        "extra_forbidden": _("Nothing here is called so. Look at the spelling, or take it out."),
        "string_type": _("Send a text."),
        "int_type": _("Send a whole number."),
        "bool_type": _("Send true or false."),
    }
    own = fault.get("ctx", {}).get("error")
    return said.get(fault["type"]) or str(own or fault["msg"].removeprefix("Input "))


def _absent(request: HttpRequest, error: Exception) -> HttpResponse:
    return fail(404, "absent", _("There is nothing at this address, or nothing that you may see."))


def _unauthenticated(request: HttpRequest, error: Exception) -> HttpResponse:
    return fail(401, "not_signed_in", _("Send a key that works, or sign in."))


def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return fail(413, "too_large", _("The body is larger than one megabyte. Send it in parts."))


def _not_taken(request: HttpRequest, error: UploadRefused) -> HttpResponse:
    return fail(error.status, "too_large" if error.status == 413 else "no_room", str(error))


_unreadable = told(400, "not_readable", N_("This request could not be read."))
HANDLERS: dict[type[Exception], Any] = {
    Refusal: _refusal,
    HttpError: _http_error,
    AuthenticationError: _unauthenticated,
    ValidationError: _unacceptable,
    Http404: _absent,
    PermissionDenied: told(403, "not_allowed", N_("Your role does not include this.")),
    UploadRefused: _not_taken,
    RequestDataTooBig: _too_large,
    SuspiciousOperation: _unreadable,
    BadRequest: _unreadable,
    MultiPartParserError: _unreadable,
}
api.add_decorator(on_behalf)
for part in PARTS:
    api.add_router("", part.router)
    HANDLERS.update(part.REFUSALS)
for exception, handler in HANDLERS.items():
    api.add_exception_handler(exception, handler)


@cache
def description() -> str:
    """Return the description of the API as OpenAPI 3.1."""
    return json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False) + "\n"


@public
def openapi(request: HttpRequest) -> HttpResponse:
    """Give the description of the API. It tells nothing of this installation."""
    return HttpResponse(description(), content_type=JSON)


@public
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer an address that the API does not have."""
    return _absent(request, Http404())


_patterns, _app, _namespace = api.urls
operations: list[URLPattern | URLResolver] = [
    one for one in _patterns if getattr(one, "name", "") != "api-root"
]
app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", openapi, name="openapi"),
    *operations,
    re_path("", unknown, name="unknown"),
]
