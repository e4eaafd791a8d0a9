"""A page of the list for somebody to whom single cases of others are open too."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from amparo.access.actions import grant_access
from amparo.access.context import acting_as
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import GrantReason, Permission, Viewer
from amparo.cases.models import Case
from amparo.cases.queries import CaseChoices, list_cases
from amparo.cases.queries.lists import Sort
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Viewer:
    """Give a supervisor of seven cases, to whom four of nine others are open; all mixed by date, some on one day."""
    viewer, other = make_viewer("supervisor"), make_viewer("supervisor")
    own = [make_case(viewer) for _ in range(7)]
    others = [make_case(other) for _ in range(9)]
    rng = Random(3)
    for reference in (*own, *others):
        moved = timedelta(days=rng.randrange(6))
        Case.objects.filter(reference=reference).update(
            opened_date=NOW.date() - moved, changed_at=NOW - moved
        )
    for reference in others[:4]:
        grant_access(
            record=row_of(reference).id, user_id=viewer.user_id, permissions=[Permission.CASE_READ],
            reason=GrantReason.COVER, ends_at=NOW + timedelta(days=1), by=other, now=NOW,
        )  # fmt: skip
    fresh = viewer_for_membership(viewer.membership_id or 0, NOW)
    assert fresh is not None
    return fresh


@pytest.mark.parametrize("sort", Sort)
def test_pages_with_granted_cases_leave_nothing_out_and_show_nothing_twice(
    viewer: Viewer, sort: Sort
) -> None:
    expected = [
        case.reference
        for case in sorted(Case.objects.all(), key=lambda case: (getattr(case, sort.column), case.id), reverse=True)
        if case.organisation_id == viewer.organisation_id or case.id in viewer.granted
    ]  # fmt: skip
    assert len(expected) == 11
    with acting_as(viewer):
        shown, after, pages = [], "", []
        for _ in range(4):
            page = list_cases(viewer, now=NOW, sort=sort, after=after, limit=3)
            shown += [row.reference for row in page.rows]
            pages.append(page)
            after = page.next
        assert shown == expected
        assert after == ""
        assert page.total == 11
        back = list_cases(viewer, now=NOW, sort=sort, before=pages[-1].previous, limit=3)
    assert [row.reference for row in back.rows] == expected[6:9]


def test_what_narrows_the_list_narrows_granted_cases_too(viewer: Viewer) -> None:
    rows = list_cases(viewer, now=NOW, choices=CaseChoices(worker=str(viewer.user_id))).rows
    assert {row.reference for row in rows} == set(
        Case.objects.filter(worker_id=viewer.user_id).values_list("reference", flat=True)
    )
