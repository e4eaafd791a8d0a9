"""What the packages promise is what they hold."""

from __future__ import annotations

import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "amparo.stats",
        "amparo.stats.disclosure",
        "amparo.stats.disclosure.microdata",
        "amparo.stats.disclosure.register",
        "amparo.stats.prevalence",
        "amparo.stats.privacy",
        "amparo.stats.results",
        "amparo.stats.survey",
        "amparo.stats.synthesis",
    ],
)
def test_every_promised_name_is_there_and_documented(name: str) -> None:
    module = importlib.import_module(name)
    assert list(module.__all__) == sorted(module.__all__, key=lambda n: (not n.isupper(), n[0].islower(), n))
    for promised in module.__all__:
        assert promised.isupper() or getattr(module, promised).__doc__
