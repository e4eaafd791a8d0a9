"""Gather the writes of accounts: organisations, users, memberships, invitations, sessions and keys, each logged.

These do not ask whether the actor may: the roles are known one rung higher, and `access.actions` asks them
before it calls these.
"""

from amparo.accounts.actions.factors import remove_factors, remove_passkey, seal_second_factors
from amparo.accounts.actions.guessing import forget_attempts
from amparo.accounts.actions.invitations import (
    InvitationNotOpen,
    close_invitation,
    forget_invitations,
    issue_invitation,
    withdraw_invitation,
)
from amparo.accounts.actions.memberships import (
    end_membership,
    lift_suspension,
    start_membership,
    suspend_membership,
)
from amparo.accounts.actions.organisations import (
    NameTaken,
    UnknownKind,
    add_organisation,
    add_team,
    rename_organisation,
)
from amparo.accounts.actions.sessions import end_every_session, end_session, end_sessions, forget_sessions
from amparo.accounts.actions.sleeping import let_sleep, wake
from amparo.accounts.actions.tokens import (
    TokenTooLong,
    forget_tokens,
    issue_token,
    note_token_use,
    revoke_token,
)
from amparo.accounts.actions.users import (
    LinkNotOpen,
    add_user,
    change_details,
    issue_password_link,
    keep_staff_number,
    lock_user,
    set_password,
)

__all__ = [
    "InvitationNotOpen",
    "LinkNotOpen",
    "NameTaken",
    "TokenTooLong",
    "UnknownKind",
    "add_organisation",
    "add_team",
    "add_user",
    "change_details",
    "close_invitation",
    "end_every_session",
    "end_membership",
    "end_session",
    "end_sessions",
    "forget_attempts",
    "forget_invitations",
    "forget_sessions",
    "forget_tokens",
    "issue_invitation",
    "issue_password_link",
    "issue_token",
    "keep_staff_number",
    "let_sleep",
    "lift_suspension",
    "lock_user",
    "note_token_use",
    "remove_factors",
    "remove_passkey",
    "rename_organisation",
    "revoke_token",
    "seal_second_factors",
    "set_password",
    "start_membership",
    "suspend_membership",
    "wake",
    "withdraw_invitation",
]
