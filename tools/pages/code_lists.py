"""The page of the code lists: what each holds, where it comes from, and to which standards its codes lead."""

from __future__ import annotations

from collections.abc import Iterator

from amparo.vocab.codes import CROSSWALKS, PROVENANCES, Code, CodeList, code_list, code_list_names
from amparo.vocab.null import NullReason

MOST_SHOWN = 120  # longer ones (countries, languages) are standards of their own
STANDARDS = {
    "htcds": "HTCDS",
    "ctdc": "CTDC",
    "iccs": "ICCS",
    "sdg": "SDG 16.2.2",
    "ic_tip": "IC-TIP",
    "isic": "ISIC",
    "iso15924": "ISO 15924",
}


def text() -> str:
    """Give the page."""
    return (
        "\n".join(
            [*_introduction(), *(line for name in code_list_names() for line in _list(code_list(name)))]
        ).rstrip()
        + "\n"
    )


def _introduction() -> Iterator[str]:
    yield from (
        "# Code lists",
        "",
        "This page is written by `make docs` from `src/amparo/vocab/codes/*.yaml`.",
        "",
        "Every list says where it comes from, and how sure that is:",
        "",
        *(f"- **{letter}**: {meaning}" for letter, meaning in PROVENANCES.items()),
        "",
        "A coded field holds a code of its list or the reason why there is none:",
        "",
        *(f"- `{reason.value}`: {reason.label}" for reason in NullReason),
        "",
        "A code of another standard in brackets is wider than ours: it is written on export and not read back as ours.",
        "",
    )


def _list(codes: CodeList) -> Iterator[str]:
    yield from (
        f"## `{codes.name}`",
        "",
        f"**{codes.title}.** {len(codes)} codes, version {codes.version}.",
        "",
    )
    yield from (f"Source ({codes.provenance}): {codes.source}.".replace("..", "."), "")
    if codes.notes:
        yield from (codes.notes, "")
    if len(codes) > MOST_SHOWN:
        yield from (f"Not printed here: `src/amparo/vocab/codes/{codes.name}.yaml`.", "")
        return
    standards = [name for name in STANDARDS if any(_walk(code, name) for code in codes)]
    yield "| Code | Label |" + "".join(f" {STANDARDS[name]} |" for name in standards)
    yield "|---|---|" + "---|" * len(standards)
    for code in codes:
        cells = (
            _cell(f"`{code.code}`"),
            _cell(_label(code)),
            *(_cell(_walk(code, name)) for name in standards),
        )
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _label(code: Code) -> str:
    days = [f"{word} {day}" for word, day in (("from", code.valid_from), ("until", code.valid_until)) if day]
    return " ".join([code.label, *([f"({', '.join(days)})"] if days else [])])


def _walk(code: Code, standard: str) -> str:
    """Give the codes of another standard: the same ones as they are, wider ones in brackets."""
    assert standard in CROSSWALKS
    same = [f"`{one}`" for one in code.crosswalk.get(standard, ())]
    return " ".join([*same, *(f"(`{one}`)" for one in code.crosswalk.get(f"{standard}_broader", ()))])


def _cell(text: str) -> str:
    return text.replace("|", "&#124;")
