"""Tables that national and international reports ask for, ready to open."""

from __future__ import annotations

from dataclasses import dataclass

from amparo.evidence.rules.asking import TableChoices
from amparo.vocab.text import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadyTable:
    """A table under a name, and which report asks for it."""

    title: str
    purpose: str
    choices: TableChoices


def _ready(
    title: str, purpose: str, *, table: str = "person_case", rows: str, columns: str = ""
) -> ReadyTable:
    asked = TableChoices(table=table, rows=(rows,), columns=(columns,) if columns else ())
    return ReadyTable(title=title, purpose=purpose, choices=asked)


READY_TABLES: tuple[ReadyTable, ...] = (
    _ready(
        N_("Persons by year and sex"),
        N_("Asked by GLOTIP and for indicator 16.2.2: by year and sex. Add age for children."),
        rows="year_opened",
        columns="sex",
    ),
    _ready(
        N_("Purpose of exploitation by sex"),
        N_("Asked by GLOTIP: form by sex."),
        rows="main_purpose",
        columns="sex",
    ),
    _ready(N_("Age by sex"), N_("Age bands of CTDC."), rows="age_at_opening", columns="sex"),
    _ready(
        N_("Citizenship by purpose, in the groups of Eurostat's collection"),
        N_("Citizens of the State, foreign citizens, stateless persons."),
        rows="iccs",
        columns="citizenship_group",
    ),
    _ready(N_("Citizenship"), N_("Asked by GLOTIP: citizenship of the persons."), rows="citizenship"),
    _ready(
        N_("Situations by area of exploitation and purpose"),
        N_("Where exploitation takes place, by first-level area."),
        table="episode",
        rows="exploitation_area",
        columns="sdg",
    ),
    _ready(
        N_("Situations by sector of work"),
        N_("Sectors of ISIC."),
        table="episode",
        rows="sector",
        columns="sex",
    ),
)
