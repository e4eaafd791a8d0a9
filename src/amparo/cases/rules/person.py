"""A human being in need, as she is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from amparo.vocab.dates import PartialDate, StatedAge
from amparo.vocab.described import Privacy, describe, described_fields
from amparo.vocab.text import N_

IDENTITY, PLACE, CODED = Privacy.IDENTITY, Privacy.PLACE, Privacy.CODED


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """One name as it was entered, in its own script."""

    text: str = describe(N_("Name"), privacy=IDENTITY)
    kind: str = describe(N_("Kind of name"), privacy=CODED, codes="name_kind", default="not_asked")
    script: str = describe(N_("Script"), privacy=CODED, codes="script", default="not_asked")


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """A language she speaks, and whether talking in it needs an interpreter."""

    code: str = describe(N_("Language"), privacy=CODED, codes="language")
    needs_interpreter: str = describe(
        N_("Needs an interpreter"), privacy=CODED, codes="yes_no", default="not_asked"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """An identity paper, or what is left of it."""

    kind: str = describe(N_("Kind of paper"), privacy=IDENTITY, codes="paper_kind", default="not_asked")
    country: str = describe(N_("Issued by"), privacy=IDENTITY, codes="country", default="not_asked")
    number: str = describe(N_("Number"), privacy=IDENTITY, default="")
    held_by: str = describe(
        N_("Who has it now"),
        privacy=IDENTITY,
        default="",
        help=N_("Say so if somebody else keeps it or if it was taken."),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One way to reach her, and the rule that keeps her safe when it is used."""

    channel: str = describe(
        N_("Way to reach"), privacy=IDENTITY, codes="contact_channel", default="not_asked"
    )
    value: str = describe(N_("Number, address or name there"), privacy=IDENTITY, default="")
    is_safe: str = describe(
        N_("Safe to use"),
        privacy=IDENTITY,
        codes="yes_no",
        default="not_asked",
        help=N_("Nothing is sent where this is not yes."),
    )
    times: str = describe(
        N_("When"), privacy=IDENTITY, default="", help=N_("For example: 9 to 12, not on Fridays.")
    )
    rule: str = describe(
        N_("How"),
        privacy=IDENTITY,
        default="",
        widget="long",
        help=N_("For example: text message only, not from an unknown number, no voice message."),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where letters reach her. It may be where she hides."""

    street: str = describe(N_("Street"), privacy=PLACE, default="")
    city: str = describe(N_("City"), privacy=PLACE, default="")
    state: str = describe(N_("State or province"), privacy=PLACE, default="")
    postal_code: str = describe(N_("Postal code"), privacy=PLACE, default="")
    country: str = describe(N_("Country"), privacy=PLACE, codes="country", default="not_asked")
    country_stated: str = describe(
        N_("Country, as written"),
        privacy=PLACE,
        default="",
        help=N_("Where a workbook names a country that is not in the list."),
        is_seldom=True,
    )
    latitude: str = describe(N_("Latitude"), privacy=PLACE, default="", is_seldom=True)
    longitude: str = describe(N_("Longitude"), privacy=PLACE, default="", is_seldom=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseholdMember:
    """Somebody who belongs to her household."""

    relation: str = describe(N_("Relation"), privacy=IDENTITY, default="")
    name: str = describe(N_("Name"), privacy=IDENTITY, default="")
    age: int | None = describe(N_("Age"), privacy=IDENTITY, default=None)
    lives_with: str = describe(
        N_("Lives with her now"), privacy=IDENTITY, codes="yes_no", default="not_asked"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonDetails:
    """All that is recorded of a person apart from her cases."""

    names: tuple[Name, ...] = describe(N_("Names"), privacy=IDENTITY, default=())
    called: str = describe(
        N_("Wants to be called"), privacy=IDENTITY, default="", help=N_("Shown on every page of the case.")
    )
    salutation: str = describe(N_("Salutation"), privacy=IDENTITY, default="")
    position: str = describe(
        N_("Position in an organisation"), privacy=IDENTITY, default="", help=N_("For professional contacts.")
    )
    birth: PartialDate | None = describe(
        N_("Date of birth"),
        privacy=IDENTITY,
        default=None,
        help=N_("As far as it is known: a year is enough."),
    )
    stated_age: StatedAge | None = describe(
        N_("Age as stated"), privacy=IDENTITY, default=None, help=N_("And the day on which it was stated.")
    )
    age_status: str = describe(
        N_("Adult or child"),
        privacy=CODED,
        codes="age_status",
        default="not_asked",
        help=N_("In doubt, treat as a child."),
    )
    sex: str = describe(N_("Sex"), privacy=CODED, codes="sex", default="not_asked")
    gender: str = describe(N_("Gender"), privacy=CODED, codes="gender", default="not_asked")
    citizenships: tuple[str, ...] = describe(N_("Citizenship"), privacy=CODED, codes="country", default=())
    is_stateless: str = describe(N_("Stateless"), privacy=CODED, codes="yes_no", default="not_asked")
    birth_country: str = describe(N_("Country of birth"), privacy=CODED, codes="country", default="not_asked")
    birth_place: str = describe(N_("Place of birth"), privacy=IDENTITY, default="")
    languages: tuple[Language, ...] = describe(N_("Languages"), privacy=CODED, default=())
    papers: tuple[Paper, ...] = describe(N_("Identity papers"), privacy=IDENTITY, default=())
    contacts: tuple[Contact, ...] = describe(N_("Ways to reach"), privacy=IDENTITY, default=())
    address: Address | None = describe(N_("Postal address"), privacy=PLACE, default=None)
    household: tuple[HouseholdMember, ...] = describe(N_("Household"), privacy=IDENTITY, default=())
    number_of_children: int | None = describe(N_("Number of children"), privacy=CODED, default=None)
    marital_status: str = describe(
        N_("Marital status"), privacy=CODED, codes="marital_status", default="not_asked"
    )
    education: str = describe(
        N_("Education completed"), privacy=CODED, codes="education", default="not_asked"
    )
    is_deceased: str = describe(N_("Has died"), privacy=CODED, codes="yes_no", default="not_asked")


# What stands under the key of a place: opened for whoever asks and may see it, never along with the rest.
PLACES: Final = tuple(
    name for name, words, _type in described_fields(PersonDetails) if words.privacy is Privacy.PLACE
)
