"""How the records are cut into sections: what one page of questions asks, and what one block of a case page shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from amparo.cases.rules.case import CaseDetails
from amparo.cases.rules.episode import EpisodeDetails
from amparo.cases.rules.person import PersonDetails
from amparo.vocab.described import Privacy, described_fields
from amparo.vocab.text import N_


class Subject(StrEnum):
    """Whose record a section belongs to."""

    PERSON = "person"
    CASE = "case"
    EPISODE = "episode"

    @property
    def record(self) -> type:
        """Return the class of the record."""
        return {"person": PersonDetails, "case": CaseDetails, "episode": EpisodeDetails}[self.value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A few questions that belong together; `why` says what they are asked for."""

    code: str
    subject: Subject
    title: str
    fields: tuple[str, ...]
    why: str = ""

    @property
    def has_place(self) -> bool:
        """Tell whether it asks where the person is: that is opened only for whoever asks, and may see it."""
        described = described_fields(self.subject.record)
        return any(words.privacy is Privacy.PLACE for name, words, _type in described if name in self.fields)


def _person(code: str, title: str, *fields: str, why: str = "") -> Section:
    return Section(code=code, subject=Subject.PERSON, title=title, fields=fields, why=why)


def _case(code: str, title: str, *fields: str, why: str = "") -> Section:
    return Section(code=code, subject=Subject.CASE, title=title, fields=fields, why=why)


def _episode(code: str, title: str, *fields: str, why: str = "") -> Section:
    return Section(code=code, subject=Subject.EPISODE, title=title, fields=fields, why=why)


SECTIONS: tuple[Section, ...] = (
    _person(
        "names", N_("Names"), "called", "names", "salutation",
        why=N_("Write each name as she says it or as it stands on a paper, in its own script. No name is required."),
    ),
    _person(
        "age", N_("Age and birth"), "birth", "stated_age", "age_status", "birth_country", "birth_place",
        why=N_("Under 18, or in doubt, the case follows the child track. A year or an age is enough."),
    ),
    _person("about", N_("About the person"), "sex", "gender", "citizenships", "is_stateless", "marital_status", "is_deceased"),
    _person(
        "languages", N_("Languages"), "languages",
        why=N_("So that nobody has to explain herself in a language that she does not speak well."),
    ),
    _person(
        "reach", N_("How she may be reached"), "contacts",
        why=N_("Nothing is sent where it is not safe. Write the rule as she says it: when, how, by whom."),
    ),
    _person(
        "address", N_("Postal address"), "address",
        why=N_("It may be where she hides. Write it down only if something must be sent there."),
    ),
    _person("papers", N_("Identity papers"), "papers"),
    _person("household", N_("Household"), "household", "number_of_children"),
    _person("background", N_("Background"), "education", "position"),
    _case(
        "consent", N_("Consent"), "consent", "agreed_to_manage",
        why=N_("She may say no and still gets help. She may change her mind at any time."),
    ),
    _case("status", N_("Status"), "identification", "deciding_body"),
    _case("priority", N_("Priority and vulnerabilities"), "priority", "vulnerabilities", "vulnerability_details"),
    _case(
        "referral", N_("How she came to us"), "referring_organisation", "referring_worker", "referral_reason", "referral_reason_stated",
        "referral_accepted", "referral_details",
    ),
    _case("referred", N_("Referred to others"), "referrals_out"),
    _case("support", N_("Support plan"), "support_plan"),
    _case(
        "reported", N_("As it was reported"), "owner_stated", "reported_by", "roles_in_process", "role_organisation",
        "role_details",
    ),
    _case("closure", N_("Why it was closed"), "closure_details"),
    _episode(
        "what", N_("What was done, how and what for"), "acts", "means", "purposes", "main_purpose",
        "sexual_exploitation_types",
        why=N_("Ask only what is needed now. She need not answer, and she need not tell it twice."),
    ),
    _episode(
        "account", N_("In her words"), "account",
        why=N_("Did anything happen that you want us to know? You may stop at any time."),
    ),
    _episode("time", N_("When"), "started", "ended", "is_ongoing", "age_when_trafficked"),
    _episode("work", N_("Work"), "sectors", "divisions"),
    _episode(
        "recruitment", N_("How it began"), "recruitment_methods", "recruiter_relation", "recruitment_websites",
        "recruitment_place",
    ),
    _episode(
        "control", N_("What kept her there"), "control_methods", "has_debt", "debt",
        why=N_("Did anyone stop you from leaving? No answer is wrong."),
    ),
    _episode("online", N_("Online"), "is_online", "exploitation_websites"),
    _episode(
        "route", N_("Route and places"), "route", "exploitation_place", "events",
        why=N_("For the route, no place finer than a region is kept in the open."),
    ),
)  # fmt: skip
_BY_CODE = {section.code: section for section in SECTIONS}


def find_section(code: str) -> Section:
    """Return the section of a code; `KeyError` when there is none."""
    return _BY_CODE[code]


def sections_of(*subjects: Subject) -> tuple[Section, ...]:
    """Return the sections of records of one kind or several, in the order in which they are shown."""
    return tuple(section for section in SECTIONS if section.subject in subjects)
