"""Foreign keys are named by string, so the import contracts cannot see them: they must point down the ladder too."""

from __future__ import annotations

from itertools import count

from django.apps import apps

from tools.pages.dictionary import own_models
from tools.pages.ladder import rungs

HEIGHT = {app: height for height, rung in zip(count(), reversed(rungs()), strict=False) for app in rung}


def test_foreign_keys_point_down_the_ladder() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if getattr(field, "concrete", False) and field.is_relation
        if field.related_model._meta.app_label in HEIGHT
        if HEIGHT[model._meta.app_label] < HEIGHT[field.related_model._meta.app_label]
    ]
    assert upward == []


def test_every_app_has_a_rung() -> None:
    ours = {
        config.name.removeprefix("amparo.")
        for config in apps.get_app_configs()
        if config.name.startswith("amparo.")
    }
    assert ours <= set(HEIGHT)


def test_audit_has_no_foreign_key() -> None:
    pointing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("audit").get_models()
        for field in model._meta.get_fields()
        if field.is_relation
    ]
    assert pointing == [], "audit rows outlive what they speak of"
