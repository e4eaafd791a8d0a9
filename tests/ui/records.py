"""Records that the form tests are made from."""

from dataclasses import dataclass
from datetime import date

from amparo.vocab.dates import PartialDate, StatedAge
from amparo.vocab.described import Privacy, describe

CODED, IDENTITY = Privacy.CODED, Privacy.IDENTITY


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A part inside a record."""

    city: str = describe("City", privacy=IDENTITY, default="")
    country: str = describe("Country", privacy=CODED, codes="country", default="not_asked")


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A row, with a field that must be filled in."""

    text: str = describe("Name", privacy=IDENTITY)
    kind: str = describe("Kind", privacy=CODED, codes="name_kind", default="unknown")
    place: Place | None = describe("Where it was used", privacy=IDENTITY, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """One attribute of each kind."""

    names: tuple[Name, ...] = describe("Names", privacy=IDENTITY, default=())
    gender: str = describe("Gender", privacy=CODED, codes="gender", default="not_asked")
    means: tuple[str, ...] = describe("Means", privacy=CODED, codes="means", default=())
    citizenships: tuple[str, ...] = describe("Citizenship", privacy=CODED, codes="country", default=())
    birth: PartialDate | None = describe("Date of birth", privacy=IDENTITY, default=None)
    age: StatedAge | None = describe("Age", privacy=IDENTITY, default=None)
    seen_on: date | None = describe("Seen on", privacy=IDENTITY, default=None)
    children: int | None = describe("Children", privacy=CODED, default=None)
    note: str = describe("Note", privacy=IDENTITY, default="", widget="long")
    untouched: str = describe("Untouched", privacy=IDENTITY, default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """A row with a first-level area, and something that is seldom needed."""

    country: str = describe("Country", privacy=CODED, codes="country", default="unknown")
    area: str = describe("Region", privacy=CODED, default="", widget="area")
    remark: str = describe("Remark", privacy=IDENTITY, default="", is_seldom=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class WithPicture:
    """A record with a type that no field is made for."""

    picture: bytes = describe("Picture", privacy=CODED, default=b"")
