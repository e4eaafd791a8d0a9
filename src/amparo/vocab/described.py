"""Records that describe themselves: a label, a help text, a privacy class and a code list for each field.

Forms, storage, the API, imports, exports and the data dictionary are all made from these descriptions, so a
field is described once, where it is declared::

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Contact:
        channel: str = describe(N_("Channel"), privacy=Privacy.CODED, codes="contact_channel", default="")
        address: str = describe(N_("Number or address"), privacy=Privacy.PLACE, default="")
"""

import dataclasses
import typing
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from enum import StrEnum
from functools import cache
from typing import Any


class Privacy(StrEnum):
    """How closely a field is guarded, the most harmful to disclose first."""

    PLACE = "place"
    IDENTITY = "identity"
    STORY = "story"
    CODED = "coded"
    TECHNICAL = "technical"

    @property
    def is_sealed(self) -> bool:
        """Tell whether values of this class are personal and are kept sealed."""
        return self in (Privacy.PLACE, Privacy.IDENTITY, Privacy.STORY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """What a person reading a form, an export or the data dictionary needs to know of a field."""

    label: str
    privacy: Privacy
    help: str = ""
    codes: str | None = None
    many: bool = False
    widget: str = ""
    is_seldom: bool = False


def describe(
    label: str,
    *,
    privacy: Privacy,
    help: str = "",  # noqa: A002  # as everywhere in forms
    codes: str | None = None,
    many: bool = False,
    widget: str = "",
    is_seldom: bool = False,
    default: Any = MISSING,
    default_factory: Callable[[], Any] | Any = MISSING,
) -> Any:  # Any, as of dataclasses.field: the checker takes the type from the annotation
    """Declare a field of a record with its description; give a default as for `dataclasses.field`.

    One that is seldom needed stands folded in forms.
    """
    described = Described(
        label=label, privacy=privacy, help=help, codes=codes, many=many, widget=widget, is_seldom=is_seldom
    )
    metadata = {"described": described}
    if default_factory is not MISSING:
        return dataclasses.field(default_factory=default_factory, metadata=metadata)
    if default is not MISSING:
        return dataclasses.field(default=default, metadata=metadata)
    return dataclasses.field(metadata=metadata)


class NotDescribed(TypeError):
    """A field of a record was declared without `describe`, so nothing says how private it is."""


def described_fields(record: type) -> tuple[tuple[str, Described, Any], ...]:
    """List the fields of a record class in order, each as its name, its description and its resolved type."""
    return _described_fields(record)


@cache
def _described_fields(record: type) -> tuple[tuple[str, Described, Any], ...]:
    types = typing.get_type_hints(record)
    listed = []
    for field in dataclasses.fields(record):
        described = field.metadata.get("described")
        if not isinstance(described, Described):
            raise NotDescribed(f"{record.__name__}.{field.name} has no description; use describe(…)")
        listed.append((field.name, described, types[field.name]))
    return tuple(listed)
