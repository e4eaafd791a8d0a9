"""The rows of notes and documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.cases.models.case import Case
from amparo.cases.models.columns import classes, code
from amparo.cases.models.person import Person
from amparo.vault.fields import VaultField
from amparo.vocab.described import Privacy
from amparo.vocab.identifiers import uuid7


class Note(models.Model):
    """Something that somebody wrote down about a case. A sensitive note is read by fewer people."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = code("general")
    is_sensitive = models.BooleanField(default=False)
    text = VaultField(privacy=Privacy.STORY, holds=("text",))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(
        technical=("id", "case", "person", "created_at", "created_by"), coded=("kind", "is_sensitive")
    )

    class Meta:
        indexes = (models.Index(fields=["case", "-created_at"], name="cases_note_case_created"),)


class Document(models.Model):
    """A file that belongs to a case. Its content lies sealed, under a random name, outside the web root."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = code("other")
    title = VaultField(privacy=Privacy.STORY, holds=("title", "sha256"))
    stored_name = models.UUIDField(unique=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    PRIVACY: ClassVar[Mapping[str, Privacy]] = classes(
        technical=(
            "id", "case", "person", "stored_name", "content_type", "size", "created_at", "created_by",
        ),
        coded=("kind",),
    )  # fmt: skip

    class Meta:
        indexes = (models.Index(fields=["case", "-created_at"], name="cases_document_case_created"),)
