"""The row of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.cases.models.columns import classes, code, codes, parts
from amparo.cases.models.history import with_history
from amparo.vault.fields import VaultField
from amparo.vault.rules import Compartment
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7


@with_history(model_name="PersonHistory")
class Person(models.Model):
    """A human being in need. She is seen through her cases: whoever may see none of them does not see her."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # In one compartment for good: her keys are locked in it.
    compartment = models.CharField(max_length=20, default=Compartment.PROTECTION)

    names = VaultField(
        privacy=Privacy.IDENTITY, person="id", holds=("names", "called", "salutation"), is_label=True
    )
    identity = VaultField(
        privacy=Privacy.IDENTITY,
        person="id",
        holds=("position", "birth", "stated_age", "birth_place", "papers", "contacts", "household"),
    )
    whereabouts = VaultField(privacy=Privacy.PLACE, person="id", holds=("address",))

    birth_year = models.PositiveSmallIntegerField(null=True)
    age_status = code()
    sex = code()
    gender = code()
    citizenships = codes()
    is_stateless = code()
    birth_country = code()
    languages = parts()
    number_of_children = models.PositiveSmallIntegerField(null=True)
    marital_status = code()
    education = code()
    is_deceased = code()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(
        technical=("id", "version", "created_at", "changed_at", "compartment"),
        coded=(
            "birth_year", "age_status", "sex", "gender", "citizenships", "is_stateless", "birth_country", "languages",
            "number_of_children", "marital_status", "education", "is_deceased",
        ),
    )  # fmt: skip
