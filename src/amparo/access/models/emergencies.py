"""Store the openings of one person's record in an emergency, with their reason and what the review found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from amparo.access.models.guarding import guarded_triggers
from amparo.vault.fields import VaultField
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7

STAMP = """
NEW.number := nextval('public.access_emergency_number');
NEW.opened_at := public.access_now();
NEW.ends_at := NEW.opened_at + interval '60 minutes';
NEW.review_until := NEW.opened_at + interval '72 hours';
NEW.reviewed_at := NULL;
NEW.verdict := '';
NEW.escalated_at := NULL;
RETURN NEW;
"""
GUARD = """
IF (OLD.id, OLD.number, OLD.record, OLD.reference, OLD.person, OLD.user_id, OLD.membership_id, OLD.organisation_id,
    OLD.owner_id, OLD.owner_organisation_id, OLD.reason, OLD.story, OLD.opened_at, OLD.ends_at, OLD.review_until)
   IS DISTINCT FROM
   (NEW.id, NEW.number, NEW.record, NEW.reference, NEW.person, NEW.user_id, NEW.membership_id, NEW.organisation_id,
    NEW.owner_id, NEW.owner_organisation_id, NEW.reason, NEW.story, NEW.opened_at, NEW.ends_at, NEW.review_until) THEN
    RAISE EXCEPTION 'an emergency opening is neither changed nor extended';
END IF;
IF OLD.verdict <> '' AND (OLD.verdict, OLD.reviewed_by_id, OLD.reviewed_at)
   IS DISTINCT FROM (NEW.verdict, NEW.reviewed_by_id, NEW.reviewed_at) THEN
    RAISE EXCEPTION 'it was reviewed already';
END IF;
IF OLD.verdict = '' AND NEW.verdict <> '' THEN
    NEW.reviewed_at := public.access_now();
END IF;
RETURN NEW;
"""


class EmergencyOpening(models.Model):
    """One person opened outside reach for sixty minutes of the database's time: by whom, why, and how it was judged.

    `record` and `person` point upward, to the app that keeps them, and are therefore no foreign keys.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(null=True, unique=True)  # by which the log names it
    record = models.UUIDField()
    reference = models.CharField(max_length=20)
    person = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    owner_organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=40)
    story = VaultField(privacy=Privacy.STORY, person="person", holds=("text",))
    opened_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    review_until = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=20, blank=True, default="")
    escalated_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = {"story": Privacy.STORY} | dict.fromkeys(
        (
            "id", "number", "record", "reference", "person", "user", "membership", "organisation", "owner",
            "owner_organisation", "reason", "opened_at", "ends_at", "review_until", "reviewed_by", "reviewed_at",
            "verdict", "escalated_at",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("user")),
                name="access_emergency_not_judged_by_its_reader",
            ),
        )
        indexes = (
            models.Index(fields=["person", "-opened_at"], name="access_emergency_person"),
            models.Index(fields=["user", "-opened_at"], name="access_emergency_user"),
            models.Index(
                fields=["review_until"], condition=Q(verdict=""), name="access_emergency_unreviewed"
            ),
        )
        triggers = guarded_triggers(stamp=STAMP, guard=GUARD, refusal="emergency openings are kept")
