"""A head on a sheet of paper: signed in ink, filed outside the building, typed back when it is needed."""

from __future__ import annotations

import io
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from amparo.audit.rules.heads import Head

LINES, GROUPS, DIGITS = 4, 4, 4


def digits_of(head: Head) -> list[str]:
    """Give the 64 digits of the root as they are printed: four lines of four groups."""
    groups = [head.root[at : at + DIGITS] for at in range(0, len(head.root), DIGITS)]
    return [" ".join(groups[at : at + GROUPS]) for at in range(0, len(groups), GROUPS)]


def code_of(head: Head) -> str:
    """Give what the square code holds: the file that `--anchor` reads."""
    return f"{head.size} {head.root}"


def head_as_text(head: Head) -> str:
    """Write the page as plain text, with the square code in half blocks."""
    square = io.StringIO()
    _square(head).print_ascii(out=square, invert=False)
    rows = [f"{label}: {value}" for label, value in _rows(head)]
    return "\n".join(
        [
            _("Head of the log"),
            "",
            *rows,
            "",
            *digits_of(head),
            "",
            square.getvalue().rstrip("\n"),
            "",
            *_lines(),
        ]
    )


def head_as_html(head: Head, *, language: str, is_right_to_left: bool) -> str:
    """Write the page as one HTML file that loads nothing, to be printed."""
    from qrcode.image.svg import SvgPathImage

    svg = _square(head).make_image(image_factory=SvgPathImage).to_string().decode()
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd dir='ltr'>{escape(str(value))}</dd>" for label, value in _rows(head)
    )
    digits = "<br>".join(map(escape, digits_of(head)))
    lines = "".join(f"<p>{escape(line)}</p>" for line in _lines())
    direction = "rtl" if is_right_to_left else "ltr"
    title = escape(_("Head of the log"))
    style = (
        "body{font:12pt/1.5 'Noto Sans','Noto Sans Arabic',sans-serif;margin:20mm;max-width:170mm}h1{font-size:18pt}"
        "dl{display:grid;grid-template-columns:max-content 1fr;gap:1mm 6mm}dd{margin:0;text-align:start}"
        "pre{font:14pt/1.6 monospace;margin:6mm 0}svg{width:45mm;height:45mm}p{margin:2mm 0}"
    )
    return (
        f"<!doctype html><html lang='{escape(language)}' dir='{direction}'><meta charset='utf-8'><title>{title}</title>"
        f"<style>{style}</style><h1>{title}</h1><dl>{rows}</dl><pre dir='ltr'>{digits}</pre>{svg}{lines}</html>\n"
    )


def _rows(head: Head) -> list[tuple[str, str | int]]:
    return [
        (_("Installation"), head.installation),
        (_("Time"), head.at),
        (_("Epochs"), head.size),
        (_("Events"), head.events),
        (_("Not sealed yet"), head.waiting),
    ]


def _lines() -> list[str]:
    return [
        _(
            "Sign this page in ink, with the date, and file it outside this organisation. It holds no personal data."
        ),
        _(
            "To verify: type the number of epochs and the 64 digits into a file, and give it to amparo audit verify --anchor."
        ),
        _("Name, date, signature:") + " ________________________________",
    ]


def _square(head: Head) -> Any:
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    square = QRCode(error_correction=ERROR_CORRECT_M, border=2)
    square.add_data(code_of(head))
    return square
