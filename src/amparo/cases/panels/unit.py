"""What the independent unit was told, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer
from amparo.cases.panels.record import isolated
from amparo.cases.queries import MessageFile
from amparo.ui.formats import join_words
from amparo.ui.parts import NavigationItem, TimelineEntry


def messages_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer what was told to the unit that reads it."""
    if not viewer.may(Permission.MESSAGE_READ):
        return None
    return NavigationItem(label=_("What the unit was told"), url=reverse("cases:messages"), order=25)


def message_entries(messages: Sequence[MessageFile]) -> tuple[TimelineEntry, ...]:
    """Say the messages; who told one stands there only if she wanted it."""
    return tuple(
        TimelineEntry(
            title=_("About case %(reference)s") % {"reference": isolated(message.reference)},
            at=message.sent_at,
            by=join_words((message.sender, message.organisation)) or _("Without a name"),
            text=message.text,
        )
        for message in messages
    )
