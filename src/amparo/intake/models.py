"""The rows of an import: the workbook as it was sent in, and its rows until they are cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.intake.rules.states import BatchState
from amparo.vault.fields import VaultField
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7

CODED, TECHNICAL = Privacy.CODED, Privacy.TECHNICAL


class ImportBatch(models.Model):
    """One workbook that somebody sent in for an organisation. Its content is sealed here and never lies on a disk.

    The batch is its own subject: what is sealed in it belongs to many persons, so it is kept no longer than the import
    needs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, null=True, related_name="+")
    # None: the command line.
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    membership = models.BigIntegerField(null=True)
    state = models.CharField(max_length=20, default=BatchState.CHECKING)
    digest = models.CharField(max_length=64)
    layout = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    upload = VaultField(privacy=Privacy.IDENTITY, person="id", holds=("file",), null=True)
    report = VaultField(
        privacy=Privacy.IDENTITY,
        person="id",
        holds=("file_name", "errors", "warnings", "unknown_columns", "missing_columns"),
        null=True,
    )
    rejected_file = VaultField(privacy=Privacy.IDENTITY, person="id", holds=("file", "format"), null=True)

    # How far the job is that is at it; written from a connection of its own, so that it is seen while the job runs.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    consent_no = models.PositiveIntegerField(default=0)
    persons_new = models.PositiveIntegerField(default=0)
    persons_existing = models.PositiveIntegerField(default=0)
    cases = models.PositiveIntegerField(default=0)
    episodes = models.PositiveIntegerField(default=0)
    # What stopped the job, as a code of `panels`.
    trouble = models.CharField(max_length=40, blank=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "organisation", "team", "user", "membership", "state", "digest", "layout", "created_at", "changed_at",
         "written_at", "done", "total", "rows", "accepted", "rejected", "consent_no", "persons_new",
         "persons_existing", "cases", "episodes", "trouble"),
        TECHNICAL,
    )  # fmt: skip

    class Meta:
        indexes = (
            models.Index(fields=["organisation", "-created_at"], name="intake_batch_organisation"),
            models.Index(fields=["organisation", "digest"], name="intake_batch_digest"),
        )


class ImportRow(models.Model):
    """One good row of a workbook: sealed values until it is a case, then only which case it became."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="content")
    number = models.PositiveIntegerField()
    content = VaultField(privacy=Privacy.IDENTITY, person="batch_id", holds=("values",), null=True)
    # Whose person it likely is: one known already (an id of cases, no key: she may be erased), or that of an earlier row.
    known_person = models.UUIDField(null=True)
    earlier_row = models.PositiveIntegerField(null=True)
    is_joined = models.BooleanField(default=False)
    reference = models.CharField(max_length=20, blank=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "batch", "number", "known_person", "earlier_row", "is_joined", "reference"), TECHNICAL
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["batch", "number"], name="intake_row_number"),
            models.CheckConstraint(
                name="intake_row_one_proposal",
                condition=models.Q(known_person__isnull=True) | models.Q(earlier_row__isnull=True),
            ),
        )
