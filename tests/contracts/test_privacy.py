"""Every column that is kept has a privacy class, and what is personal is sealed."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from amparo.vault.fields import VaultField
from amparo.vocab.described import Privacy
from tools.pages.dictionary import own_models, privacy_of

SEALED = {Privacy.PLACE.value, Privacy.IDENTITY.value, Privacy.STORY.value}
# Who signs in is not a person in need: her name and address are what others know her by at work.
OPEN_IDENTITIES = {"accounts.User", "accounts.Invitation"}


def columns(model: type[models.Model]) -> list[models.Field]:  # type: ignore[type-arg]
    return [field for field in model._meta.get_fields() if isinstance(field, models.Field) and field.concrete]


def test_every_field_has_a_privacy_class() -> None:
    without = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in columns(model)
        if privacy_of(field, model) is None
    ]
    assert without == [], "name each in PRIVACY of its model, or make it a VaultField"


def test_privacy_classes_name_fields_that_exist() -> None:
    stray = [
        f"{model._meta.label}.{name}"
        for model in own_models()
        for name in getattr(model, "PRIVACY", {})
        if name not in {field.name for field in columns(model)}
    ]
    assert stray == []


def test_what_is_personal_is_sealed() -> None:
    open_columns = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in columns(model)
        if privacy_of(field, model) in SEALED and not isinstance(field, VaultField)
        if model._meta.label not in OPEN_IDENTITIES
    ]
    assert open_columns == []


def test_histories_keep_what_is_sealed_sealed() -> None:
    for history in [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]:
        tracked = history.pgh_tracked_model
        sealed = {field.name for field in columns(tracked) if isinstance(field, VaultField)}
        for name in sealed & {field.name for field in columns(history)}:
            assert isinstance(history._meta.get_field(name), VaultField), f"{history._meta.label}.{name}"
