"""The rows of publishing: releases with their items and the words of their review, and the register, which is only added to.

And the research gateway: proposals, who works on them, and which releases are open to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.db import models

from amparo.publishing.rules import Audience, ProposalState, ReleaseState
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


def _only_while(name: str, state: str, operation: pgtrigger.Operation, row: str) -> pgtrigger.Trigger:
    """Let rows that belong to a proposal come or go only in one state of it."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=operation,
        func=(
            f"IF NOT EXISTS (SELECT FROM publishing_researchproposal WHERE id = {row}.proposal_id AND state = '{state}') THEN "
            f"RAISE EXCEPTION 'publishing_researchproposal: this is changed only while it is {state}'; END IF; RETURN {row};"
        ),
    )


class Release(models.Model):
    """Something that is let out, or asked to be. `digest` stands for all of it, as it stands.

    `checked` is what the register said when it was asked last; `explanations` answer its findings, by their kind. `publisher` is
    the name of the organisation as it was when it let the release out: who reads what was published reads no list of organisations.
    `proposal` is that of the researchers who ask for their results to be let out.
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
    snapshot_day = models.DateField(null=True)
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
    proposal = models.ForeignKey(
        "publishing.ResearchProposal", on_delete=models.PROTECT, null=True, related_name="outputs"
    )

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "number", "title", "purpose", "audience", "ethics", "population", "period", "snapshot", "snapshot_hash", "licence",
            "doi", "version", "supersedes", "embargo_until", "state", "reason", "checked", "explanations", "digest", "organisation", "unit",
            "made_at", "made_by", "reviewed_by", "published_at", "published_by", "publisher", "withdrawn_at", "snapshot_day",
            "proposal",
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


class ResearchProposal(models.Model):
    """What researchers ask, and what was decided. What was sent in stays as it was read by those who decided.

    `institution` is the name of the organisation as it was when the proposal was sent in. `wanted_until` is the day until which more
    time is asked for, `wanted_agreed_by` the first of the two who agree to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    question = models.TextField()
    wanted = models.TextField()
    method = models.TextField()
    ethics_body = models.CharField(max_length=200)
    ethics_number = models.CharField(max_length=100)
    ethics_on = models.DateField()
    begins = models.DateField()
    ends = models.DateField()
    funder = models.TextField()
    conflicts = models.TextField()
    state = models.CharField(max_length=20, default=ProposalState.DRAFT)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    institution = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    review = models.TextField(blank=True)
    granted_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    office = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    conditions = models.TextField(blank=True)
    wanted_until = models.DateField(null=True)
    wanted_because = models.TextField(blank=True)
    wanted_agreed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    report = models.TextField(blank=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "number", "title", "summary", "question", "wanted", "method", "ethics_body", "ethics_number", "ethics_on", "begins",
            "ends", "funder", "conflicts", "state", "organisation", "institution", "made_at", "made_by", "reviewed_at", "reviewed_by",
            "review", "granted_at", "granted_by", "office", "conditions", "wanted_until", "wanted_because", "wanted_agreed_by",
            "ended_at", "reason", "report",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    class Meta:
        indexes = (models.Index(fields=["state", "-made_at"], name="publishing_proposal_state_made"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(granted_by=None) | ~models.Q(granted_by=models.F("reviewed_by")),
                name="publishing_proposal_two_people",
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="stays_as_sent",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "number", "title", "summary", "question", "wanted", "method", "ethics_body", "ethics_number", "ethics_on",
                    "begins", "funder", "conflicts", "organisation", "institution", "made_by",
                ),
                func=(
                    "IF OLD.state <> 'draft' THEN RAISE EXCEPTION 'publishing_researchproposal: what was sent in stays as it was "
                    "decided on'; END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Protect(name="stays", operation=pgtrigger.Delete),
        )  # fmt: skip


class ProposalMember(models.Model):
    """Somebody who works on a proposal: a person with an account, named before it is sent in."""

    proposal = models.ForeignKey(ResearchProposal, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(("id", "proposal", "user"), Privacy.TECHNICAL)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["proposal", "user"], name="publishing_proposal_member"),
        )
        triggers = (
            _only_while("named", "draft", pgtrigger.Insert, "NEW"),
            _only_while("unnamed", "draft", pgtrigger.Delete, "OLD"),
            _only_added("publishing_proposalmember", _NEVER_CHANGED),
        )


class ProposalData(models.Model):
    """A release that is open to those who work on a proposal, while it lasts."""

    proposal = models.ForeignKey(ResearchProposal, on_delete=models.PROTECT, related_name="data")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(("id", "proposal", "release"), Privacy.TECHNICAL)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["proposal", "release"], name="publishing_proposal_data"),
        )
        triggers = (
            _only_while("opened", "submitted", pgtrigger.Insert, "NEW"),
            _only_added("publishing_proposaldata"),
        )
