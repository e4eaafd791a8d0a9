"""The log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from amparo.vocab.described import Privacy

TECHNICAL = Privacy.TECHNICAL


class Event(models.Model):
    """One act or one reading: who, when, what, about which persons. Never a name, never a text."""

    at = models.DateTimeField()
    user = models.BigIntegerField(null=True)
    membership = models.BigIntegerField(null=True)
    organisation = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    record = models.CharField(max_length=80, blank=True)
    persons = ArrayField(models.UUIDField(), default=list)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    count = models.IntegerField(null=True)
    purpose = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=20, default="done")

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "at", "user", "membership", "organisation", "action", "record", "persons", "fields", "count",
         "purpose", "outcome"),
        TECHNICAL,
    )  # fmt: skip

    class Meta:
        indexes = (
            GinIndex(fields=["persons"], name="audit_event_persons"),
            models.Index(fields=["record", "-id"], name="audit_event_record"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'audit_event is append-only';",
            ),
        )
