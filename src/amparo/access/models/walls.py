"""Store who is named for a record that is closed to all others, and who is kept away from a person for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from amparo.vocab.described import Privacy


class Clearance(models.Model):
    """One user who is named for a record that is closed to all others. What ended stays: it says who could see when."""

    record = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "record", "user", "named_by", "named_at", "ended_at"), Privacy.TECHNICAL
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "record"], condition=Q(ended_at__isnull=True), name="access_clearance_once"
            ),
        )


class Wall(models.Model):
    """A record, or all records of a person, that a user or a whole organisation must never see. It wins over all else.

    `record` and `person` point upward and are therefore no foreign keys.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    record = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    reason = models.CharField(max_length=20)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)
    # By which blind tokens a member of staff and the person are the same: what was judged is not held against her again.
    matched = ArrayField(models.BigIntegerField(), default=list, blank=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "user", "organisation", "record", "person", "reason", "made_by", "made_at", "lifted_by",
            "lifted_at", "matched",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) ^ Q(user__isnull=True),
                name="access_wall_before_one_organisation_or_user",
            ),
            models.CheckConstraint(
                condition=Q(record__isnull=True) ^ Q(person__isnull=True),
                name="access_wall_around_one_record_or_person",
            ),
            models.UniqueConstraint(
                fields=["user", "person"],
                condition=Q(reason="staff_match", lifted_at__isnull=True),
                name="access_wall_match_once",
            ),
        )
        indexes = (
            models.Index(fields=["user"], condition=Q(lifted_at__isnull=True), name="access_wall_user"),
            models.Index(
                fields=["organisation"], condition=Q(lifted_at__isnull=True), name="access_wall_organisation"
            ),
        )
