"""Read who is looking, what lies within their reach, and what waits for them."""

from amparo.access.queries.acts import ActRow, agreed_act, asked_and_done, find_act, list_acts
from amparo.access.queries.clock import are_clocks_apart, database_now
from amparo.access.queries.emergencies import (
    OpeningRow,
    RunningOpening,
    find_running,
    get_opening,
    has_outside_reviewer,
    list_openings,
)
from amparo.access.queries.notices import NoticeRow, count_notices, list_notices
from amparo.access.queries.viewers import (
    GrantRow,
    granted_organisations,
    not_closed,
    running_grants,
    scoped,
    viewer_for,
    viewer_for_membership,
    viewer_for_token,
    was_carried_out,
)
from amparo.access.queries.walls import (
    WallRow,
    count_left_alone,
    count_without_readers,
    list_walls,
    named_readers,
)

__all__ = [
    "ActRow",
    "GrantRow",
    "NoticeRow",
    "OpeningRow",
    "RunningOpening",
    "WallRow",
    "agreed_act",
    "are_clocks_apart",
    "asked_and_done",
    "count_left_alone",
    "count_notices",
    "count_without_readers",
    "database_now",
    "find_act",
    "find_running",
    "get_opening",
    "granted_organisations",
    "has_outside_reviewer",
    "list_acts",
    "list_notices",
    "list_openings",
    "list_walls",
    "named_readers",
    "not_closed",
    "running_grants",
    "scoped",
    "viewer_for",
    "viewer_for_membership",
    "viewer_for_token",
    "was_carried_out",
]
