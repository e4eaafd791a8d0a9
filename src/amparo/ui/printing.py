"""Makes PDFs: tagged, in both writing directions, with the fonts that the package carries.

Templates get their values as data and never as markup, so nothing that somebody typed can become an instruction.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language, get_language_bidi

FONTS = Path(__file__).parent / "fonts"
ACCESSIBLE = "ua-1"


def print_pdf(template: Path, values: Mapping[str, Any], *, now: datetime) -> bytes:
    """Return a PDF/UA of a template, which reads its values from `json(bytes(sys.inputs.values))`.

    Text in a script for which the package has no font cannot stand in a PDF/UA: then the PDF is tagged, says less of itself,
    and shows boxes for those letters.
    """
    spoken = {"language": get_language() or "en", "direction": "rtl" if get_language_bidi() else "ltr"}
    inputs = {"values": json.dumps({**spoken, **values}, ensure_ascii=False)}
    try:
        return _compiled(template, inputs, now, [ACCESSIBLE])
    except typst.TypstError as error:
        if not _is_about_letters(error):
            raise
        return _compiled(template, inputs, now, [])


def _compiled(template: Path, inputs: dict[str, str], now: datetime, standards: list[Any]) -> bytes:
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=standards,
        timestamp=int(now.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("A PDF is one sequence of bytes.")
    return made


def _is_about_letters(error: typst.TypstError) -> bool:
    return "could not be displayed" in f"{error.message} {error.diagnostic}"
