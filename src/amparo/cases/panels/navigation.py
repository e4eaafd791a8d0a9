"""Where cases stand in the menu."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer
from amparo.ui.parts import NavigationItem


def navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the list of people to who may read cases."""
    if not viewer.may(Permission.CASE_READ):
        return None
    return NavigationItem(label=_("People"), url=reverse("cases:list"), order=20)
