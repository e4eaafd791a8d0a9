"""The log, and the seals on it. Every table here only grows: the database refuses UPDATE, DELETE and TRUNCATE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from amparo.vocab.described import Privacy

TECHNICAL = Privacy.TECHNICAL

# What an event is stamped with by the database, whatever the writer says: the transaction, the generation, the real time.
STAMP = """
NEW.xid := pg_catalog.pg_current_xact_id()::text::bigint;
NEW.generation := (SELECT number FROM public.audit_generation ORDER BY number DESC LIMIT 1);
NEW.recorded_at := pg_catalog.clock_timestamp();
RETURN NEW;
"""


def append_only(table: str) -> pgtrigger.Trigger:
    """Give the trigger that lets a table grow and nothing else."""
    return pgtrigger.Trigger(
        name="append_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func=f"RAISE EXCEPTION '{table} is append-only';",
    )


class Generation(models.Model):
    """A life of the database: transaction numbers begin anew after a restore, so every restore begins the next one."""

    number = models.SmallIntegerField(primary_key=True)
    installation = models.UUIDField()
    reason = models.CharField(max_length=20)
    began_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("number", "installation", "reason", "began_at"), TECHNICAL
    )

    class Meta:
        triggers = (append_only("audit_generation"),)


class Event(models.Model):
    """One act or one reading: who, when, what, about which persons. Never a name, never a text."""

    xid = models.BigIntegerField(db_default=0)
    generation = models.SmallIntegerField(db_default=0)
    recorded_at = models.DateTimeField(db_default=Now())
    at = models.DateTimeField()
    user = models.BigIntegerField(null=True)
    membership = models.BigIntegerField(null=True)
    organisation = models.BigIntegerField(null=True)
    session = models.CharField(max_length=32, blank=True, default="")
    via = models.CharField(max_length=10, blank=True, default="")
    action = models.CharField(max_length=80)
    record = models.CharField(max_length=80, blank=True)
    persons = ArrayField(models.UUIDField(), default=list)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    count = models.IntegerField(null=True)
    purpose = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=40, blank=True, default="")
    outcome = models.CharField(max_length=20, default="done")

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "xid", "generation", "recorded_at", "at", "user", "membership", "organisation", "session", "via",
         "action", "record", "persons", "fields", "count", "purpose", "basis", "outcome"),
        TECHNICAL,
    )  # fmt: skip

    class Meta:
        indexes = (
            GinIndex(
                fields=["persons"], name="audit_event_persons", gin_pending_list_limit=8192
            ),  # kilobytes
            models.Index(fields=["record", "-id"], name="audit_event_record"),
            models.Index(fields=["user", "-id"], name="audit_event_user"),
            models.Index(fields=["generation", "xid"], name="audit_event_order"),
        )
        triggers = (
            append_only("audit_event"),
            pgtrigger.Trigger(
                name="stamped",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                level=pgtrigger.Row,
                func=STAMP,
            ),
        )


class Epoch(models.Model):
    """One sealed stretch of the log; `rules.epochs` says what its hash covers."""

    number = models.BigIntegerField(primary_key=True)
    generation = models.SmallIntegerField()
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    events = models.BigIntegerField()
    root = models.BinaryField()
    previous = models.BinaryField()
    sealed_at = models.DateTimeField()
    hash = models.BinaryField()
    key = models.CharField(max_length=16)
    signature = models.BinaryField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "number",
            "generation",
            "lo",
            "hi",
            "events",
            "root",
            "previous",
            "sealed_at",
            "hash",
            "key",
            "signature",
        ),
        TECHNICAL,
    )

    class Meta:
        triggers = (append_only("audit_epoch"),)


class LogHead(models.Model):
    """A head as it was signed, with the peaks of the tree at its size, from which later proofs are made."""

    size = models.BigIntegerField()
    head = models.JSONField()
    imprint = models.BinaryField()
    peaks = models.BinaryField()
    made_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "size", "head", "imprint", "peaks", "made_at"), TECHNICAL
    )

    class Meta:
        indexes = (models.Index(fields=["size"], name="audit_loghead_size"),)
        triggers = (append_only("audit_loghead"),)


class Anchor(models.Model):
    """What somebody outside said about a head: a witness, or an authority that stamps the time."""

    size = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    place = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10)
    receipt = models.BinaryField()
    at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "size", "kind", "place", "outcome", "receipt", "at"), TECHNICAL
    )

    class Meta:
        indexes = (models.Index(fields=["kind", "place", "-at"], name="audit_anchor_place"),)
        triggers = (append_only("audit_anchor"),)


class Alert(models.Model):
    """A rule that was broken, as it was told: ids and a number, nothing of the case."""

    rule = models.CharField(max_length=30)
    key = models.CharField(max_length=140, unique=True)
    user = models.BigIntegerField(null=True)
    organisation = models.BigIntegerField(null=True)
    count = models.IntegerField()
    event = models.BigIntegerField()
    epoch = models.BigIntegerField()
    raised_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "rule", "key", "user", "organisation", "count", "event", "epoch", "raised_at"), TECHNICAL
    )

    class Meta:
        indexes = (models.Index(fields=["organisation", "-id"], name="audit_alert_organisation"),)
        triggers = (append_only("audit_alert"),)


class AlertMark(models.Model):
    """Up to which epoch the rules have been asked."""

    epoch = models.BigIntegerField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(("id", "epoch"), TECHNICAL)


class Canary(models.Model):
    """The case of an invented person, whom nobody has work with. It is named by its reference, so no case is looked up."""

    reference = models.CharField(max_length=20, unique=True)
    named_by = models.BigIntegerField(null=True)
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "reference", "named_by", "named_at", "ended_at"), TECHNICAL
    )


class Release(models.Model):
    """A unit that looked without telling lets a person be told: what it read until then appears on her list."""

    person = models.UUIDField()
    organisation = models.BigIntegerField()
    released_by = models.BigIntegerField(null=True)
    released_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "person", "organisation", "released_by", "released_at"), TECHNICAL
    )

    class Meta:
        indexes = (models.Index(fields=["person"], name="audit_release_person"),)
        triggers = (append_only("audit_release"),)
