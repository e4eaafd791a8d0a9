"""The columns of the tables of facts: what each value means, and which values there are."""

from __future__ import annotations

from typing import Any

from amparo.cases.rules import coarsening as coarse
from amparo.cases.rules.children import ChildTrack
from amparo.cases.rules.lifecycle import STAGE_LABELS
from amparo.vocab.facts import FactColumn
from amparo.vocab.state import State
from amparo.vocab.text import N_


def _column(name: str, label: str, definition: str, **more: Any) -> FactColumn:
    return FactColumn(name=name, label=label, definition=definition, **more)


_TRACKS = tuple((track.value, track.label) for track in ChildTrack)
_STAGES = tuple((stage.value, label) for stage, label in STAGE_LABELS.items())
# The columns of a case that go with each of its episodes, too.
SHARED_COLUMNS: tuple[FactColumn, ...] = (
    _column("year_opened", N_("Year of opening"), N_("Year in which the case was opened."), pattern=r"\d{4}"),
    _column(
        "identification",
        N_("Identification"),
        N_("What was decided or asserted so far."),
        codes="identification_status",
    ),
    _column(
        "track_at_opening",
        N_("Adult or child at opening"),
        N_("By the age on the day on which the case was opened; a doubt is kept as a doubt."),
        values=_TRACKS,
    ),
    _column(
        "organisation_kind",
        N_("Kind of organisation"),
        N_("Kind of the organisation that leads the case, never its name."),
        codes="organisation_kind",
    ),
    _column(
        "deciding_body",
        N_("Deciding body"),
        N_("Who decided or asserted the identification."),
        codes="deciding_body",
    ),
)
CASE_COLUMNS: tuple[FactColumn, ...] = (
    *SHARED_COLUMNS,
    _column(
        "quarter_opened",
        N_("Quarter of opening"),
        N_("Quarter in which the case was opened."),
        pattern=r"\d{4}-Q[1-4]",
    ),
    _column(
        "child_track",
        N_("Adult or child"),
        N_("By the age on the day of the snapshot; a doubt is kept as a doubt."),
        values=_TRACKS,
    ),
    _column("stage", N_("Stage"), N_("Where the case stands on the day of the snapshot."), values=_STAGES),
    _column("year_closed", N_("Year of closing"), N_("Year in which the case was closed."), pattern=r"\d{4}"),
    _column(
        "closure_reason", N_("Reason of closing"), N_("Why the case was closed."), codes="closure_reason"
    ),
    _column(
        "referral_reason",
        N_("Reason of the referral"),
        N_("Why the person was referred to the organisation."),
        codes="referral_reason",
    ),
    _column(
        "vulnerabilities",
        N_("Vulnerabilities"),
        N_("Circumstances that made the person easier to exploit."),
        codes="vulnerability",
        is_many=True,
    ),
)


# The columns of a person.
_GROUPS = (
    ("national", N_("Citizen of the State")),
    ("foreign", N_("Foreign citizen")),
    (coarse.STATELESS, N_("Stateless")),
)
PERSON_COLUMNS: tuple[FactColumn, ...] = (
    _column("sex", N_("Sex"), N_("Sex as recorded."), codes="sex"),
    _column("gender", N_("Gender"), N_("Gender as the person says it."), codes="gender"),
    _column(
        "age_at_opening",
        N_("Age at opening"),
        N_("Age reached in the year in which the case was opened, in bands; it can be one year too high."),
        values=coarse.AGE_BAND_LABELS,
    ),
    _column(
        "citizenship",
        N_("Citizenship"),
        N_("The citizenship recorded first, or stateless."),
        codes="country",
        values=((coarse.STATELESS, N_("Stateless")),),
    ),
    _column(
        "citizenship_group",
        N_("Citizenship group"),
        N_("Citizen of the State (among others), foreign citizen, or stateless."),
        values=_GROUPS,
    ),
    _column(
        "several_citizenships",
        N_("Several citizenships"),
        N_("Whether more than one citizenship is recorded."),
        codes="yes_no",
    ),
    _column("birth_country", N_("Country of birth"), N_("Country of birth as recorded."), codes="country"),
    _column(
        "marital_status", N_("Marital status"), N_("Marital status as recorded."), codes="marital_status"
    ),
    _column("education", N_("Education"), N_("Education completed."), codes="education"),
)


_SEVERAL = ((coarse.SEVERAL, N_("Several")),)
_ICCS = (
    ("02041", N_("ICCS 02041: for sexual exploitation")),
    ("02042", N_("ICCS 02042: for forced labour or services")),
    ("02043", N_("ICCS 02043: for organ removal")),
    ("02044", N_("ICCS 02044: for other purposes")),
    *_SEVERAL,
)
_SDG = (
    ("VC_HTF_DETVSX", N_("SDG 16.2.2: sexual exploitation")),
    ("VC_HTF_DETVFL", N_("SDG 16.2.2: forced labour")),
    ("VC_HTF_DETVOG", N_("SDG 16.2.2: organ removal")),
    ("VC_HTF_DETVOP", N_("SDG 16.2.2: other purposes")),
    *_SEVERAL,
)
_PURPOSE_COLUMNS: tuple[FactColumn, ...] = (
    _column(
        "main_purpose",
        N_("Main purpose"),
        N_("The main purpose of exploitation; in a person-case, of the first situation."),
        codes="purpose",
    ),
    _column("purposes", N_("Purposes"), N_("All purposes of exploitation."), codes="purpose", is_many=True),
    _column("sector", N_("Sector"), N_("The sector of work, or several."), codes="sector", values=_SEVERAL),
    _column(
        "exploitation_country",
        N_("Country of exploitation"),
        N_("Country of the first place of exploitation."),
        codes="country",
    ),
    _column(
        "recruitment_country",
        N_("Country of recruitment"),
        N_("Country of the first place of recruitment."),
        codes="country",
    ),
    _column(
        "crosses_border",
        N_("Across a border"),
        N_("Whether recruitment and exploitation were in different countries."),
        codes="yes_no",
    ),
    _column(
        "age_at_exploitation",
        N_("Age when it began"),
        N_(
            "Age when the exploitation began, in bands; where it is not recorded, the age reached in the year in which it began."
        ),
        values=coarse.AGE_BAND_LABELS,
    ),
    _column(
        "iccs",
        N_("ICCS category"),
        N_(
            "International Classification of Crime for Statistical Purposes, by the crosswalk of the purposes."
        ),
        values=_ICCS,
    ),
    _column(
        "sdg",
        N_("SDG 16.2.2 series"),
        N_("Series of indicator 16.2.2, by the crosswalk of the purposes. Detected persons only."),
        values=_SDG,
    ),
    _column(
        "means",
        N_("Means"),
        N_("How control was gained. For a child the means do not matter."),
        codes="means",
        is_many=True,
    ),
    _column("sectors", N_("Sectors"), N_("All sectors of work."), codes="sector", is_many=True),
)


def _purpose_columns(state: State) -> tuple[FactColumn, ...]:
    areas = tuple((area.code, area.name) for area in state.areas)
    area_column = _column(
        "exploitation_area",
        N_("Area of exploitation"),
        N_("First-level area of the first place of exploitation."),
        values=areas,
    )
    return *_PURPOSE_COLUMNS, area_column


def summary_columns(state: State) -> tuple[FactColumn, ...]:
    """Return the columns that sum up the episodes of a case."""
    counts = (("0", N_("None")), ("1", N_("One")), ("2", N_("Two")), ("3+", N_("Three or more")))
    return (
        *_purpose_columns(state),
        _column(
            "number_of_episodes",
            N_("Number of situations"),
            N_("How many trafficking situations are recorded."),
            values=counts,
        ),
    )


_EPISODE_COLUMNS: tuple[FactColumn, ...] = (
    _column(
        "year_started",
        N_("Year when it began"),
        N_("Year in which the situation began."),
        pattern=r"\d{4}",
    ),
    _column(
        "duration",
        N_("Duration"),
        N_("From the month when it began to the month when it ended."),
        values=coarse.DURATIONS,
    ),
    _column(
        "is_ongoing", N_("Still going on"), N_("Whether it went on when it was recorded."), codes="yes_no"
    ),
    _column("is_online", N_("Online"), N_("Whether it took place online."), codes="yes_no"),
    _column("has_debt", N_("Debt"), N_("Whether a debt was used."), codes="yes_no"),
    _column(
        "recruiter_relation",
        N_("Relation of the recruiter"),
        N_("Who the recruiter was to the person."),
        codes="recruiter_relation",
    ),
    _column("acts", N_("Acts"), N_("What was done."), codes="act", is_many=True),
    _column(
        "sexual_exploitation_types",
        N_("Kind of sexual exploitation"),
        N_("Kinds of sexual exploitation."),
        codes="sexual_exploitation_type",
        is_many=True,
    ),
    _column(
        "divisions",
        N_("Divisions of the sector"),
        N_("Divisions of ISIC."),
        codes="isic_division",
        is_many=True,
    ),
    _column(
        "recruitment_methods",
        N_("Ways of recruitment"),
        N_("How the person was found."),
        codes="recruitment_method",
        is_many=True,
    ),
    _column(
        "control_methods",
        N_("Ways of control"),
        N_("How the person was controlled."),
        codes="control_method",
        is_many=True,
    ),
)


def episode_columns(state: State) -> tuple[FactColumn, ...]:
    """Return the columns of an episode."""
    return *_purpose_columns(state), *_EPISODE_COLUMNS
