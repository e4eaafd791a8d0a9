"""The API about who is asking, who works here, and the code lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import Http404
from ninja import Router

from amparo.access.actions import OtherContent, Refused, SecondPersonNeeded, require
from amparo.access.api.answers import READING, Given, Handler, fail, told
from amparo.access.api.sending import NotSendable
from amparo.access.rules import Permission, Scope
from amparo.access.web import Request
from amparo.accounts.queries import people_of
from amparo.ui.codes import code_label
from amparo.vocab.codes import code_list, code_list_names
from amparo.vocab.null import NullReason
from amparo.vocab.text import N_

router = Router()
REFUSALS: Mapping[type[Exception], Handler] = {
    Refused: lambda request, error: fail(403, "not_allowed", str(error)),
    SecondPersonNeeded: told(
        409,
        "second_person_needed",
        N_("This takes two people. Ask for it on the page: a program can neither ask nor agree."),
    ),
    OtherContent: told(
        422,
        "key_used",
        N_("This Idempotency-Key came before with other content. Send a new key, or the same content again."),
    ),
    NotSendable: told(422, "not_acceptable", N_("What was sent cannot be taken as it is.")),
}


class Me(Given):
    """Who is asking, and what they may do."""

    name: str
    user_id: int
    organisation_id: int
    organisation_name: str
    team_id: int | None
    role: str
    scope: Scope
    permissions: tuple[Permission, ...]


class Member(Given):
    """Somebody who works for the organisation, in one role."""

    id: int
    user_id: int
    name: str
    email: str
    team_id: int | None
    team_name: str
    role: str
    since: date
    until: date | None
    has_second_factor: bool


class People(Given):
    """Who works for the organisation."""

    people: tuple[Member, ...]


class ListName(Given):
    """A code list by its name."""

    name: str
    title: str
    version: str


class ListNames(Given):
    """The names of all code lists."""

    lists: tuple[ListName, ...]


class CodeGiven(Given):
    """One code: its words in the language asked for, and the same in other standards."""

    code: str
    label: str
    description: str
    valid_from: date | None
    valid_until: date | None
    crosswalk: dict[str, tuple[str, ...]]


class CodeListGiven(Given):
    """A code list with where it comes from. `nulls` are the reasons why an answer is missing: each list takes them too."""

    name: str
    title: str
    source: str
    version: str
    codes: tuple[CodeGiven, ...]
    nulls: dict[str, str]


@router.get("/me", response={200: Me, **READING}, tags=["access"])
def me(request: Request) -> Me:
    """Say under which membership the request is answered, and what it allows."""
    viewer = request.viewer
    return Me.model_validate(viewer).model_copy(update={"permissions": tuple(sorted(viewer.permissions))})


@router.get("/people", response={200: People, **READING}, tags=["access"])
def people(request: Request) -> People:
    """List who works for your organisation in which role."""
    require(request.viewer, Permission.PEOPLE_MANAGE)
    found = people_of(request.viewer.organisation_id or 0, request.now)
    return People(people=tuple(Member.model_validate(one) for one in found))


@router.get("/code-lists", response={200: ListNames, **READING}, tags=["codes"])
def code_lists(request: Request) -> ListNames:
    """List the code lists by name."""
    lists = (code_list(name) for name in code_list_names())
    return ListNames(lists=tuple(ListName.model_validate(one) for one in lists))


@router.get("/code-lists/{name}", response={200: CodeListGiven, **READING}, tags=["codes"])
def code_list_read(request: Request, name: str) -> CodeListGiven:
    """Give a code list with its labels, in the language of the header Accept-Language where it is translated."""
    if name not in code_list_names():
        raise Http404
    found = code_list(name)
    codes = tuple(
        CodeGiven(
            code=one.code,
            label=code_label(name, one.code),
            description=one.description,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            crosswalk=dict(one.crosswalk),
        )
        for one in found
    )
    nulls = {reason.value: code_label(name, reason) for reason in NullReason}
    return CodeListGiven(
        name=name, title=found.title, source=found.source, version=found.version, codes=codes, nulls=nulls
    )
