"""The rows of a case, of its timeline, and of the filters that a team keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.db import models

from amparo.access.rules import ClearanceLevel
from amparo.cases.models.columns import classes, code, codes
from amparo.cases.models.history import with_history
from amparo.cases.models.person import Person
from amparo.cases.rules import ChildTrack, Stage
from amparo.vault.fields import VaultField
from amparo.vault.rules import Compartment
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7


@with_history(model_name="CaseHistory")
class Case(models.Model):
    """One person's passage through the response, from opened to closed, led by one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    version = models.PositiveIntegerField(default=1)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases", db_index=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, null=True, related_name="+")
    worker = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    compartment = models.CharField(
        max_length=20, default=Compartment.PROTECTION
    )  # that of her person, for good
    clearance = models.CharField(max_length=20, default=ClearanceLevel.NORMAL)
    source = code("entered")
    stage = models.CharField(max_length=20, default=Stage.INTAKE)
    child_track = models.CharField(max_length=20, default=ChildTrack.IN_DOUBT)
    track_at_opening = models.CharField(max_length=20, default=ChildTrack.IN_DOUBT)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True)
    closure_reason = code("not_applicable")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    story = VaultField(
        privacy=Privacy.STORY,
        holds=(
            "owner_stated", "closure_details", "referring_organisation", "referring_worker", "referral_accepted",
            "referral_reason_stated", "referral_details", "referrals_out", "support_plan", "vulnerability_details",
            "roles_in_process", "role_details", "role_organisation", "reported_by",
        ),
    )  # fmt: skip
    priority = code()
    consent = code()
    identification = code()
    deciding_body = code()
    referral_reason = code()
    vulnerabilities = codes()
    agreed_to_manage = code()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(
        technical=(
            "id", "reference", "version", "person", "organisation", "team", "worker", "compartment",
            "clearance", "source", "created_at", "changed_at",
        ),
        coded=(
            "stage", "child_track", "track_at_opening", "opened_date", "closed_date", "closure_reason", "priority",
            "consent", "identification", "deciding_body", "referral_reason", "vulnerabilities", "agreed_to_manage",
        ),
    )  # fmt: skip

    class Meta:
        # One index a scope and a sort of the list, newest first; each ends in the id, which breaks ties.
        indexes = (
            # With all that says who reaches a case, so that the cases of an organisation are counted without a look at them.
            models.Index(
                fields=["organisation", "-opened_date", "-id"],
                include=["compartment", "clearance", "team", "worker", "person"],
                name="cases_case_organisation_opened",
            ),
            models.Index(
                fields=["organisation", "-changed_at", "-id"], name="cases_case_organisation_change"
            ),
            models.Index(
                fields=["organisation", "stage", "-opened_date", "-id"], name="cases_case_organisation_stage"
            ),
            models.Index(fields=["team", "-opened_date", "-id"], name="cases_case_team_opened"),
            models.Index(fields=["team", "-changed_at", "-id"], name="cases_case_team_changed"),
            models.Index(fields=["worker", "-opened_date", "-id"], name="cases_case_worker_opened"),
            models.Index(fields=["worker", "-changed_at", "-id"], name="cases_case_worker_changed"),
            models.Index(fields=["-opened_date", "-id"], name="cases_case_opened"),
            # A person is seen through her cases: all that their policy reads stands in the index.
            models.Index(
                fields=["person", "organisation"],
                include=["id", "team", "worker", "compartment", "clearance"],
                name="cases_case_person_reach",
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="compartment_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__compartment__df=pgtrigger.F("new__compartment")),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="cases_case_closed_has_date",
                condition=models.Q(stage=Stage.CLOSED, closed_date__isnull=False)
                | (~models.Q(stage=Stage.CLOSED) & models.Q(closed_date__isnull=True)),
            ),
        )


class CaseEvent(models.Model):
    """One line of a case's timeline: what happened, when, by whom. Appended, never changed; codes only, no text."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="timeline")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=60, blank=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(
        technical=("id", "case", "kind", "at", "by", "subject")
    )

    class Meta:
        indexes = (models.Index(fields=["case", "-at", "-id"], name="cases_event_case_at"),)
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        )  # fmt: skip


class SavedFilter(models.Model):
    """A list that somebody keeps under a name, for herself or for her team. Coded choices only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    choices = models.JSONField(default=dict)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, null=True, related_name="+")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(
        technical=("id", "name", "choices", "user", "organisation", "team", "is_shared", "created_at")
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "name"], name="cases_filter_user_name"),)
