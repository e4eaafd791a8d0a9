"""What a program may send: exactly what is described, and nothing that a database or a reader stumbles over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, get_args

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema, to_json

from amparo.access.api.answers import Refusal
from amparo.vocab.codes import code_list
from amparo.vocab.described import described_fields
from amparo.vocab.text import N_, ToldError

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
R = TypeVar("R")


class NotSendable(ToldError):
    """A text or a code is of no use here; the words say how to mend it."""


class Sent(BaseModel):
    """A JSON object that a program sends: all of its keys are known, and its values are of the kind that is described.

    It is read as JSON, not as Python: a number is no date, a text no number, here and in the records inside.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read what was parsed already as JSON once more."""
        strict = handler(source)

        def read(value: Any) -> Any:
            return value if isinstance(value, source) else source.model_validate_json(to_json(value))

        return core_schema.json_or_python_schema(
            json_schema=strict, python_schema=core_schema.no_info_plain_validator_function(read)
        )


class Changes(Generic[R]):
    """The attributes of a record that are to change; those that were not sent stay as they are."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def on(self, record: R) -> R:
        """Return the record with the changes."""
        changed: R = replace(record, **self.values)  # type: ignore[type-var]  # a described record is a dataclass
        return changed

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take any of the attributes that the record describes."""
        (record,) = get_args(source)
        attributes = {
            name: core_schema.typed_dict_field(
                handler.generate_schema(kind),
                required=False,
                metadata={"pydantic_js_updates": words_of(described)},
            )
            for name, described, kind in described_fields(record)
        }
        sent = core_schema.typed_dict_schema(attributes, extra_behavior="forbid")
        return core_schema.no_info_after_validator_function(cls, sent)


def words_of(described: Any) -> dict[str, str]:
    """Return what the description of the API says of an attribute: its label, help and code list."""
    said = {"title": described.label}
    coded = f"A code of the list {described.codes}, or why there is none." if described.codes else ""
    explained = " ".join(filter(None, (described.help, coded)))
    if explained:
        said["description"] = explained
    if described.codes:
        said["x-code-list"] = described.codes
    return said


@dataclass(frozen=True)
class CodeOf:
    """Let a text be a code of a list, and no reason why there is none."""

    name: str

    @property
    def codes(self) -> list[str]:
        """Return the codes that may be sent."""
        return [one.code for one in code_list(self.name)]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the code."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """List the codes."""
        return {**handler(schema), "enum": self.codes, "x-code-list": self.name}

    def _check(self, code: str) -> str:
        if code not in self.codes:
            template = N_("“%(code)s” is not in the list “%(list)s”. Choose a code of the list.")
            raise NotSendable(template, code=code[:60], list=self.name)
        return code


def _no_control(text: str) -> str:
    if CONTROL.search(text):
        raise NotSendable(N_("This text holds a character that cannot be shown. Take it out."))
    return text


Line = Annotated[str, Field(max_length=500), AfterValidator(_no_control)]
Story = Annotated[str, Field(max_length=100_000), AfterValidator(_no_control)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version that you saw.")]


def refuse_unknown(request: HttpRequest, known: Iterable[str]) -> None:
    """Refuse a query with a part that nothing reads: a filter with a slip in its name would give too much."""
    stray = sorted(set(request.GET) - set(known))
    if stray:
        message = _("Nothing here reads this part of the query. Look at its spelling.")
        words = _("The address holds something that is not known.")
        raise Refusal(422, "not_acceptable", words, [(f"?{name}", message) for name in stray])
