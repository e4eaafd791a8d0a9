"""Parses XML of unknown origin: no document type definitions, and errors that a person can act on."""

from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from amparo.intake.htcds.findings import BadWorkbook
from amparo.vocab.text import N_

Attributes = Mapping[str, str]


def parser_of(
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None,
    data: Callable[[str], None] | None,
) -> expat.XMLParserType:
    """Make a parser that refuses document type definitions, and with them every entity bomb."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65_536
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise BadWorkbook(
        "suspicious_container",
        N_("The file carries definitions that no spreadsheet program writes. It was not opened."),
    )


def parse(
    chunks: Iterator[bytes],
    *,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Parse a small part, calling back with names without their prefixes."""

    def local_start(name: str, attributes: Attributes) -> None:
        start(name.rpartition(":")[2], attributes)

    def local_end(name: str) -> None:
        if end is not None:
            end(name.rpartition(":")[2])

    parser = parser_of(local_start, local_end, data)
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadWorkbook(
            "damaged", N_("The file is damaged inside. Open the workbook, save it again and send that file.")
        ) from error
