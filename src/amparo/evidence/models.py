"""The rows of evidence: snapshots, whose facts lie in files named by the id, and studies that were made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.evidence.rules.snapshots import SnapshotState
from amparo.evidence.rules.studies import StudyState
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7


class Snapshot(models.Model):
    """The coded facts of one day. `tables` holds, for each table, its number of rows and what identifies its content.

    `used_at` is when a table was first downloaded from it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    state = models.CharField(max_length=20, default=SnapshotState.WAITING)
    finished_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    tables = models.JSONField(default=dict)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "made_at", "made_by", "day", "state", "finished_at", "used_at", "tables"), Privacy.TECHNICAL
    )

    class Meta:
        indexes = (models.Index(fields=["state", "-made_at"], name="evidence_snapshot_state_made"),)


class Study(models.Model):
    """A study of prevalence: what was asked, from which snapshot, and what came out, with all that makes it again.

    `result` and `report` hold no overlap that may not be shown. `fingerprint` is that of the whole overlap table, and is never shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    again = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    choices = models.JSONField()
    state = models.CharField(max_length=20, default=StudyState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    fault = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, default="")
    copies = models.PositiveIntegerField(default=0)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "snapshot", "again", "asked_at", "asked_by", "choices", "state", "done", "total", "started_at", "finished_at",
            "fault", "result", "report", "fingerprint", "copies",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    class Meta:
        indexes = (models.Index(fields=["-asked_at"], name="evidence_study_asked"),)
