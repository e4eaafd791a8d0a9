"""The report as one HTML page: style and drawings are in it, and it asks nobody for anything."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from ._document import FONTS, Block, Chart, Document, Heading, Items, Paragraph, Table, in_line
from ._language import gettext as _
from ._language import is_right_to_left, speaking

__all__ = ["to_html"]

ARABIC: Final = {400: "NotoSansArabic-Regular.ttf", 700: "NotoSansArabic-Bold.ttf"}
_SHORT: Final = 12
_LONG: Final = 40
_MODEL: Final = re.compile(
    "\N{FIRST STRONG ISOLATE}?\\d+(,\\d+)+\N{POP DIRECTIONAL ISOLATE}?"
)  # folds behind its commas only
_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; color: #16212b; background: #fff; font: 1rem/1.55 'Noto Sans', 'Amparo Script', 'Segoe UI', system-ui, sans-serif; }
main { max-width: 48rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
.subtitle { color: #45535e; margin: 0 0 1.5rem; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.75rem 0 .75rem; padding-top: .75rem; border-top: 3px solid #00566b; }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, li { max-width: 42rem; }
li + li { margin-top: .4rem; }
.warning { border-inline-start: 5px solid #a1410d; padding-block: .25rem; padding-inline: .9rem 0; margin: .75rem 0; }
figure { margin: 1.75rem 0; }
figcaption { font-weight: 600; margin-bottom: .35rem; }
figure svg { display: block; width: 100%; min-width: 34rem; height: auto; }
.told, .notes { color: #45535e; font-size: .92rem; }
.wide { overflow-x: auto; }
figure > .wide { direction: ltr; }
table { border-collapse: collapse; margin: 1.25rem 0 .35rem; font-size: .95rem; font-variant-numeric: tabular-nums; }
caption { text-align: start; font-weight: 600; padding-bottom: .35rem; }
caption span { display: block; width: max-content; max-width: min(42rem, 100vw - 2.5rem); }
td { white-space: nowrap; }
th, td { padding-block: .35rem; padding-inline: 0 1rem; text-align: right; border-bottom: 1px solid #c5d0d3; vertical-align: top; }
th.label, td.label { text-align: start; font-weight: 400; }
thead th, thead th.label { font-weight: 600; border-bottom: 2px solid #45535e; vertical-align: bottom; }
td.label { white-space: normal; overflow-wrap: anywhere; min-width: 5rem; }
td.label.model { overflow-wrap: normal; }
.label.long { min-width: 12rem; }
summary { cursor: pointer; color: #00566b; padding: .35rem 0; }
summary:focus-visible, .wide:focus-visible { outline: 3px solid #a1410d; outline-offset: 2px; }
@media print { main { max-width: none; padding: 0; } details:not([open]) > *:not(summary) { display: block; } h2, h3, figcaption { break-after: avoid; } figure, tr { break-inside: avoid; } }
"""


def to_html(document: Document) -> str:
    """Give the report as a page that opens from a file: one document, no script, nothing from elsewhere."""
    document = in_line(document)
    with speaking(document.language):
        body = "".join(piece for block in document.blocks for piece in _block(block))
    is_turned = is_right_to_left(document.language)
    direction, fonts = ("rtl", _fonts(ARABIC)) if is_turned else ("ltr", "")
    return (
        f'<!doctype html>\n<html lang="{document.language}" dir="{direction}">\n'
        '<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:\">\n"
        f'<meta name="generator" content="Amparo">\n<title>{escape(document.title)}: {escape(document.subtitle)}</title>\n'
        f"<style>{fonts}{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(document.title)}</h1>\n<p class="subtitle">{escape(document.subtitle)}</p>\n'
        f"{body}</main>\n</body>\n</html>\n"
    )


def _fonts(names: Mapping[int, str]) -> str:
    """Give the fonts of a script with the page: not every machine has one, and the page asks nobody for it."""
    return "".join(
        f"@font-face {{ font-family: 'Amparo Script'; font-weight: {weight}; "
        f"src: url(data:font/ttf;base64,{b64encode((FONTS / name).read_bytes()).decode()}) format('truetype'); }}\n"
        for weight, name in names.items()
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"<h{block.level}>{escape(block.text)}</h{block.level}>\n"
        case Paragraph():
            marked = ' class="warning"' if block.is_warning else ""
            yield f"<p{marked}>{escape(block.text)}</p>\n"
        case Items():
            yield "<ul>\n" + "".join(f"<li>{escape(text)}</li>\n" for text in block.texts) + "</ul>\n"
        case Table():
            yield from _table(block)
        case Chart():
            below = _("The numbers stand in the table below.")
            named = f'role="img" aria-label="{escape(f"{block.title}. {block.told} {below}")}"'
            drawing = block.drawing.replace("<svg ", f"<svg {named} ", 1)
            yield f"<figure>\n<figcaption>{escape(block.title)}</figcaption>\n{_wide(block.title)}{drawing}</div>\n"
            yield f'<p class="told">{escape(block.told)}</p>\n'
            numbers = _("The numbers of this chart")
            yield f"<details><summary>{escape(numbers)}</summary>\n"
            yield from _table(block.table)
            yield "</details>\n</figure>\n"


def _wide(name: str) -> str:
    """Open a frame that scrolls sideways on a narrow screen, with the keyboard too."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(name)}">'


def _table(table: Table) -> Iterator[str]:
    yield f"{_wide(table.caption)}\n<table>\n"
    yield f"<caption><span>{escape(table.caption)}</span></caption>\n<thead><tr>"
    for place, heading in enumerate(table.headings):
        label = ' class="label"' if place < table.labels else ""
        # on a phone a short one would stand in as many lines as it has words
        text = heading.replace(" ", "\N{NO-BREAK SPACE}") if len(heading) <= _SHORT else heading
        yield f'<th scope="col"{label}>{escape(text)}</th>' if text else "<td></td>"
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        cells = []
        for place, cell in enumerate(row):
            text, kind = escape(cell), "label long" if len(cell) > _LONG else "label"
            if place < table.labels and _MODEL.fullmatch(cell):
                text, kind = text.replace(",", ",<wbr>"), "label model"
            if place == 0:
                cells.append(f'<th scope="row" class="{kind}">{text}</th>')
            else:
                label = f' class="{kind}"' if place < table.labels else ""
                cells.append(f"<td{label}>{text}</td>")
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"
    if table.notes:
        yield f'<p class="notes">{escape(table.notes)}</p>\n'
