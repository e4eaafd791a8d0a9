"""The rows of evidence: one for each snapshot. The facts themselves lie in files, named by the id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.evidence.rules.snapshots import SnapshotState
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
