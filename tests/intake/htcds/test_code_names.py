"""What people write for a code leads to it, and never to another."""

import pytest

from amparo.intake.htcds import fields
from amparo.intake.htcds.code_names import meanings, nearest, resolve, resolve_all
from amparo.intake.htcds.layouts import codes_of, other_names
from amparo.vocab.codes import code_list


def test_every_code_and_label_of_every_list_is_read_and_lists_of_them_too() -> None:
    for name in {one.codes for one in fields() if one.codes}:
        codes = codes_of(name)
        for code, labels in codes.items():
            assert all(resolve(name, text) == code for text in (code, *labels, f" {code} "))
            assert name == "language" or resolve(name, labels[0].upper()) == code
        for mark in (";", "; ", "\n", ", ", "|"):
            assert resolve_all(name, mark.join(labels[0] for labels in codes.values())) == tuple(codes)


def test_codes_side_by_side_are_never_taken_for_a_label_that_they_spell() -> None:
    countries = codes_of("country")
    labels = {label.casefold() for each in countries.values() for label in each}
    spelling = [
        (one, other) for one in countries for other in countries if f"{one}{other}".casefold() in labels
    ]
    assert ("PE", "RU") in spelling
    for pair in spelling:
        for mark in (";", "; ", ", ", "|", " "):
            assert resolve_all("country", mark.join(pair)) == pair
            assert resolve("country", mark.join(pair)) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Moldova", "MD"),
        ("Bolivia", "BO"),
        ("Venezuela", "VE"),
        ("Iran", "IR"),
        ("Tanzania", "TZ"),
        ("Russia", "RU"),
        ("Syria", "SY"),
        ("South Korea", "KR"),
        ("Korea, South", "KR"),
        ("North Korea", "KP"),
        ("Côte d’Ivoire", "CI"),
        ("Cote dIvoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Turkey", "TR"),
        ("TÜRKİYE", "TR"),
        ("UK", "GB"),
        ("U.S.A.", "US"),
        ("usa", "US"),
        ("Vietnam", "VN"),
        ("Laos", "LA"),
        ("DR Congo", "CD"),
        ("Congo-Kinshasa", "CD"),
        ("Republic of the Congo", "CG"),
        ("Palestine", "PS"),
        ("Guinea Bissau", "GW"),
        ("Curacao", "CW"),
        ("Bosnia", "BA"),
        ("Swaziland", "SZ"),
    ],
)
def test_a_country_is_known_by_the_names_that_people_write(text: str, code: str) -> None:
    assert resolve("country", text) == code
    assert resolve_all("country", f"{text}; DE") == (code, "DE")


@pytest.mark.parametrize(
    ("text", "codes"),
    [("Korea", ("KP", "KR")), ("Virgin Islands", ("VG", "VI")), ("St Martin", ("MF", "SX"))],
)
def test_a_name_of_two_countries_is_neither_and_both_are_named(text: str, codes: tuple[str, ...]) -> None:
    assert resolve("country", text) is None
    assert nearest("country", text) == codes


@pytest.mark.parametrize("name", ["country", "language"])
def test_no_other_name_hides_a_code_or_is_the_label_of_another(name: str) -> None:
    listed = code_list(name)
    labels = {one.label: one.code for one in listed}
    foreign = {
        walk.casefold(): one.code for one in listed for walks in one.crosswalk.values() for walk in walks
    }
    for code, others in other_names(name).items():
        for other in others:
            assert code in meanings(name, other) or labels.get(other) not in (None, code)
            assert foreign.get(other.casefold(), code) == code


@pytest.mark.parametrize(
    ("codes", "text", "near"),
    [
        ("country", "MKD", ("MK",)),
        ("country", "na", ("NA",)),
        ("country", "Kingdom of Thailand", ("TH",)),
        ("country", "N/A", ()),
        ("country", "Kosovo", ()),
        ("gender", "Femenine", ("Feminine",)),
        ("gender", "N/A", ()),
        ("methods_of_control", "Threats", ("PhysicalThreats", "ThreatsLawEnforcement")),
        ("language", "Kinyarwandan", ("kin",)),
    ],
)
def test_the_nearest_codes_are_proposed_and_none_where_nothing_is_near(
    codes: str, text: str, near: tuple[str, ...]
) -> None:
    assert nearest(codes, text) == near
