"""Whether a figure was let out: what a page or a download of it has to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.publishing.models import ReleaseItem
from amparo.publishing.rules import REGISTERED, Audience, ReleaseState


@dataclass(frozen=True, kw_only=True, slots=True)
class LetOut:
    """Says under which number something was let out, to whom, and from which day on."""

    number: str
    audience: Audience
    embargo_until: date | None


def let_out_as(viewer: Viewer, mark: str) -> LetOut | None:
    """Give the release in which the figure of that mark was let out last; None where it was not, or was withdrawn."""
    require(viewer, Permission.TABLES_VIEW)
    out = REGISTERED - {ReleaseState.WITHDRAWN}
    found = ReleaseItem.objects.filter(kept__content__mark=mark, release__state__in=out)
    row = found.order_by("-release__published_at").select_related("release").first()
    if row is None:
        return None
    return LetOut(
        number=row.release.number,
        audience=Audience(row.release.audience),
        embargo_until=row.release.embargo_until,
    )
