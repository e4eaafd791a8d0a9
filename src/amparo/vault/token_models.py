"""The rows of the search. They lie in the main schema: what they say needs the keys of the keyring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from amparo.vocab.described import Privacy


class Token(models.Model):
    """One fact of one person, blind. No person, no kind, no compartment, no number that rises: nothing groups the rows."""

    # One index for all: it holds whole rows, so that thousands of one token are read from where they lie side by side.
    pk = models.CompositePrimaryKey("token", "posting")
    token = models.BigIntegerField()
    posting = models.BinaryField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(("token", "posting"), Privacy.TECHNICAL)


class TokenOrder(models.Model):
    """Somebody whose tokens are to be written: many persons at once, for what is written together is seen together."""

    person = models.UUIDField(primary_key=True)
    ordered_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(("person", "ordered_at"), Privacy.TECHNICAL)


class MemberToken(models.Model):
    """What a member of staff is known by herself, blind: by it nobody works on the record of a person who is she.

    Tokens of another kind than those of persons: without the key nobody sees that one of each says the same.
    """

    member = models.BigIntegerField()
    token = models.BigIntegerField()
    is_declared = models.BooleanField()  # said by herself, or taken from her account
    kept_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "member", "token", "is_declared", "kept_at"), Privacy.TECHNICAL
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["token", "member", "is_declared"], name="vault_member_token_once"
            ),
        )
        indexes = (models.Index(fields=["member"], name="vault_member_token_member"),)


class SearchDay(models.Model):
    """How often somebody searched beyond her own cases on one day."""

    searcher = models.BigIntegerField()
    day = models.DateField()
    used = models.PositiveSmallIntegerField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "searcher", "day", "used"), Privacy.TECHNICAL
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["searcher", "day"], name="vault_search_day_searcher"),)
