"""Say of a figure whether it was let out: what leaves the desk without that is nobody's to publish."""

from __future__ import annotations

from django.utils.translation import gettext as _

from amparo.access.rules import Viewer
from amparo.publishing.queries import let_out_as
from amparo.publishing.rules import Audience
from amparo.ui.formats import say_day


def let_out_words(viewer: Viewer, mark: str) -> tuple[bool, str]:
    """Tell whether the figure of that mark was let out, and say so in words."""
    found = let_out_as(viewer, mark)
    if found is None:
        return False, _(
            "Not let out. These numbers are for work inside the office: do not publish them or pass them on before they are released."
        )
    whom = {
        Audience.PUBLIC: _("Let out to everybody as %(number)s."),
        Audience.PARTNER: _("Let out to partners only, as %(number)s."),
        Audience.MINISTRY: _("Let out to the ministry only, as %(number)s."),
    }
    said = whom[found.audience] % {"number": found.number}
    if found.embargo_until is not None:
        said += " " + _("Not before %(day)s.") % {"day": say_day(found.embargo_until)}
    return True, said
