"""What is said about a workbook: the errors that refuse it or a row of it, and the warnings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from amparo.vocab.text import ToldError


class BadWorkbook(ToldError):
    """A file is no HTCDS workbook that can be read; the message says why and what to do."""

    def __init__(self, code: str, template: str, **values: object) -> None:
        super().__init__(template, **values)
        self.code = code


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell about one cell or row; `row` is the spreadsheet's number, 0 is the whole file."""

    row: int
    column: str
    code: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Return the English text; a page says `gettext(template) % values`."""
        return self.template % self.values

    def as_json(self) -> dict[str, object]:
        """Return the finding as the command line prints it."""
        return {"row": self.row, "column": self.column, "code": self.code, "message": self.message}
