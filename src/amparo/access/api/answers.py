"""What the API answers: values whose fields are named one by one, and one shape for everything that it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from amparo.vocab.text import ToldError

LONGEST_MESSAGE = 500
MOST_PROBLEMS = 100


class Given(BaseModel):
    """What the API gives, taken from a frozen value by the names of the fields."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Give plain data as JSON holds it: a partial date as its text."""
        return super().model_dump(**{**options, "mode": "json"})


class Where(Given):
    """One thing that is wrong."""

    where: str = Field(
        description="A JSON pointer into the body (/changes/names/0/text), ?name for a part of the query, or the name of a header."
    )
    message: str = Field(description="What is wrong and how to mend it, in the language asked for.")


class Failure(Given):
    """Why something was refused. Nothing was written."""

    code: str = Field(description="One word for a program to act on; it does not change.")
    message: str = Field(description="The same in words, in the language asked for.")
    problems: tuple[Where, ...] = ()


class Made(Given):
    """What a write made, by its id."""

    id: UUID


# Each may also fail on our side: 500 when something broke, 503 while the database is away, 507 without room for a file.
READING: dict[Any, Any] = {frozenset({400, 401, 403, 404, 422, 500, 503}): Failure}
ACTING: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 500, 503}): Failure}
SENDING_FILES: dict[Any, Any] = {**ACTING, 507: Failure}

Handler = Callable[[HttpRequest, Any], HttpResponse]


class Refusal(Exception):
    """Something was refused by the API itself, before any action ran."""

    def __init__(
        self, status: int, code: str, message: str, problems: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.status, self.code, self.message, self.problems = status, code, message, tuple(problems)
        super().__init__(code)


def fail(status: int, code: str, message: str, problems: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    """Answer that something was refused."""
    wheres = [Where(where=where[:200], message=said[:LONGEST_MESSAGE]) for where, said in problems]
    failure = Failure(code=code, message=message[:LONGEST_MESSAGE], problems=tuple(wheres[:MOST_PROBLEMS]))
    answer = HttpResponse(
        to_json(failure.model_dump()), status=status, content_type="application/json; charset=utf-8"
    )
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def told(status: int, code: str, template: str) -> Handler:
    """Make the answer to an exception in words that are always the same."""
    return lambda request, error: fail(status, code, gettext(template))


def in_own_words(status: int, code: str) -> Handler:
    """Make the answer to an exception that says in its own words what is wrong."""

    def answer(request: HttpRequest, error: ToldError) -> HttpResponse:
        return fail(status, code, gettext(error.template) % error.values)

    return answer


def file_answer(*content_types: str) -> dict[str, Any]:
    """Describe an operation that answers with a file."""
    schema = {"type": "string", "format": "binary"}
    return {"responses": {200: {"content": {kind: {"schema": schema} for kind in content_types}}}}
