"""Ask whether somebody may, and refuse in words."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from amparo.access.rules import IN_PERSON, Permission, Viewer


class Refused(PermissionDenied):
    """Somebody asked for what their role does not allow; the message may be shown to them."""


class NotYet(Refused):
    """The role allows it, and it does not work for a time. The page of the refusal shows the message."""

    passes_by_itself = True


def require(viewer: Viewer, permission: Permission) -> None:
    """Go on only when the viewer's role allows it; raises `Refused`."""
    if not viewer.may(permission):
        if permission in viewer.waiting:
            raise NotYet(
                _(
                    "Somebody let you in again, and for 24 hours after that this does not work. Everything else does. If it "
                    "was not you who asked for it, tell the people who give out roles at once; they are listed under Me."
                )
            )
        if permission in IN_PERSON:
            require_somebody(viewer)
        raise Refused(
            _("Your role does not include this. The people who give out roles are listed under Me.")
        )


def require_somebody(viewer: Viewer) -> None:
    """Go on only when somebody asks themselves, and no program with a key of theirs; raises `Refused`."""
    if viewer.token_id is not None:
        raise Refused(_("No key for programs does this. Sign in and do it yourself."))
