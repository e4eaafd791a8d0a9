"""Store what somebody is told on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from amparo.vocab.described import Privacy


class Notice(models.Model):
    """Something that one user is to know, in the organisation for which they work: a kind and what it is about."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    act = models.ForeignKey("access.DualAct", on_delete=models.PROTECT, null=True, related_name="+")
    opening = models.ForeignKey(
        "access.EmergencyOpening", on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "user", "organisation", "kind", "act", "opening", "at", "seen_at"), Privacy.TECHNICAL
    )

    class Meta:
        indexes = (
            models.Index(
                fields=["user", "organisation", "-at"],
                condition=Q(seen_at__isnull=True),
                name="access_notice_unseen",
            ),
        )
