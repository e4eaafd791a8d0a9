"""Ask whether somebody may, and refuse in words."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer


class Refused(PermissionDenied):
    """Somebody asked for what their role does not allow; the message may be shown to them."""


def require(viewer: Viewer, permission: Permission) -> None:
    """Go on only when the viewer's role allows it; raises `Refused`."""
    if not viewer.may(permission):
        raise Refused(
            _("Your role does not include this. The people who give out roles are listed under Me.")
        )
