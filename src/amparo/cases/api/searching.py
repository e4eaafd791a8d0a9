"""The API that asks whether somebody is known beyond the cases within reach."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amparo.access.actions import require
from amparo.access.api import READING, CodeOf, Failure, Given, Line, Sent
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.cases.api.routing import router
from amparo.cases.queries import search_persons
from amparo.cases.rules.searching import Certainty, SearchPurpose, Wanted

Short = Annotated[Line, Field(max_length=200)]


class WantedSent(Sent):
    """What is known of somebody: two names, a name and the year of birth, a paper, or a telephone number."""

    purpose: SearchPurpose
    given: Short = ""
    family: Short = ""
    parent: Short = ""
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    paper_country: Annotated[str, CodeOf("country")] | None = None
    paper_kind: Annotated[str, CodeOf("paper_kind")] | None = None
    paper_number: Short = ""
    telephone: Short = ""

    def as_wanted(self) -> Wanted:
        """Return what is known as the query takes it."""
        return Wanted(
            given=self.given,
            family=self.family,
            parent=self.parent,
            birth_year=self.birth_year,
            paper_country=self.paper_country or "",
            paper_kind=self.paper_kind or "",
            paper_number=self.paper_number,
            telephone=self.telephone,
        )


class FoundLine(Given):
    """Where she may be known. No name is given; where the case is not within reach, ask the organisation."""

    reference: str
    organisation: str
    certainty: Certainty
    is_within_reach: bool


class FoundLines(Given):
    """What was found, the likeliest first, and how many searches are left for today.

    Without `are_all`, too many people are alike: whoever fits by one thing alone that very many have in common is left out.
    """

    rows: tuple[FoundLine, ...]
    is_more: bool
    are_all: bool
    left: int


@router.post("/persons/search", response={200: FoundLines, **READING, 429: Failure})
def person_search(request: Request, sent: WantedSent) -> FoundLines:
    """Ask whether somebody is known to any organisation. Each search counts, and is written down with its purpose."""
    require(request.viewer, Permission.PERSON_SEARCH)
    found = search_persons(request.viewer, sent.as_wanted(), purpose=sent.purpose, now=request.now)
    return FoundLines(
        rows=tuple(
            FoundLine(
                reference=row.reference,
                organisation=row.organisation,
                certainty=row.certainty,
                is_within_reach=row.is_within_reach,
            )
            for row in found.rows
        ),
        is_more=found.is_more,
        are_all=found.are_all,
        left=found.left,
    )
