"""The rows of publishing: releases with their items and the words of their review, and the register, which is only added to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.db import models

from amparo.publishing.rules import Audience, ReleaseState
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate
_NEVER_CHANGED = pgtrigger.Update | pgtrigger.Truncate


def _only_added(table: str, operation: pgtrigger.Operation = _APPEND_ONLY) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="append_only",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=operation,
        func=f"RAISE EXCEPTION '{table} is append-only: what was let out is not forgotten';",
    )


class Release(models.Model):
    """Something that is let out, or asked to be. `digest` stands for all of it, as it stands.

    `checked` is what the register said when it was asked last; `explanations` answer its findings, by their kind. `publisher` is
    the name of the organisation as it was when it let the release out: who reads what was published reads no list of organisations.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    purpose = models.TextField()
    audience = models.CharField(max_length=20, default=Audience.PUBLIC)
    ethics = models.TextField(blank=True)
    population = models.CharField(max_length=80)
    period = models.JSONField(default=list)
    snapshot = models.CharField(max_length=80, blank=True)
    snapshot_hash = models.CharField(max_length=64, blank=True)
    licence = models.CharField(max_length=40, default="CC BY 4.0")
    doi = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    embargo_until = models.DateField(null=True)
    state = models.CharField(max_length=20, default=ReleaseState.DRAFT)
    reason = models.TextField(blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    checked = models.JSONField(default=dict)
    explanations = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "number", "title", "purpose", "audience", "ethics", "population", "period", "snapshot", "snapshot_hash", "licence",
            "doi", "version", "supersedes", "embargo_until", "state", "reason", "checked", "explanations", "digest", "organisation", "unit",
            "made_at", "made_by", "reviewed_by", "published_at", "published_by", "publisher", "withdrawn_at",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    class Meta:
        indexes = (models.Index(fields=["state", "-made_at"], name="publishing_release_state_made"),)


class ReleaseItem(models.Model):
    """One thing of a release. `kept` holds only what may be shown, its verdict, and its numbers for the register.

    It is taken out of a draft as a whole; from the moment that a release is proposed it stays.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    kept = models.JSONField()
    digest = models.CharField(max_length=64)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "release", "position", "kept", "digest"), Privacy.TECHNICAL
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["release", "position"], name="publishing_item_position"),
        )
        triggers = (
            _only_added("publishing_releaseitem", _NEVER_CHANGED),
            pgtrigger.Trigger(
                name="stays",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=(
                    "IF NOT EXISTS (SELECT FROM publishing_release WHERE id = OLD.release_id AND state = 'draft') THEN "
                    "RAISE EXCEPTION 'publishing_releaseitem is append-only: what was proposed is not forgotten'; "
                    "END IF; RETURN OLD;"
                ),
            ),
        )


class ReleasedCell(models.Model):
    """A number that was let out, with the people whom it counts; the register. Kept for good, withdrawn or not."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    population = models.CharField(max_length=80)
    cell = models.JSONField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "release", "population", "cell"), Privacy.TECHNICAL
    )

    class Meta:
        indexes = (models.Index(fields=["population"], name="publishing_cell_population"),)
        triggers = (_only_added("publishing_releasedcell"),)


class BudgetEntry(models.Model):
    """What a release took of the privacy budget of a population."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    population = models.CharField(max_length=80)
    rho = models.FloatField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "release", "population", "rho"), Privacy.TECHNICAL
    )

    class Meta:
        triggers = (_only_added("publishing_budgetentry"),)


class ReviewNote(models.Model):
    """What somebody remarked on a release while it was reviewed, and on which of its numbers."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    cells = models.JSONField(default=list)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "release", "at", "by", "words", "cells"), Privacy.TECHNICAL
    )

    class Meta:
        triggers = (_only_added("publishing_reviewnote"),)
