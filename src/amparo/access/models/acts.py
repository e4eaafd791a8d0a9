"""Store the acts that take two people: frozen as they were asked for, decided once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from amparo.access.models.guarding import guarded_triggers
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7

# Times are those of the database, whatever the host says. What was asked for stays as it was asked for.
STAMP = """
NEW.asked_at := public.access_now();
NEW.expires_at := NEW.asked_at + interval '24 hours';
NEW.outcome := '';
NEW.decided_by_id := NULL;
NEW.decided_at := NULL;
NEW.collected_at := NULL;
RETURN NEW;
"""
GUARD = """
IF (OLD.id, OLD.kind, OLD.payload, OLD.payload_hash, OLD.asked_by_id, OLD.asked_membership, OLD.organisation_id,
    OLD.unit, OLD.beneficiary_id, OLD.asked_at, OLD.expires_at)
   IS DISTINCT FROM
   (NEW.id, NEW.kind, NEW.payload, NEW.payload_hash, NEW.asked_by_id, NEW.asked_membership, NEW.organisation_id,
    NEW.unit, NEW.beneficiary_id, NEW.asked_at, NEW.expires_at) THEN
    RAISE EXCEPTION 'what was asked for is frozen';
END IF;
IF OLD.outcome <> '' AND (OLD.outcome, OLD.decided_by_id, OLD.decided_at)
   IS DISTINCT FROM (NEW.outcome, NEW.decided_by_id, NEW.decided_at) THEN
    RAISE EXCEPTION 'it was decided already';
END IF;
IF OLD.outcome = '' AND NEW.outcome <> '' THEN
    NEW.decided_at := public.access_now();
    IF NEW.outcome = 'done' AND NEW.decided_at >= OLD.expires_at THEN
        RAISE EXCEPTION 'its 24 hours are over';
    END IF;
END IF;
IF OLD.collected_at IS NULL AND NEW.collected_at IS NOT NULL THEN
    NEW.collected_at := public.access_now();
    IF NEW.outcome <> 'done' OR NEW.collected_at >= NEW.decided_at + interval '24 hours' THEN
        RAISE EXCEPTION 'there is nothing to collect';
    END IF;
ELSIF OLD.collected_at IS DISTINCT FROM NEW.collected_at THEN
    RAISE EXCEPTION 'it was collected already';
END IF;
RETURN NEW;
"""


class DualAct(models.Model):
    """One act that somebody asked for and another person approves or refuses: ids and codes, never a text."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    payload = models.JSONField()
    payload_hash = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_membership = models.BigIntegerField()
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    unit = models.CharField(max_length=60)
    beneficiary = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # Empty while it waits; done, refused, or withdrawn.
    outcome = models.CharField(max_length=20, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "kind", "payload", "payload_hash", "asked_by", "asked_membership", "organisation", "unit", "beneficiary",
            "asked_at", "expires_at", "outcome", "decided_by", "decided_at", "collected_at",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=("", "done", "refused", "withdrawn")), name="access_act_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by__isnull=True)
                | (~Q(outcome="") & Q(decided_by__isnull=False)),
                name="access_act_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="done")
                | (
                    ~Q(decided_by=F("asked_by"))
                    & (Q(beneficiary__isnull=True) | ~Q(decided_by=F("beneficiary")))
                ),
                name="access_act_done_by_two",
            ),
        )
        indexes = (
            models.Index(fields=["organisation", "-asked_at"], name="access_act_organisation"),
            models.Index(fields=["kind", "-asked_at"], condition=Q(outcome=""), name="access_act_waiting"),
        )
        triggers = guarded_triggers(stamp=STAMP, guard=GUARD, refusal="acts of two people are kept")
