"""The normal forms of papers, telephones and addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.vocab.names import BadIdentifier, address_key, document_key, email_key, telephone_key


@pytest.mark.parametrize(
    "number", ["AB 123-456", "ab123456", "АВ 123456", "AB١٢٣٤٥٦", "\u200eAB/123456", "ＡＢ１２３４５６"]
)
def test_a_number_is_the_same_however_it_is_typed(number: str) -> None:
    assert document_key("UA", "passport", number) == "UA passport AB123456"


def test_a_machine_read_number_is_verified() -> None:
    assert document_key("UT", "passport", "L898902C<3") == "UT passport L898902C"  # ICAO Doc 9303, appendix A
    with pytest.raises(BadIdentifier):
        document_key("UT", "passport", "L898902C<4")


@pytest.mark.parametrize("number", ["", " - ", "؟"])
def test_no_number_no_key(number: str) -> None:
    assert document_key("UA", "passport", number) is None


@pytest.mark.parametrize(
    "text", ["06 12 34 56 78", "+33 6 12 34 56 78", "0033612345678", "٠٦١٢٣٤٥٦٧٨", "tel. (06) 12-34-56-78"]
)
def test_a_telephone_number_is_the_same_however_it_is_dialled(text: str) -> None:
    pytest.importorskip("phonenumbers")
    assert telephone_key(text, "FR") == ("+33612345678", "12345678")


def test_a_telephone_number_that_cannot_be_one() -> None:
    pytest.importorskip("phonenumbers")
    assert telephone_key("12", "FR") == ()
    assert telephone_key("no number", "FR") == ()
    assert telephone_key("999 1234567", "") == ("91234567",)


@pytest.mark.parametrize(
    "text", ["Ana.Lopez@Example.ORG", " mailto:ana.lopez@example.org ", "<ana.lopez@example.org>"]
)
def test_an_address_of_mail(text: str) -> None:
    assert email_key(text) == "ana.lopez@example.org"
    assert email_key("ana@münchen.de") == "ana@xn--mnchen-3ya.de"


@pytest.mark.parametrize("text", ["", "ana", "@example.org", "ana@", "ana@localhost", "a na@example.org"])
def test_no_address_of_mail(text: str) -> None:
    assert email_key(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://www.Example.org/Ads/17/?utm_source=x&id=3#top",
        "http://m.example.org/ads/17?id=3&fbclid=zz",
        "example.org/ads/17/?id=3",
    ],
)
def test_an_address_of_the_web(text: str) -> None:
    assert address_key(text) == ("example.org/ads/17?id=3", "example.org")


@given(st.text(), st.text(max_size=3))
def test_any_text_is_taken(text: str, country: str) -> None:
    email_key(text)
    address_key(text)
    try:
        document_key(country, "passport", text)
    except BadIdentifier:
        assert "<" in text or "＜" in text or "﹤" in text
