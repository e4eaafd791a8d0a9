"""Which cases a viewer may see: the one place from which every other getter starts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from amparo.access.actions import PurposeMissing, begin_reading
from amparo.access.queries import scoped
from amparo.access.rules import Permission, Purpose, Viewer, basis_of
from amparo.cases.models import Case
from amparo.vault.rules import Reading
from amparo.vocab.reference import BadReference, parse_reference


class Absent(Http404):
    """There is no such record for this viewer: hidden and absent are the same answer."""


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """Return the cases within the viewer's reach, in no order."""
    return scoped(viewer, Case.objects.all())


def visible_case(viewer: Viewer, reference: str, *, permission: Permission = Permission.CASE_READ) -> Case:
    """Return the row of one case on which the viewer may do something; `Absent` when it is hidden or does not exist.

    Raises `PurposeMissing` where the case is neither her own nor her team's and she has not said for what she opens it.
    """
    case = find_case(viewer, reference, permission=permission)
    if purpose_of(viewer, case) is None and not viewer.is_system:
        raise PurposeMissing(case.reference)
    return case


def find_case(viewer: Viewer, reference: str, *, permission: Permission = Permission.CASE_READ) -> Case:
    """Return the row of one case without asking for what; nothing of it may be shown. Raises `Absent`."""
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


def purpose_of(viewer: Viewer, case: Case) -> Purpose | None:
    """Return for what a viewer opens a case: what she chose, or the work on it where it is her own or her team's."""
    chosen = viewer.purpose_on(case.reference)
    if chosen is not None or viewer.organisation_id != case.organisation_id:
        return chosen
    is_own = viewer.user_id is not None and case.worker_id == viewer.user_id
    is_the_teams = viewer.team_id is not None and case.team_id == viewer.team_id
    return Purpose.CASE_WORK if is_own or is_the_teams else None


def offered_purpose(viewer: Viewer, reference: str) -> tuple[str, Purpose | None]:
    """Return the canonical reference of a case that may be seen, and what to propose as its purpose. Raises `Absent`."""
    case = find_case(viewer, reference)
    return case.reference, viewer.purpose_on(case.reference) or viewer.purpose


def begin_reading_case(
    viewer: Viewer, case: Case, *, action: str, fields: Iterable[str], now: datetime
) -> Reading:
    """Log that the viewer reads about the person of one case that `visible_case` returned: what of it, on what ground, for what."""
    return begin_reading(
        viewer,
        action=action,
        persons=[case.person_id],
        record=case.reference,
        basis=basis_of(viewer, case),
        fields=fields,
        purpose=purpose_of(viewer, case),
        of=case.id,
        now=now,
    )
