"""One trafficking situation."""

from __future__ import annotations

from dataclasses import dataclass

from amparo.cases.rules.person import Address
from amparo.vocab.dates import PartialDate
from amparo.vocab.described import Privacy, describe
from amparo.vocab.text import N_

STORY, CODED = Privacy.STORY, Privacy.CODED


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """One step of the route: never finer than the first-level area."""

    kind: str = describe(N_("What happened there"), privacy=CODED, codes="leg_kind", default="not_asked")
    country: str = describe(N_("Country"), privacy=CODED, codes="country", default="not_asked")
    area: str = describe(
        N_("Region"),
        privacy=CODED,
        default="",
        widget="area",
        help=N_("State, province or region; nothing smaller."),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoricEvent:
    """One thing that happened at one place on one day."""

    kind: str = describe(N_("What happened"), privacy=STORY, codes="leg_kind", default="not_asked")
    on: PartialDate | None = describe(N_("When"), privacy=STORY, default=None)
    place: Address | None = describe(N_("Where"), privacy=STORY, default=None)
    description: str = describe(N_("Description"), privacy=STORY, default="", widget="long")


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """A debt that was used to keep her."""

    amount: str = describe(N_("Amount"), privacy=STORY, default="")
    currency: str = describe(N_("Currency"), privacy=STORY, default="")
    terms: str = describe(N_("Terms"), privacy=STORY, default="", widget="long")


@dataclass(frozen=True, kw_only=True, slots=True)
class EpisodeDetails:
    """Acts, means and purposes of one situation, with its places and its time."""

    acts: tuple[str, ...] = describe(
        N_("What was done"), privacy=CODED, codes="act", default=(), help=N_("Tick all that apply.")
    )
    means: tuple[str, ...] = describe(
        N_("How it was done"),
        privacy=CODED,
        codes="means",
        default=(),
        help=N_("For a child the means do not matter."),
    )
    purposes: tuple[str, ...] = describe(
        N_("What for"), privacy=CODED, codes="purpose", default=(), help=N_("Tick all that apply.")
    )
    main_purpose: str = describe(N_("Main purpose"), privacy=CODED, codes="purpose", default="not_asked")
    sexual_exploitation_types: tuple[str, ...] = describe(
        N_("Kind of sexual exploitation"), privacy=CODED, codes="sexual_exploitation_type", default=()
    )
    sectors: tuple[str, ...] = describe(N_("Sector of work"), privacy=CODED, codes="sector", default=())
    divisions: tuple[str, ...] = describe(
        N_("Part of the sector"), privacy=CODED, codes="isic_division", default=()
    )
    recruitment_methods: tuple[str, ...] = describe(
        N_("How she was found"), privacy=CODED, codes="recruitment_method", default=()
    )
    recruiter_relation: str = describe(
        N_("Who the recruiter was to her"), privacy=CODED, codes="recruiter_relation", default="not_asked"
    )
    recruitment_websites: tuple[str, ...] = describe(
        N_("Websites and apps of recruitment"), privacy=CODED, codes="website_app", default=()
    )
    exploitation_websites: tuple[str, ...] = describe(
        N_("Websites and apps of exploitation"), privacy=CODED, codes="website_app", default=()
    )
    control_methods: tuple[str, ...] = describe(
        N_("How she was controlled"), privacy=CODED, codes="control_method", default=()
    )
    is_online: str = describe(N_("Took place online"), privacy=CODED, codes="yes_no", default="not_asked")
    has_debt: str = describe(N_("A debt was used"), privacy=CODED, codes="yes_no", default="not_asked")
    debt: Debt | None = describe(N_("The debt"), privacy=STORY, default=None)
    age_when_trafficked: int | None = describe(N_("Age when it began"), privacy=CODED, default=None)
    started: PartialDate | None = describe(N_("Began"), privacy=STORY, default=None)
    ended: PartialDate | None = describe(N_("Ended"), privacy=STORY, default=None)
    is_ongoing: str = describe(N_("Still going on"), privacy=CODED, codes="yes_no", default="not_asked")
    route: tuple[Leg, ...] = describe(N_("Route"), privacy=CODED, default=())
    recruitment_place: str = describe(N_("Where she was recruited"), privacy=STORY, default="")
    exploitation_place: str = describe(N_("Where she was exploited"), privacy=STORY, default="")
    events: tuple[HistoricEvent, ...] = describe(N_("Events"), privacy=STORY, default=())
    account: str = describe(
        N_("What happened, in her words"),
        privacy=STORY,
        default="",
        widget="long",
        help=N_("Only what she wants to tell. She need not tell it twice."),
    )


def month_of(moment: PartialDate | None) -> str:
    """Coarsen a date to the month, for facts: no date finer than a month leaves a case."""
    if moment is None:
        return ""
    if moment.month is None:
        return f"{moment.year:04d}"
    return f"{moment.year:04d}-{moment.month:02d}"
