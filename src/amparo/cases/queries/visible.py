"""Which cases a viewer may see: the one place from which every other getter starts."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from amparo.access.queries import scoped
from amparo.access.rules import Permission, Viewer
from amparo.cases.models import Case
from amparo.vocab.reference import BadReference, parse_reference


class Absent(Http404):
    """There is no such record for this viewer: hidden and absent are the same answer."""


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """Return the cases within the viewer's reach, in no order."""
    return scoped(viewer, Case.objects.all())


def visible_case(viewer: Viewer, reference: str, *, permission: Permission = Permission.CASE_READ) -> Case:
    """Return the row of one case on which the viewer may do something; `Absent` when it is hidden or does not exist."""
    try:
        canonical = parse_reference(reference)
    except BadReference as error:
        raise Absent from error
    rows = scoped(
        viewer, Case.objects.select_related("person", "organisation", "team", "worker"), permission=permission
    )
    case = rows.filter(reference=canonical).first()
    if case is None:
        raise Absent
    return case
