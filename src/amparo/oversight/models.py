"""The readings that were drawn for somebody to explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.oversight.rules import Verdict
from amparo.vault.fields import VaultField
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7

TECHNICAL = Privacy.TECHNICAL


class Sample(models.Model):
    """The readings of one organisation and week, drawn by the system; the seed tells how, so that it can be drawn again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    week = models.DateField()  # its Monday
    seed = models.BigIntegerField()
    drawn_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "organisation", "week", "seed", "drawn_at"), TECHNICAL
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "week"], name="oversight_sample_once_a_week"),
        )


class SampledReading(models.Model):
    """One reading that was drawn: what the log says of it, and why the reader says she opened it.

    What she says is about the person, so it is sealed under the person's key and ends with it. `event` is the line of the
    log; the log is no table to point a foreign key at.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="readings")
    event = models.BigIntegerField()
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    person = models.UUIDField()
    action = models.CharField(max_length=80)
    record = models.CharField(max_length=80)
    basis = models.CharField(max_length=40, blank=True)
    read_at = models.DateTimeField()
    explanation = VaultField(privacy=Privacy.STORY, person="person", holds=("text",), null=True)
    explained_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=12, default=Verdict.OPEN)
    judged_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "sample", "event", "user", "person", "action", "record", "basis", "read_at", "explained_at", "verdict",
            "judged_by", "judged_at",
        ),
        TECHNICAL,
    )  # fmt: skip

    class Meta:
        indexes = (
            models.Index(fields=["user", "-read_at"], name="oversight_reading_user"),
            models.Index(fields=["sample", "read_at"], name="oversight_reading_sample"),
        )
