"""Texts that are looked for wherever a thief would look, in every form in which they may lie about."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from pathlib import Path

# Not a word of any language, so that whatever is found was ours. Lower case: some texts are folded on their way.
MARK = "zqanari"


def forms_of(mark: str) -> dict[str, bytes]:
    """Give the forms in which a text may lie about; of base64 the part that does not depend on what stands around it."""
    plain = mark.encode()
    forms = {
        "UTF-8": plain,
        "UTF-8, capitals": plain.upper(),
        "UTF-16, little": mark.encode("utf-16-le"),
        "UTF-16, big": mark.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "hex, capitals": plain.hex().upper().encode(),
        "reversed": plain[::-1],
    }
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        forms[f"base64, {before}"] = coded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
    return forms


FORMS = forms_of(MARK)


def found_in(content: bytes) -> list[str]:
    """Name the forms in which a mark is in a content."""
    return [name for name, form in FORMS.items() if form in content]


def files_below(*places: Path) -> Iterable[Path]:
    """Give every file."""
    for place in places:
        for folder, _, names in os.walk(place):  # which passes over what another test takes away meanwhile
            yield from (path for name in names if (path := Path(folder, name)).is_file())
