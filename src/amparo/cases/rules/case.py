"""One person's passage through the response."""

from __future__ import annotations

from dataclasses import dataclass

from amparo.cases.rules.person import Address
from amparo.vocab.dates import PartialDate
from amparo.vocab.described import Privacy, describe
from amparo.vocab.text import N_

STORY, CODED = Privacy.STORY, Privacy.CODED


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralOut:
    """A referral to somebody else, as it was reported."""

    organisation: str = describe(N_("Organisation"), privacy=STORY, default="")
    worker: str = describe(N_("Case worker there"), privacy=STORY, default="")
    reasons: tuple[str, ...] = describe(N_("Reasons"), privacy=STORY, codes="referral_reason", default=())
    on: PartialDate | None = describe(N_("Date"), privacy=STORY, default=None)
    details: str = describe(N_("Details"), privacy=STORY, default="", widget="long")


@dataclass(frozen=True, kw_only=True, slots=True)
class SupportPlan:
    """A plan of support, as it was reported."""

    kind: str = describe(N_("Kind of support"), privacy=STORY, codes="support_plan_type", default="not_asked")
    objectives: str = describe(N_("Objectives"), privacy=STORY, default="", widget="long")
    actions: str = describe(N_("What will be done"), privacy=STORY, default="", widget="long")
    planned_end: PartialDate | None = describe(N_("Planned end"), privacy=STORY, default=None)
    actual_end: PartialDate | None = describe(N_("Actual end"), privacy=STORY, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportingOrganisation:
    """The organisation that the record came from, as it named itself."""

    name: str = describe(N_("Organisation"), privacy=STORY, default="")
    kind: str = describe(
        N_("Kind of organisation"), privacy=STORY, codes="organisation_kind", default="not_asked"
    )
    phone: str = describe(N_("Phone"), privacy=STORY, default="")
    address: Address | None = describe(N_("Address"), privacy=STORY, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseDetails:
    """What is recorded of a case apart from its person and its episodes."""

    priority: str = describe(N_("Priority"), privacy=CODED, codes="priority", default="not_asked")
    consent: str = describe(
        N_("Agrees that this record is kept and used"),
        privacy=CODED,
        codes="yes_no",
        default="not_asked",
        help=N_("Without a yes the record stays with its organisation and out of every statistic."),
    )
    identification: str = describe(
        N_("Status"),
        privacy=CODED,
        codes="identification_status",
        default="not_asked",
        help=N_("What has been decided or asserted so far. A screening never decides."),
    )
    deciding_body: str = describe(
        N_("Who decided or asserted it"), privacy=CODED, codes="deciding_body", default="not_asked"
    )
    owner_stated: str = describe(N_("Case owner, as stated"), privacy=STORY, default="")
    closure_details: str = describe(N_("Why it was closed"), privacy=STORY, default="", widget="long")
    referring_organisation: str = describe(N_("Referred by"), privacy=STORY, default="")
    referring_worker: str = describe(N_("Case worker who referred"), privacy=STORY, default="")
    referral_reason: str = describe(
        N_("Reason for the referral"), privacy=CODED, codes="referral_reason", default="not_asked"
    )
    referral_reason_stated: str = describe(
        N_("Reason for the referral, in the words of who referred"), privacy=STORY, default=""
    )
    referral_accepted: PartialDate | None = describe(N_("Referral accepted on"), privacy=STORY, default=None)
    referral_details: str = describe(N_("Details of the referral"), privacy=STORY, default="", widget="long")
    referrals_out: tuple[ReferralOut, ...] = describe(N_("Referred to"), privacy=STORY, default=())
    support_plan: SupportPlan | None = describe(N_("Support plan"), privacy=STORY, default=None)
    vulnerabilities: tuple[str, ...] = describe(
        N_("Vulnerabilities"), privacy=CODED, codes="vulnerability", default=()
    )
    vulnerability_details: str = describe(
        N_("Details of vulnerabilities"), privacy=STORY, default="", widget="long"
    )
    agreed_to_manage: str = describe(
        N_("Agreed to the management of personal data (older records)"),
        privacy=CODED,
        codes="yes_no",
        default="not_asked",
    )
    roles_in_process: tuple[str, ...] = describe(
        N_("Role in the process, as reported"), privacy=STORY, codes="perpetrator_role", default=()
    )
    role_details: str = describe(N_("Details of the role"), privacy=STORY, default="", widget="long")
    role_organisation: str = describe(N_("Organisation of the role"), privacy=STORY, default="")
    reported_by: ReportingOrganisation | None = describe(N_("Reported by"), privacy=STORY, default=None)
