"""Reports of synthetic files: every sentence can be said in another language, and figures stand as they were found."""

from __future__ import annotations

import gettext
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from amparo.stats.privacy import SeededForTesting
from amparo.stats.report import Document, Paragraph, percent, speaking, to_html, to_text
from amparo.stats.synthesis import (
    Codebook,
    Never,
    Plan,
    Schedule,
    evaluate,
    provenance_of,
    synthesize,
    synthesize_anonymous,
)
from amparo.stats.synthesis.reports import report_of_evaluation, report_of_release

from .people import CODEBOOK, people, records, write

RULE = Never(("sex", ("M", "")), ("age", ("any",)))
WHOLE = re.compile(r"%\(\w+\)[sd]|[A-Za-z]")


class Strange(gettext.NullTranslations):
    """A language of one letter: what is still in English was never looked up."""

    def gettext(self, message: str) -> str:
        return WHOLE.sub(lambda found: found[0] if found[0].startswith("%") else "ع", message)


def english_in(document: Document) -> list[str]:
    said = "".join(to_text(document, width=9999))
    known = r"\b(true|made|control)\.csv|amparo [\d.]+|UTC|e\^|e-\d+|--control|\b(sex|age|country|means|F|M|debt|threats|drugs)\b|NA|NO|CO"
    return re.findall(r"[A-Za-z]+", re.sub(known, "", said))


def test_no_sentence_of_a_report_stays_in_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = records(200)
    told = {"release": "1", "when": "2026-11-23T10:00:00+00:00", "source": "made.csv"}
    book = Codebook(columns=CODEBOOK.columns, rules=(RULE,))
    private = synthesize(
        replace(seen, found=("sex",)),
        Plan(epsilon=2),
        source=SeededForTesting(1),
        random=np.random.default_rng(1),
        codebook=book,
        schedule=Schedule(sweeps=1),
        tells_errors=False,
    )
    anonymous = synthesize_anonymous(seen, 10, longest=2, random=np.random.default_rng(1))
    paths = [write(tmp_path / f"{n}.csv", people(60, k)) for k, n in enumerate(("true", "made", "control"))]
    found = evaluate(
        *paths[:2], control=paths[2], separators={"means": ";"}, longest=2, random=np.random.default_rng(1)
    )
    monkeypatch.setattr("amparo.stats.report._language._catalogue", lambda language: Strange())
    for data in (private, anonymous):
        with speaking("ar"):
            document = report_of_release(provenance_of(data, **told), "ar")
        assert english_in(document) == []
        assert 'dir="rtl"' in to_html(document)
    for one in (found, replace(found, membership=None, inference=tuple(
        replace(guess, control=None) for guess in found.inference
    ))):  # fmt: skip
        document = report_of_evaluation(one, "ar")
        assert english_in(document) == []
        assert re.findall(r"[0-9]%", "".join(to_text(document))) == []
    assert "<text" in to_html(report_of_evaluation(found, "ar"))
    with speaking("ar"):
        assert "\u2068sex\u2069 = \u2068M\u2069" in str(RULE)


def test_a_share_within_arabic_is_not_turned_round() -> None:
    said = Document("\u0639", "", [Paragraph(f"\u0639 {percent(0.591, 1)}")], "ar")
    assert "\u0639 \u206859.1\u00a0%\u2069" in to_html(said)
    assert percent(0.002, 2, sign=True) == "+0.20\u00a0%"


def test_a_rule_is_said_as_it_was_declared() -> None:
    assert str(RULE) == "sex = M or (blank) with age = any value"


def test_codes_that_may_mean_not_known_are_asked_about_where_nobody_declared_them() -> None:
    undeclared, declared = (
        synthesize_anonymous(
            replace(records(200), found=found), 10, longest=2, random=np.random.default_rng(1)
        )
        for found in (("country",), ())
    )
    assert {one.code for one in undeclared.cautions} - {one.code for one in declared.cautions} == {
        "perhaps-missing"
    }
    (asked,) = [str(one.message) for one in undeclared.cautions if one.code == "perhaps-missing"]
    assert '"NA" in country' in asked
    assert 'under "missing" in a codebook' in asked
