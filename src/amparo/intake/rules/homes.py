"""Where each field of the standard lives in our records: one table a record, read in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from amparo.intake.htcds import Value, is_code
from amparo.intake.htcds import field as standard_field
from amparo.vocab.codes import code_list
from amparo.vocab.null import is_null_reason

STANDARD = "htcds"
SHARED = frozenset({"country", "language"})  # lists that both take from ISO


@dataclass(frozen=True, slots=True)
class Home:
    """A field of the standard and the attribute that holds it; `codes` names our list when the value is coded."""

    field: str
    attribute: str
    codes: str = ""


PERSON = (
    Home("prs_Salutation", "salutation"),
    Home("prs_Title", "position"),
    Home("prs_Birthdate", "birth"),
    Home("prs_Gender", "gender", "gender"),
    Home("prs_Deceased", "is_deceased"),
    Home("prs_MaritalStatus", "marital_status", "marital_status"),
    Home("prs_NumberOfChildren", "number_of_children"),
    Home("prs_HighestLevelOfEducation", "education", "education"),
    Home("prs_Citizenship", "citizenships", "country"),
)
NAMES = {"prs_FirstName": "given", "prs_MiddleName": "middle", "prs_SecondName": "family"}
CONTACTS = {"prs_Email": "email", "prs_HomePhone": "home_phone", "prs_MobilePhone": "mobile_phone"}
LANGUAGES = ("prs_PrimaryLanguage", "prs_SecondaryLanguage")
IDENTITY_NUMBER = "prs_IdentityNumber"

CASE = (
    Home("con_Consent", "consent"),
    Home("vic_AgreementToManagePersonalData", "agreed_to_manage"),
    Home("vic_TraffickingStatus", "identification", "identification_status"),
    Home("vic_TraffickingStatusDecisionMakingOrg", "deciding_body", "deciding_body"),
    Home("vic_Vulnerabilities", "vulnerabilities", "vulnerability"),
    Home("vic_DetailsOfVulnerabilities", "vulnerability_details"),
    Home("per_RoleInProcess", "roles_in_process", "perpetrator_role"),
    Home("per_RoleDetails", "role_details"),
    Home("per_Organisation", "role_organisation"),
    Home("cas_CaseOwner", "owner_stated"),
    Home("cas_ReasonForCaseClosure", "closure_details"),
    Home("cas_ReferringOrganisation", "referring_organisation"),
    Home("cas_ReferringPrimaryCaseWorker", "referring_worker"),
    Home("cas_IncomingReferralDate", "referral_accepted"),
    Home("cas_IncomingReferralDetails", "referral_details"),
)
INCOMING_REASON = "cas_ReasonForIncomingReferral"
REFERRAL = (
    Home("cas_ReferredOrganisation", "organisation"),
    Home("cas_ReferredPrimaryCaseWorker", "worker"),
    Home("cas_OutgoingReferralDetails", "details"),
)
REFERRAL_REASONS, REFERRAL_DATES = "cas_ReasonForOutgoingReferral", "cas_OutgoingReferralDate"
SUPPORT_PLAN = (
    Home("spl_Type", "kind", "support_plan_type"),
    Home("spl_Objectives", "objectives"),
    Home("spl_ActionPlan", "actions"),
    Home("spl_PlannedEndDate", "planned_end"),
    Home("spl_ActualEndDate", "actual_end"),
)
ORGANISATION = (
    Home("org_Name", "name"),
    Home("org_Phone", "phone"),
    Home("org_Type", "kind", "organisation_kind"),
)
STATUS, COMMENT = "cas_Status", "cco_CaseComment"

EPISODE = (
    Home("vic_RelationshipToTrafficker", "recruiter_relation", "recruiter_relation"),
    Home("vic_AgeWhenTrafficked", "age_when_trafficked"),
    Home("vic_RecruitmentWebsitesAndApps", "recruitment_websites", "website_app"),
    Home("vic_MethodOfRecruitment", "recruitment_methods", "recruitment_method"),
    Home("vic_LocationOfRecruitment", "recruitment_place"),
    Home("vic_MethodsOfControl", "control_methods", "control_method"),
    Home("vic_TypeOfExploitation", "purposes", "purpose"),
    Home("vic_ForcedLabourIndustry", "sectors", "sector"),
    Home("vic_TypeOfSexExploitation", "sexual_exploitation_types", "sexual_exploitation_type"),
    Home("vic_LocationOfExploitation", "exploitation_place"),
    Home("vic_ExploitationWebsitesAndApps", "exploitation_websites", "website_app"),
)
EVENT = (
    Home("hte_Type", "kind", "leg_kind"),
    Home("hte_Date", "on"),
    Home("hte_Description", "description"),
)
_ADDRESS_PARTS = {
    "Street": "street",
    "City": "city",
    "State": "state",
    "PostalCode": "postal_code",
    "Latitude": "latitude",
    "Longitude": "longitude",
}


def address_homes(prefix: str) -> tuple[Home, ...]:
    """Return where the address fields with that prefix live, but for the country, which may be a text."""
    return tuple(Home(f"{prefix}{part}", attribute) for part, attribute in _ADDRESS_PARTS.items())


MAILING, SHIPPING, PLACE = "prs_Mailing", "org_Shipping", "hte_"


def settled(homes: Iterable[Home], values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the attributes that the filled fields of a row give a record."""
    return {home.attribute: _ours(home, values[home.field]) for home in homes if home.field in values}


@dataclass(slots=True)
class FilledRow:
    """A row of the standard in the making, and the fields whose value the standard has no code for."""

    values: dict[str, Value] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def fill(self, homes: Iterable[Home], record: Any) -> None:
        """Take from a record what its homes hold."""
        for home in homes:
            self.put(home.field, getattr(record, home.attribute), codes=home.codes)

    def put(self, field: str, value: Any, *, codes: str = "") -> None:
        """Fill one field with one of our values, unless it holds nothing."""
        theirs = self._coded(field, value, codes) if codes else _plain(field, value)
        if theirs not in (None, "", ()):
            self.values[field] = theirs

    def _coded(self, field: str, value: str | Sequence[str], codes: str) -> Value | None:
        chosen = (value,) if isinstance(value, str) else tuple(value)
        found: list[str] = []
        for code in chosen:
            same = to_standard(codes, code)
            found += [one for one in same if one not in found]
            if not same and not is_null_reason(code):
                self.left_out.add(field)
        if standard_field(field).has_many:
            return tuple(found)
        return found[0] if found else None


def _ours(home: Home, value: Value) -> Any:
    if home.codes:
        if isinstance(value, tuple):
            return tuple(from_standard(home.codes, str(one)) for one in value)
        return from_standard(home.codes, str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else value


def _plain(field: str, value: Any) -> Value | None:
    kind = standard_field(field).kind
    if kind == "checkbox":
        return {"yes": True, "no": False}.get(value)
    if kind == "decimal":
        try:
            return float(value)
        except ValueError:
            return None
    plain: Value | None = value
    return plain


@lru_cache(maxsize=4_000)
def from_standard(codes: str, theirs: str) -> str:
    """Return our code, or null reason, for a code of the standard; each has exactly one."""
    if codes in SHARED:
        return theirs
    (ours,) = code_list(codes).from_crosswalk(STANDARD, theirs)
    return ours


@lru_cache(maxsize=4_000)
def to_standard(codes: str, ours: str) -> tuple[str, ...]:
    """Return the standard's codes for ours, wider ones where it has no equal; none where it has neither."""
    listed = code_list(codes)
    if codes in SHARED:
        return (ours,) if ours in listed else ()
    return listed.to_crosswalk(STANDARD, ours)[:1] if listed.accepts(ours) else ()


def is_standard_code(field: str, value: str) -> bool:
    """Tell whether a field that takes codes and texts holds a code."""
    return is_code(standard_field(field), value)
