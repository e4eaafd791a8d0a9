"""Draw rows of the standard: any subset of its 84 fields, each with any value that its kind allows."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from amparo.intake.htcds import Field, fields
from amparo.intake.htcds.layouts import codes_of
from amparo.vocab.dates import PartialDate

TODAY = date(2026, 11, 22)

texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=40
).filter(lambda text: text.strip() != "")
# Words that stand for nothing in many programs are texts here.
words = st.one_of(
    texts, st.sampled_from(["N/A", "Null", "None", "NA", "not_asked", "unknown", "=1+1", "line\nend"])
)
days = st.dates(date(1950, 1, 1), date(2026, 11, 1)).map(PartialDate.of)
dates = st.one_of(days, st.builds(PartialDate, st.integers(1950, 2025), is_approximate=st.booleans()))


def values_of(field: Field) -> st.SearchStrategy[Any]:
    """Draw values of one field."""
    if field.codes is not None:
        codes = st.sampled_from(sorted(codes_of(field.codes)))
        many = st.lists(codes, min_size=1, max_size=4, unique=True).map(tuple)
        return {"code": codes, "codes": many, "code_or_text": st.one_of(codes, words)}[field.kind]
    plain: dict[str, st.SearchStrategy[Any]] = {
        "text": words,
        "checkbox": st.booleans(),
        "number": st.integers(0, 99),
        "decimal": st.floats(-90, 90, allow_nan=False),
        "date": dates,
        "dates": st.lists(days, min_size=1, max_size=3).map(tuple),
    }
    return plain[field.kind]


rows = st.fixed_dictionaries(
    {"con_Consent": st.booleans()},
    optional={field.id: values_of(field) for field in fields() if field.id != "con_Consent"},
)
