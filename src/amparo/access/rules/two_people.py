"""Say that two human beings stand behind an act, as one value that cannot be made otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from amparo.access.rules.viewer import Viewer
from amparo.vault.rules.ledger import NotTwoPeople


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoPeople:
    """One who asked for an act, and another who approved it. Making it raises `NotTwoPeople` for anything less.

    Neither may be a program (an API key), a command of the installation, or somebody without a running membership.
    """

    asked_by: Viewer
    approved_by: Viewer

    def __post_init__(self) -> None:
        if not (_is_human(self.asked_by) and _is_human(self.approved_by)):
            raise NotTwoPeople
        if self.asked_by.user_id == self.approved_by.user_id:
            raise NotTwoPeople


def _is_human(viewer: Viewer) -> bool:
    return (
        viewer.user_id is not None
        and viewer.membership_id is not None
        and viewer.token_id is None
        and not viewer.is_system
    )
