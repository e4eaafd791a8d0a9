"""The row of a message to the independent unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.cases.models.columns import classes
from amparo.vault.fields import VaultField
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7


class UnitMessage(models.Model):
    """Something that somebody told the independent unit. It is its own subject, with keys in the unit's compartment.

    Who told it, and about which case, stands sealed in it and nowhere else.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sent_at = models.DateTimeField()
    content = VaultField(
        privacy=Privacy.STORY, person="id", holds=("text", "reference", "sender", "organisation")
    )

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(technical=("id", "sent_at"))
