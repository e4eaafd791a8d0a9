"""The keyring: wrapped keys, in a schema of its own, which is dumped, kept and forgotten apart from all other data.

The ledger of erasures and the holds stand with all other data: they outlive the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.db import models

from amparo.vault.token_models import MemberToken, SearchDay, Token, TokenOrder
from amparo.vocab.described import Privacy

__all__ = ["CompartmentKey", "Keyring", "MemberToken", "PersonKeys", "SearchDay", "Token", "TokenOrder"]


class Keyring(models.Model):
    """The one keyring of this installation, and whose key opens it."""

    installation = models.UUIDField(primary_key=True)
    custodian_kind = models.CharField(max_length=20)
    custodian = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("installation", "custodian_kind", "custodian", "created_at"), Privacy.TECHNICAL
    )

    class Meta:
        db_table = '"keyring"."keyring"'


class CompartmentKey(models.Model):
    """A key of a compartment, wrapped by the custodian. The one with the highest number wraps what is new."""

    compartment = models.CharField(max_length=20)
    use = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "compartment", "use", "number", "wrapped", "created_at"), Privacy.TECHNICAL
    )

    class Meta:
        db_table = '"keyring"."compartment_key"'
        constraints = (
            models.UniqueConstraint(
                fields=["compartment", "use", "number"], name="vault_compartment_key_number"
            ),
        )


class PersonKeys(models.Model):
    """The three keys of one person, wrapped by the keys of her compartment. Without this row, nobody reads of her again."""

    person = models.UUIDField()
    number = models.PositiveSmallIntegerField(default=1)
    compartment = models.CharField(max_length=20)
    label = models.BinaryField()
    record = models.BinaryField()
    place = models.BinaryField()
    created_at = models.DateTimeField()
    # What stands for her in the postings of the search. It lies with her keys, so that it goes with them.
    search_number = models.BigIntegerField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "person", "number", "compartment", "label", "record", "place", "created_at", "search_number"),
        Privacy.TECHNICAL,
    )

    class Meta:
        db_table = '"keyring"."person_keys"'
        constraints = (models.UniqueConstraint(fields=["person", "number"], name="vault_person_keys_number"),)
        # Not unique: where a person has several generations of keys, each carries the same number. A search reads of hundreds
        # no more than the index holds.
        indexes = (
            models.Index(
                fields=["search_number"], include=["person", "compartment"], name="vault_person_keys_search"
            ),
        )


class Erasure(models.Model):
    """One entry of the ledger: her keys were destroyed. Appended, never changed; ids and codes only, no foreign keys."""

    number = models.PositiveBigIntegerField(primary_key=True)
    person = models.UUIDField(unique=True)
    reason = models.CharField(max_length=40)
    asked_by = models.BigIntegerField()
    approved_by = models.BigIntegerField()
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("number", "person", "reason", "asked_by", "approved_by", "at", "digest"), Privacy.TECHNICAL
    )

    class Meta:
        triggers = (
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'vault_erasure is append-only';",
            ),
        )


class Restoration(models.Model):
    """A backup that was brought back into this installation. Appended, never changed."""

    backup = models.CharField(max_length=64)  # the SHA-256 of the manifest of its main set
    taken_at = models.DateTimeField()
    erased_again = models.PositiveIntegerField()
    at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "backup", "taken_at", "erased_again", "at"), Privacy.TECHNICAL
    )

    class Meta:
        triggers = (
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'vault_restoration is append-only';",
            ),
        )


class LegalHold(models.Model):
    """Somebody with the right to it forbids that a person be erased, until two people lift it."""

    person = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=40)
    asked_by = models.BigIntegerField()
    approved_by = models.BigIntegerField()
    at = models.DateTimeField()
    lifted_asked_by = models.BigIntegerField(null=True)
    lifted_approved_by = models.BigIntegerField(null=True)
    lifted_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "person", "reason", "asked_by", "approved_by", "at", "lifted_asked_by", "lifted_approved_by",
         "lifted_at"),
        Privacy.TECHNICAL,
    )  # fmt: skip
