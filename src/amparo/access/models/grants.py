"""Store the grants of single records, and the forms that were already sent once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from amparo.vault.asking import Given
from amparo.vocab.described import Privacy


class GrantQuerySet(models.QuerySet["Grant"]):
    """Chains filters over grants."""

    def running(self, now: datetime | Given) -> GrantQuerySet:
        """Keep the grants that count at that moment."""
        return self.filter(starts_at__lte=now, ends_at__gt=now, revoked_at__isnull=True)

    def reaching(self, *, user_id: int | Given, organisation_id: int | Given) -> GrantQuerySet:
        """Keep the grants to that user and to that organisation."""
        return self.filter(Q(user_id=user_id) | Q(organisation_id=organisation_id))

    def to(self, *, user_id: int | None, organisation_id: int | None) -> GrantQuerySet:
        """Keep the grants to exactly that user, or to exactly that organisation."""
        if user_id is not None:
            return self.filter(user_id=user_id)
        return self.filter(organisation_id=organisation_id or 0)


class Grant(models.Model):
    """One record opened to one organisation or user outside its scope: for what, why, by whom, how long.

    `record` points upward, to whatever app keeps the record, and is therefore no foreign key. Grants that ended stay: they
    say who could see the record when.
    """

    record = models.UUIDField()
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    permissions = ArrayField(models.CharField(max_length=40))
    compartments = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    reason = models.CharField(max_length=40)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    granting_organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "record", "organisation", "user", "permissions", "compartments", "reason", "granted_by",
            "granting_organisation", "starts_at", "ends_at", "revoked_at",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) ^ Q(user__isnull=True),
                name="access_grant_to_one_organisation_or_user",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="access_grant_ends_after_start"
            ),
        )
        indexes = (
            models.Index(
                fields=["organisation", "ends_at"],
                condition=Q(revoked_at__isnull=True),
                name="access_grant_organisation",
            ),
            models.Index(
                fields=["user", "ends_at"], condition=Q(revoked_at__isnull=True), name="access_grant_user"
            ),
            models.Index(fields=["record"], name="access_grant_record"),
        )


class Submission(models.Model):
    """A form or request that was carried out once, so that the same one sent again makes nothing new."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField()
    # Of a program's request: what identifies its content. A form has none.
    fingerprint = models.CharField(max_length=64, blank=True)
    result = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "user", "submission", "fingerprint", "result", "at"), Privacy.TECHNICAL
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "submission"], nulls_distinct=False, name="access_submission_once"
            ),
        )
