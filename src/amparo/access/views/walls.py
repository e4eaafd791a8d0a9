"""Answer for the page on which a reviewer sees who is kept away from whom, and ends it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.actions import lift_wall
from amparo.access.panels.people import wall_table
from amparo.access.queries import list_walls
from amparo.access.rules import Permission
from amparo.access.views.own import posted_id
from amparo.access.web import Request, fresh, requires
from amparo.ui.web import page


@requires(Permission.WALL_REVIEW)
def walls(request: Request) -> HttpResponse:
    """List the walls that stand."""
    found = list_walls(request.viewer)
    context = {"walls": found, "table": wall_table(found)}
    return page(request, "access/walls.html", context, title=_("Who is kept away"))


@requires(Permission.WALL_REVIEW)
@fresh
@require_POST
def wall_lift(request: Request) -> HttpResponse:
    """End a wall."""
    lift_wall(wall_id=posted_id(request, "wall"), by=request.viewer, now=request.now)
    messages.success(request, _("The wall is ended. What else keeps a case closed still does."))
    return HttpResponseRedirect(reverse("accounts:walls"))
