"""The rows of an episode and of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.cases.models.case import Case
from amparo.cases.models.columns import classes, code, codes, parts
from amparo.cases.models.history import with_history
from amparo.cases.models.person import Person
from amparo.vault.fields import VaultField
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7


class Operation(models.Model):
    """One criminal enterprise. It ties episodes together and tells nothing of any of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    created_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(technical=("id", "reference", "created_at"))


@with_history(model_name="EpisodeHistory")
class Episode(models.Model):
    """One trafficking situation of one case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="episodes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, null=True, related_name="episodes")
    number = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    story = VaultField(
        privacy=Privacy.STORY,
        holds=("debt", "started", "ended", "recruitment_place", "exploitation_place", "events", "account"),
    )
    started_month = models.CharField(max_length=7, blank=True)
    ended_month = models.CharField(max_length=7, blank=True)
    acts = codes()
    means = codes()
    purposes = codes()
    main_purpose = code()
    sexual_exploitation_types = codes()
    sectors = codes()
    divisions = codes()
    recruitment_methods = codes()
    recruiter_relation = code()
    recruitment_websites = codes()
    exploitation_websites = codes()
    control_methods = codes()
    is_online = code()
    has_debt = code()
    age_when_trafficked = models.PositiveSmallIntegerField(null=True)
    is_ongoing = code()
    route = parts()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(
        technical=("id", "version", "case", "person", "operation", "number", "created_at", "changed_at"),
        coded=(
            "started_month", "ended_month", "acts", "means", "purposes", "main_purpose", "sexual_exploitation_types",
            "sectors", "divisions", "recruitment_methods", "recruiter_relation", "recruitment_websites",
            "exploitation_websites", "control_methods", "is_online", "has_debt", "age_when_trafficked", "is_ongoing",
            "route",
        ),
    )  # fmt: skip

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "number"], name="cases_episode_number"),)
