"""Records that the forms of the gallery are made from."""

from dataclasses import dataclass
from datetime import date

from amparo.vocab.dates import PartialDate, StatedAge
from amparo.vocab.described import Privacy, describe
from amparo.vocab.text import N_

CODED, IDENTITY, STORY = Privacy.CODED, Privacy.IDENTITY, Privacy.STORY


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleName:
    """A name, as people have several."""

    text: str = describe(N_("Name"), privacy=IDENTITY)
    kind: str = describe(N_("Kind of name"), privacy=CODED, codes="name_kind", default="unknown")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleDebt:
    """A group of fields inside a record."""

    amount: str = describe(N_("Amount"), privacy=STORY, default="")
    currency: str = describe(N_("Currency"), privacy=STORY, default="", is_seldom=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleLeg:
    """A place no finer than a region."""

    country: str = describe(N_("Country"), privacy=CODED, codes="country", default="unknown")
    area: str = describe(N_("Region"), privacy=CODED, default="", widget="area")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleDetails:
    """One attribute of each kind that a form field is made for."""

    names: tuple[ExampleName, ...] = describe(
        N_("Names"), privacy=IDENTITY, default=(), help=N_("As she writes them, in her own script.")
    )
    gender: str = describe(
        N_("Gender"), privacy=CODED, codes="gender", default="not_asked", help=N_("As she says it herself.")
    )
    birth_country: str = describe(N_("Country of birth"), privacy=CODED, codes="country", default="not_asked")
    birth: PartialDate | None = describe(
        N_("Date of birth"),
        privacy=IDENTITY,
        default=None,
        help=N_("As far as it is known. For example, 27 3 2007."),
    )
    stated_age: StatedAge | None = describe(N_("Age, when it was said"), privacy=IDENTITY, default=None)
    means: tuple[str, ...] = describe(
        N_("How it was done"),
        privacy=CODED,
        codes="means",
        default=(),
        help=N_("Tick nothing if it was not asked."),
    )
    citizenships: tuple[str, ...] = describe(N_("Citizenship"), privacy=CODED, codes="country", default=())
    route: tuple[ExampleLeg, ...] = describe(N_("Route"), privacy=CODED, default=())
    number_of_children: int | None = describe(N_("Number of children"), privacy=CODED, default=None)
    asked_on: date | None = describe(N_("Day of this talk"), privacy=STORY, default=None)
    debt: ExampleDebt | None = describe(N_("The debt"), privacy=STORY, default=None)
    account: str = describe(
        N_("What happened, in her words"),
        privacy=STORY,
        default="",
        widget="long",
        help=N_("Only what she wants to tell. She need not tell it twice."),
    )
