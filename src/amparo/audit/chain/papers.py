"""A head on a sheet of paper: signed in ink, filed outside the building, typed back when it is needed."""

from __future__ import annotations

import io
from html import escape

from django.utils.translation import gettext as _

from amparo.audit.rules.heads import Head
from amparo.audit.rules.paper import digits_of, square_of


def head_as_text(head: Head) -> str:
    """Write the page as plain text, with the square code in half blocks."""
    square = io.StringIO()
    square_of(head).print_ascii(out=square, invert=False)
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

    svg = square_of(head).make_image(image_factory=SvgPathImage).to_string().decode()
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
