"""Every code list file is in order, and no value of another standard is lost on its way in and out."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from django import forms

import amparo
from amparo.cases.facts import fact_tables
from amparo.cases.rules.case import CaseDetails
from amparo.cases.rules.episode import EpisodeDetails
from amparo.cases.rules.person import PersonDetails
from amparo.intake.htcds.layouts import codes_of
from amparo.vocab.codes import BadCodeList, UnknownCode, code_list, code_list_names, read_code_list
from amparo.vocab.described import described_fields
from amparo.vocab.null import NULL_REASONS, NullReason, is_answered

HEAD = 'title: "T"\nsource: "S"\nversion: "1"\nprovenance: "R"\ncodes:\n'
HTCDS_LISTS = {
    "organisation_type": "organisation_kind",
    "gender": "gender",
    "marital_status": "marital_status",
    "education": "education",
    "trafficking_status": "identification_status",
    "decision_body": "deciding_body",
    "relationship_to_trafficker": "recruiter_relation",
    "websites_and_apps": "website_app",
    "method_of_recruitment": "recruitment_method",
    "methods_of_control": "control_method",
    "type_of_exploitation": "purpose",
    "industry": "sector",
    "type_of_sex_exploitation": "sexual_exploitation_type",
    "vulnerabilities": "vulnerability",
    "role_in_process": "perpetrator_role",
    "reason_for_referral": "referral_reason",
    "historic_event_type": "leg_kind",
    "support_plan_type": "support_plan_type",
    "country": "country",
    "language": "language",
}


@pytest.mark.parametrize("name", code_list_names())
def test_each_list_is_in_order(name: str) -> None:
    codes = code_list(name)
    assert len(codes) > 1
    assert codes.title and codes.source and codes.version
    labels = [one.label for one in codes]
    assert len(set(labels)) == len(labels)
    if name != "country":
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", one.code) for one in codes)
    assert all("ic_tip" not in one.crosswalk for one in codes), "the IC-TIP text is not had yet"


def lists_of_records(*records: Any) -> Iterator[str]:
    """Give the code lists of the described fields of records and of the records in them."""
    for record in records:
        for _name, described, kind in described_fields(record):
            yield from [described.codes] if described.codes else []
            parts = [kind, *get_args(kind)]
            yield from lists_of_records(*(part for part in parts if hasattr(part, "__dataclass_fields__")
                                          and part.__module__.startswith("amparo.cases")))  # fmt: skip


def lists_of_forms(form: type[forms.BaseForm] = forms.BaseForm) -> Iterator[str]:
    """Give the code lists of the fields of every form."""
    for one in form.__subclasses__():
        yield from (
            field.codes for field in getattr(one, "base_fields", {}).values() if hasattr(field, "codes")
        )
        yield from lists_of_forms(one)


def test_no_list_lies_dead() -> None:
    package = Path(amparo.__file__).parent
    for path in (*package.glob("*/forms.py"), *package.glob("*/forms/*.py")):
        import_module(".".join(("amparo", *path.relative_to(package).with_suffix("").parts)))
    used = {
        *lists_of_records(PersonDetails, CaseDetails, EpisodeDetails),
        *(column.codes for table in fact_tables() for column in table.columns),
        *lists_of_forms(),
    }
    assert set(code_list_names()) - used == set(), "use it in a record, a figure or a form, or delete it"
    assert used - set(code_list_names()) == {""}


@pytest.mark.parametrize(("htcds", "ours"), HTCDS_LISTS.items())
def test_every_htcds_code_comes_in_to_one_code_and_goes_out_as_itself(htcds: str, ours: str) -> None:
    codes = code_list(ours)
    for foreign in codes_of(htcds):
        (code,) = codes.from_crosswalk("htcds", foreign)
        assert codes.to_crosswalk("htcds", code)[0] == foreign


@pytest.mark.parametrize("name", sorted(set(HTCDS_LISTS.values())))
def test_what_goes_out_to_htcds_is_a_code_of_it(name: str) -> None:
    foreign = {code for htcds, ours in HTCDS_LISTS.items() if ours == name for code in codes_of(htcds)}
    codes = code_list(name)
    out = {walk for one in codes for walk in codes.to_crosswalk("htcds", one.code)}
    # Languages have two-letter and older three-letter codes too, read but never written first.
    assert out <= foreign or name == "language"


def test_null_reasons_cross_over_too() -> None:
    gender = code_list("gender")
    assert gender.from_crosswalk("htcds", "NonSpecifiedUnknown") == ("unknown",)
    assert gender.to_crosswalk("htcds", "unknown") == ("NonSpecifiedUnknown",)
    assert gender.to_crosswalk("htcds", "refused") == ()
    assert gender.from_crosswalk("htcds", "Nothing") == ()


def test_wider_codes_are_for_export_only() -> None:
    relation = code_list("recruiter_relation")
    assert relation.to_crosswalk("htcds", "family") == ("Familial",)
    assert relation.from_crosswalk("htcds", "Familial") == ("familial",)


def test_labels_and_lookups() -> None:
    country = code_list("country")
    assert country.label("NA") == "Namibia" and country.label("NO") == "Norway"
    assert country.label("unknown") == NullReason.UNKNOWN.label
    assert country.label("QQ") == "QQ"
    assert "NA" in country and "unknown" not in country
    assert country.accepts("unknown") and not country.accepts("na")
    with pytest.raises(UnknownCode, match="QQ"):
        country.get("QQ")
    for wrong in ("nothing", "../secret"):
        with pytest.raises(UnknownCode):
            code_list(wrong)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ("  - {code: NO, label: Norway}", "quotes"),
        ("  - {code: 01, label: One}", "quotes"),
        ('  - {code: "unknown", label: "U"}', "null reason"),
        ('  - {code: "a "  , label: "U"}', "spaces"),
        ('  - {code: "a"}', "label"),
        ('  - {code: "a", label: "A", htdcs: "x"}', "htdcs"),
        ('  - {code: "a", label: "A", htcds: [1]}', "text"),
        ('  - {code: "a", label: "A"}\n  - {code: "a", label: "B"}', "twice"),
    ],
)
def test_a_fault_in_a_file_is_named(entry: str, word: str) -> None:
    with pytest.raises(BadCodeList, match=word):
        read_code_list("x", HEAD + entry + "\n")


def test_a_list_without_a_source_is_refused() -> None:
    with pytest.raises(BadCodeList, match="source"):
        read_code_list("x", 'title: "T"\ncodes: []\n')
    with pytest.raises(BadCodeList, match="provenance"):
        read_code_list("x", HEAD.replace('"R"', '"Z"') + '  - {code: "a", label: "A"}\n')


def test_unknown_is_an_answer_of_its_own_and_no_answer() -> None:
    assert is_answered("no") and is_answered(("a", "b"))
    assert not any(is_answered(value) for value in (*NULL_REASONS, "", None, (), ("unknown",)))
